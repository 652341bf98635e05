"""Precompiled contracts of the embedded chain, computed by native libraries.

EIP-2537 (BLS12-381: addition, multi-scalar multiplication, pairing check, mapping to the
curve) by arkworks, EIP-7951 (P-256 signatures) by OpenSSL, and MODEXP at the price and with
the limits that Osaka gives it (EIP-7883, EIP-7823), so that gas measured here is gas paid
elsewhere. A malformed input fails the call and burns its gas; ``p256_verify`` alone never fails,
it answers nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from eth.abc import ComputationAPI
from eth.exceptions import VMError
from eth.precompiles.bls12_381 import constants as eip2537
from eth.precompiles.modexp import extract_lengths, modexp
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

Precompile = Callable[[ComputationAPI], object]
Point = TypeVar("Point", G1Point, G2Point)
Decoded = TypeVar("Decoded")

_FP: Final = 64  # a field element: 16 zero bytes, then 48 bytes big-endian
_G1: Final = 2 * _FP
_G2: Final = 4 * _FP
_SCALAR: Final = 32
_PAIRING_BASE_GAS: Final = 37_700
_PAIRING_GAS_PER_PAIR: Final = 32_600
_P256_GAS: Final = 6_900
_P256_INPUT: Final = 160
_TRUE: Final = (1).to_bytes(32, "big")
_FALSE: Final = bytes(32)


def _field_elements(data: bytes) -> bytes:
    """Strip the padding of each field element: n x 64 bytes become n x 48."""
    parts = [data[start : start + _FP] for start in range(0, len(data), _FP)]
    if any(part[:16] != bytes(16) for part in parts):
        raise VMError("a field element's padding is not zero")
    return b"".join(part[16:] for part in parts)


def _padded(coordinates: bytes) -> bytes:
    """Pad each 48-byte field element to 64 bytes."""
    starts = range(0, len(coordinates), 48)
    return b"".join(bytes(16) + coordinates[start : start + 48] for start in starts)


def _decode(decoder: Callable[[bytes], Decoded], data: bytes) -> Decoded:
    """Decode field elements into a point, or fail the call."""
    try:
        return decoder(_field_elements(data))
    except ValueError as error:
        raise VMError("not a point of the curve or of its subgroup") from error


def _pairs(data: bytes, size: int) -> list[bytes]:
    """Cut the input into its equal parts; none at all is an error."""
    if not data or len(data) % size:
        raise VMError(f"the input is not a positive multiple of {size} bytes")
    return [data[start : start + size] for start in range(0, len(data), size)]


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise VMError(f"the input is not {size} bytes long")
    return data


def _addition(size: int, gas: int, decoder: Callable[[bytes], Point]) -> Precompile:
    """Make G1ADD or G2ADD; EIP-2537 asks for no subgroup check here."""

    def add(computation: ComputationAPI) -> None:
        computation.consume_gas(gas, "BLS12-381 addition")
        data = _exactly(computation.msg.data_as_bytes, 2 * size)
        total = _decode(decoder, data[:size]) + _decode(decoder, data[size:])
        computation.output = _padded(total.to_xy_bytes_be())

    return add


def _multi_scalar_multiplication(
    size: int,
    gas: int,
    discounts: list[int],
    decoder: Callable[[bytes], Point],
    multiply: Callable[[list[Point], list[Scalar]], Point],
) -> Precompile:
    """Make G1MSM or G2MSM, with the subgroup check and the discount table of EIP-2537."""

    def msm(computation: ComputationAPI) -> None:
        pairs = _pairs(computation.msg.data_as_bytes, size + _SCALAR)
        discount = discounts[min(len(pairs), len(discounts)) - 1]
        cost = len(pairs) * gas * discount // eip2537.MSM_MULTIPLIER
        computation.consume_gas(cost, "BLS12-381 multi-scalar multiplication")
        points = [_decode(decoder, pair[:size]) for pair in pairs]
        # Reducing is sound because the points were found to be in the subgroup of order r.
        scalars = [Scalar.from_be_bytes_mod_order(pair[size:]) for pair in pairs]
        computation.output = _padded(multiply(points, scalars).to_xy_bytes_be())

    return msm


def _mapping(size: int, gas: int, map_to_curve: Callable[[bytes], Point]) -> Precompile:
    """Make MAP_FP_TO_G1 or MAP_FP2_TO_G2."""

    def to_curve(computation: ComputationAPI) -> None:
        computation.consume_gas(gas, "BLS12-381 mapping to the curve")
        data = _exactly(computation.msg.data_as_bytes, size)
        computation.output = _padded(_decode(map_to_curve, data).to_xy_bytes_be())

    return to_curve


def pairing_check(computation: ComputationAPI) -> None:
    """Answer whether the product of the pairings is one (EIP-2537, address 0x0f)."""
    pairs = _pairs(computation.msg.data_as_bytes, _G1 + _G2)
    cost = _PAIRING_BASE_GAS + _PAIRING_GAS_PER_PAIR * len(pairs)
    computation.consume_gas(cost, "BLS12-381 pairing check")
    in_g1 = [_decode(G1Point.from_xy_bytes_be, pair[:_G1]) for pair in pairs]
    in_g2 = [_decode(G2Point.from_xy_bytes_be, pair[_G1:]) for pair in pairs]
    computation.output = _TRUE if GT.pairing_check(in_g1, in_g2) else _FALSE


def p256_verify(computation: ComputationAPI) -> None:
    """Verify an ECDSA signature over P-256 of a given digest (EIP-7951, address 0x100)."""
    computation.consume_gas(_P256_GAS, "P-256 signature")
    data = computation.msg.data_as_bytes
    computation.output = b""
    if len(data) != _P256_INPUT:
        return
    numbers = (int.from_bytes(data[start : start + 32], "big") for start in range(32, 160, 32))
    r, s, x, y = numbers
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), data[:32], ec.ECDSA(Prehashed(SHA256())))
    except (ValueError, InvalidSignature):
        return
    computation.output = _TRUE


def _modexp_gas(data: bytes) -> int:
    """Price a modular exponentiation by EIP-7883; refuse what EIP-7823 finds too long."""
    base_length, exponent_length, modulus_length = extract_lengths(data)
    if max(base_length, exponent_length, modulus_length) > 1024:
        raise VMError("an operand is longer than 1024 bytes")
    longest = max(base_length, modulus_length)
    complexity = 16 if longest <= 32 else 2 * ((longest + 7) // 8) ** 2
    head_length = min(exponent_length, 32)
    head = data[96 + base_length : 96 + base_length + head_length].ljust(head_length, b"\0")
    leading_bits = max(int.from_bytes(head, "big").bit_length() - 1, 0)
    iterations = max(16 * max(exponent_length - 32, 0) + leading_bits, 1)
    return max(500, complexity * iterations)


def _at(address: int) -> bytes:
    return address.to_bytes(20, "big")


PRECOMPILES: Final[dict[bytes, Precompile]] = {
    _at(0x05): modexp(gas_calculator=_modexp_gas),
    _at(0x0B): _addition(_G1, eip2537.BLS12_G1_ADD_GAS, G1Point.from_xy_bytes_unchecked_be),
    _at(0x0C): _multi_scalar_multiplication(
        _G1,
        eip2537.BLS12_G1_MSM_GAS,
        eip2537.G1_MSM_DISCOUNTS,
        G1Point.from_xy_bytes_be,
        G1Point.multiexp_unchecked,
    ),
    _at(0x0D): _addition(_G2, eip2537.BLS12_G2_ADD_GAS, G2Point.from_xy_bytes_unchecked_be),
    _at(0x0E): _multi_scalar_multiplication(
        _G2,
        eip2537.BLS12_G2_MSM_GAS,
        eip2537.G2_MSM_DISCOUNTS,
        G2Point.from_xy_bytes_be,
        G2Point.multiexp_unchecked,
    ),
    _at(0x0F): pairing_check,
    _at(0x10): _mapping(_FP, eip2537.BLS12_MAP_FP_G1_GAS, G1Point.map_from_fp_be),
    _at(0x11): _mapping(2 * _FP, eip2537.BLS12_MAP_FP2_G2_GAS, G2Point.map_from_fp2_be),
    _at(0x100): p256_verify,
}
"""Address (20 bytes) to the precompiled contract that stands there."""
