"""Inputs of a decision as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum

import pytest

from didgate.encoding import canonicalize
from didgate.gate.inputs import to_json


class Colour(Enum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Thing:
    name: str
    raw: bytes
    _cache: object = field(default=object(), repr=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (2**53 - 1, 2**53 - 1),
        (2**53, str(2**53)),
        (-(2**60), str(-(2**60))),
        (b"\x01", "0x01"),
        (Colour.RED, "red"),
        (Number.ONE, 1),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00+00:00"),
        ({b"\x01": [1, (2,)]}, {"0x01": [1, [2]]}),
        ({(b"\x01", "a"): None}, {"0x01:a": None}),
        ({(Thing("n", b"\x02"), "a"): None}, {"n:0x02:a": None}),
        (frozenset({"b", "a"}), ["a", "b"]),
        (Thing("n", b""), {"name": "n", "raw": "0x"}),
    ],
)
def test_plain_json(value: object, expected: object) -> None:
    assert to_json(value) == expected
    canonicalize(to_json(value))


def test_other_things_are_refused() -> None:
    with pytest.raises(TypeError):
        to_json(object())
