"""What must hold of typed messages for all values: exact, ordered, and never confused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from eth_utils import to_checksum_address
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from didgate import bbs
from didgate.bbs.typed import MAX_INTEGER, SlotType, check, decode, encode, ordered_value
from didgate.errors import InvalidInput, VerificationError

integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
texts = st.text(max_size=200).map(lambda text: unicodedata.normalize("NFC", text))
values_of: dict[SlotType, st.SearchStrategy] = {
    SlotType.ABSENT: st.none(),
    SlotType.TEXT: texts,
    SlotType.BYTES: st.binary(max_size=200),
    SlotType.INTEGER: integers,
    SlotType.BOOLEAN: st.booleans(),
    SlotType.DATE: st.dates(),
    SlotType.DATETIME: moments,
    SlotType.ADDRESS: st.binary(min_size=20, max_size=20).map(to_checksum_address),
}
hashed = {SlotType.TEXT, SlotType.BYTES}
untimed = settings(deadline=None)


def typed(slot_types: Iterable[SlotType], count: int) -> st.SearchStrategy[tuple]:
    """Return tuples of a type and ``count`` values of it."""
    return st.sampled_from(sorted(slot_types)).flatmap(
        lambda slot_type: st.tuples(st.just(slot_type), *[values_of[slot_type]] * count)
    )


@untimed
@given(typed(values_of, 1))
def test_every_value_has_a_scalar_that_can_be_signed(pair) -> None:
    scalar = encode(*pair)
    assert 0 < scalar < bbs.SCALAR_ORDER
    check(*pair, scalar)


@untimed
@given(typed(values_of.keys() - hashed, 1))
def test_what_is_not_hashed_is_read_back(pair) -> None:
    slot_type, value = pair
    assert decode(slot_type, encode(slot_type, value)) == value


@untimed
@given(typed(values_of, 2))
def test_two_values_of_a_type_never_share_a_scalar(pair) -> None:
    slot_type, one, two = pair
    assert (encode(slot_type, one) == encode(slot_type, two)) == (one == two)


@untimed
@given(typed(values_of, 1), st.integers(1, bbs.SCALAR_ORDER - 1))
def test_any_other_scalar_is_refused(pair, scalar: int) -> None:
    assume(scalar != encode(*pair))
    with pytest.raises(VerificationError) as error:
        check(*pair, scalar)
    assert error.value.code == "disclosed_value_invalid"


@untimed
@given(integers, integers)
def test_integers_are_ordered_like_their_scalars(one: int, two: int) -> None:
    first, second = encode(SlotType.INTEGER, one), encode(SlotType.INTEGER, two)
    assert (one < two) == (first < second) == (ordered_value(first) < ordered_value(second))


@untimed
@given(moments, moments)
def test_moments_are_ordered_like_their_scalars(one: datetime, two: datetime) -> None:
    assert (one < two) == (encode(SlotType.DATETIME, one) < encode(SlotType.DATETIME, two))


@untimed
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=250))
def test_text_is_taken_exactly_if_it_is_normal(text: str) -> None:
    if unicodedata.is_normalized("NFC", text):
        check(SlotType.TEXT, text, encode(SlotType.TEXT, text))
        return
    with pytest.raises(InvalidInput) as error:
        encode(SlotType.TEXT, text)
    assert error.value.code == "text_not_normalized"


@untimed
@given(st.text(max_size=45))
def test_arbitrary_text_is_no_address(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        encode(SlotType.ADDRESS, text)
    assert error.value.code == "invalid_address"


@untimed
@given(st.sampled_from(SlotType), st.integers(0, 2**54) | st.integers(-(2**256), 2**256))
def test_decoding_accepts_exactly_what_encoding_makes(slot_type: SlotType, scalar: int) -> None:
    try:
        value = decode(slot_type, scalar)
    except (InvalidInput, VerificationError):
        return
    assert encode(slot_type, value) == scalar
