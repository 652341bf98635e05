"""Inputs of a decision as JSON that can be read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum
from typing import Any

import pytest

from didgate.credentials.presentation import Presentation
from didgate.dids import DIDDocument
from didgate.encoding import canonicalize
from didgate.errors import VerificationError
from didgate.gate.evidence_json import from_json, to_json


class Colour(Enum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Thing:
    name: str
    raw: bytes | None
    _cache: object = field(default=object, repr=False, compare=False)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (bool, True, True),
        (int, 2**53 - 1, 2**53 - 1),
        (int, 2**53, str(2**53)),
        (int, -(2**60), str(-(2**60))),
        (str, "1", "1"),
        (bytes, b"\x01", "0x01"),
        (bytes, b"", "0x"),
        (Colour, Colour.RED, "red"),
        (Number, Number.ONE, 1),
        (datetime, datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00+00:00"),
        (Mapping[bytes, bool], {b"\x02": True, b"\x01": False}, [["0x01", False], ["0x02", True]]),
        (dict[tuple[bytes, str], int | None], {(b"\x01", "a"): None}, [[["0x01", "a"], None]]),
        (frozenset[str], frozenset({"b", "a"}), ["a", "b"]),
        (tuple[int, ...], (1, 2, 3), [1, 2, 3]),
        (tuple[int, str], (1, "a"), [1, "a"]),
        (Thing, Thing("n", b""), {"name": "n", "raw": "0x"}),
        (Thing, Thing("n", None), {"name": "n", "raw": None}),
    ],
)
def test_each_kind_has_one_form(kind: Any, value: object, expected: object) -> None:
    assert to_json(value) == expected
    canonicalize(to_json(value))
    assert from_json(kind, json.loads(json.dumps(expected))) == value


def test_moments_are_written_in_utc() -> None:
    there = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert to_json(there) == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (bool, 1),
        (int, True),
        (int, 1.0),
        (int, "7"),
        (int, "0" + str(2**53)),
        (int, 2**53),
        (str, 7),
        (str, None),
        (bytes, "0xAB"),
        (bytes, "0xa"),
        (bytes, "ab"),
        (bytes, None),
        (Colour, "blue"),
        (datetime, "2026-01-01T00:00:00Z"),
        (datetime, "2026-01-01T02:00:00+02:00"),
        (datetime, "2026-01-01T00:00:00"),
        (datetime, 7),
        (dict[str, int], {"a": 1}),
        (dict[str, int], [["a"]]),
        (dict[str, int], [["a", 1, 2]]),
        (dict[str, int], [["a", 1], ["a", 2]]),
        (dict[str, int], [["b", 1], ["a", 2]]),
        (frozenset[str], ["a", "a"]),
        (frozenset[str], ["b", "a"]),
        (tuple[int, str], [1]),
        (tuple[int, ...], {"0": 1}),
        (Thing, {"name": "n"}),
        (Thing, {"name": "n", "raw": None, "more": 1}),
        (Thing, {"name": "n", "raw": None, "_cache": 1}),
        (Thing, ["n", None]),
        (Presentation, {"vp_token": {}}),
        (Presentation, '{"vp_token": {}}'),
        (Presentation, '{"vp_token":{},"vp_token":{}}'),
        (Presentation, "{"),
        (float, 1.5),
    ],
)
def test_any_other_form_is_refused(kind: Any, data: object) -> None:
    with pytest.raises(VerificationError) as error:
        from_json(kind, data)
    assert error.value.code == "evidence_malformed"


@pytest.mark.parametrize("number", ["1e300", "1.0", "1", str(10**30), "-0.0"])
def test_what_others_wrote_comes_back_with_any_number(number: str) -> None:
    presentation = Presentation({"c0": json.loads(f'{{"level": {number}, "ä": ["Ω"]}}')})
    again = from_json(Presentation, json.loads(json.dumps(to_json(presentation))))
    assert repr(again.credentials) == repr(presentation.credentials)
    canonicalize(to_json(presentation))


def test_a_did_document_comes_back_with_members_that_nobody_knows() -> None:
    document = DIDDocument.from_dict({"id": "did:example:1", "more": {"size": 10**20, "x": 1.5}})
    assert from_json(DIDDocument, to_json(document)) == document


def test_other_things_are_not_written() -> None:
    with pytest.raises(TypeError):
        to_json(object())
    with pytest.raises(TypeError):
        to_json(1.5)
