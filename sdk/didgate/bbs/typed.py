"""Typed messages: how one attribute value becomes one BBS message, and back.

The rules of docs/formats.md for the suite ``DIDGATE``. What can be ordered becomes a small
integer, so that a contract may compare it and a bound may later be proved about it; the rest is
hashed with its type. Values are checked, never converted: ``True`` is not an integer, and text
that is not in normal form C is refused.

==========  ===========================================  ==============================
type        Python value                                 scalar
==========  ===========================================  ==============================
absent      ``None``                                     H(00)
text        ``str``, NFC, at most 1024 bytes of UTF-8    H(01 ‖ UTF-8)
bytes       ``bytes``, at most 65535                     H(02 ‖ bytes)
integer     ``int``, absolute value at most 2⁵³ − 1      value + 2⁵³
boolean     ``bool``                                     2⁵³ or 2⁵³ + 1
date        ``date``                                     days since 1970-01-01 + 2⁵³
datetime    ``datetime``, UTC, whole seconds             seconds since 1970-01-01 + 2⁵³
address     ``str``, ``0x…`` with its EIP-55 checksum    address + 2¹⁶⁰
secret      ``int`` within [1, r − 1]                    value
==========  ===========================================  ==============================

>>> encode(SlotType.INTEGER, -1) == 2**53 - 1
True
>>> decode(SlotType.DATE, encode(SlotType.DATE, date(2026, 1, 31)))
datetime.date(2026, 1, 31)
>>> check(SlotType.TEXT, "NL", encode(SlotType.TEXT, "NL"))
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from eth_utils.address import is_checksum_address, to_checksum_address

from didgate.bbs.curve import SCALAR_ORDER
from didgate.bbs.suite import DIDGATE, hash_to_scalar
from didgate.errors import InvalidInput, VerificationError

SlotValue = str | bytes | int | bool | date | datetime | None

ORDER_OFFSET: Final = 2**53
"""Added to whatever can be ordered, so that no scalar is negative or zero."""

MAX_INTEGER: Final = 2**53 - 1
MAX_TEXT_BYTES: Final = 1024
MAX_BYTES: Final = 0xFFFF

_ADDRESS_OFFSET: Final = 2**160
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1)


class SlotType(IntEnum):
    """The type of a slot; the number is its byte in an encoded schema."""

    ABSENT = 0
    TEXT = 1
    BYTES = 2
    INTEGER = 3
    BOOLEAN = 4
    DATE = 5
    DATETIME = 6
    ADDRESS = 7
    SECRET = 8


ORDERED: Final = frozenset({SlotType.INTEGER, SlotType.BOOLEAN, SlotType.DATE, SlotType.DATETIME})
"""The types whose scalars are value + 2⁵³ and therefore ordered like their values."""


def encode(slot_type: SlotType, value: SlotValue) -> int:
    """Return the scalar of a typed value.

    Args:
        slot_type: the type that the schema gives the slot.
        value: a value of exactly that type; see the table of this module.

    Returns:
        an integer within [1, r − 1].

    Raises:
        InvalidInput: ``slot_type_mismatch``, ``slot_value_out_of_range``, ``text_too_long``,
            ``text_not_normalized`` or ``invalid_address``.
    """
    return _ENCODERS[slot_type](value)


def decode(slot_type: SlotType, scalar: int) -> SlotValue:
    """Return the value that a scalar encodes, for the types that can be read back.

    Args:
        slot_type: integer, boolean, date, datetime or address; or absent, for ``None``.
        scalar: a disclosed message.

    Raises:
        VerificationError: ``disclosed_value_invalid`` if no value of that type has this scalar.
        InvalidInput: ``slot_type_not_decodable`` for text and bytes, which are hashed, and secrets.
    """
    if slot_type not in _DECODERS:
        raise InvalidInput("slot_type_not_decodable", "a slot of this type cannot be read back")
    if type(scalar) is not int:
        raise _no_such_value()
    try:
        value = _DECODERS[slot_type](scalar)
    except (OverflowError, ValueError) as error:
        raise _no_such_value() from error
    check(slot_type, value, scalar)
    return value


def check(slot_type: SlotType, value: SlotValue, scalar: int) -> None:
    """Check that a disclosed scalar is the encoding of a value.

    Args:
        slot_type: the type that the schema gives the slot.
        value: what the presenter says the slot holds.
        scalar: the disclosed message that the proof was verified for.

    Raises:
        VerificationError: ``disclosed_value_invalid`` if it is not, or there is no such value.
    """
    try:
        expected = encode(slot_type, value)
    except InvalidInput as error:
        raise _no_such_value() from error
    if type(scalar) is not int or scalar != expected:
        raise _no_such_value()


def is_absent(scalar: int) -> bool:
    """Tell whether a disclosed message says that its slot is empty."""
    return scalar == ABSENT_SCALAR


def ordered_value(scalar: int) -> int:
    """Return scalar − 2⁵³ for a message that may stand in a comparison of order.

    A hashed message, and *absent* above all, is a huge number that would meet any lower bound;
    so only 1 ≤ scalar < 2⁵⁴ passes.

    Raises:
        VerificationError: ``disclosed_value_invalid``.
    """
    if type(scalar) is not int or not 1 <= scalar < 2 * ORDER_OFFSET:
        raise _no_such_value()
    return scalar - ORDER_OFFSET


def _no_such_value() -> VerificationError:
    return VerificationError(
        "disclosed_value_invalid", "a disclosed message is not the encoding of its value"
    )


def _mismatch(expected: str) -> InvalidInput:
    return InvalidInput("slot_type_mismatch", f"the value of a slot is not {expected}")


def _hash(prefix: int, data: bytes) -> int:
    return hash_to_scalar(DIDGATE, bytes([prefix]) + data, DIDGATE.map_dst)


def _encode_absent(value: SlotValue) -> int:
    if value is not None:
        raise _mismatch("absent")
    return ABSENT_SCALAR


def _encode_text(value: SlotValue) -> int:
    if type(value) is not str:
        raise _mismatch("text")
    try:
        data = value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("text_not_normalized", "text holds a lone surrogate") from error
    if len(data) > MAX_TEXT_BYTES:
        raise InvalidInput("text_too_long", f"text has at most {MAX_TEXT_BYTES} bytes of UTF-8")
    if not unicodedata.is_normalized("NFC", value):
        raise InvalidInput("text_not_normalized", "text is not in Unicode normal form C")
    return _hash(SlotType.TEXT, data)


def _encode_bytes(value: SlotValue) -> int:
    if type(value) is not bytes:
        raise _mismatch("bytes")
    if len(value) > MAX_BYTES:
        raise InvalidInput("slot_value_out_of_range", f"bytes are at most {MAX_BYTES}")
    return _hash(SlotType.BYTES, value)


def _encode_integer(value: SlotValue) -> int:
    if type(value) is not int:  # and so neither a boolean nor an enumeration
        raise _mismatch("an integer")
    if abs(value) > MAX_INTEGER:
        raise InvalidInput("slot_value_out_of_range", "an integer is larger than 2^53 - 1")
    return value + ORDER_OFFSET


def _encode_boolean(value: SlotValue) -> int:
    if type(value) is not bool:
        raise _mismatch("a boolean")
    return int(value) + ORDER_OFFSET


def _encode_date(value: SlotValue) -> int:
    if type(value) is not date:  # a datetime is a date to isinstance
        raise _mismatch("a date")
    return (value - _EPOCH_DAY).days + ORDER_OFFSET


def _encode_datetime(value: SlotValue) -> int:
    if type(value) is not datetime:
        raise _mismatch("a datetime")
    if value.utcoffset() != timedelta(0) or value.microsecond:
        raise InvalidInput("slot_value_out_of_range", "a datetime is not in UTC and whole seconds")
    return (value - _EPOCH) // timedelta(seconds=1) + ORDER_OFFSET


def _encode_address(value: SlotValue) -> int:
    if type(value) is not str:
        raise _mismatch("an address")
    if not is_checksum_address(value):
        raise InvalidInput("invalid_address", "an address is not 0x… with its EIP-55 checksum")
    return int(value, 16) + _ADDRESS_OFFSET


def _encode_secret(value: SlotValue) -> int:
    if type(value) is not int:
        raise _mismatch("a secret")
    if not 0 < value < SCALAR_ORDER:
        raise InvalidInput("slot_value_out_of_range", "a secret is not within [1, r - 1]")
    return value


def _decode_address(scalar: int) -> str:
    return to_checksum_address((scalar - _ADDRESS_OFFSET).to_bytes(20, "big"))


ABSENT_SCALAR: Final = _hash(SlotType.ABSENT, b"")
"""The message of an empty slot, H(00)."""

_ENCODERS: Final[Mapping[SlotType, Callable[[SlotValue], int]]] = MappingProxyType(
    {
        SlotType.ABSENT: _encode_absent,
        SlotType.TEXT: _encode_text,
        SlotType.BYTES: _encode_bytes,
        SlotType.INTEGER: _encode_integer,
        SlotType.BOOLEAN: _encode_boolean,
        SlotType.DATE: _encode_date,
        SlotType.DATETIME: _encode_datetime,
        SlotType.ADDRESS: _encode_address,
        SlotType.SECRET: _encode_secret,
    }
)

_DECODERS: Final[Mapping[SlotType, Callable[[int], SlotValue]]] = MappingProxyType(
    {
        SlotType.ABSENT: lambda _: None,
        SlotType.INTEGER: ordered_value,
        SlotType.BOOLEAN: lambda scalar: bool(ordered_value(scalar)),
        SlotType.DATE: lambda scalar: _EPOCH_DAY + timedelta(days=ordered_value(scalar)),
        SlotType.DATETIME: lambda scalar: _EPOCH + timedelta(seconds=ordered_value(scalar)),
        SlotType.ADDRESS: _decode_address,
    }
)
