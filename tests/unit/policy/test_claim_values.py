"""Dates, moments and addresses as claims, and who may make verified data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from didgate.credentials.verified import (
    Address,
    Date,
    DateTime,
    VerifiedCredential,
    VerifiedPresentation,
)
from didgate.errors import InvalidInput


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "2000-02-29", "9999-12-31"])
def test_dates_read_back(text):
    day = Date.parse(text)
    assert str(day) == text
    assert Date.of(day.to_date()) == Date(day.days) == day


@pytest.mark.parametrize(
    "text", ["2026-1-1", "20260101", "2026-02-30", "0000-01-01", "2026-01-01T", "", "２026-01-01"]
)
def test_refuses_date(text):
    with pytest.raises(InvalidInput) as error:
        Date.parse(text)
    assert error.value.code == "invalid_date"


@pytest.mark.parametrize("days", [3_000_000, -800_000, 2**62, True, 1.0])
def test_refuses_days(days):
    with pytest.raises(InvalidInput) as error:
        Date(days)
    assert error.value.code == "invalid_date"


def test_a_moment_is_no_day():
    with pytest.raises(InvalidInput):
        Date.of(datetime(2026, 1, 1, tzinfo=UTC))
    assert Date.of(date(1970, 1, 2)) == Date(1)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:01Z"])
def test_moments_read_back(text):
    moment = DateTime.parse(text)
    assert str(moment) == text
    assert DateTime.of(moment.to_datetime()) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00.5Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01t00:00:00z",
    ],
)
def test_refuses_moment(text):
    with pytest.raises(InvalidInput) as error:
        DateTime.parse(text)
    assert error.value.code == "invalid_datetime"


@pytest.mark.parametrize("seconds", [2**62, -(2**60), False])
def test_refuses_seconds(seconds):
    with pytest.raises(InvalidInput) as error:
        DateTime(seconds)
    assert error.value.code == "invalid_datetime"


def test_moments_are_aware_and_whole():
    there = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    assert DateTime.of(there) == DateTime.parse("2026-01-01T00:00:00Z")
    for moment in (datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)):  # noqa: DTZ001
        with pytest.raises(InvalidInput):
            DateTime.of(moment)


def test_addresses_are_kept_in_their_checksummed_spelling():
    text = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    assert str(Address(text.lower())) == str(Address(text)) == text
    assert Address.of(Address(text).to_bytes()) == Address(text)


@pytest.mark.parametrize("text", ["0x12", "7e5f4552091a69125d5dfcb7b8c2659029395bdf", 1, None])
def test_refuses_address(text):
    with pytest.raises(InvalidInput) as error:
        Address(text)
    assert error.value.code == "invalid_address"


def test_refuses_a_wrong_checksum():
    with pytest.raises(InvalidInput) as error:
        Address("0x7e5F4552091A69125d5DfCb7b8C2659029395Bdf")
    assert error.value.code == "invalid_address"


@pytest.mark.parametrize("kind", [VerifiedCredential, VerifiedPresentation])
def test_nobody_but_the_verifier_makes_verified_data(world, kind):
    made = world.sd_jwt() if kind is VerifiedCredential else world.present()
    fields = {name: getattr(made, name) for name in kind.__match_args__ if name != "seal"}
    for seal in (None, object(), True):
        with pytest.raises(InvalidInput) as error:
            kind(**fields, seal=seal)
        assert error.value.code == "not_verified"


def test_verified_data_cannot_be_altered(world):
    with pytest.raises(AttributeError):
        world.sd_jwt().leaf = "c1"
    with pytest.raises((InvalidInput, ValueError)):
        replace(world.sd_jwt(), leaf="c1")


def test_two_credentials_for_one_leaf_are_refused(world):
    with pytest.raises(InvalidInput) as error:
        world.present(world.sd_jwt("c0"), world.sd_jwt("c0"))
    assert error.value.code == "duplicate_leaf"
