"""BBS proofs in Solidity as in Python: all that must fail fails, by its reason.

Errors of the contract are compared with the codes of the package: ``ProofMalformed``
stands for ``proof_malformed``, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bbs_contract import BBSContract, Statement, generators, padded, running_contract, statement_of
from py_arkworks_bls12381 import G1Point, G2Point

from didgate import bbs
from didgate.bbs.curve import CURVE, FIELD_MODULUS, SCALAR_ORDER
from didgate.bbs.eip2537 import g1_to_eip2537, g2_to_eip2537, proof_to_eip2537
from didgate.bbs.proof import _prove
from didgate.bbs.suite import generator_points
from didgate.chain.revert import Reverted

SUITE = bbs.BLS12_381_SHA256
SECRET_KEY = bytes(31) + b"\x07"
SCALARS = (1, 2**53, SCALAR_ORDER - 1, 2**160, 12345)
POINTS = {"Abar": 0, "Bbar": 128, "D": 256}
RESPONSES = {"e^": 384, "r1^": 416, "r3^": 448, "m^_1": 480, "m^_3": 544, "challenge": 576}
OUT_OF_RANGE = {"zero": 0, "r": SCALAR_ORDER, "r+1": SCALAR_ORDER + 1, "2^256-1": 2**256 - 1}

at_each_point = pytest.mark.parametrize("offset", POINTS.values(), ids=POINTS.keys())
at_each_scalar = pytest.mark.parametrize("offset", RESPONSES.values(), ids=RESPONSES.keys())


@pytest.fixture(scope="module")
def contract() -> Iterator[BBSContract]:
    with running_contract() as running:
        yield running


@pytest.fixture(scope="module", params=[SUITE, bbs.DIDGATE], ids=["SHA256", "DIDGATE"])
def signed(request: pytest.FixtureRequest) -> Statement:
    """Return five messages under one signature, those at 1 and 3 disclosed."""
    return statement_of(request.param, SECRET_KEY, SCALARS, [1, 3])


@pytest.fixture(scope="module", params=[(), (3,), (1, 3)], ids=["full", "one pinned", "all pinned"])
def pinned(signed: Statement, request: pytest.FixtureRequest) -> Statement:
    return signed.but(pinned=frozenset(request.param))


def on_chain(proof: bytes, offset: int, part: bytes) -> bytes:
    """Return a proof as the contract takes it, with a part of it replaced."""
    converted = proof_to_eip2537(proof)
    return converted[:offset] + part + converted[offset + len(part) :]


def outside_g1() -> bytes:
    """Return a point that is on the curve and outside G1, as the contract takes it."""
    for x in range(1, 100):
        try:
            point = G1Point.from_compressed_bytes_unchecked((x | 0x80 << 376).to_bytes(48, "big"))
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return padded(point.to_xy_bytes_be())
    raise AssertionError("almost every point is outside the subgroup")


def outside_g2() -> bytes:
    for x in range(1, 100):
        try:
            point = G2Point.from_compressed_bytes_unchecked((x | 0x80 << 760).to_bytes(96, "big"))
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return padded(point.to_xy_bytes_be())
    raise AssertionError("almost every point is outside the subgroup")


def plus(encoded: bytes, word: int, number: int) -> bytes:
    """Add a number to one field element of a point."""
    start = 64 * word
    value = int.from_bytes(encoded[start : start + 64], "big") + number
    return encoded[:start] + value.to_bytes(64, "big") + encoded[start + 64 :]


def test_valid_proof(contract: BBSContract, pinned: Statement) -> None:
    assert pinned.in_python() is None
    assert contract.refusal(pinned) is None


@pytest.mark.parametrize("disclosed", [[], [0], [0, 1, 2, 3, 4]], ids=["none", "first", "all"])
def test_any_number_of_messages_may_be_disclosed(contract: BBSContract, disclosed) -> None:
    assert contract.refusal(statement_of(bbs.DIDGATE, SECRET_KEY, SCALARS, disclosed)) is None


def test_signature_over_no_messages(contract: BBSContract) -> None:
    assert contract.refusal(statement_of(bbs.DIDGATE, SECRET_KEY, [], [])) is None


@pytest.mark.parametrize("masked", ["T1", "T2"])
def test_commitment_that_is_the_identity_hashes_like_any_other(
    contract: BBSContract, masked: str
) -> None:
    # masks of zero: the prover's choice, and a proof all the same
    public_key, headers = bbs.public_key_of(SECRET_KEY), (b"header", b"presentation header")
    signature = bbs.sign(bbs.DIDGATE, SECRET_KEY, public_key, headers[0], SCALARS)
    randomness = [CURVE.random_scalar() for _ in range(5)]
    for place in (2, 3) if masked == "T1" else (4,):
        randomness[place] = CURVE.scalar(0)
    everything = range(len(SCALARS))
    proof = _prove(bbs.DIDGATE, public_key, signature, *headers, SCALARS, everything, randomness)
    shown = dict(enumerate(SCALARS))
    statement = Statement(bbs.DIDGATE, public_key, *headers, shown, proof, len(SCALARS))
    assert statement.in_python() is None
    assert contract.refusal(statement) is None


@at_each_point
def test_identity_is_refused(contract: BBSContract, pinned: Statement, offset: int) -> None:
    proof = on_chain(pinned.proof, offset, bytes(128))
    assert contract.refusal(pinned, proof=proof) == "proof_malformed"


@at_each_point
def test_point_outside_the_subgroup_is_refused(
    contract: BBSContract, pinned: Statement, offset: int
) -> None:
    proof = on_chain(pinned.proof, offset, outside_g1())
    assert contract.refusal(pinned, proof=proof) == "proof_malformed"


@at_each_point
def test_point_of_order_three_is_refused(
    contract: BBSContract, signed: Statement, offset: int
) -> None:
    proof = on_chain(signed.proof, offset, bytes(127) + b"\x02")
    assert contract.refusal(signed, proof=proof) == "proof_malformed"


@at_each_point
def test_point_off_the_curve_is_refused(
    contract: BBSContract, signed: Statement, offset: int
) -> None:
    proof = on_chain(signed.proof, offset, bytes(63) + b"\x01" + bytes(63) + b"\x01")
    assert contract.refusal(signed, proof=proof) == "proof_malformed"


@at_each_point
@pytest.mark.parametrize("word", [0, 1], ids=["x", "y"])
def test_coordinate_not_below_the_field_modulus_is_refused(
    contract: BBSContract, signed: Statement, offset: int, word: int
) -> None:
    point = proof_to_eip2537(signed.proof)[offset : offset + 128]
    for number in (FIELD_MODULUS, 1 << 384, 1 << 511):
        proof = on_chain(signed.proof, offset, plus(point, word, number))
        assert contract.refusal(signed, proof=proof) == "proof_malformed"


@at_each_point
def test_another_point_is_refused(contract: BBSContract, pinned: Statement, offset: int) -> None:
    point = g1_to_eip2537(bbs.create_generators(pinned.suite, 1)[0])
    assert contract.refusal(pinned, proof=on_chain(pinned.proof, offset, point)) == "proof_invalid"


@at_each_point
def test_negated_point_is_refused(contract: BBSContract, signed: Statement, offset: int) -> None:
    point = proof_to_eip2537(signed.proof)[offset : offset + 128]
    y = FIELD_MODULUS - int.from_bytes(point[64:], "big")
    negated = point[:64] + y.to_bytes(64, "big")
    assert (
        contract.refusal(signed, proof=on_chain(signed.proof, offset, negated)) == "proof_invalid"
    )


@at_each_scalar
@pytest.mark.parametrize("value", OUT_OF_RANGE.values(), ids=OUT_OF_RANGE.keys())
def test_scalar_outside_the_range_is_refused(
    contract: BBSContract, signed: Statement, offset: int, value: int
) -> None:
    proof = on_chain(signed.proof, offset, value.to_bytes(32, "big"))
    assert contract.refusal(signed, proof=proof) == "proof_malformed"


@at_each_scalar
def test_another_scalar_is_refused(contract: BBSContract, pinned: Statement, offset: int) -> None:
    proof = on_chain(pinned.proof, offset, (7).to_bytes(32, "big"))
    assert contract.refusal(pinned, proof=proof) == "proof_invalid"


@pytest.mark.parametrize("missing", [1, 31, 32, 96, 480, 608])
def test_truncated_proof_is_refused(contract: BBSContract, pinned: Statement, missing: int) -> None:
    proof = proof_to_eip2537(pinned.proof)[:-missing]
    assert contract.refusal(pinned, proof=proof) == "proof_malformed"


@pytest.mark.parametrize("extra", [b"\x00", bytes(32), (1).to_bytes(32, "big")])
def test_extended_proof_is_refused(contract: BBSContract, pinned: Statement, extra: bytes) -> None:
    proof = proof_to_eip2537(pinned.proof)
    for extended in (proof + extra, proof[:-32] + extra + proof[-32:]):
        assert contract.refusal(pinned, proof=extended) == "proof_malformed"


def test_another_header_is_refused(contract: BBSContract, pinned: Statement) -> None:
    assert contract.refusal(pinned.but(header=b"another")) == "proof_invalid"


def test_another_presentation_header_is_refused(contract: BBSContract, pinned: Statement) -> None:
    assert contract.refusal(pinned.but(presentation_header=b"another")) == "proof_invalid"


def test_bytes_moved_between_the_headers_are_refused(
    contract: BBSContract, signed: Statement
) -> None:
    moved = signed.but(
        header=signed.header + b"p", presentation_header=signed.presentation_header[1:]
    )
    assert contract.refusal(moved) == moved.in_python() == "proof_invalid"


def test_another_suite_is_refused(contract: BBSContract, signed: Statement) -> None:
    (suite,) = {SUITE, bbs.DIDGATE} - {signed.suite}
    assert contract.refusal(signed.but(suite=suite)) == "proof_invalid"
    assert contract.refusal(signed, api_id=suite.api_id) == "proof_invalid"
    assert contract.refusal(signed, points=generators(suite, signed.count)) == "proof_invalid"


def test_another_key_is_refused(contract: BBSContract, pinned: Statement) -> None:
    other = pinned.but(public_key=bbs.public_key_of(bytes(31) + b"\x01"))
    assert contract.refusal(other) == other.in_python() == "proof_invalid"


def test_identity_as_key_is_refused(contract: BBSContract, signed: Statement) -> None:
    assert contract.refusal(signed, public_key=bytes(256)) == "invalid_public_key"
    assert signed.but(public_key=b"\xc0" + bytes(95)).in_python() == "invalid_public_key"


@pytest.mark.parametrize("length", [0, 128, 255, 257, 384])
def test_key_of_another_length_is_refused(
    contract: BBSContract, signed: Statement, length: int
) -> None:
    key = (g2_to_eip2537(signed.public_key) + bytes(128))[:length]
    assert contract.refusal(signed, public_key=key) == "invalid_public_key"


def test_key_outside_the_subgroup_is_refused(contract: BBSContract, pinned: Statement) -> None:
    assert contract.refusal(pinned, public_key=outside_g2()) == "invalid_public_key"


@pytest.mark.parametrize("word", range(4))
def test_key_with_another_encoding_is_refused(
    contract: BBSContract, signed: Statement, word: int
) -> None:
    key = g2_to_eip2537(signed.public_key)
    for number in (FIELD_MODULUS, 1 << 384, 1 << 511):
        refusal = contract.refusal(signed, public_key=plus(key, word, number))
        assert refusal == "invalid_public_key"


@pytest.mark.parametrize("count", [4, 6])
def test_another_message_count_is_refused(
    contract: BBSContract, pinned: Statement, count: int
) -> None:
    other = pinned.but(count=count)
    assert contract.refusal(other) == other.in_python() == "proof_malformed"


def test_longer_list_that_fits_the_proofs_length_is_refused(
    contract: BBSContract, signed: Statement
) -> None:
    longer = signed.but(disclosed={**signed.disclosed, 5: 1}, count=6)
    assert contract.refusal(longer) == longer.in_python() == "proof_invalid"


def test_changed_message_is_refused(contract: BBSContract, pinned: Statement) -> None:
    changed = pinned.but(disclosed={**pinned.disclosed, 1: 2})
    assert contract.refusal(changed) == changed.in_python() == "proof_invalid"


def test_reordered_messages_are_refused(contract: BBSContract, pinned: Statement) -> None:
    swapped = pinned.but(disclosed={1: pinned.disclosed[3], 3: pinned.disclosed[1]})
    assert contract.refusal(swapped) == swapped.in_python() == "proof_invalid"


def test_shifted_indexes_are_refused(contract: BBSContract, signed: Statement) -> None:
    shifted = signed.but(disclosed={i + 1: scalar for i, scalar in signed.disclosed.items()})
    assert contract.refusal(shifted) == shifted.in_python() == "proof_invalid"


def test_missing_and_extra_indexes_are_refused(contract: BBSContract, signed: Statement) -> None:
    missing = signed.but(disclosed={1: signed.disclosed[1]})
    assert contract.refusal(missing) == missing.in_python() == "proof_malformed"
    extra = signed.but(disclosed={**signed.disclosed, 0: SCALARS[0]})
    assert contract.refusal(extra) == extra.in_python() == "proof_malformed"


@pytest.mark.parametrize(
    "indexes", [[3, 1], [1, 1], [1, 5], [1, 255], [1, 256], [1, 2**64], [1, 2**256 - 1]]
)
def test_indexes_not_strictly_ascending_within_the_messages_are_refused(
    contract: BBSContract, signed: Statement, indexes: list[int]
) -> None:
    assert contract.refusal(signed, indexes=indexes) == "disclosure_malformed"
    outside = signed.but(disclosed=dict(zip(indexes, signed.disclosed.values(), strict=True)))
    if max(indexes) >= signed.count:
        assert outside.in_python() == "disclosure_malformed"


@pytest.mark.parametrize("value", OUT_OF_RANGE.values(), ids=OUT_OF_RANGE.keys())
def test_disclosed_message_that_is_no_scalar_is_refused(
    contract: BBSContract, pinned: Statement, value: int
) -> None:
    wrong = pinned.but(disclosed={**pinned.disclosed, 1: value})
    assert contract.refusal(wrong) == wrong.in_python() == "disclosure_malformed"


def test_more_and_fewer_messages_than_indexes_are_refused(
    contract: BBSContract, signed: Statement
) -> None:
    first, second = signed.disclosed.values()
    for messages in ([first], [first, second, 1], []):
        assert contract.refusal(signed, messages=messages) == "disclosure_malformed"


def test_message_pinned_and_shown_is_refused(contract: BBSContract, signed: Statement) -> None:
    both = {"pinned_indexes": [3], "pinned_messages": [signed.disclosed[3]]}
    assert contract.refusal(signed, **both) == "disclosure_malformed"


def test_pin_is_the_base_that_python_computes(contract: BBSContract, signed: Statement) -> None:
    (made,) = contract.call("pinnedStatementOf", signed.but(pinned=frozenset({1, 3})).encoded())
    domain = bbs.calculate_domain(signed.suite, signed.public_key, signed.header, signed.count)
    first, *points = generator_points(signed.suite, signed.count + 1)
    scalars = [CURVE.scalar(value) for value in (domain, signed.disclosed[1], signed.disclosed[3])]
    base = CURVE.decode_g1(signed.suite.p1) + CURVE.combine([first, points[1], points[3]], scalars)
    assert made[3] == domain
    assert made[4] == g1_to_eip2537(CURVE.encode_g1(base))


def test_proof_for_a_pin_is_refused_where_another_value_is_pinned(
    contract: BBSContract, signed: Statement
) -> None:
    other = signed.but(disclosed={**signed.disclosed, 3: 4}, pinned=frozenset({3}))
    assert contract.refusal(other) == "proof_invalid"


def test_pin_that_is_malformed_is_refused(contract: BBSContract, signed: Statement) -> None:
    case = signed.encoded(pinned_indexes=[3], pinned_messages=[0], indexes=[], messages=[])
    with pytest.raises(Reverted) as error:
        contract.call("verify", case)
    assert error.value.reason == "DisclosureMalformed"
