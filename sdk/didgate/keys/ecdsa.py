"""ECDSA signatures (FIPS 186-5 §6) in two encodings: ``r ‖ s`` outside, DER inside the libraries.

With ``(r, s)`` also ``(r, n-s)`` holds. didgate writes only the lower ``s`` of the two, which EVM
contracts demand, and reads both, because RFC 7518 and RFC 8812 allow both. Nothing may therefore
take a signature for an identifier. DER is accepted nowhere.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from didgate.errors import InvalidInput, VerificationError


def to_der(signature: bytes, order: int) -> bytes:
    """Return the DER form, with low ``s``, of the 64-byte signature ``r ‖ s``.

    Raises:
        VerificationError: ``invalid_signature``, as :func:`numbers`.
    """
    r, s = numbers(signature, order)
    return encode_dss_signature(r, min(s, order - s))


def from_der(der: bytes, order: int) -> bytes:
    """Return the 64 bytes ``r ‖ s``, with low ``s``, of a DER signature that a library made."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32) + min(s, order - s).to_bytes(32)


def numbers(signature: bytes, order: int) -> tuple[int, int]:
    """Return ``r`` and ``s`` of a 64-byte signature, each 32 bytes big-endian.

    Args:
        signature: ``r ‖ s``.
        order: the order ``n`` of the curve's group.

    Raises:
        VerificationError: ``invalid_signature`` for another length or a number outside 1…n-1.
    """
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if len(signature) != 64 or not (0 < r < order and 0 < s < order):
        raise VerificationError("invalid_signature", "not an ECDSA signature of the form r ‖ s")
    return r, s


def check_secret(secret: bytes, order: int) -> int:
    """Return the 32-byte private key as an integer; ``invalid_secret_key`` outside 1…n-1."""
    scalar = int.from_bytes(secret)
    if len(secret) != 32 or not 0 < scalar < order:
        raise InvalidInput("invalid_secret_key", "the private key is out of range")
    return scalar
