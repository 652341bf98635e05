"""Claims by name or by JSON pointer (RFC 6901), as conditions on an SD-JWT name them.

A pointer leads through objects only. Into arrays it finds nothing: the processed payload of an
SD-JWT closes up over array elements that were not disclosed, so a holder could choose which
element stands at an index.

>>> find_claim({"address": {"country": "NL"}}, "/address/country")
'NL'
>>> find_claim({"nationalities": ["NL"]}, "/nationalities/0") is ABSENT
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from didgate.errors import InvalidInput

_BAD_ESCAPE = re.compile(r"~(?![01])")


class Absent(Enum):
    """What ``find_claim`` finds where a claim was not disclosed, which may differ from null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


def pointer_segments(name: str) -> tuple[str, ...]:
    """Return the member names that lead from the root to the claim.

    Args:
        name: a top-level claim's name, or a JSON pointer, which begins with ``/``.

    Raises:
        InvalidInput: ``claim_name`` for a malformed pointer.
    """
    if not name.startswith("/"):
        return (name,)
    if _BAD_ESCAPE.search(name):
        raise InvalidInput("claim_name", "in a JSON pointer ~ stands only in ~0 and ~1")
    parts = name[1:].split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def find_claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return the disclosed value of a claim, or ``ABSENT``."""
    value: Any = claims
    for segment in pointer_segments(name):
        if not isinstance(value, Mapping) or segment not in value:
            return ABSENT
        value = value[segment]
    return value
