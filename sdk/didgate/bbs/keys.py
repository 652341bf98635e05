"""BBS key pairs: a secret scalar, and a public point of G2.

Follows draft-irtf-cfrg-bbs-signatures, "Key Generation Operations". A secret key is 32
big-endian bytes within [1, r − 1], a public key 96 bytes compressed.

>>> secret_key = generate_secret_key()
>>> check_public_key(public_key_of(secret_key))
"""

from __future__ import annotations

import secrets

from didgate.bbs.curve import CURVE, SCALAR_BYTES, SCALAR_ORDER, Scalar
from didgate.bbs.domain import public_key_point
from didgate.bbs.suite import Suite, hash_to_scalar
from didgate.errors import InvalidInput


def generate_secret_key() -> bytes:
    """Return a fresh secret key, uniform in [1, r − 1], as 32 big-endian bytes."""
    return (1 + secrets.randbelow(SCALAR_ORDER - 1)).to_bytes(SCALAR_BYTES, "big")


def derive_secret_key(
    suite: Suite, key_material: bytes, *, key_info: bytes = b"", key_dst: bytes | None = None
) -> bytes:
    """Derive a secret key from secret material (``KeyGen``).

    Args:
        suite: the suite that the key is to serve.
        key_material: at least 32 bytes that nobody can guess.
        key_info: at most 65535 bytes; other values give other keys from the same material.
        key_dst: domain separation tag; by default the ciphersuite's, or the interface's where
            messages are typed, so that one material never gives one key to two interfaces.

    Returns:
        32 big-endian bytes.

    Raises:
        InvalidInput: ``invalid_key_material`` or ``invalid_dst``.
    """
    if len(key_material) < 32 or len(key_info) > 0xFFFF:
        raise InvalidInput(
            "invalid_key_material", "key material is too short or key information too long"
        )
    if key_dst is None:
        key_dst = (suite.api_id if suite.typed else suite.ciphersuite_id) + b"KEYGEN_DST_"
    data = key_material + len(key_info).to_bytes(2, "big") + key_info
    return hash_to_scalar(suite, data, key_dst).to_bytes(SCALAR_BYTES, "big")


def public_key_of(secret_key: bytes) -> bytes:
    """Return the public key of a secret key (``SkToPk``), 96 bytes compressed.

    Raises:
        InvalidInput: ``invalid_secret_key``.
    """
    return CURVE.encode_g2(CURVE.multiply_secret_g2(secret_scalar(secret_key)))


def check_public_key(public_key: bytes) -> None:
    """Check that 96 bytes are a canonical point of G2, in the subgroup and not the identity.

    Raises:
        InvalidInput: ``invalid_public_key``.
    """
    public_key_point(public_key)


def secret_scalar(secret_key: bytes) -> Scalar:
    """Decode a secret key, or raise InvalidInput ``invalid_secret_key``."""
    try:
        return CURVE.decode_scalar(secret_key)
    except InvalidInput:
        # Nothing of a secret may survive in a chained exception
        raise InvalidInput(
            "invalid_secret_key", "a BBS secret key is not 32 bytes within [1, r - 1]"
        ) from None
