"""Attribute values between claim, JSON, text and message: one spelling each, types exact."""

from __future__ import annotations

import pytest
from parties import CLAIMS, SCHEMA

from didgate.bbs import typed
from didgate.bbs.typed import SlotType
from didgate.credentials.slots import (
    claims_from_json,
    claims_from_text,
    from_json,
    parse_text,
    scalar,
    to_json,
)
from didgate.credentials.verified import Address, Date, DateTime
from didgate.errors import InvalidInput

ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
FORMS = [
    (SlotType.TEXT, "Zoë", "Zoë", "Zoë"),
    (SlotType.BYTES, b"\x00\xff", "0x00ff", "0x00ff"),
    (SlotType.BYTES, b"", "0x", "0x"),
    (SlotType.INTEGER, -7, -7, "-7"),
    (SlotType.BOOLEAN, True, True, "true"),
    (SlotType.DATE, Date.parse("1969-12-31"), "1969-12-31", "1969-12-31"),
    (SlotType.DATETIME, DateTime(0), "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    (SlotType.ADDRESS, Address(ADDRESS), ADDRESS, ADDRESS),
]


@pytest.mark.parametrize(("kind", "claim", "json", "text"), FORMS)
def test_forms_of_a_value(kind, claim, json, text):
    assert to_json(claim) == json
    assert from_json(kind, json) == claim
    assert parse_text(kind, text) == claim


@pytest.mark.parametrize(
    ("kind", "claim", "expected"),
    [
        (SlotType.INTEGER, -1, 2**53 - 1),
        (SlotType.BOOLEAN, True, 2**53 + 1),
        (SlotType.DATE, Date(1), 2**53 + 1),
        (SlotType.DATETIME, DateTime(-1), 2**53 - 1),
        (SlotType.ADDRESS, Address.of(bytes(19) + b"\x05"), 2**160 + 5),
    ],
)
def test_messages_of_ordered_types_and_addresses(kind, claim, expected):
    assert scalar(kind, claim) == expected


def test_absent_is_the_same_for_every_type():
    assert len({scalar(kind, None) for kind, *_ in FORMS}) == 1
    assert typed.is_absent(scalar(SlotType.TEXT, None))
    assert from_json(SlotType.DATE, None) is None
    assert to_json(None) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SlotType.INTEGER, True), (SlotType.INTEGER, 3.0), (SlotType.INTEGER, "3"),
        (SlotType.BOOLEAN, 1), (SlotType.BOOLEAN, "true"), (SlotType.TEXT, 3),
        (SlotType.TEXT, ["a"]), (SlotType.DATE, 20000), (SlotType.BYTES, [0]),
    ],
)  # fmt: skip
def test_refuses_json_of_another_type(kind, value):
    with pytest.raises(InvalidInput) as error:
        from_json(kind, value)
    assert error.value.code == "claim_type_mismatch"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SlotType.INTEGER, True), (SlotType.DATE, "2026-01-01"), (SlotType.TEXT, b"a"),
        (SlotType.DATETIME, Date(0)), (SlotType.ADDRESS, ADDRESS), (SlotType.SECRET, 5),
    ],
)  # fmt: skip
def test_refuses_claims_of_another_type(kind, value):
    with pytest.raises(InvalidInput) as error:
        scalar(kind, value)
    assert error.value.code == "claim_type_mismatch"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SlotType.INTEGER, "+1"), (SlotType.INTEGER, "01"), (SlotType.INTEGER, "1.0"),
        (SlotType.INTEGER, "-0"), (SlotType.INTEGER, "9" * 17), (SlotType.INTEGER, "١"),
        (SlotType.BOOLEAN, "True"), (SlotType.BOOLEAN, "1"), (SlotType.BYTES, "00ff"),
        (SlotType.BYTES, "0xFF"), (SlotType.BYTES, "0x0"), (SlotType.DATE, "2026-1-1"),
        (SlotType.DATE, "2026-02-29"), (SlotType.DATETIME, "2026-01-01"),
        (SlotType.DATETIME, "2026-01-01T00:00:00+00:00"), (SlotType.ADDRESS, "0x00"),
    ],
)  # fmt: skip
def test_refuses_other_spellings(kind, text):
    with pytest.raises(InvalidInput):
        parse_text(kind, text)


@pytest.mark.parametrize("text", ["e\u0301", "a" * 1025, "\ud800"])
def test_refuses_text_that_is_long_or_not_normal(text):
    with pytest.raises(InvalidInput):
        scalar(SlotType.TEXT, text)


def test_refuses_integers_beyond_2_to_the_53():
    with pytest.raises(InvalidInput):
        scalar(SlotType.INTEGER, 2**53)


def test_claims_by_name():
    json = {name: to_json(value) for name, value in CLAIMS.items()}
    assert claims_from_json(SCHEMA, json) == CLAIMS
    cells = {"clearance": "3", "staff": "true", "trained": ""}
    assert claims_from_text(SCHEMA, cells) == {"clearance": 3, "staff": True, "trained": None}


def test_a_fault_names_the_attribute():
    with pytest.raises(InvalidInput) as error:
        claims_from_text(SCHEMA, {"clearance": "high"})
    assert (error.value.code, error.value.path) == ("claim_type_mismatch", "clearance")


def test_refuses_attributes_that_the_schema_lacks():
    with pytest.raises(InvalidInput) as error:
        claims_from_json(SCHEMA, {"salary": 1})
    assert (error.value.code, error.value.path) == ("unknown_attribute", "salary")
