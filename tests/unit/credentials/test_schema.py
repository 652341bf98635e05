"""Attribute schemas: their bytes, their identifier, and what cannot be one."""

from __future__ import annotations

from typing import Any

import pytest
from parties import INDEXED, SCHEMA

from didgate.bbs.typed import SlotType
from didgate.credentials.schema import Attribute, AttributeSchema, NymMode, StatusMode
from didgate.encoding import keccak256
from didgate.errors import InvalidInput


def schema(**changes: Any) -> AttributeSchema:
    members: dict[str, Any] = {
        "type": "https://example.org/T",
        "lifetime_days": 28,
        "attributes": (Attribute("a", SlotType.TEXT),),
    }
    return AttributeSchema(**(members | changes))


def code_of(**changes: Any) -> str:
    with pytest.raises(InvalidInput) as error:
        schema(**changes)
    return error.value.code


def test_encoding_is_the_bytes_of_the_format():
    encoded = schema(
        status_mode=StatusMode.INDEX,
        granularity_days=7,
        lifetime_days=0x0102,
        attributes=(
            Attribute("ab", SlotType.INTEGER),
            Attribute("c", SlotType.ADDRESS, optional=True),
        ),
    ).encode()
    assert encoded == (
        b"didgate-schema-v1\0\x00\x15https://example.org/T"
        b"\x01\x00\x00\x07\x01\x02\x02\x03\x00\x02ab\x07\x01\x01c"
    )  # fmt: skip


def test_id_is_keccak_of_the_encoding():
    assert SCHEMA.schema_id == keccak256(SCHEMA.encode())


@pytest.mark.parametrize("original", [SCHEMA, INDEXED, schema()])
def test_decoding_gives_the_same_schema(original):
    decoded = AttributeSchema.decode(original.encode())
    assert decoded == original
    assert decoded.schema_id == original.schema_id


def test_every_member_changes_the_id():
    variants = [
        schema(),
        schema(type="https://example.org/U"),
        schema(lifetime_days=29),
        schema(granularity_days=14),
        schema(status_mode=StatusMode.INDEX),
        schema(attributes=(Attribute("b", SlotType.TEXT),)),
        schema(attributes=(Attribute("a", SlotType.BYTES),)),
        schema(attributes=(Attribute("a", SlotType.TEXT, optional=True),)),
        schema(attributes=(Attribute("a", SlotType.TEXT), Attribute("b", SlotType.TEXT))),
        schema(attributes=(Attribute("b", SlotType.TEXT), Attribute("a", SlotType.TEXT))),
    ]
    assert len({each.schema_id for each in variants}) == len(variants)


def test_slots_follow_the_three_fixed_ones():
    assert [SCHEMA.slot(attribute.name) for attribute in SCHEMA.attributes] == list(range(3, 10))
    assert SCHEMA.slot_count == 10
    assert SCHEMA.attribute(4).name == "clearance"


def test_unknown_attribute():
    with pytest.raises(InvalidInput) as error:
        SCHEMA.slot("salary")
    assert error.value.code == "unknown_attribute"


def test_status_index_is_disclosed_always_where_there_is_one():
    assert SCHEMA.always_disclosed() == {1}
    assert INDEXED.always_disclosed() == {1, 2}


@pytest.mark.parametrize("name", ["", "1a", "a b", "ä", "@id", "_a", "a" * 65, "/a", "a.b"])
def test_refuses_names_that_are_no_names(name):
    with pytest.raises(InvalidInput) as error:
        Attribute(name, SlotType.TEXT)
    assert error.value.code == "invalid_attribute_name"


@pytest.mark.parametrize("name", ["id", "type"])
def test_refuses_names_that_identify_the_subject_in_vcdm(name):
    with pytest.raises(InvalidInput) as error:
        Attribute(name, SlotType.TEXT)
    assert error.value.code == "invalid_attribute_name"


@pytest.mark.parametrize("kind", [SlotType.ABSENT, SlotType.SECRET])
def test_refuses_types_that_no_attribute_has(kind):
    with pytest.raises(InvalidInput) as error:
        Attribute("a", kind)
    assert error.value.code == "invalid_attribute_type"


def test_refuses_two_attributes_of_one_name():
    assert code_of(attributes=(Attribute("a", SlotType.TEXT),) * 2) == "invalid_schema"


def test_has_at_most_32_slots():
    fits = tuple(Attribute(f"a{i}", SlotType.TEXT) for i in range(29))
    assert schema(attributes=fits).slot_count == 32
    assert code_of(attributes=(*fits, Attribute("b", SlotType.TEXT))) == "invalid_schema"
    assert code_of(attributes=()) == "invalid_schema"


@pytest.mark.parametrize("url", ["", "Clearance", "https ://x", "https://x y", "x" * 600 + ":y"])
def test_refuses_types_that_are_no_url(url):
    assert code_of(type=url) == "invalid_schema"


@pytest.mark.parametrize(
    ("granularity", "lifetime"), [(0, 28), (28, 27), (1, 0), (1, 0x10000), (-1, 5)]
)
def test_refuses_impossible_lifetimes(granularity, lifetime):
    assert code_of(granularity_days=granularity, lifetime_days=lifetime) == "invalid_schema"


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_refuses_encodings_cut_off(cut):
    with pytest.raises(InvalidInput) as error:
        AttributeSchema.decode(SCHEMA.encode()[:cut])
    assert error.value.code == "invalid_schema"


def test_refuses_bytes_behind_the_encoding():
    with pytest.raises(InvalidInput) as error:
        AttributeSchema.decode(SCHEMA.encode() + b"\0")
    assert error.value.code == "invalid_schema"


def changed(offset: int, value: int) -> bytes:
    data = bytearray(schema().encode())
    data[offset] = value
    return bytes(data)


# Offsets: 18 prefix, 2 length, 21 type, then status, nym, 2 + 2 days, count, type, optional, …
@pytest.mark.parametrize(
    ("offset", "value"),
    [(0, ord("D")), (16, ord("2")), (20, 0xFF), (41, 2), (42, 1), (48, 0), (48, 8), (49, 2)],
)
def test_refuses_other_versions_modes_and_types(offset, value):
    with pytest.raises(InvalidInput) as error:
        AttributeSchema.decode(changed(offset, value))
    assert error.value.code in {"invalid_schema", "invalid_attribute_type"}


def test_only_pseudonym_mode_zero_exists():
    assert list(NymMode) == [NymMode.ISSUER_DERIVED]
