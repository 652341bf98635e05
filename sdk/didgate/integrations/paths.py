"""The path of a request as the application behind a guard will see it, or none.

A guard protects paths, so it must never take a request for another one than the application does.
ASGI hands on the whole path, and in ``root_path`` the part of it below which the application is
mounted; an application matches what remains. Whatever two readers could understand differently
(empty and dotted segments, what is still encoded, what cannot be printed) is no path to us.

>>> route_path({"path": "/api/models/digits", "root_path": "/api"})
'/models/digits'
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from didgate.errors import InvalidInput

_HIDDEN: Final = re.compile(rb"%(2f|5c)", re.IGNORECASE)
_INNER: Final = ("app", "original_router")


def route_path(scope: Mapping[str, Any]) -> str:
    """Return the path of a connection below the application's root (ASGI 3.0, ``root_path``).

    Raises:
        InvalidInput: ``path_not_gated`` for a path that could be understood in two ways.
    """
    # A root that ends within a segment, such as "/api" of "/apis", is cut off by some applications
    # and not by others: what remains begins without a slash then, and is no path.
    path = scope["path"].removeprefix(scope.get("root_path") or "")
    if not _is_plain(path) or _HIDDEN.search(scope.get("raw_path") or b""):
        raise InvalidInput("path_not_gated", "nothing is offered under this path")
    return str(path)


def _is_plain(path: str) -> bool:
    """Tell whether a path, already decoded, means one thing only."""
    if not path.startswith("/") or not path.isprintable() or "\\" in path or "%" in path:
        return False
    *inner, last = path.split("/")[1:]
    # One slash at the end does no harm: the application may tell the two apart.
    return last not in {".", ".."} and not any(part in {"", ".", ".."} for part in inner)


def check_root(app: object) -> None:
    """Check that no application below ``app`` sets a root of its own.

    ``FastAPI(root_path="/api")`` puts it into the scope behind the guard's back, so that
    ``/api/models`` and ``/models`` become the same path, which a guard would take for two. The
    server is to be told instead (``uvicorn --root-path /api``): it tells the guard as well.

    Args:
        app: the application; middleware is looked through as far as it keeps what it wraps as
            ``app``, and routers as far as they have ``routes``.

    Raises:
        InvalidInput: ``application_root_path``.
    """
    waiting, seen = [app], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if _sets_root(current):
            message = "the application sets a root_path of its own: set it at the server"
            raise InvalidInput("application_root_path", message)
        routes = getattr(current, "routes", None)
        waiting += routes if isinstance(routes, list) else []
        waiting += filter(None, (getattr(current, name, None) for name in _INNER))


def _sets_root(app: object) -> bool:
    # Whoever uses FastAPI has imported it. Others mean a folder by the attribute (Flask, Quart).
    fastapi = sys.modules.get("fastapi")
    return fastapi is not None and isinstance(app, fastapi.FastAPI) and bool(app.root_path)
