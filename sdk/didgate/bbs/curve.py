"""The curve BLS12-381 behind one small seam: what BBS asks of a pairing library.

``Curve`` names the operations; ``CURVE`` is the one implementation, over arkworks. The rest of
``didgate.bbs`` uses only ``CURVE`` and the type aliases of this module, so another library
(blst, say) would replace this file and nothing else.

Decoding is strict (draft-irtf-cfrg-bbs-signatures, "Point De-serialization" and
"Serialization"): exact length, compressed, canonical, on the curve, in the subgroup of prime
order, and never the identity, which no key, signature or proof may hold.

arkworks does not run in constant time. Each multiplication by a secret is therefore split by a
fresh random mask, ``P·k = P·(k − ρ) + P·ρ``: whatever time either part takes says nothing of
``k``. Inverses are masked likewise, ``1/k = ρ · 1/(k·ρ)``.

>>> point = CURVE.decode_g1(CURVE.encode_g1(CURVE.map_to_g1(7)))
>>> point == CURVE.map_to_g1(7)
True
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from didgate.errors import InvalidInput

__all__ = [
    "CURVE",
    "FIELD_MODULUS",
    "G1",
    "G1_BYTES",
    "G2",
    "SCALAR_BYTES",
    "SCALAR_ORDER",
    "Curve",
    "Scalar",
]

FIELD_MODULUS: Final = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)
"""The prime p over which the curve is defined."""

SCALAR_ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""The prime r: the order of G1 and G2, and the modulus of all scalars."""

G1_BYTES: Final = 48
SCALAR_BYTES: Final = 32

G1 = G1Point
G2 = G2Point

P = TypeVar("P")
Q = TypeVar("Q")
K = TypeVar("K")


class Curve(Protocol[P, Q, K]):
    """The operations of BLS12-381 that BBS needs; P, Q and K are points of G1, G2 and scalars.

    Scalars support ``+``, ``-``, ``*`` and unary ``-``, points of G1 ``+`` and unary ``-``.
    """

    def scalar(self, value: int) -> K:
        """Return ``value``, which must lie in [0, r − 1], as a scalar."""
        ...

    def decode_scalar(self, data: bytes) -> K:
        """Return the scalar in [1, r − 1] that 32 big-endian bytes hold, or raise InvalidInput."""
        ...

    def encode_scalar(self, scalar: K) -> bytes:
        """Return 32 big-endian bytes."""
        ...

    def random_scalar(self) -> K:
        """Return a fresh uniform scalar from the operating system's randomness."""
        ...

    def invert_secret(self, scalar: K) -> K:
        """Return 1/scalar without showing the scalar in the time taken."""
        ...

    def decode_g1(self, data: bytes) -> P:
        """Return the point that 48 compressed bytes hold, or raise InvalidInput."""
        ...

    def encode_g1(self, point: P) -> bytes:
        """Return 48 compressed bytes."""
        ...

    def decode_g1_affine(self, data: bytes) -> P:
        """Return the point that 96 bytes x ‖ y hold, or raise InvalidInput."""
        ...

    def encode_g1_affine(self, point: P) -> bytes:
        """Return the 96 bytes x ‖ y."""
        ...

    def decode_g2(self, data: bytes) -> Q:
        """Return the point that 96 compressed bytes hold, or raise InvalidInput."""
        ...

    def encode_g2(self, point: Q) -> bytes:
        """Return 96 compressed bytes."""
        ...

    def decode_g2_affine(self, data: bytes) -> Q:
        """Return the point that 192 bytes x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1 hold, or raise InvalidInput."""
        ...

    def encode_g2_affine(self, point: Q) -> bytes:
        """Return the 192 bytes x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1."""
        ...

    def map_to_g1(self, element: int) -> P:
        """Map a field element to the subgroup by simplified SWU, cofactor cleared (RFC 9380)."""
        ...

    def combine(self, points: Sequence[P], scalars: Sequence[K]) -> P:
        """Return Σ points[i]·scalars[i]; its time may depend on all of them."""
        ...

    def combine_secret(self, points: Sequence[P], scalars: Sequence[K]) -> P:
        """Return Σ points[i]·scalars[i] without showing the scalars in the time taken."""
        ...

    def multiply_secret_g2(self, scalar: K) -> Q:
        """Return BP2·scalar without showing the scalar in the time taken."""
        ...

    def pairings_cancel(self, left: tuple[P, Q], right: P) -> bool:
        """Tell whether e(left) · e(right, −BP2) is the identity, i.e. e(left) = e(right, BP2)."""
        ...


