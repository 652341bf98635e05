"""JSON (RFC 8259) read strictly, as I-JSON (RFC 7493) asks: one reading, or none.

Two parsers that disagree about a duplicate member or a lone surrogate see two documents behind one
signature, so such text is refused, as is anything larger or deeper than the caller expects.

>>> loads('{"a": [1, 2]}')
{'a': [1, 2]}
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, NoReturn

from didgate.errors import InvalidInput

# Always matches at a quote, even where the string has no end, so that time stays linear.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(data: bytes | str, *, max_bytes: int = 65536, max_depth: int = 32) -> Any:
    """Parse one JSON text.

    Integers come as Python reads them, of any size; callers check types and ranges.

    Args:
        data: the text, or its UTF-8 encoding without a byte order mark.
        max_bytes: the most bytes of UTF-8 accepted.
        max_depth: the most arrays and objects nested in each other.

    Returns:
        dict, list, str, int, float, bool or None.

    Raises:
        InvalidInput: ``json_too_large``, ``json_too_deep``, ``json_duplicate_member``,
            ``json_not_finite`` (NaN, Infinity, 1e999), ``json_lone_surrogate``, or
            ``invalid_json`` for everything else, data after the end included.
    """
    text = _text(data, max_bytes)
    # Before parsing: the parser recurses on the C stack, and libraries that raise the recursion
    # limit of the interpreter (py_ecc does, to 100,000) would let the text overflow it.
    if _brackets(text) > max_depth and _depth(text) > max_depth:
        raise InvalidInput("json_too_deep", f"the JSON text nests deeper than {max_depth}")
    try:
        value = _DECODER.decode(text)
    except ValueError as error:
        raise InvalidInput("invalid_json", "the text is not valid JSON") from error
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(json.dumps(value, ensure_ascii=False))
    return value


def _text(data: bytes | str, max_bytes: int) -> str:
    if isinstance(data, str):
        # A character takes at least one byte: no need to encode what is too long anyway.
        size = len(data) if len(data) > max_bytes else len(_refuse_lone_surrogates(data))
        text = data
    else:
        size = len(data)
        text = "" if size > max_bytes else _decode_utf8(data)
    if size > max_bytes:
        raise InvalidInput("json_too_large", f"the JSON text is larger than {max_bytes} bytes")
    return text


def _decode_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("invalid_json", "the JSON text is not UTF-8") from error


def _refuse_lone_surrogates(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput("json_lone_surrogate", "a string holds half a character") from error


def _brackets(text: str) -> int:
    # Cheap, and most often few enough to settle the question of depth.
    return text.count("{") + text.count("[")


def _depth(text: str) -> int:
    outside_strings = _STRING.sub("", text)
    steps = map(_STEPS.__getitem__, _BRACKET.findall(outside_strings))
    return max(accumulate(steps), default=0)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise InvalidInput("json_duplicate_member", "an object names a member twice")
    return value


def _finite(literal: str) -> float:
    number = float(literal)
    return number if math.isfinite(number) else _refuse_constant(literal)


def _refuse_constant(_literal: str) -> NoReturn:
    raise InvalidInput("json_not_finite", "a number is not finite")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse_constant
)
