"""Typed messages in Solidity as in Python: docs/formats.md, "Typed messages"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from bbs_contract import BBSContract, running_contract

from didgate.bbs.typed import SlotType, SlotValue, encode
from didgate.chain.revert import Reverted
from didgate.encoding import keccak256

OFFSET = 2**53
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
HASHED = [
    (SlotType.TEXT, "", b""),
    (SlotType.TEXT, "Prüferin", "Prüferin".encode()),
    (SlotType.TEXT, "x" * 1024, b"x" * 1024),
    (SlotType.BYTES, b"", b""),
    (SlotType.BYTES, b"\x00\xff", b"\x00\xff"),
    (SlotType.BYTES, bytes(65535), bytes(65535)),
]
NUMBERS = [
    (SlotType.INTEGER, 0, OFFSET),
    (SlotType.INTEGER, 2**53 - 1, 2 * OFFSET - 1),
    (SlotType.INTEGER, 1 - 2**53, 1),
    (SlotType.DATE, date(1970, 1, 1), OFFSET),
    (SlotType.DATE, date.min, OFFSET - 719_162),
    (SlotType.DATE, date.max, OFFSET + 2_932_896),
    (SlotType.DATETIME, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), OFFSET + 1_767_323_045),
    (SlotType.DATETIME, datetime(1, 1, 1, tzinfo=UTC), OFFSET - 62_135_596_800),
    (SlotType.DATETIME, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), OFFSET + 253_402_300_799),
]


@pytest.fixture(scope="module")
def contract() -> Iterator[BBSContract]:
    with running_contract() as running:
        yield running


@pytest.mark.parametrize(("kind", "value", "data"), HASHED)
def test_text_and_bytes_are_hashed_with_their_type(
    contract: BBSContract, kind: SlotType, value: SlotValue, data: bytes
) -> None:
    message, claim = contract.call("mapTyped", kind, data)
    assert message == encode(kind, value)
    assert claim == int.from_bytes(keccak256(data), "big")


@pytest.mark.parametrize(("kind", "value", "number"), NUMBERS)
def test_what_can_be_ordered_is_its_number(
    contract: BBSContract, kind: SlotType, value: SlotValue, number: int
) -> None:
    message, claim = contract.call("mapTyped", kind, number.to_bytes(8, "big"))
    assert message == claim == number == encode(kind, value)


@pytest.mark.parametrize("value", [False, True])
def test_boolean(contract: BBSContract, value: bool) -> None:
    message, claim = contract.call("mapTyped", SlotType.BOOLEAN, bytes([value]))
    assert (message, claim) == (encode(SlotType.BOOLEAN, value), int(value))


def test_address(contract: BBSContract) -> None:
    message, claim = contract.call("mapTyped", SlotType.ADDRESS, bytes.fromhex(ADDRESS[2:]))
    assert (message, claim) == (encode(SlotType.ADDRESS, ADDRESS), int(ADDRESS, 16))


@pytest.mark.parametrize("byte", [0, 255])
def test_least_and_greatest_address(contract: BBSContract, byte: int) -> None:
    data = bytes([byte]) * 20
    number = int.from_bytes(data, "big")
    assert contract.call("mapTyped", SlotType.ADDRESS, data) == (2**160 + number, number)


def test_absent(contract: BBSContract) -> None:
    assert contract.call("mapTyped", SlotType.ABSENT, b"") == (encode(SlotType.ABSENT, None), 0)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (SlotType.ABSENT, b"\x00"),
        (SlotType.TEXT, bytes(1025)),
        (SlotType.BYTES, bytes(65536)),
        (SlotType.INTEGER, bytes(8)),
        (SlotType.INTEGER, (2 * OFFSET).to_bytes(8, "big")),
        (SlotType.INTEGER, OFFSET.to_bytes(7, "big")),
        (SlotType.INTEGER, OFFSET.to_bytes(9, "big")),
        (SlotType.INTEGER, OFFSET.to_bytes(32, "big")),
        (SlotType.INTEGER, b""),
        (SlotType.BOOLEAN, b"\x02"),
        (SlotType.BOOLEAN, b"\x00\x00"),
        (SlotType.DATE, (OFFSET - 719_163).to_bytes(8, "big")),
        (SlotType.DATE, (OFFSET + 2_932_897).to_bytes(8, "big")),
        (SlotType.DATETIME, (OFFSET - 62_135_596_801).to_bytes(8, "big")),
        (SlotType.DATETIME, (OFFSET + 253_402_300_800).to_bytes(8, "big")),
        (SlotType.ADDRESS, bytes(19)),
        (SlotType.ADDRESS, bytes(21)),
        (SlotType.SECRET, bytes(31) + b"\x01"),
        (255, b""),
    ],
)
def test_bytes_that_no_value_of_the_type_has_are_refused(
    contract: BBSContract, kind: int, data: bytes
) -> None:
    with pytest.raises(Reverted) as error:
        contract.call("mapTyped", kind, data)
    assert error.value.reason == "DisclosedValueInvalid"
