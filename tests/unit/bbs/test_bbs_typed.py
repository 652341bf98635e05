"""Typed messages: the exact scalar of each type, and every value that is refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from enum import IntEnum

import pytest

from didgate import bbs
from didgate.bbs.typed import (
    ABSENT_SCALAR,
    SlotType,
    SlotValue,
    check,
    decode,
    encode,
    is_absent,
    ordered_value,
)
from didgate.errors import InvalidInput, VerificationError

R = bbs.SCALAR_ORDER
OFFSET = 2**53
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
DST = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_MAP_TYPED_TO_SCALAR_AS_HASH_"


def h(data: bytes) -> int:
    """H of docs/formats.md, written out: two blocks of expand_message_xmd, reduced modulo r."""
    tail = DST + bytes([len(DST)])
    b0 = hashlib.sha256(bytes(64) + data + b"\x00\x30\x00" + tail).digest()
    b1 = hashlib.sha256(b0 + b"\x01" + tail).digest()
    mixed = bytes(a ^ b for a, b in zip(b0, b1, strict=True))
    b2 = hashlib.sha256(mixed + b"\x02" + tail).digest()
    return int.from_bytes((b1 + b2)[:48], "big") % R


ENCODINGS: list[tuple[SlotType, SlotValue, int]] = [
    (SlotType.ABSENT, None, h(b"\x00")),
    (SlotType.TEXT, "", h(b"\x01")),
    (SlotType.TEXT, "Zoë", h(b"\x01Zo\xc3\xab")),
    (SlotType.TEXT, "x" * 1024, h(b"\x01" + b"x" * 1024)),
    (SlotType.BYTES, b"", h(b"\x02")),
    (SlotType.BYTES, b"\x00\xff", h(b"\x02\x00\xff")),
    (SlotType.INTEGER, 0, OFFSET),
    (SlotType.INTEGER, -1, OFFSET - 1),
    (SlotType.INTEGER, 2**53 - 1, 2**54 - 1),
    (SlotType.INTEGER, 1 - 2**53, 1),
    (SlotType.BOOLEAN, False, OFFSET),
    (SlotType.BOOLEAN, True, OFFSET + 1),
    (SlotType.DATE, date(1970, 1, 1), OFFSET),
    (SlotType.DATE, date(2026, 1, 1), OFFSET + 20454),
    (SlotType.DATE, date(1969, 12, 31), OFFSET - 1),
    (SlotType.DATETIME, datetime(1970, 1, 1, tzinfo=UTC), OFFSET),
    (SlotType.DATETIME, datetime(2026, 1, 1, tzinfo=UTC), OFFSET + 1767225600),
    (SlotType.DATETIME, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), OFFSET - 1),
    (SlotType.ADDRESS, ADDRESS, 2**160 + int(ADDRESS, 16)),
    (SlotType.ADDRESS, "0x" + "0" * 40, 2**160),
    (SlotType.SECRET, 1, 1),
    (SlotType.SECRET, R - 1, R - 1),
]


class Colour(IntEnum):
    RED = 1


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(("slot_type", "value", "scalar"), ENCODINGS)
def test_encoding(slot_type: SlotType, value: SlotValue, scalar: int) -> None:
    assert encode(slot_type, value) == scalar
    check(slot_type, value, scalar)


@pytest.mark.parametrize(
    ("slot_type", "value", "scalar"),
    [case for case in ENCODINGS if case[0] not in {SlotType.TEXT, SlotType.BYTES, SlotType.SECRET}],
)
def test_decoding(slot_type: SlotType, value: SlotValue, scalar: int) -> None:
    decoded = decode(slot_type, scalar)
    assert decoded == value
    assert type(decoded) is type(value)


def test_numbers_of_the_types_are_those_of_the_formats() -> None:
    names = ["ABSENT", "TEXT", "BYTES", "INTEGER", "BOOLEAN", "DATE", "DATETIME", "ADDRESS"]
    assert [SlotType[name].value for name in [*names, "SECRET"]] == list(range(9))


def test_types_are_bound_for_hashed_values() -> None:
    assert encode(SlotType.TEXT, "") != encode(SlotType.BYTES, b"") != ABSENT_SCALAR


@pytest.mark.parametrize(
    ("slot_type", "value"),
    [
        (SlotType.ABSENT, ""),
        (SlotType.ABSENT, 0),
        (SlotType.ABSENT, False),
        (SlotType.TEXT, None),
        (SlotType.TEXT, b"text"),
        (SlotType.TEXT, 1),
        (SlotType.TEXT, Text("text")),
        (SlotType.BYTES, "text"),
        (SlotType.BYTES, bytearray(b"x")),
        (SlotType.BYTES, None),
        (SlotType.INTEGER, True),
        (SlotType.INTEGER, 1.0),
        (SlotType.INTEGER, "1"),
        (SlotType.INTEGER, None),
        (SlotType.INTEGER, Colour.RED),
        (SlotType.BOOLEAN, 1),
        (SlotType.BOOLEAN, 0),
        (SlotType.BOOLEAN, "true"),
        (SlotType.BOOLEAN, None),
        (SlotType.DATE, datetime(2026, 1, 1, tzinfo=UTC)),
        (SlotType.DATE, "2026-01-01"),
        (SlotType.DATE, 20454),
        (SlotType.DATETIME, date(2026, 1, 1)),
        (SlotType.DATETIME, "2026-01-01T00:00:00Z"),
        (SlotType.DATETIME, 1767225600),
        (SlotType.ADDRESS, int(ADDRESS, 16)),
        (SlotType.ADDRESS, bytes(20)),
        (SlotType.ADDRESS, None),
        (SlotType.SECRET, True),
        (SlotType.SECRET, b"\x01"),
        (SlotType.SECRET, None),
    ],
)
def test_value_of_another_type_is_refused(slot_type: SlotType, value: SlotValue) -> None:
    refuse(slot_type, value, "slot_type_mismatch")


def refuse(slot_type: SlotType, value: SlotValue, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        encode(slot_type, value)
    assert error.value.code == code
    with pytest.raises(VerificationError) as mismatch:
        check(slot_type, value, 1)
    assert mismatch.value.code == "disclosed_value_invalid"


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**64, 10**30])
def test_integer_beyond_the_exact_range_is_refused(value: int) -> None:
    refuse(SlotType.INTEGER, value, "slot_value_out_of_range")


@pytest.mark.parametrize("value", [0, -1, R, R + 1, 2**256 - 1])
def test_secret_outside_the_range_is_refused(value: int) -> None:
    refuse(SlotType.SECRET, value, "slot_value_out_of_range")


def test_text_in_another_normal_form_is_refused() -> None:
    refuse(SlotType.TEXT, "Zoe\u0308", "text_not_normalized")


@pytest.mark.parametrize("value", ["\u212b", "\ufb1d", "\u0344"])
def test_text_with_a_character_that_nfc_replaces_is_refused(value: str) -> None:
    refuse(SlotType.TEXT, value, "text_not_normalized")


def test_text_with_a_lone_surrogate_is_refused() -> None:
    refuse(SlotType.TEXT, "\ud800", "text_not_normalized")


@pytest.mark.parametrize("value", ["x" * 1025, "é" * 513])
def test_text_of_more_than_1024_bytes_is_refused(value: str) -> None:
    refuse(SlotType.TEXT, value, "text_too_long")


def test_text_of_exactly_1024_bytes_of_two_each_is_taken() -> None:
    assert encode(SlotType.TEXT, "é" * 512) == h(b"\x01" + "é".encode() * 512)


def test_too_many_bytes_are_refused() -> None:
    assert encode(SlotType.BYTES, bytes(65535)) == h(b"\x02" + bytes(65535))
    refuse(SlotType.BYTES, bytes(65536), "slot_value_out_of_range")


def test_naive_datetime_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    refuse(SlotType.DATETIME, naive, "slot_value_out_of_range")


def test_datetime_of_another_zone_is_refused() -> None:
    elsewhere = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    refuse(SlotType.DATETIME, elsewhere, "slot_value_out_of_range")


def test_datetime_with_a_fraction_is_refused() -> None:
    moment = datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)
    refuse(SlotType.DATETIME, moment, "slot_value_out_of_range")


@pytest.mark.parametrize(
    "value",
    [
        ADDRESS.lower(),
        "0x" + ADDRESS[2:].upper(),
        ADDRESS[2:],
        ADDRESS[:-1],
        ADDRESS + "0",
        ADDRESS[:-1] + "D",
        "0X" + ADDRESS[2:],
        " " + ADDRESS,
        ADDRESS + "\n",
        "",
        "0x",
        "0x" + "٠" * 40,
    ],
)
def test_address_without_its_checksum_form_is_refused(value: str) -> None:
    refuse(SlotType.ADDRESS, value, "invalid_address")


def test_scalar_of_another_value_is_refused() -> None:
    with pytest.raises(VerificationError) as error:
        check(SlotType.INTEGER, 18, encode(SlotType.INTEGER, 17))
    assert error.value.code == "disclosed_value_invalid"


def test_scalar_of_another_type_is_refused() -> None:
    with pytest.raises(VerificationError) as error:
        check(SlotType.TEXT, "x", encode(SlotType.BYTES, b"x"))
    assert error.value.code == "disclosed_value_invalid"


@pytest.mark.parametrize("scalar", [True, float(OFFSET), str(OFFSET), None])
def test_scalar_that_is_no_integer_is_refused(scalar: object) -> None:
    with pytest.raises(VerificationError) as error:
        check(SlotType.INTEGER, 0, scalar)
    assert error.value.code == "disclosed_value_invalid"


@pytest.mark.parametrize("scalar", [0, -1, 2**54, ABSENT_SCALAR, R - 1, R, True])
def test_scalar_outside_the_ordered_range_is_not_compared(scalar: int) -> None:
    with pytest.raises(VerificationError) as error:
        ordered_value(scalar)
    assert error.value.code == "disclosed_value_invalid"


def test_ordered_values_keep_the_order_of_their_scalars() -> None:
    assert [ordered_value(scalar) for scalar in (1, OFFSET, 2**54 - 1)] == [
        1 - OFFSET,
        0,
        OFFSET - 1,
    ]


@pytest.mark.parametrize(
    ("slot_type", "scalar"),
    [
        (SlotType.ABSENT, OFFSET),
        (SlotType.INTEGER, 0),
        (SlotType.INTEGER, 2**54),
        (SlotType.INTEGER, ABSENT_SCALAR),
        (SlotType.BOOLEAN, OFFSET + 2),
        (SlotType.BOOLEAN, OFFSET - 1),
        (SlotType.DATE, OFFSET + 10**8),
        (SlotType.DATE, 2**54 - 1),
        (SlotType.DATE, 1),
        (SlotType.DATETIME, 2**54 - 1),
        (SlotType.DATETIME, 1),
        (SlotType.ADDRESS, 2**160 - 1),
        (SlotType.ADDRESS, 2**161),
        (SlotType.ADDRESS, 0),
        (SlotType.ADDRESS, ABSENT_SCALAR),
        (SlotType.ADDRESS, None),
        (SlotType.BOOLEAN, True),
    ],
)
def test_scalar_that_encodes_no_value_is_not_decoded(slot_type: SlotType, scalar: int) -> None:
    with pytest.raises(VerificationError) as error:
        decode(slot_type, scalar)
    assert error.value.code == "disclosed_value_invalid"


@pytest.mark.parametrize("slot_type", [SlotType.TEXT, SlotType.BYTES, SlotType.SECRET])
def test_hashed_value_is_not_decoded(slot_type: SlotType) -> None:
    with pytest.raises(InvalidInput) as error:
        decode(slot_type, OFFSET)
    assert error.value.code == "slot_type_not_decodable"


def test_absence_is_recognised() -> None:
    assert is_absent(ABSENT_SCALAR)
    assert not is_absent(OFFSET)


def test_absence_is_a_huge_number() -> None:
    assert ABSENT_SCALAR >= 2**54
