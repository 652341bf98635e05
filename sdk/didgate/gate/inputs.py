r"""The inputs of a decision as JSON, to be committed to.

>>> to_json({(b"\x01", 7): True, "n": 2**64})
{'0x01:7': True, 'n': '18446744073709551616'}
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

_LARGEST_INTEGER: Final = 2**53 - 1  # I-JSON (RFC 7493 §2.2), which JCS requires


def to_json(value: Any) -> Any:
    """Return plain JSON for frozen data: bytes in hexadecimal, moments in RFC 3339.

    Args:
        value: dataclasses, enumerations, mappings, sequences and scalars, nested.
    """
    match value:
        case Enum():
            return to_json(value.value)
        case bool() | str() | float() | None:
            return value
        case int():
            return value if abs(value) <= _LARGEST_INTEGER else str(value)
        case bytes():
            return f"0x{value.hex()}"
        case datetime():
            return value.isoformat()
        case Mapping():
            return {_name(key): to_json(member) for key, member in value.items()}
        case Set():
            return sorted((to_json(member) for member in value), key=str)
        case list() | tuple():
            return [to_json(member) for member in value]
        case _ if is_dataclass(value):
            return {name: to_json(member) for name, member in _members(value).items()}
        case _:
            raise TypeError(type(value).__name__)


def _members(value: Any) -> dict[str, Any]:
    # Fields that begin with an underscore only cache what the others say.
    names = (field.name for field in fields(value) if not field.name.startswith("_"))
    return {name: getattr(value, name) for name in names}


def _name(key: Any) -> str:
    if is_dataclass(key):
        key = tuple(_members(key).values())
    return ":".join(map(_name, key)) if isinstance(key, tuple) else str(to_json(key))
