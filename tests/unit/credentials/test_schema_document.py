"""Schemas as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.bbs.typed import SlotType
from didgate.credentials.schema import StatusMode
from didgate.credentials.schema_document import schema_from_document, schema_to_document
from didgate.errors import InvalidInput

TYPES = ["text", "bytes", "integer", "boolean", "date", "datetime", "address"]
SCHEMA: dict[str, Any] = {
    "type": "https://example.org/Clearance",
    "lifetimeDays": 28,
    "attributes": [{"name": "role", "type": "text"}],
}


def test_defaults_are_those_of_schemas() -> None:
    schema = schema_from_document(SCHEMA)
    assert schema.granularity_days == 7
    assert schema.status_mode is StatusMode.EPOCH
    assert not schema.attributes[0].optional


def test_document_round_trips() -> None:
    attributes = [
        {"name": f"a{number}", "type": kind, "optional": number % 2 == 0}
        for number, kind in enumerate(TYPES)
    ]
    document = SCHEMA | {"status": "index", "granularityDays": 1, "attributes": attributes}
    schema = schema_from_document(document)
    assert [each.type.name.lower() for each in schema.attributes] == TYPES
    assert SlotType.SECRET not in {each.type for each in schema.attributes}
    assert schema_to_document(schema) == document


def _with(attribute: Any) -> dict[str, Any]:
    return SCHEMA | {"attributes": [attribute]}


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ([], "wrong_type", None),
        (SCHEMA | {"shoe": 1}, "unknown_key", "shoe"),
        ({"type": "https://a.example/b", "attributes": []}, "missing_key", "lifetimeDays"),
        (SCHEMA | {"type": 1}, "wrong_type", "type"),
        (SCHEMA | {"type": "clearance"}, "invalid_schema", None),
        (SCHEMA | {"lifetimeDays": "28"}, "wrong_type", "lifetimeDays"),
        (SCHEMA | {"lifetimeDays": True}, "wrong_type", "lifetimeDays"),
        (SCHEMA | {"lifetimeDays": 1}, "invalid_schema", None),
        (SCHEMA | {"granularityDays": 1.5}, "wrong_type", "granularityDays"),
        (SCHEMA | {"status": "bitstring"}, "unknown_status", "status"),
        (SCHEMA | {"status": ["epoch"]}, "unknown_status", "status"),
        (SCHEMA | {"attributes": {}}, "wrong_type", "attributes"),
        (SCHEMA | {"attributes": []}, "invalid_schema", None),
        (_with("role"), "wrong_type", "attributes[0]"),
        (_with({"name": "role"}), "missing_key", "attributes[0].type"),
        (_with({"name": "role", "type": "secret"}), "invalid_attribute_type", "attributes[0].type"),
        (_with({"name": "role", "type": 1}), "invalid_attribute_type", "attributes[0].type"),
        (_with({"name": 1, "type": "text"}), "wrong_type", "attributes[0].name"),
        (_with({"name": "id", "type": "text"}), "invalid_attribute_name", "attributes[0]"),
        (
            _with({"name": "role", "type": "text", "optional": "no"}),
            "wrong_type",
            "attributes[0].optional",
        ),
    ],
)
def test_refuses_what_is_no_schema(document: Any, code: str, path: str | None) -> None:
    with pytest.raises(InvalidInput) as error:
        schema_from_document(document)
    assert (error.value.code, error.value.path) == (code, path)


def test_refuses_the_same_attribute_twice() -> None:
    twice = SCHEMA | {"attributes": SCHEMA["attributes"] * 2}
    with pytest.raises(InvalidInput) as error:
        schema_from_document(twice)
    assert error.value.code == "invalid_schema"
