"""Public keys as Multikey text: multicodec prefix and key, in base58btc behind ``z``.

Controlled Identifiers 1.0 §2.2.2 and did:key; BLS12-381 G2 as vc-di-bbs uses it.
"""

from __future__ import annotations

from didgate.encoding import base58btc_decode, base58btc_encode, multicodec_unwrap, multicodec_wrap
from didgate.errors import InvalidInput
from didgate.keys.algorithm import KeyAlgorithm

_CODES = {
    KeyAlgorithm.ED25519: 0xED,
    KeyAlgorithm.P256: 0x1200,
    KeyAlgorithm.SECP256K1: 0xE7,
    KeyAlgorithm.BLS12_381: 0xEB,
}
_ALGORITHMS = {code: algorithm for algorithm, code in _CODES.items()}


def encode(algorithm: KeyAlgorithm, raw: bytes) -> str:
    """Return the Multikey text of a public key."""
    return "z" + base58btc_encode(multicodec_wrap(_CODES[algorithm], raw))


def decode(text: str) -> tuple[KeyAlgorithm, bytes]:
    """Return algorithm and raw bytes, not yet checked to be a key, of a Multikey text.

    Raises:
        InvalidInput: ``invalid_multikey`` for another base than base58btc,
            ``unsupported_key_algorithm`` for another kind of key, or an error of the encoding.
    """
    if not text.startswith("z"):
        raise InvalidInput("invalid_multikey", "a Multikey starts with z")
    code, raw = multicodec_unwrap(base58btc_decode(text[1:]))
    if code not in _ALGORITHMS:
        raise InvalidInput("unsupported_key_algorithm", "the Multikey holds another kind of key")
    return _ALGORITHMS[code], raw
