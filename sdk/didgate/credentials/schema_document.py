"""Schemas as people write them: JSON or YAML, read strictly.

>>> schema = schema_from_document({"type": "https://example.org/Clearance", "lifetimeDays": 28,
...     "attributes": [{"name": "role", "type": "text"}]})
>>> schema_from_document(schema_to_document(schema)) == schema
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didgate.bbs.typed import SlotType
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.errors import InvalidInput

_TYPES = {
    kind.name.lower(): kind for kind in SlotType if kind not in {SlotType.ABSENT, SlotType.SECRET}
}
_STATUS_MODES = {mode.name.lower(): mode for mode in StatusMode}


def schema_from_document(document: Any) -> AttributeSchema:
    """Return the schema that a JSON object describes.

    Args:
        document: ``type``, ``lifetimeDays`` and ``attributes``, each with ``name``, ``type`` and,
            if need be, ``optional``; besides ``granularityDays`` (7) and ``status`` (``epoch``).

    Raises:
        InvalidInput: ``unknown_key``, ``missing_key``, ``wrong_type`` or what a schema forbids,
            with the path of the fault.
    """
    _members(document, "", {"type", "lifetimeDays", "attributes"}, {"granularityDays", "status"})
    status = document.get("status", "epoch")
    if not isinstance(status, str) or status not in _STATUS_MODES:
        raise InvalidInput("unknown_status", "a status is epoch or index", path="status")
    attributes = document["attributes"]
    if not isinstance(attributes, list):
        raise InvalidInput("wrong_type", "expected an array", path="attributes")
    return AttributeSchema(
        type=_typed(document, "type", str, ""),
        lifetime_days=_typed(document, "lifetimeDays", int, ""),
        granularity_days=_typed({"granularityDays": 7} | document, "granularityDays", int, ""),
        status_mode=_STATUS_MODES[status],
        attributes=tuple(_attribute(each, f"attributes[{i}]") for i, each in enumerate(attributes)),
    )


def schema_to_document(schema: AttributeSchema) -> dict[str, Any]:
    """Return the JSON object that describes a schema."""
    return {
        "type": schema.type,
        "status": schema.status_mode.name.lower(),
        "granularityDays": schema.granularity_days,
        "lifetimeDays": schema.lifetime_days,
        "attributes": [
            {"name": each.name, "type": each.type.name.lower(), "optional": each.optional}
            for each in schema.attributes
        ],
    }


def _attribute(document: Any, path: str) -> Attribute:
    _members(document, path, {"name", "type"}, {"optional"})
    kind = document["type"]
    if not isinstance(kind, str) or kind not in _TYPES:
        message = f"a type is one of {', '.join(_TYPES)}"
        raise InvalidInput("invalid_attribute_type", message, path=f"{path}.type")
    optional = _typed({"optional": False} | document, "optional", bool, path)
    name = _typed(document, "name", str, path)
    try:
        return Attribute(name, _TYPES[kind], optional)
    except InvalidInput as error:
        raise InvalidInput(error.code, error.message, path=path) from error


def _members(document: Any, path: str, required: set[str], optional: set[str]) -> None:
    if not isinstance(document, Mapping):
        raise InvalidInput("wrong_type", "expected an object", path=path or None)
    for name in sorted(document.keys() - required - optional):
        raise InvalidInput("unknown_key", "a schema has no such key", path=_below(path, name))
    for name in sorted(required - document.keys()):
        raise InvalidInput("missing_key", "this key is required", path=_below(path, name))


def _typed(document: Mapping[str, Any], name: str, kind: type, path: str) -> Any:
    # The exact class: True is no integer.
    if type(document[name]) is not kind:
        message = f"expected {_KINDS[kind]}"
        raise InvalidInput("wrong_type", message, path=_below(path, name))
    return document[name]


_KINDS = {str: "a text", int: "an integer", bool: "true or false"}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)
