"""Names places inside a policy, the way its JSON form is read: ``allow.any[1].credential``.

>>> member(item(member("allow", "any"), 1), "credential")
'allow.any[1].credential'
>>> member("allow.credential.claims", "/address/country")
'allow.credential.claims["/address/country"]'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from didgate.errors import InvalidInput

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def member(path: str, name: str) -> str:
    """Return the path of the member ``name`` of the object at ``path`` ("" is the root)."""
    if _PLAIN.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{json.dumps(name)}]"


def item(path: str, index: int) -> str:
    """Return the path of an item of the array at ``path``."""
    return f"{path}[{index}]"


@contextmanager
def located(path: str) -> Iterator[None]:
    """Give every ``InvalidInput`` raised inside the path ``path``, unless it has one already."""
    try:
        yield
    except InvalidInput as error:
        if error.path is not None:
            raise
        raise InvalidInput(error.code, error.message, path=path) from error
