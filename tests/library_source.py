"""The library's own source code, for tests about what it must not contain."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import didgate

LIBRARY = Path(didgate.__file__).parent
SOURCES = sorted(LIBRARY.rglob("*.py"))


def imports(source: Path) -> set[str]:
    """Return the names of all modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import(aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                names.add(module)
    return names


def functions_named(prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the functions and methods of the library whose name begins with ``prefix``."""
    for found in pkgutil.walk_packages(didgate.__path__, "didgate."):
        if found.name.startswith(("didgate.cli", "didgate.demo")):
            continue
        members = vars(importlib.import_module(found.name))
        own = [each for each in members.values() if getattr(each, "__module__", "") == found.name]
        functions = [each for each in own if inspect.isfunction(each)]
        for each in filter(inspect.isclass, own):
            functions += filter(inspect.isfunction, vars(each).values())
        for function in functions:
            if function.__name__.startswith(prefix):
                yield f"{found.name}.{function.__qualname__}", function
