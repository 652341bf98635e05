"""Each way in which a proof must fail, by name."""

from __future__ import annotations

import pytest

from didgate import bbs
from didgate.errors import DidgateError, InvalidInput, VerificationError

R = bbs.SCALAR_ORDER
POINTS = {"Abar": 0, "Bbar": 48, "D": 96}
SCALARS = {"e^": 144, "r1^": 176, "r3^": 208, "m^_1": 240, "m^_3": 304, "challenge": 336}
OUT_OF_RANGE = {"zero": 0, "r": R, "r+1": R + 1, "2^256-1": 2**256 - 1}

at_each_point = pytest.mark.parametrize("offset", POINTS.values(), ids=POINTS.keys())
at_each_scalar = pytest.mark.parametrize("offset", SCALARS.values(), ids=SCALARS.keys())


def refuse(signed, code: str, kind: type[DidgateError] = VerificationError, **changes) -> None:
    with pytest.raises(kind) as error:
        signed.verify_proof(**changes)
    assert error.value.code == code


def spliced(proof: bytes, offset: int, part: bytes) -> bytes:
    return proof[:offset] + part + proof[offset + len(part) :]


@at_each_point
def test_identity_is_refused(signed, offset: int) -> None:
    proof = spliced(signed.proof, offset, b"\xc0" + bytes(47))
    refuse(signed, "proof_malformed", proof=proof)


@at_each_point
def test_point_outside_the_subgroup_is_refused(signed, offset: int, off_subgroup_g1: bytes) -> None:
    refuse(signed, "proof_malformed", proof=spliced(signed.proof, offset, off_subgroup_g1))


@at_each_point
def test_missing_compression_flag_is_refused(signed, offset: int) -> None:
    proof = spliced(signed.proof, offset, bytes([signed.proof[offset] & 0x7F]))
    refuse(signed, "proof_malformed", proof=proof)


@at_each_point
def test_x_not_below_the_field_modulus_is_refused(signed, offset: int) -> None:
    refuse(signed, "proof_malformed", proof=spliced(signed.proof, offset, b"\x9f" + b"\xff" * 47))


@at_each_point
def test_another_point_is_refused(signed, offset: int) -> None:
    point = bbs.create_generators(signed.suite, 1)[0]
    refuse(signed, "proof_invalid", proof=spliced(signed.proof, offset, point))


@at_each_point
def test_negated_point_is_refused(signed, offset: int) -> None:
    proof = spliced(signed.proof, offset, bytes([signed.proof[offset] ^ 0x20]))
    refuse(signed, "proof_invalid", proof=proof)


@at_each_scalar
@pytest.mark.parametrize("value", OUT_OF_RANGE.values(), ids=OUT_OF_RANGE.keys())
def test_scalar_outside_the_range_is_refused(signed, offset: int, value: int) -> None:
    proof = spliced(signed.proof, offset, value.to_bytes(32, "big"))
    refuse(signed, "proof_malformed", proof=proof)


@at_each_scalar
def test_another_scalar_is_refused(signed, offset: int) -> None:
    proof = spliced(signed.proof, offset, (7).to_bytes(32, "big"))
    refuse(signed, "proof_invalid", proof=proof)


@pytest.mark.parametrize("missing", [1, 31, 32, 96, 368])
def test_truncated_proof_is_refused(signed, missing: int) -> None:
    refuse(signed, "proof_malformed", proof=signed.proof[:-missing])


@pytest.mark.parametrize("extra", [b"\x00", bytes(32), (1).to_bytes(32, "big")])
def test_extended_proof_is_refused(signed, extra: bytes) -> None:
    refuse(signed, "proof_malformed", proof=signed.proof + extra)


def test_extra_scalar_before_the_challenge_is_refused(signed) -> None:
    proof = signed.proof[:-32] + (1).to_bytes(32, "big") + signed.proof[-32:]
    refuse(signed, "proof_malformed", proof=proof)


