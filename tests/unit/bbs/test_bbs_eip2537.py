"""Points in the encoding of the EIP-2537 precompiles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from py_arkworks_bls12381 import G1Point, G2Point

from didgate import bbs
from didgate.bbs.curve import FIELD_MODULUS
from didgate.bbs.eip2537 import (
    g1_from_eip2537,
    g1_to_eip2537,
    g2_from_eip2537,
    g2_to_eip2537,
    proof_to_eip2537,
)
from didgate.errors import InvalidInput

G1 = bbs.create_generators(bbs.DIDGATE, 1)[0]
G2 = bbs.public_key_of(bytes(31) + b"\x05")

# EIP-2537, "Field elements and points encoding": the generators of both groups
G1_GENERATOR = (
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
)
G2_GENERATOR = (
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
    "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
    "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
    "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
)


def padded(coordinates: tuple[str, ...]) -> bytes:
    return b"".join(bytes(16) + bytes.fromhex(coordinate) for coordinate in coordinates)


def refuse(convert: Callable[[bytes], bytes], data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        convert(data)
    assert error.value.code == "invalid_point"


def test_generator_of_g1_has_its_published_coordinates() -> None:
    assert g1_to_eip2537(G1Point().to_compressed_bytes()) == padded(G1_GENERATOR)


def test_generator_of_g2_has_its_published_coordinates() -> None:
    assert g2_to_eip2537(G2Point().to_compressed_bytes()) == padded(G2_GENERATOR)


def test_round_trip() -> None:
    assert g1_from_eip2537(g1_to_eip2537(G1)) == G1
    assert g2_from_eip2537(g2_to_eip2537(G2)) == G2


def test_lengths() -> None:
    assert (len(g1_to_eip2537(G1)), len(g2_to_eip2537(G2))) == (128, 256)


def test_identity_is_refused() -> None:
    refuse(g1_to_eip2537, b"\xc0" + bytes(47))
    refuse(g2_to_eip2537, b"\xc0" + bytes(95))
    refuse(g1_from_eip2537, bytes(128))
    refuse(g2_from_eip2537, bytes(256))


@pytest.mark.parametrize("word", range(4))
@pytest.mark.parametrize("position", [0, 15])
def test_padding_that_is_not_zero_is_refused(word: int, position: int) -> None:
    encoded = bytearray(g2_to_eip2537(G2))
    encoded[64 * word + position] = 1
    refuse(g2_from_eip2537, bytes(encoded))


@pytest.mark.parametrize("word", range(2))
def test_coordinate_not_below_the_field_modulus_is_refused(word: int) -> None:
    encoded = bytearray(g1_to_eip2537(G1))
    start = 64 * word
    value = int.from_bytes(encoded[start : start + 64], "big") + FIELD_MODULUS
    encoded[start : start + 64] = value.to_bytes(64, "big")
    refuse(g1_from_eip2537, bytes(encoded))


def test_point_off_the_curve_is_refused() -> None:
    refuse(g1_from_eip2537, g1_to_eip2537(G1)[:64] + g1_to_eip2537(G1)[:64])
    refuse(g2_from_eip2537, g2_to_eip2537(G2)[:128] + g2_to_eip2537(G2)[:128])


def test_point_outside_the_subgroup_is_refused(off_subgroup_g1, off_subgroup_g2) -> None:
    refuse(g1_to_eip2537, off_subgroup_g1)
    refuse(g2_to_eip2537, off_subgroup_g2)
    outside = G1Point.from_compressed_bytes_unchecked(off_subgroup_g1).to_xy_bytes_be()
    refuse(g1_from_eip2537, bytes(16) + outside[:48] + bytes(16) + outside[48:])


@pytest.mark.parametrize("length", [0, 64, 127, 129, 192, 256])
def test_g1_of_wrong_length_is_refused(length: int) -> None:
    refuse(g1_from_eip2537, (g1_to_eip2537(G1) + bytes(128))[:length])


@pytest.mark.parametrize("length", [0, 128, 255, 257, 320])
def test_g2_of_wrong_length_is_refused(length: int) -> None:
    refuse(g2_from_eip2537, (g2_to_eip2537(G2) + bytes(64))[:length])


def test_swapped_halves_of_an_extension_element_are_refused() -> None:
    encoded = g2_to_eip2537(G2)
    swapped = encoded[64:128] + encoded[:64] + encoded[192:] + encoded[128:192]
    refuse(g2_from_eip2537, swapped)


def test_proof_has_its_points_padded_and_its_scalars_as_they_were(signed) -> None:
    converted = proof_to_eip2537(signed.proof)
    assert len(converted) == len(signed.proof) + 3 * (128 - 48)
    points = (converted[start : start + 128] for start in range(0, 384, 128))
    assert b"".join(map(g1_from_eip2537, points)) == signed.proof[:144]
    assert converted[384:] == signed.proof[144:]


@pytest.mark.parametrize("length", [0, 144, 271, 273, 303])
def test_proof_of_impossible_length_is_refused(signed, length: int) -> None:
    with pytest.raises(InvalidInput) as error:
        proof_to_eip2537(signed.proof[:length])
    assert error.value.code == "invalid_proof_length"


@pytest.mark.parametrize("offset", [0, 48, 96])
def test_proof_with_an_invalid_point_is_refused(signed, offset: int, off_subgroup_g1) -> None:
    proof = signed.proof[:offset] + off_subgroup_g1 + signed.proof[offset + 48 :]
    refuse(proof_to_eip2537, proof)
