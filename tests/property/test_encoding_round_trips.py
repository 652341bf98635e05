"""Each encoding has one text per value, and each decoder accepts that text alone."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from didgate.encoding import (
    b64url_decode,
    b64url_encode,
    base58btc_decode,
    base58btc_encode,
    canonicalize,
    checksum_address,
    multibase_decode,
    multicodec_unwrap,
    multicodec_wrap,
    parse_address,
    strict_json,
)
from didgate.errors import InvalidInput

untimed = settings(deadline=None)

SAFE = 2**53 - 1
SAFE_INTEGERS = st.integers(-SAFE, SAFE)
# JCS writes a float below 10²¹ like an integer; above 2⁵³-1 it would come back as an unsafe one.
FLOATS = st.floats(-SAFE, SAFE) | st.floats(min_value=1e21, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | FLOATS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@untimed
@given(st.binary(max_size=200))
def test_base64url(data: bytes) -> None:
    assert b64url_decode(b64url_encode(data)) == data


@untimed
@given(st.text(st.characters(codec="ascii"), max_size=12) | st.text(max_size=12))
def test_base64url_has_one_text_per_value(text: str) -> None:
    try:
        data = b64url_decode(text)
    except InvalidInput as error:
        if error.code != "invalid_base64url":
            raise
        return
    assert b64url_encode(data) == text


@untimed
@given(st.binary(max_size=200))
def test_base58btc(data: bytes) -> None:
    assert base58btc_decode(base58btc_encode(data)) == data


@untimed
@given(st.text("123ABCZabcz0OIl", max_size=12) | st.text(max_size=12))
def test_base58btc_has_one_text_per_value(text: str) -> None:
    try:
        data = base58btc_decode(text)
    except InvalidInput as error:
        if error.code != "invalid_base58":
            raise
        return
    assert base58btc_encode(data) == text


@untimed
@given(st.text("zu", max_size=1), st.text(max_size=20))
def test_multibase_fails_with_its_own_errors_only(prefix: str, text: str) -> None:
    try:
        multibase_decode(prefix + text)
    except InvalidInput as error:
        if error.code not in {"invalid_multibase", "invalid_base58", "invalid_base64url"}:
            raise


@untimed
@given(st.integers(0, 2**63 - 1), st.binary(max_size=8))
def test_multicodec(code: int, data: bytes) -> None:
    assert multicodec_unwrap(multicodec_wrap(code, data)) == (code, data)


@untimed
@given(st.binary(max_size=12))
def test_multicodec_has_one_prefix_per_code(data: bytes) -> None:
    try:
        code, rest = multicodec_unwrap(data)
    except InvalidInput as error:
        if error.code != "invalid_multicodec":
            raise
        return
    assert multicodec_wrap(code, rest) == data


@untimed
@given(st.binary(min_size=20, max_size=20))
def test_address(address: bytes) -> None:
    text = checksum_address(address)
    assert parse_address(text) == parse_address(text.lower()) == address


@untimed
@given(JSON)
def test_canonical_json(value: Any) -> None:
    text = canonicalize(value)
    again = strict_json.loads(text)
    assert again == value
    assert canonicalize(again) == text


@untimed
@given(st.dictionaries(st.text(), SAFE_INTEGERS), st.randoms(use_true_random=False))
def test_canonical_json_ignores_the_order_of_members(value: dict[str, int], random: Any) -> None:
    members = list(value.items())
    random.shuffle(members)
    assert canonicalize(dict(members)) == canonicalize(value)


@untimed
@given(JSON)
def test_strict_json_reads_what_is_json(value: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert strict_json.loads(text) == strict_json.loads(text.encode()) == value


@untimed
@given(st.text('[]{}":,\\ud8e019.-+ aNtrue\n\ufeff', max_size=40) | st.text() | st.binary())
def test_strict_json_fails_with_its_own_errors_only(data: str | bytes) -> None:
    try:
        value = strict_json.loads(data, max_bytes=64, max_depth=3)
    except InvalidInput as error:
        if "json" not in error.code:
            raise
        return
    # Whatever was accepted is I-JSON, but for the size of integers.
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