class _ArkworksCurve:
    """BLS12-381 by py_arkworks_bls12381, with secrets blinded as the module says."""

    def scalar(self, value: int) -> Scalar:
        return Scalar.from_be_bytes(value.to_bytes(SCALAR_BYTES, "big"))

    def decode_scalar(self, data: bytes) -> Scalar:
        value = int.from_bytes(data, "big")
        if len(data) != SCALAR_BYTES or not 0 < value < SCALAR_ORDER:
            raise InvalidInput("invalid_scalar", "a scalar is not 32 bytes within [1, r - 1]")
        return Scalar.from_be_bytes(data)

    def encode_scalar(self, scalar: Scalar) -> bytes:
        return scalar.to_be_bytes()

    def random_scalar(self) -> Scalar:
        # 48 bytes reduced modulo r are within 2^-128 of uniform: calculate_random_scalars
        return Scalar.from_be_bytes_mod_order(secrets.token_bytes(48))

    def invert_secret(self, scalar: Scalar) -> Scalar:
        mask = self.random_scalar()
        return (scalar * mask).inverse() * mask

    def decode_g1(self, data: bytes) -> G1Point:
        decoder, encoder = G1Point.from_compressed_bytes, G1Point.to_compressed_bytes
        return _decode(data, decoder, encoder, G1Point.identity())

    def encode_g1(self, point: G1Point) -> bytes:
        return point.to_compressed_bytes()

    def decode_g1_affine(self, data: bytes) -> G1Point:
        decoder, encoder = G1Point.from_xy_bytes_be, G1Point.to_xy_bytes_be
        return _decode(data, decoder, encoder, G1Point.identity())

    def encode_g1_affine(self, point: G1Point) -> bytes:
        return point.to_xy_bytes_be()

    def decode_g2(self, data: bytes) -> G2Point:
        decoder, encoder = G2Point.from_compressed_bytes, G2Point.to_compressed_bytes
        return _decode(data, decoder, encoder, G2Point.identity())

    def encode_g2(self, point: G2Point) -> bytes:
        return point.to_compressed_bytes()

    def decode_g2_affine(self, data: bytes) -> G2Point:
        decoder, encoder = G2Point.from_xy_bytes_be, G2Point.to_xy_bytes_be
        return _decode(data, decoder, encoder, G2Point.identity())

    def encode_g2_affine(self, point: G2Point) -> bytes:
        return point.to_xy_bytes_be()

    def map_to_g1(self, element: int) -> G1Point:
        return G1Point.map_from_fp_be(element.to_bytes(G1_BYTES, "big"))

    def combine(self, points: Sequence[G1Point], scalars: Sequence[Scalar]) -> G1Point:
        if len(points) != len(scalars):  # arkworks would silently drop the surplus
            raise ValueError("there must be as many scalars as points")
        return G1Point.multiexp_unchecked(list(points), list(scalars))

    def combine_secret(self, points: Sequence[G1Point], scalars: Sequence[Scalar]) -> G1Point:
        masks = [self.random_scalar() for _ in scalars]
        masked = [scalar - mask for scalar, mask in zip(scalars, masks, strict=True)]
        return self.combine([*points, *points], [*masked, *masks])

    def multiply_secret_g2(self, scalar: Scalar) -> G2Point:
        mask = self.random_scalar()
        return _BP2 * (scalar - mask) + _BP2 * mask

    def pairings_cancel(self, left: tuple[G1Point, G2Point], right: G1Point) -> bool:
        point, key = left
        return GT.pairing_check([point, right], [key, _MINUS_BP2])


def _decode(
    data: bytes, decoder: Callable[[bytes], P], encoder: Callable[[P], bytes], identity: P
) -> P:
    """Decode one point strictly: arkworks checks curve and subgroup, the rest is checked here."""
    try:
        point = decoder(data)
    except ValueError as error:
        raise InvalidInput("invalid_point", "a curve point cannot be decoded") from error
    # arkworks takes some encodings that it would not write, such as a dirty infinity
    if encoder(point) != data or point == identity:
        raise InvalidInput("invalid_point", "a curve point is not canonical or is the identity")
    return point


_BP2: Final = G2Point()
_MINUS_BP2: Final = -_BP2

CURVE: Final[Curve[G1, G2, Scalar]] = _ArkworksCurve()
