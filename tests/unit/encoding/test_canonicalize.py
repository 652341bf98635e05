from __future__ import annotations

import traceback
from typing import Any

import pytest

from didgate.encoding import canonicalize
from didgate.errors import InvalidInput


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_members_are_ordered_by_utf_16() -> None:
    assert canonicalize({"\ufb33": 1, "\U0001f602": 2}) == '{"\U0001f602":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**53, id="integer too large"),
        pytest.param(-(2**53), id="integer too small"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param([float("inf")], id="infinity"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param({"\ud800": 1}, id="lone surrogate in a name"),
        pytest.param({1: 2}, id="name that is no string"),
        pytest.param({"a": b"bytes"}, id="bytes"),
        pytest.param({1, 2}, id="set"),
        pytest.param(nested(200000), id="too deep"),
    ],
)
def test_not_canonicalizable(value: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        canonicalize(value)
    assert error.value.code == "not_canonicalizable"


def test_error_quotes_no_value() -> None:
    with pytest.raises(InvalidInput) as error:
        canonicalize({"salary": 2**60 + 12345})
    assert str(2**60 + 12345) not in "".join(traceback.format_exception(error.value))
