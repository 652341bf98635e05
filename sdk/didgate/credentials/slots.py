"""Attribute values: between a claim, its JSON, its text, and the BBS message of its slot.

The JSON form of a value is unique, because the closed world of an attribute credential compares
documents byte by byte: bytes are lower-case ``0x…``, addresses have their EIP-55 spelling, dates
``YYYY-MM-DD``, moments ``YYYY-MM-DDThh:mm:ssZ``. ``None`` and JSON ``null`` stand for *absent*.

>>> value = parse_text(SlotType.DATE, "2026-01-31")
>>> to_json(value), from_json(SlotType.DATE, "2026-01-31") == value
('2026-01-31', True)
>>> scalar(SlotType.DATE, value) - 2**53
20484
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from didgate.bbs import typed
from didgate.bbs.typed import SlotType
from didgate.credentials.schema import AttributeSchema
from didgate.credentials.verified import Address, ClaimValue, Date, DateTime
from didgate.errors import InvalidInput

_CLASSES: Mapping[SlotType, type] = {
    SlotType.TEXT: str,
    SlotType.BYTES: bytes,
    SlotType.INTEGER: int,
    SlotType.BOOLEAN: bool,
    SlotType.DATE: Date,
    SlotType.DATETIME: DateTime,
    SlotType.ADDRESS: Address,
}
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}")


def scalar(slot_type: SlotType, value: ClaimValue | None) -> int:
    """Return the BBS message of a claim (FORMATS: typed messages).

    Args:
        slot_type: the type that the schema gives the slot.
        value: of exactly the class that stands for the type; ``None`` for *absent*.

    Raises:
        InvalidInput: ``claim_type_mismatch``, or what ``didgate.bbs.typed.encode`` refuses.
    """
    if value is None:
        return typed.encode(SlotType.ABSENT, None)
    if type(value) is not _CLASSES.get(slot_type):
        raise _mismatch(slot_type)
    return typed.encode(slot_type, _native(value))


def _native(value: ClaimValue) -> typed.SlotValue:
    match value:
        case Date():
            return value.to_date()
        case DateTime():
            return value.to_datetime()
        case Address():
            return value.text
        case _:
            return value


def to_json(value: ClaimValue | None) -> str | int | bool | None:
    """Return the JSON value that stands for a claim."""
    match value:
        case bytes():
            return "0x" + value.hex()
        case Date() | DateTime() | Address():
            return str(value)
        case _:
            return value


def from_json(slot_type: SlotType, value: Any) -> ClaimValue | None:
    """Return the claim that a JSON value stands for.

    Raises:
        InvalidInput: ``claim_type_mismatch`` for JSON of another type, or the error of the text.
    """
    if value is None:
        return None
    plain = slot_type in _PLAIN
    # The exact class: True is no integer, and 3.0 is not 3.
    if type(value) is not (_CLASSES[slot_type] if plain else str):
        raise _mismatch(slot_type)
    return cast("ClaimValue", value) if plain else _PARSERS[slot_type](str(value))


def parse_text(slot_type: SlotType, text: str) -> ClaimValue:
    """Return the claim that a cell of a table or an argument of a command stands for.

    Raises:
        InvalidInput: ``claim_type_mismatch``, or the error of the text.
    """
    return _PARSERS[slot_type](text)


def _mismatch(slot_type: SlotType) -> InvalidInput:
    return InvalidInput("claim_type_mismatch", f"the value is no {slot_type.name.lower()}")


def _bytes(text: str) -> bytes:
    if _HEX.fullmatch(text) is None:
        raise _mismatch(SlotType.BYTES)
    return bytes.fromhex(text[2:])


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise _mismatch(SlotType.INTEGER)
    return int(text)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise _mismatch(SlotType.BOOLEAN)
    return text == "true"


_PLAIN = frozenset({SlotType.TEXT, SlotType.INTEGER, SlotType.BOOLEAN})
_PARSERS: Mapping[SlotType, Callable[[str], ClaimValue]] = {
    SlotType.TEXT: str,
    SlotType.BYTES: _bytes,
    SlotType.INTEGER: _integer,
    SlotType.BOOLEAN: _boolean,
    SlotType.DATE: Date.parse,
    SlotType.DATETIME: DateTime.parse,
    SlotType.ADDRESS: Address,
}


def claims_from_json(
    schema: AttributeSchema, members: Mapping[str, Any]
) -> dict[str, ClaimValue | None]:
    """Return typed claims from JSON values by attribute name.

    Raises:
        InvalidInput: ``unknown_attribute``, or what is wrong with a value, its name as the path.
    """
    return _typed(schema, members, from_json)


def claims_from_text(
    schema: AttributeSchema, cells: Mapping[str, str]
) -> dict[str, ClaimValue | None]:
    """Return typed claims from text by attribute name; an empty cell stands for *absent*.

    Raises:
        InvalidInput: ``unknown_attribute``, or what is wrong with a value, its name as the path.
    """
    return _typed(schema, cells, lambda kind, text: parse_text(kind, text) if text else None)


def _typed(
    schema: AttributeSchema,
    members: Mapping[str, Any],
    read: Callable[[SlotType, Any], ClaimValue | None],
) -> dict[str, ClaimValue | None]:
    claims = {}
    for name, value in members.items():
        try:
            claims[name] = read(schema.attribute(schema.slot(name)).type, value)
        except InvalidInput as error:
            raise InvalidInput(error.code, error.message, path=name) from error
    return claims
