"""The precompiled contracts of the embedded chain, against py-evm's own pure-Python ones."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from eth.exceptions import VMError
from eth.vm.forks.prague.computation import PRAGUE_PRECOMPILES
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from didgate.chain.embedded import EmbeddedChain
from didgate.chain.embedded.precompiles import PRECOMPILES

P = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)
R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

MODEXP, G1ADD, G1MSM, G2ADD, G2MSM, PAIRING, MAP_G1, MAP_G2, P256 = (
    number.to_bytes(20, "big") for number in (5, 0xB, 0xC, 0xD, 0xE, 0xF, 0x10, 0x11, 0x100)
)


class Computation:
    """As much of a py-evm computation as a precompiled contract touches."""

    def __init__(self, data: bytes) -> None:
        self.msg = SimpleNamespace(data=data, data_as_bytes=data)
        self.gas = 0
        self.reasons: list[str] = []
        self.output = b"untouched"

    def consume_gas(self, amount: int, reason: str) -> None:
        self.gas += amount
        self.reasons.append(reason)


def run(precompile: Callable[[Any], object], data: bytes) -> tuple[bytes, int]:
    computation = Computation(data)
    precompile(computation)
    return computation.output, computation.gas


def ours(address: bytes, data: bytes) -> tuple[bytes, int]:
    return run(PRECOMPILES[address], data)


def theirs(address: bytes, data: bytes) -> tuple[bytes, int]:
    return run(PRAGUE_PRECOMPILES[address], data)


def fields(coordinates: bytes) -> bytes:
    parts = (coordinates[start : start + 48] for start in range(0, len(coordinates), 48))
    return b"".join(bytes(16) + part for part in parts)


def g1(scalar: int) -> bytes:
    return fields((G1Point() * Scalar(scalar)).to_xy_bytes_be())


def g2(scalar: int) -> bytes:
    return fields((G2Point() * Scalar(scalar)).to_xy_bytes_be())


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def field(value: int) -> bytes:
    return value.to_bytes(64, "big")


INFINITY_1, INFINITY_2 = bytes(128), bytes(256)
# (0, 2) is on y² = x³ + 4 and has not the order r.
OUTSIDE_G1 = field(0) + field(2)
OFF_CURVE_G1 = field(1) + field(1)


def outside_g2() -> bytes:
    """Find a point of the twisted curve that is not in the subgroup."""
    for x in range(1, 100):
        for flags in (0x80, 0xA0):
            compressed = bytes([flags]) + (bytes(94)) + bytes([x])
            try:
                point = G2Point.from_compressed_bytes_unchecked(compressed)
            except ValueError:
                continue
            if not point.is_in_subgroup():
                return fields(point.to_xy_bytes_be())
    raise AssertionError("no such point among the first hundred")


SAME_AS_REFERENCE = {
    "add": (G1ADD, g1(5) + g1(7)),
    "add_doubling": (G1ADD, g1(5) + g1(5)),
    "add_opposite": (G1ADD, g1(5) + g1(R - 5)),
    "add_infinity": (G1ADD, INFINITY_1 + g1(9)),
    "add_outside_subgroup": (G1ADD, OUTSIDE_G1 + OUTSIDE_G1),
    "msm_one": (G1MSM, g1(3) + word(11)),
    "msm_three": (G1MSM, g1(3) + word(11) + g1(4) + word(R + 2) + INFINITY_1 + word(5)),
    "msm_largest_scalar": (G1MSM, g1(3) + word(2**256 - 1)),
    "add_2": (G2ADD, g2(5) + g2(7)),
    "add_2_infinity": (G2ADD, g2(5) + INFINITY_2),
    "add_2_outside_subgroup": (G2ADD, outside_g2() + g2(3)),
    "msm_2": (G2MSM, g2(3) + word(11) + g2(4) + word(0)),
    "map": (MAP_G1, field(1234567890)),
    "map_largest": (MAP_G1, field(P - 1)),
    "map_2": (MAP_G2, field(17) + field(P - 2)),
    "pairing_true": (PAIRING, g1(6) + g2(5) + g1(R - 10) + g2(3)),
    "pairing_false": (PAIRING, g1(6) + g2(5) + g1(R - 10) + g2(4)),
    "pairing_infinity": (PAIRING, INFINITY_1 + g2(5)),
}


@pytest.mark.parametrize("name", SAME_AS_REFERENCE)
def test_same_answer_and_gas_as_the_reference(name: str) -> None:
    address, data = SAME_AS_REFERENCE[name]
    assert ours(address, data) == theirs(address, data)


def test_gas_of_large_multiplications_as_the_reference() -> None:
    pair = INFINITY_1 + word(1)
    for count in (2, 64, 128, 129, 200):
        assert ours(G1MSM, pair * count) == theirs(G1MSM, pair * count)


REFUSED = {
    "add_empty": (G1ADD, b""),
    "add_truncated": (G1ADD, (g1(5) + g1(7))[:-1]),
    "add_extended": (G1ADD, g1(5) + g1(7) + b"\0"),
    "add_off_curve": (G1ADD, OFF_CURVE_G1 + g1(1)),
    "add_padding_not_zero": (G1ADD, b"\1" + g1(5)[1:] + g1(7)),
    "add_coordinate_not_reduced": (G1ADD, field(P) + field(2) + g1(1)),
    "msm_empty": (G1MSM, b""),
    "msm_truncated": (G1MSM, (g1(3) + word(1))[:-1]),
    "msm_outside_subgroup": (G1MSM, OUTSIDE_G1 + word(1)),
    "msm_outside_subgroup_times_zero": (G1MSM, OUTSIDE_G1 + word(0)),
    "add_2_truncated": (G2ADD, g2(5) * 2 + b"\0"),
    "add_2_off_curve": (G2ADD, field(1) * 4 + g2(1)),
    "msm_2_outside_subgroup": (G2MSM, outside_g2() + word(1)),
    "map_not_reduced": (MAP_G1, field(P)),
    "map_truncated": (MAP_G1, field(1)[:-1]),
    "map_2_not_reduced": (MAP_G2, field(1) + field(P)),
    "pairing_empty": (PAIRING, b""),
    "pairing_truncated": (PAIRING, (g1(1) + g2(1))[:-1]),
    "pairing_first_outside_subgroup": (PAIRING, OUTSIDE_G1 + g2(1)),
    "pairing_second_outside_subgroup": (PAIRING, g1(1) + outside_g2()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_by_the_reference(name: str) -> None:
    address, data = REFUSED[name]
    with pytest.raises(VMError):
        ours(address, data)
    with pytest.raises(VMError):
        theirs(address, data)


def p256_input(**overrides: int) -> bytes:
    key = ec.derive_private_key(20260101, ec.SECP256R1())
    digest = b"\x42" * 32
    r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
    point = key.public_key().public_numbers()
    values = {"digest": int.from_bytes(digest, "big"), "r": r, "s": s, "x": point.x, "y": point.y}
    return b"".join(word(value) for value in (values | overrides).values())


def test_p256_accepts_a_signature() -> None:
    assert ours(P256, p256_input()) == (word(1), 6900)


def test_p256_accepts_high_s() -> None:
    signed = p256_input()
    s = int.from_bytes(signed[64:96], "big")
    other = signed[:64] + word(P256_ORDER - s) + signed[96:]
    assert ours(P256, other)[0] == word(1)


@pytest.mark.parametrize(
    "overrides",
    [
        {"digest": 1},
        {"r": 0},
        {"s": 0},
        {"r": P256_ORDER},
        {"s": P256_ORDER},
        {"x": 0, "y": 0},
        {"x": 5},
        {"x": 2**256 - 1},
    ],
    ids=str,
)
def test_p256_answers_nothing(overrides: dict[str, int]) -> None:
    assert ours(P256, p256_input(**overrides)) == (b"", 6900)


def test_p256_answers_nothing_to_another_length() -> None:
    assert ours(P256, p256_input() + b"\0") == (b"", 6900)
    assert ours(P256, b"") == (b"", 6900)


def modexp_input(base: int, exponent: int, modulus: int, size: int = 32) -> bytes:
    lengths = word(size) * 3
    return lengths + b"".join(value.to_bytes(size, "big") for value in (base, exponent, modulus))


def test_modexp_computes() -> None:
    assert ours(MODEXP, modexp_input(3, 5, 100))[0] == word(43)


@pytest.mark.parametrize(
    ("data", "gas"),
    [
        (modexp_input(3, 5, 100), 500),  # the floor of EIP-7883
        (modexp_input(3, 2**255, 100), 16 * 255),
        (modexp_input(3, 2**255, 100, size=64), 2 * 64 * (16 * 32)),
        (word(0) * 3, 500),
    ],
)
def test_modexp_costs_what_osaka_asks(data: bytes, gas: int) -> None:
    assert ours(MODEXP, data)[1] == gas


def test_modexp_refuses_operands_above_1024_bytes() -> None:
    with pytest.raises(VMError):
        ours(MODEXP, word(1025) + word(1) + word(1))


def test_precompiles_stand_on_the_chain(chain: EmbeddedChain) -> None:
    call = {"to": "0x" + PAIRING.hex(), "data": "0x" + (g1(6) + g2(5)).hex()}
    assert int(chain.make_request("eth_call", [call, "latest"])["result"], 16) == 0
    call = {"to": "0x" + P256.hex(), "data": "0x" + p256_input().hex()}
    assert int(chain.make_request("eth_call", [call, "latest"])["result"], 16) == 1


def test_refused_input_burns_the_gas_of_the_call(chain: EmbeddedChain) -> None:
    call = {"to": "0x" + G1MSM.hex(), "data": "0x" + (OUTSIDE_G1 + word(1)).hex()}
    assert "failed" in chain.make_request("eth_call", [call, "latest"])["error"]["message"]
