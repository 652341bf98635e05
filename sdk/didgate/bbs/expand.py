"""Hashing to uniform bytes and to the curve (RFC 9380, sections 3, 5.2 and 5.3).

Both variants of ``expand_message`` are plain hashing; mapping a field element to the curve is
the curve library's part.

>>> expand_message_xmd(b"", b"QUUX-V01-CS02-with-expander-SHA256-128", 32).hex()[:16]
'68a985b87eb6b469'
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from didgate.bbs.curve import CURVE, FIELD_MODULUS, G1
from didgate.errors import InvalidInput

ExpandMessage = Callable[[bytes, bytes, int], bytes]

_FIELD_ELEMENT_BYTES: Final = 64
"""L of RFC 9380 section 5: bytes reduced to one field element of BLS12-381 at k = 128."""


def expand_message_xmd(message: bytes, dst: bytes, length: int) -> bytes:
    """Expand ``message`` by SHA-256 (``expand_message_xmd``, RFC 9380 section 5.3.1).

    Args:
        message: any bytes.
        dst: domain separation tag, 1 to 255 bytes.
        length: bytes wanted, 1 to 8160.

    Raises:
        InvalidInput: ``invalid_dst`` or ``invalid_expand_length``.
    """
    suffix = _dst_prime(dst)
    block, blocks = 32, -(-length // 32)
    if not 1 <= blocks <= 255:
        raise InvalidInput("invalid_expand_length", "SHA-256 expands to between 1 and 8160 bytes")
    first = hashlib.sha256(
        bytes(64) + message + length.to_bytes(2, "big") + b"\x00" + suffix
    ).digest()
    digest, uniform = bytes(block), b""
    for number in range(1, blocks + 1):
        mixed = bytes(a ^ b for a, b in zip(first, digest, strict=True))
        digest = hashlib.sha256(mixed + bytes([number]) + suffix).digest()
        uniform += digest
    return uniform[:length]


def expand_message_xof(message: bytes, dst: bytes, length: int) -> bytes:
    """Expand ``message`` by SHAKE-256 (``expand_message_xof``, RFC 9380 section 5.3.2).

    Args:
        message: any bytes.
        dst: domain separation tag, 1 to 255 bytes.
        length: bytes wanted, 1 to 65535.

    Raises:
        InvalidInput: ``invalid_dst`` or ``invalid_expand_length``.
    """
    suffix = _dst_prime(dst)
    if not 1 <= length <= 0xFFFF:
        raise InvalidInput("invalid_expand_length", "SHAKE-256 expands to 1 to 65535 bytes here")
    return hashlib.shake_256(message + length.to_bytes(2, "big") + suffix).digest(length)


def hash_to_g1(expand_message: ExpandMessage, message: bytes, dst: bytes) -> G1:
    """Hash ``message`` to G1 (``hash_to_curve`` with simplified SWU, RFC 9380 section 3).

    Args:
        expand_message: the expander of the hash-to-curve suite.
        message: any bytes.
        dst: domain separation tag, 1 to 255 bytes.
    """
    uniform = expand_message(message, dst, 2 * _FIELD_ELEMENT_BYTES)
    bounds = pairwise(range(0, len(uniform) + 1, _FIELD_ELEMENT_BYTES))
    # The map clears the cofactor of each half; as that is linear, the sum is the same
    one, two = (int.from_bytes(uniform[low:high], "big") % FIELD_MODULUS for low, high in bounds)
    return CURVE.map_to_g1(one) + CURVE.map_to_g1(two)


def _dst_prime(dst: bytes) -> bytes:
    if not 1 <= len(dst) <= 255:
        raise InvalidInput("invalid_dst", "a domain separation tag has 1 to 255 bytes")
    return dst + bytes([len(dst)])
