"""Claim values in a policy: their JSON forms, their canonical bytes, and their order.

JSON strings, integers and ``true``/``false`` stand for themselves; what JSON has no type for is
tagged: ``{"date": "2026-01-01"}``, ``{"datetime": "2026-01-01T00:00:00Z"}``,
``{"address": "0x…"}``, ``{"bytes": "0x…"}``. The bytes of a value begin with its type, numbered
as for attribute slots; the policy holds the text itself, never a scalar computed from it (FORMATS
§3).

>>> encode_value("NL").hex(), encode_value(3).hex()
('0100024e4c', '030020000000000003')
>>> value_to_json(value_from_json({"date": "2026-01-01"}, "claims.born"))
{'date': '2026-01-01'}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from didgate.bbs.typed import MAX_INTEGER, MAX_TEXT_BYTES, ORDER_OFFSET, SlotType
from didgate.credentials.verified import Address, ClaimValue, Date, DateTime
from didgate.errors import InvalidInput
from didgate.policy.cursor import Cursor

_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


_TYPES: Mapping[type, SlotType] = {
    str: SlotType.TEXT,
    bytes: SlotType.BYTES,
    int: SlotType.INTEGER,
    bool: SlotType.BOOLEAN,
    Date: SlotType.DATE,
    DateTime: SlotType.DATETIME,
    Address: SlotType.ADDRESS,
}

ORDERED = frozenset({SlotType.INTEGER, SlotType.DATE, SlotType.DATETIME})
"""Types on which ``atLeast``, ``atMost`` and ``between`` are defined."""

JSON_NATIVE = frozenset({SlotType.TEXT, SlotType.INTEGER, SlotType.BOOLEAN})
"""Types that JSON has of itself: those an SD-JWT claim, or ``values`` in DCQL, can be."""


def type_of(value: ClaimValue) -> SlotType:
    """Return the type of a value by its exact class.

    Raises:
        InvalidInput: ``value_type`` for an object of any other class.
    """
    try:
        return _TYPES[type(value)]
    except KeyError as error:
        raise InvalidInput("value_type", "a policy compares no values of this type") from error


def check_value(value: ClaimValue) -> SlotType:
    """Return the type of a value that may stand in a policy.

    Raises:
        InvalidInput: ``value_type``, ``text_not_nfc``, ``text_too_long`` (or bytes), or
            ``integer_out_of_range``.
    """
    kind = type_of(value)
    if isinstance(value, str):
        if len(check_text(value)) > MAX_TEXT_BYTES:
            raise InvalidInput("text_too_long", f"a text has at most {MAX_TEXT_BYTES} bytes")
    elif isinstance(value, bytes):
        if len(value) > MAX_TEXT_BYTES:
            raise InvalidInput("text_too_long", f"a value has at most {MAX_TEXT_BYTES} bytes")
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise InvalidInput("integer_out_of_range", "an integer lies between ±(2⁵³ − 1)")
    return kind


def check_text(text: str) -> bytes:
    """Return the UTF-8 bytes of a text in Unicode normal form C; nothing is ever normalised.

    Raises:
        InvalidInput: ``text_not_nfc``, also for half a surrogate pair.
    """
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("text_not_nfc", "the text holds half a surrogate pair") from error
    if not unicodedata.is_normalized("NFC", text):
        raise InvalidInput("text_not_nfc", "the text is not in Unicode normal form C")
    return encoded


def order_key(value: ClaimValue) -> int:
    """Return the number by which a value of an ordered type is compared."""
    if isinstance(value, Date):
        return value.days
    if isinstance(value, DateTime):
        return value.seconds
    assert isinstance(value, int), "the rules admit bounds on ordered types only"
    return value


def encode_value(value: ClaimValue) -> bytes:
    """Return the canonical bytes of a value: its type, then its content, big-endian."""
    return bytes([check_value(value)]) + _content(value)


def _content(value: ClaimValue) -> bytes:
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, str):
        return sized(value.encode())
    if isinstance(value, bytes):
        return sized(value)
    if isinstance(value, Address):
        return value.to_bytes()
    return (order_key(value) + ORDER_OFFSET).to_bytes(8)


def sized(content: bytes) -> bytes:
    """Return ``content`` behind its length in two bytes."""
    return len(content).to_bytes(2) + content


def read_value(cursor: Cursor) -> ClaimValue:
    """Read one value; the inverse of ``encode_value``.

    Raises:
        InvalidInput: the bytes are no value, or not the canonical bytes of one.
    """
    kind = cursor.u8()
    if kind not in _READERS:
        raise cursor.error("unknown_value_type", "no type of value has this number")
    value = _READERS[SlotType(kind)](cursor)
    check_value(value)
    return value


_READERS: Mapping[SlotType, Callable[[Cursor], ClaimValue]] = {
    SlotType.TEXT: lambda cursor: cursor.text(cursor.u16()),
    SlotType.BYTES: lambda cursor: cursor.take(cursor.u16()),
    SlotType.INTEGER: lambda cursor: cursor.u64() - ORDER_OFFSET,
    SlotType.BOOLEAN: lambda cursor: bool(cursor.u8()),
    SlotType.DATE: lambda cursor: Date(cursor.u64() - ORDER_OFFSET),
    SlotType.DATETIME: lambda cursor: DateTime(cursor.u64() - ORDER_OFFSET),
    SlotType.ADDRESS: lambda cursor: Address.of(cursor.take(20)),
}


def value_to_json(value: ClaimValue) -> Any:
    """Return the JSON form of a value."""
    match value:
        case bytes():
            return {"bytes": "0x" + value.hex()}
        case Date():
            return {"date": str(value)}
        case DateTime():
            return {"datetime": str(value)}
        case Address():
            return {"address": str(value)}
        case _:
            return value


def value_from_json(source: Any, path: str) -> ClaimValue:
    """Return the value that a JSON form stands for.

    Args:
        source: string, integer, boolean or a tagged object, as parsed from JSON.
        path: where it stands, for the error.

    Raises:
        InvalidInput: it is none of these, or out of range.
    """
    try:
        value: ClaimValue = _from_tagged(source) if isinstance(source, Mapping) else source
        check_value(value)
    except InvalidInput as error:
        raise InvalidInput(error.code, error.message, path=path) from error
    return value


def _from_tagged(source: Mapping[str, Any]) -> ClaimValue:
    if len(source) != 1:
        raise InvalidInput("value_type", "a tagged value has exactly one member")
    ((tag, text),) = source.items()
    if tag not in _TAGS:
        raise InvalidInput("value_type", "the tags are date, datetime, address and bytes")
    if not isinstance(text, str):
        raise InvalidInput("value_type", "a tagged value is written as a string")
    return _TAGS[tag](text)


def _bytes_from_hex(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise InvalidInput("invalid_hex", "bytes are 0x and pairs of hexadecimal digits")
    return bytes.fromhex(text[2:])


_TAGS: Mapping[str, Callable[[str], ClaimValue]] = {
    "date": Date.parse,
    "datetime": DateTime.parse,
    "address": Address,
    "bytes": _bytes_from_hex,
}
