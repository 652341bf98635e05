"""YAML as a way to write JSON: the same types, and nothing that reads otherwise than it looks.

Anchors, tags, merge keys and several documents are refused, and so is every unquoted value that
some version of YAML takes for more than its characters: ``no`` and ``on`` (booleans in YAML 1.1),
``2026-01-01`` (a date), ``1:30`` (ninety), ``0x1f``, ``010``, ``1_000``, ``~``. Quoted, they are
text. A policy about Norway must not become one about *false*.

>>> load_yaml("{country: 'NO', clearance: 3, staff: true}")
{'country': 'NO', 'clearance': 3, 'staff': True}
>>> load_yaml("country: NO")
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: line 1: YAML may read this otherwise: quote it [yaml_ambiguous]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from didgate.errors import InvalidInput

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_LITERALS = {"true": True, "false": False, "null": None}
_WORDS = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ""}
)
# Whatever begins like a number, a date, a time or a special float, and is no integer of JSON.
_NUMBER_LIKE = re.compile(r"[-+]?(?:[0-9]|\.[0-9]|\.(?:inf|nan)\b)", re.IGNORECASE)
_MAX_DEPTH = 32

_Content: TypeAlias = (
    yaml.ScalarEvent
    | yaml.SequenceStartEvent
    | yaml.SequenceEndEvent
    | yaml.MappingStartEvent
    | yaml.MappingEndEvent
    | yaml.AliasEvent
)


def load_yaml(text: str | bytes, *, max_bytes: int = 65536) -> Any:
    """Return the value of a YAML document that says what JSON could say.

    Args:
        text: the document, or its UTF-8 bytes.
        max_bytes: the most bytes of UTF-8 accepted.

    Raises:
        InvalidInput: ``yaml_too_large``, ``invalid_yaml``, ``yaml_ambiguous``,
            ``yaml_duplicate_key``, ``yaml_unsupported`` or ``yaml_too_deep``; the path is the
            line.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > max_bytes:
        raise InvalidInput("yaml_too_large", f"the document is larger than {max_bytes} bytes")
    content = list(_content(data))
    if not content:
        raise InvalidInput("invalid_yaml", "the document is empty")
    events = iter(content)
    value = _value(next(events), events, _MAX_DEPTH)
    if (extra := next(events, None)) is not None:
        raise _fault("yaml_unsupported", "one document only", extra)
    return value


def _content(data: bytes) -> Iterator[_Content]:
    try:
        for event in yaml.parse(data.decode(), Loader=yaml.SafeLoader):
            if isinstance(event, _Content):
                yield event
    # ValueError: not UTF-8, or an escape beyond the last character of Unicode
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        path = f"line {mark.line + 1}" if mark else None
        raise InvalidInput("invalid_yaml", "this is no valid YAML", path=path) from error


def _value(event: _Content, events: Iterator[_Content], levels: int) -> Any:
    if levels == 0:
        raise _fault("yaml_too_deep", f"the document nests deeper than {_MAX_DEPTH}", event)
    if isinstance(event, yaml.AliasEvent) or _decorated(event):
        raise _fault("yaml_unsupported", "anchors and tags have no place in a policy", event)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, levels)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, levels)
    assert isinstance(event, yaml.ScalarEvent), "the parser pairs every end with a start"
    return event.value if event.style else _plain(event)


def _decorated(event: _Content) -> bool:
    return bool(getattr(event, "anchor", None) or getattr(event, "tag", None))


def _sequence(events: Iterator[_Content], levels: int) -> list[Any]:
    values = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        values.append(_value(event, events, levels - 1))
    return values


def _mapping(events: Iterator[_Content], levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _key(event)
        if key in value:
            raise _fault("yaml_duplicate_key", "the key stands here twice", event)
        value[key] = _value(next(events), events, levels - 1)
    return value


def _key(event: _Content) -> str:
    """Return a key, which is always the text it looks like: ``n`` and ``no`` are names here."""
    if not isinstance(event, yaml.ScalarEvent) or _decorated(event):
        raise _fault("yaml_unsupported", "a key is a plain or quoted text", event)
    if event.value == "<<" and not event.style:
        raise _fault("yaml_unsupported", "merge keys have no place in a policy", event)
    return str(event.value)


def _plain(event: yaml.ScalarEvent) -> str | int | bool | None:
    text = str(event.value)
    if text in _LITERALS:
        return _LITERALS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if text.lower() in _WORDS or _NUMBER_LIKE.match(text):
        raise _fault("yaml_ambiguous", "YAML may read this otherwise: quote it", event)
    return text


def _fault(code: str, message: str, event: _Content) -> InvalidInput:
    line = event.start_mark.line + 1 if event.start_mark else "?"
    return InvalidInput(code, message, path=f"line {line}")
