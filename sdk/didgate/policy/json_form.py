"""Takes a policy's JSON apart: each function returns what is expected or says where it is not.

>>> integer_at({"n": 1}["n"], "allow.atLeast.n")
1
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from didgate.bbs.typed import MAX_INTEGER
from didgate.credentials.verified import Address
from didgate.policy.leaf_rules import refuse
from didgate.policy.paths import located, member

_ID = re.compile(r"0x[0-9a-fA-F]{64}")
_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_MAX_DIGITS = 78  # of 2²⁵⁶ - 1


def object_at(
    source: Any, path: str, *, required: set[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return an object that has all required and no unknown members."""
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    for name in source:
        known = isinstance(name, str) and (name in required or name in optional)
        refuse(not known, "unknown_key", "the language has no such key", member(path, str(name)))
    for name in sorted(required):
        refuse(name not in source, "missing_key", "this key is required", member(path, name))
    checked: Mapping[str, Any] = source
    return checked


def single_at(source: Any, path: str, message: str) -> tuple[str, Any]:
    """Return the name and the value of an object's only member."""
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    refuse(not source, "empty_tree", message, path)
    refuse(len(source) != 1, "ambiguous", message, path)
    ((name, value),) = source.items()
    return str(name), value


def array_at(source: Any, path: str) -> list[Any]:
    """Return the items of an array."""
    refuse(not isinstance(source, list | tuple), "wrong_type", "expected an array", path)
    return list(source)


def integer_at(source: Any, path: str) -> int:
    """Return an integer."""
    refuse(type(source) is not int, "wrong_type", "expected an integer", path)
    return int(source)


def string_at(source: Any, path: str) -> str:
    """Return a string."""
    refuse(type(source) is not str, "wrong_type", "expected a string", path)
    return str(source)


def id_at(source: Any, path: str) -> bytes:
    """Return 32 bytes, written as 0x and 64 hexadecimal digits."""
    text = string_at(source, path)
    whole = _ID.fullmatch(text)
    refuse(not whole, "invalid_id", "expected 0x and 64 hexadecimal digits", path)
    return bytes.fromhex(text[2:])


def address_at(source: Any, path: str) -> str:
    """Return an address in EIP-55 spelling."""
    with located(path):
        return Address(string_at(source, path)).text


def number_at(source: Any, path: str) -> int:
    """Return a whole number, written in decimal digits, or as an integer up to 2⁵³ - 1."""
    if type(source) is str:
        valid = len(source) <= _MAX_DIGITS and _DECIMAL.fullmatch(source)
        refuse(not valid, "invalid_number", "expected decimal digits, no more than needed", path)
        return int(source)
    number = integer_at(source, path)
    message = "not every parser reads it whole: write it as a string of digits"
    refuse(abs(number) > MAX_INTEGER, "invalid_number", message, path)
    return number
