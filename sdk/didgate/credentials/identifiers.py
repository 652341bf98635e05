"""The 32-byte identifiers by which contracts and credentials name the same things.

Each is a Keccak-256 hash that a contract computes in the same way (docs/formats.md).

>>> issuer_id("did:example:issuer").hex()[:8]
'c73f6216'
"""

from __future__ import annotations

from functools import lru_cache

from didgate.bbs.eip2537 import g2_to_eip2537
from didgate.chain.identifiers import issuer_id, status_list_id
from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey

__all__ = ["issuer_id", "key_id", "registered_key_bytes", "status_list_id", "vct_type_id"]

_CACHED_KEYS = 1024


def vct_type_id(vct: str) -> bytes:
    """Return keccak256 of the type of an SD-JWT VC."""
    return keccak256(vct.encode("utf-8"))


@lru_cache(maxsize=_CACHED_KEYS)
def registered_key_bytes(key: PublicKey) -> bytes:
    """Return an issuer's key as the issuer registry stores it.

    Args:
        key: BLS12-381 (an EIP-2537 point of G2, 256 bytes) or P-256 (x ‖ y, 64 bytes).

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` for other keys.
    """
    if key.algorithm is KeyAlgorithm.BLS12_381:
        return g2_to_eip2537(key.raw)
    if key.algorithm is KeyAlgorithm.P256:
        return b"".join(key.coordinates())
    raise InvalidInput("unsupported_key_algorithm", "the registry holds BBS and P-256 keys")


def key_id(key: PublicKey) -> bytes:
    """Return keccak256 of the key as the issuer registry stores it.

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` for other keys than BLS12-381 and P-256.
    """
    return keccak256(registered_key_bytes(key))
