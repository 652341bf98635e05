r"""The inputs of a decision as JSON that can be read back: what a receipt commits to.

One value has one form, and ``from_json`` reads that form alone: whoever opens a commitment gets the
very data that the decision rested on, or an error. The type says how a value is written, so data
of a new type needs nothing here:

| value | JSON |
|---|---|
| bytes | ``0x`` and lower-case hexadecimal |
| integer | number, beyond ±(2⁵³ − 1) a decimal string (RFC 7493 §2.2, which JCS requires) |
| moment | RFC 3339, UTC |
| enumeration | its value |
| tuple, set | array; a set's in the order of its members' JSON |
| mapping | array of [key, value] in the order of the keys' JSON |
| dataclass | object |
| what others wrote: presentation, DID document | **text**: their JSON, whatever numbers it has |

>>> to_json({(b"\x01", 7): True, (b"\x00", 2**64): False})
[[['0x00', '18446744073709551616'], False], [['0x01', 7], True]]
>>> from_json(dict[tuple[bytes, int], bool], [[["0x01", 7], True]])
{(b'\x01', 7): True}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.credentials.schema import AttributeSchema
from didgate.dids import DIDDocument
from didgate.encoding import strict_json
from didgate.errors import DidgateError, VerificationError
from didgate.keys import PublicKey

MAX_DOCUMENT_BYTES: Final = 4 * 1024 * 1024
_MAX_DEPTH: Final = 64
_LARGEST_INTEGER: Final = 2**53 - 1
_HEX: Final = re.compile("0x([0-9a-f]{2})*")
_DECIMAL: Final = re.compile("-?[1-9][0-9]*")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of a class that has a form of its own are written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _text(document: Any) -> str:
    """Return JSON of others as text: JCS has no form for every number that they may write."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _document(text: str) -> Any:
    return strict_json.loads(text, max_bytes=MAX_DOCUMENT_BYTES, max_depth=_MAX_DEPTH)


_FORMS: Final[Mapping[type, _Form]] = {
    AttributeSchema: _Form(
        lambda schema: to_json(schema.encode()),
        lambda data: AttributeSchema.decode(_bytes(data)),
    ),
    Challenge: _Form(Challenge.to_dict, Challenge.from_dict),
    DIDDocument: _Form(
        lambda document: _text(document.raw),
        lambda data: DIDDocument.from_dict(_document(data)),
    ),
    Presentation: _Form(
        lambda presentation: _text(presentation.to_dict()),
        lambda data: Presentation.from_dict(_document(data)),
    ),
    PublicKey: _Form(PublicKey.to_multikey, PublicKey.from_multikey),
}


def to_json(value: Any) -> Any:
    """Return the JSON of data.

    Args:
        value: dataclasses, enumerations, mappings, sets, tuples and scalars, nested.
    """
    form = _FORMS.get(type(value))
    if form is not None:
        return form.write(value)
    if is_dataclass(value):
        names = _field_names(value.__class__)
        return {name: to_json(getattr(value, name)) for name in names}
    match value:
        case Mapping():
            return _ordered([to_json(key), to_json(member)] for key, member in value.items())
        case Set():
            return _ordered(to_json(member) for member in value)
        case list() | tuple():
            return [to_json(member) for member in value]
        case _:
            return _scalar_to_json(value)


def _scalar_to_json(value: Any) -> Any:
    match value:
        case Enum():
            return to_json(value.value)
        case bool() | str() | None:
            return value
        case int():
            return value if abs(value) <= _LARGEST_INTEGER else str(value)
        case bytes():
            return f"0x{value.hex()}"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            raise TypeError(type(value).__name__)


def from_json(kind: type[T], data: Any) -> T:
    """Return the data that ``to_json`` wrote.

    Args:
        kind: the type of the data; parameters of generic types count.
        data: parsed JSON.

    Raises:
        VerificationError: ``evidence_malformed``: not what ``to_json`` writes for any such data.
    """
    try:
        value = _read(kind, data)
        written = to_json(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DidgateError) as error:
        raise _malformed(kind) from error
    # One form only: what is read must be written again exactly so, types included.
    if not _same(written, data):
        raise _malformed(kind)
    return cast("T", value)


def _ordered(members: Any) -> list[Any]:
    return sorted(members, key=_text)


@cache
def _field_names(kind: Any, /) -> tuple[str, ...]:
    # Fields that begin with an underscore only cache what the others say.
    return tuple(each.name for each in fields(kind) if not each.name.startswith("_"))


@cache
def _field_types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in _field_names(kind)}


def _read(kind: Any, data: Any) -> Any:
    origin, parameters = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _read_optional(parameters, data)
    if origin is tuple:
        return _read_tuple(parameters, data)
    if origin is frozenset:
        return frozenset(_read(parameters[0], member) for member in _array(data))
    if origin is not None and issubclass(origin, Mapping):
        pairs = [(key, member) for key, member in map(_array, _array(data))]
        return {_read(parameters[0], key): _read(parameters[1], member) for key, member in pairs}
    if kind in _FORMS:
        return _FORMS[kind].read(data)
    if is_dataclass(kind):
        return _read_dataclass(cast("type", kind), data)
    return _read_scalar(kind, data)


def _read_scalar(kind: Any, data: Any) -> Any:
    if issubclass(kind, Enum):
        return kind(data)
    if kind is bytes:
        return _bytes(data)
    if kind is datetime:
        return datetime.fromisoformat(data)
    if kind is int and isinstance(data, str) and _DECIMAL.fullmatch(data):
        return int(data)
    if kind not in (bool, int, str, NoneType) or type(data) is not kind:
        raise TypeError(kind)
    return data


def _read_optional(parameters: tuple[Any, ...], data: Any) -> Any:
    [kind] = [each for each in parameters if each is not NoneType]
    return None if data is None else _read(kind, data)


def _read_tuple(parameters: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if len(parameters) == 2 and parameters[1] is Ellipsis:
        return tuple(_read(parameters[0], member) for member in _array(data))
    pairs = zip(parameters, _array(data), strict=True)
    return tuple(_read(kind, member) for kind, member in pairs)


def _read_dataclass(kind: type, data: Any) -> Any:
    members = {name: _read(hint, data[name]) for name, hint in _field_types(kind).items()}
    return kind(**members)


def _array(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(type(data))
    return data


def _bytes(data: Any) -> bytes:
    if not _HEX.fullmatch(data):
        raise ValueError(len(data))
    return bytes.fromhex(data[2:])


def _same(written: Any, data: Any) -> bool:
    """Compare JSON by its text, where ``1``, ``1.0`` and ``true`` are three values."""
    return _text(written) == _text(data)


def _malformed(kind: Any) -> VerificationError:
    name = getattr(kind, "__name__", str(kind))
    return VerificationError("evidence_malformed", f"the evidence holds no {name} in its one form")