def test_another_header_is_refused(signed) -> None:
    refuse(signed, "proof_invalid", header=b"another")


def test_another_presentation_header_is_refused(signed) -> None:
    refuse(signed, "proof_invalid", presentation_header=b"another")


def test_bytes_moved_between_header_and_presentation_header_are_refused(signed) -> None:
    moved = {"header": signed.header + b"p", "presentation_header": signed.presentation_header[1:]}
    refuse(signed, "proof_invalid", **moved)


def test_another_key_is_refused(signed) -> None:
    refuse(signed, "proof_invalid", public_key=bbs.public_key_of(bytes(31) + b"\x01"))


def test_invalid_public_key_is_refused(signed) -> None:
    refuse(signed, "invalid_public_key", InvalidInput, public_key=b"\xc0" + bytes(95))


def test_another_suite_is_refused(signed) -> None:
    suites = {bbs.BLS12_381_SHA256, bbs.BLS12_381_SHAKE256, bbs.DIDGATE} - {signed.suite}
    for suite in suites:
        refuse(signed, "proof_invalid", suite=suite)


@pytest.mark.parametrize("count", [4, 6])
def test_another_message_count_is_refused(signed, count: int) -> None:
    refuse(signed, "proof_malformed", message_count=count)


def test_message_count_below_the_disclosed_is_refused(signed) -> None:
    refuse(signed, "disclosure_malformed", message_count=1)


@pytest.mark.parametrize("count", [-1, bbs.MAX_MESSAGES + 1])
def test_message_count_outside_the_limits_is_refused(signed, count: int) -> None:
    refuse(signed, "invalid_message_count", InvalidInput, message_count=count)


def test_longer_list_that_fits_the_proofs_length_is_refused(signed) -> None:
    # one message more, and it disclosed: the number of hidden ones stays the same
    refuse(signed, "proof_invalid", disclosed=signed.disclosed | {5: 1}, message_count=6)


def test_changed_message_is_refused(signed) -> None:
    refuse(signed, "proof_invalid", disclosed=signed.disclosed | {1: 2})


def test_reordered_messages_are_refused(signed) -> None:
    swapped = {1: signed.disclosed[3], 3: signed.disclosed[1]}
    refuse(signed, "proof_invalid", disclosed=swapped)


def test_shifted_indexes_are_refused(signed) -> None:
    shifted = {index + 1: scalar for index, scalar in signed.disclosed.items()}
    refuse(signed, "proof_invalid", disclosed=shifted)


def test_missing_disclosed_index_is_refused(signed) -> None:
    refuse(signed, "proof_malformed", disclosed={1: signed.disclosed[1]})


def test_duplicate_disclosed_index_is_refused(signed) -> None:
    # as pairs (1, a), (1, a) become one entry, the proof is one scalar short
    pairs = [(1, signed.disclosed[1]), (1, signed.disclosed[1])]
    refuse(signed, "proof_malformed", disclosed=dict(pairs))


def test_extra_disclosed_index_is_refused(signed) -> None:
    refuse(signed, "proof_malformed", disclosed=signed.disclosed | {0: signed.scalars[0]})


@pytest.mark.parametrize("index", [-1, 5, 2**64, True, 1.0, "1"])
def test_disclosed_index_outside_the_messages_is_refused(signed, index: object) -> None:
    disclosed = {index: signed.scalars[0], 3: signed.scalars[3]}
    refuse(signed, "disclosure_malformed", disclosed=disclosed)


@pytest.mark.parametrize("value", [0, -1, R, R + 1, 2**256 - 1, True, 1.0, "1", None])
def test_disclosed_message_that_is_no_scalar_is_refused(signed, value: object) -> None:
    refuse(signed, "disclosure_malformed", disclosed=signed.disclosed | {1: value})


def test_disclosed_message_plus_r_is_refused(signed) -> None:
    disclosed = signed.disclosed | {1: signed.disclosed[1] + R}
    refuse(signed, "disclosure_malformed", disclosed=disclosed)
