"""Points as the precompiles of EIP-2537 take them, and back.

There a field element is 64 bytes, 16 of them zero; a point of G1 is x ‖ y, 128 bytes, and one
of G2 x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1, 256 bytes. The compressed form has x.c1 before x.c0. Both
directions check the point as strictly as decoding does everywhere: canonical, in the subgroup,
not the identity. A whole proof goes one way only, to the contract that verifies it.

>>> from didgate.bbs.keys import generate_secret_key, public_key_of
>>> public_key = public_key_of(generate_secret_key())
>>> g2_from_eip2537(g2_to_eip2537(public_key)) == public_key
True
"""

from __future__ import annotations

from typing import Final

from didgate.bbs.curve import CURVE, G1_BYTES, SCALAR_BYTES
from didgate.bbs.proof import proof_length
from didgate.errors import InvalidInput

_FIELD_BYTES: Final = 48
_POINTS_IN_PROOF: Final = 3
_PADDING: Final = bytes(16)


def g1_to_eip2537(compressed: bytes) -> bytes:
    """Convert 48 compressed bytes to 128, or raise InvalidInput ``invalid_point``."""
    return _pad(CURVE.encode_g1_affine(CURVE.decode_g1(compressed)))


def g1_from_eip2537(encoded: bytes) -> bytes:
    """Convert 128 bytes to 48 compressed ones, or raise InvalidInput ``invalid_point``."""
    return CURVE.encode_g1(CURVE.decode_g1_affine(_unpad(encoded)))


def g2_to_eip2537(compressed: bytes) -> bytes:
    """Convert 96 compressed bytes to 256, or raise InvalidInput ``invalid_point``."""
    return _pad(CURVE.encode_g2_affine(CURVE.decode_g2(compressed)))


def g2_from_eip2537(encoded: bytes) -> bytes:
    """Convert 256 bytes to 96 compressed ones, or raise InvalidInput ``invalid_point``."""
    return CURVE.encode_g2(CURVE.decode_g2_affine(_unpad(encoded)))


def proof_to_eip2537(proof: bytes) -> bytes:
    """Convert a BBS proof to the form that contracts verify: points of 128 bytes, not 48.

    Args:
        proof: as ``create_proof`` returned it.

    Returns:
        Abar, Bbar and D in 128 bytes each, then the scalars as they were, 32 bytes each.

    Raises:
        InvalidInput: ``invalid_proof_length`` or ``invalid_point``; the scalars are not checked.
    """
    surplus = len(proof) - proof_length(0)
    if surplus < 0 or surplus % SCALAR_BYTES:
        raise InvalidInput("invalid_proof_length", "no BBS proof has this length")
    end = _POINTS_IN_PROOF * G1_BYTES
    points = (proof[start : start + G1_BYTES] for start in range(0, end, G1_BYTES))
    return b"".join(map(g1_to_eip2537, points)) + proof[end:]


def _pad(affine: bytes) -> bytes:
    starts = range(0, len(affine), _FIELD_BYTES)
    return b"".join(_PADDING + affine[i : i + _FIELD_BYTES] for i in starts)


def _unpad(encoded: bytes) -> bytes:
    width = len(_PADDING) + _FIELD_BYTES
    words = [encoded[i : i + width] for i in range(0, len(encoded), width)]
    if not all(word.startswith(_PADDING) for word in words):
        raise InvalidInput("invalid_point", "a field element is not padded by 16 zero bytes")
    return b"".join(word[len(_PADDING) :] for word in words)
