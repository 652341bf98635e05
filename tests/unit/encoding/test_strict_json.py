from __future__ import annotations

import sys
from typing import Any

import pytest

from didgate.encoding import strict_json
from didgate.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, -2.5, "x", true, false, null]}', {"a": [1, -2.5, "x", True, False, None]}),
        (' \t\r\n"\\u20ac" ', "€"),
        ('"\\ud83d\\ude00"', "😀"),
        ("9007199254740993", 9007199254740993),
        ("-0.0", 0.0),
        ('{"a": {"a": 1}, "b": {"a": 2}}', {"a": {"a": 1}, "b": {"a": 2}}),
    ],
)
def test_reads_json(text: str, value: Any) -> None:
    assert strict_json.loads(text) == value
    assert strict_json.loads(text.encode()) == value


def refusal(data: bytes | str, **limits: int) -> str:
    with pytest.raises(InvalidInput) as error:
        strict_json.loads(data, **limits)
    return error.value.code


@pytest.mark.parametrize(
    "data",
    [
        '{"a": 1, "a": 1}',
        '[{"x": {"b": 1, "c": 2, "b": 3}}]',
        '{"a": 1, "\\u0061": 2}',
    ],
)
def test_duplicate_member(data: str) -> None:
    assert refusal(data) == "json_duplicate_member"


@pytest.mark.parametrize("data", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "-1e999"])
def test_number_that_is_not_finite(data: str) -> None:
    assert refusal(data) == "json_not_finite"


@pytest.mark.parametrize(
    "data",
    ['"\\ud800"', '{"\\uDFFF": 1}', '["\\ude00\\ud83d"]', '"\ud800"', '"\\uD83Dx"'],
)
def test_lone_surrogate(data: str) -> None:
    assert refusal(data) == "json_lone_surrogate"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param("{} {}", id="data after the end"),
        pytest.param("[1,]", id="trailing comma"),
        pytest.param("{'a': 1}", id="single quotes"),
        pytest.param("01", id="leading zero"),
        pytest.param('"\t"', id="control character"),
        pytest.param("\ufeff{}", id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark in UTF-8"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b'"\xed\xa0\x80"', id="surrogate in UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param("\u00a0{}", id="no-break space"),
        pytest.param("1" * 5000, id="integer too long for Python"),
        pytest.param("/**/1", id="comment"),
    ],
)
def test_invalid_json(data: bytes | str) -> None:
    assert refusal(data) == "invalid_json"


def test_too_large_is_counted_in_bytes() -> None:
    euros = '"' + "€" * 10 + '"'
    assert strict_json.loads(euros, max_bytes=32) == "€" * 10
    assert refusal(euros, max_bytes=31) == "json_too_large"
    assert refusal(euros.encode(), max_bytes=31) == "json_too_large"
    assert refusal(" " * 65537) == "json_too_large"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_too_deep(opening: str, closing: str) -> None:
    times = 32 // opening.replace("{", "[").count("[")
    strict_json.loads(opening * times + "1" + closing * times)
    assert refusal(opening * (times + 1) + "1" + closing * (times + 1)) == "json_too_deep"


def test_too_deep_is_noticed_before_parsing() -> None:
    # Other libraries raise the limit so far that the parser could overflow the C stack.
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        assert refusal("[" * (1 << 20), max_bytes=1 << 20) == "json_too_deep"
        assert refusal('{"a":' * (1 << 17), max_bytes=1 << 20) == "json_too_deep"
        assert refusal('["\\"",' * (1 << 17), max_bytes=1 << 20) == "json_too_deep"
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "text", ['"' * 65535, '"' + '\\"' * 32767, '"' + "[" * 65000, "\\" * 65536]
)
def test_string_without_an_end(text: str) -> None:
    assert refusal(text) == "invalid_json"


def test_wide_and_full_of_brackets_is_not_deep() -> None:
    wide = '[["{[[\\"[["], {}, []' + ", []" * 10000 + "]"
    assert len(strict_json.loads(wide, max_depth=2)) == 10003
