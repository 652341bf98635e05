"""Canonical JSON by the JSON Canonicalization Scheme (JCS, RFC 8785).

>>> canonicalize({"b": 1.0, "a": "€"}).decode()
'{"a":"€","b":1}'
"""

from __future__ import annotations

from typing import Any

import rfc8785

from didgate.errors import InvalidInput


def canonicalize(value: Any) -> bytes:
    """Return the canonical UTF-8 encoding of a JSON value.

    Args:
        value: dict with string keys, list, tuple, str, int, float, bool or None, nested.

    Raises:
        InvalidInput: ``not_canonicalizable`` for what JCS cannot express: an integer beyond
            ±(2⁵³-1), NaN or an infinity, a lone surrogate, a key that is no string, any other
            type, or nesting too deep for the interpreter.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        # The library's messages quote the value, which may be a claim.
        raise InvalidInput(
            "not_canonicalizable", "the value has no canonical JSON form (RFC 8785)"
        ) from None
