"""Strict decoding of points and scalars, and multiplication that hides its secret."""

from __future__ import annotations

import pytest
from py_arkworks_bls12381 import G1Point, G2Point

from didgate.bbs.curve import CURVE, FIELD_MODULUS, SCALAR_ORDER
from didgate.errors import InvalidInput

GENERATOR_G1 = G1Point().to_compressed_bytes()
GENERATOR_G2 = G2Point().to_compressed_bytes()
FLAGS = 0xE0


def with_flags(data: bytes, flags: int) -> bytes:
    return bytes([data[0] & ~FLAGS & 0xFF | flags]) + data[1:]


def refuse_g1(data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        CURVE.decode_g1(data)
    assert error.value.code == "invalid_point"


def refuse_g2(data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        CURVE.decode_g2(data)
    assert error.value.code == "invalid_point"


def refuse_scalar(value: int) -> None:
    with pytest.raises(InvalidInput) as error:
        CURVE.decode_scalar(value.to_bytes(32, "big"))
    assert error.value.code == "invalid_scalar"


def test_generators_decode_to_themselves() -> None:
    assert CURVE.encode_g1(CURVE.decode_g1(GENERATOR_G1)) == GENERATOR_G1
    assert CURVE.encode_g2(CURVE.decode_g2(GENERATOR_G2)) == GENERATOR_G2


def test_identity_of_g1_is_refused() -> None:
    refuse_g1(b"\xc0" + bytes(47))


def test_identity_of_g2_is_refused() -> None:
    refuse_g2(b"\xc0" + bytes(95))


def test_infinity_with_a_stray_bit_is_refused() -> None:
    refuse_g1(b"\xc0" + bytes(46) + b"\x01")
    refuse_g2(b"\xc0" + bytes(94) + b"\x01")


def test_infinity_with_a_sign_is_refused() -> None:
    refuse_g1(b"\xe0" + bytes(47))
    refuse_g2(b"\xe0" + bytes(95))


@pytest.mark.parametrize("flags", [0x00, 0x20, 0x40, 0x60])
def test_missing_compression_flag_is_refused(flags: int) -> None:
    refuse_g1(with_flags(GENERATOR_G1, flags))
    refuse_g2(with_flags(GENERATOR_G2, flags))


@pytest.mark.parametrize("flags", [0xC0, 0xE0])
def test_infinity_flag_on_a_finite_point_is_refused(flags: int) -> None:
    refuse_g1(with_flags(GENERATOR_G1, flags))
    refuse_g2(with_flags(GENERATOR_G2, flags))


@pytest.mark.parametrize("excess", [0, 1, 4])
def test_x_not_below_the_field_modulus_is_refused(excess: int) -> None:
    x = (FIELD_MODULUS + excess).to_bytes(48, "big")
    refuse_g1(with_flags(x, 0x80 | x[0] & 0x1F))
    refuse_g2(with_flags(x, 0x80 | x[0] & 0x1F) + bytes(48))
    refuse_g2(b"\x80" + bytes(47) + x)


def test_point_written_with_x_plus_p_is_refused() -> None:
    x = int.from_bytes(with_flags(GENERATOR_G1, 0), "big") + FIELD_MODULUS
    wrapped = x.to_bytes(48, "big")
    assert wrapped[0] < 0x40  # it still fits beside the compression flag
    refuse_g1(bytes([wrapped[0] | 0x80]) + wrapped[1:])


def test_x_without_a_point_is_refused() -> None:
    on_no_curve = next(
        x for x in range(1, 50) if pow(x**3 + 4, FIELD_MODULUS // 2, FIELD_MODULUS) != 1
    )
    refuse_g1(b"\x80" + on_no_curve.to_bytes(47, "big"))


def test_point_of_g1_outside_the_subgroup_is_refused(off_subgroup_g1: bytes) -> None:
    refuse_g1(off_subgroup_g1)


def test_point_of_g2_outside_the_subgroup_is_refused(off_subgroup_g2: bytes) -> None:
    refuse_g2(off_subgroup_g2)


@pytest.mark.parametrize("length", [0, 47, 49, 96])
def test_g1_of_wrong_length_is_refused(length: int) -> None:
    refuse_g1((GENERATOR_G1 + bytes(48))[:length])


@pytest.mark.parametrize("length", [0, 48, 95, 97, 192])
def test_g2_of_wrong_length_is_refused(length: int) -> None:
    refuse_g2((GENERATOR_G2 + bytes(96))[:length])


def test_scalar_zero_is_refused() -> None:
    refuse_scalar(0)


@pytest.mark.parametrize("value", [SCALAR_ORDER, SCALAR_ORDER + 1, 2**256 - 1])
def test_scalar_not_below_the_order_is_refused(value: int) -> None:
    refuse_scalar(value)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_scalar_of_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(InvalidInput) as error:
        CURVE.decode_scalar(bytes(length - 1) + b"\x01" if length else b"")
    assert error.value.code == "invalid_scalar"


def test_blinded_sum_equals_the_plain_one() -> None:
    points = [CURVE.map_to_g1(element) for element in (1, 2, 3)]
    scalars = [CURVE.scalar(value) for value in (1, 5, SCALAR_ORDER - 1)]
    assert CURVE.combine_secret(points, scalars) == CURVE.combine(points, scalars)


def test_sum_of_nothing_is_the_identity() -> None:
    assert CURVE.combine_secret([], []) == CURVE.combine([], []) == G1Point.identity()


def test_blinded_inverse_is_the_inverse() -> None:
    scalar = CURVE.scalar(7)
    assert CURVE.invert_secret(scalar) * scalar == CURVE.scalar(1)


def test_blinded_public_point_is_the_product() -> None:
    scalar = CURVE.scalar(7)
    assert CURVE.multiply_secret_g2(scalar) == G2Point() * scalar


def test_sum_of_unequal_lengths_is_refused() -> None:
    point, scalar = CURVE.map_to_g1(1), CURVE.scalar(1)
    with pytest.raises(ValueError, match="as many scalars as points"):
        CURVE.combine([point, point], [scalar])


def test_random_scalars_differ() -> None:
    drawn = {CURVE.encode_scalar(CURVE.random_scalar()) for _ in range(8)}
    assert len(drawn) == 8
