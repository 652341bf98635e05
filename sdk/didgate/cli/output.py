"""What commands print: tables and sentences for people, one JSON value for programs.

Results go to standard output. What is said beside them (what a transaction will do, questions,
progress, errors for people) goes to standard error, so that output can be piped.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from didgate.errors import DidgateError

_PLAIN_WIDTH = 160
_LATEST_TIME = 253_402_300_799  # the end of the year 9999


def console() -> Console:
    """Return the console for standard output; wide where nobody looks at a terminal."""
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def print_json(value: Any) -> None:
    """Print one JSON value."""
    typer.echo(json.dumps(value, indent=2))


def print_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: its members under each other, or as a JSON object."""
    if as_json:
        print_json(record)
        return
    labels = {name: label(name) for name in record}
    width = max(map(len, labels.values()), default=0)
    for name, value in record.items():
        styled = Text(f"{labels[name]:<{width}}  ", style="bold") + Text(shown(value), style="")
        console().print(styled, soft_wrap=True)


def print_records(records: Iterable[Mapping[str, Any]], *, as_json: bool, title: str) -> None:
    """Print many things of one kind: a table, or a JSON array of objects."""
    listed = list(records)
    if as_json:
        print_json(listed)
    elif not listed:
        typer.echo(f"{title}: none")
    else:
        typer.echo(_printable(title))
        console().print(_table(listed))


def print_text(text: str) -> None:
    """Print lines of text, safe for the terminal."""
    for line in text.splitlines():
        typer.echo(_printable(line))


def say(text: str) -> None:
    """Say something beside the result, on standard error."""
    typer.echo(_printable(text), err=True)


def print_error(error: DidgateError, *, as_json: bool) -> None:
    """Print an error: to standard error for people, to standard output for programs."""
    if as_json:
        members = {"code": error.code, "message": error.message, "path": error.path}
        print_json({"error": members})
    else:
        typer.secho(f"error: {_printable(str(error))}", fg=typer.colors.RED, err=True)


def label(name: str) -> str:
    """Return the member's name in words.

    >>> label("acceptedUntil"), label("manifestURI")
    ('accepted until', 'manifest URI')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).split(" ")
    return " ".join(word if word.isupper() else word.lower() for word in words)


def shown(value: Any) -> str:
    """Return a value as people read it.

    >>> shown(["a", None, True])
    'a, –, yes'
    """
    match value:
        case None | [] | ():
            return "–"
        case True:
            return "yes"
        case False:
            return "no"
        case Mapping():
            return json.dumps(dict(value), separators=(",", ":"))
        case str():
            return _printable(value)
        case Sequence():
            return ", ".join(map(shown, value))
        case _:
            return _printable(str(value))


def hexadecimal(value: bytes | None) -> str | None:
    """Return bytes as ``0x…``."""
    return None if value is None else "0x" + value.hex()


def time_text(seconds: int) -> str | None:
    """Return a time of the chain in ISO 8601; None for 0 and for the end of time.

    >>> time_text(1767225600), time_text(2**64 - 1)
    ('2026-01-01T00:00:00Z', None)
    """
    if not 0 < seconds <= _LATEST_TIME:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _table(records: Sequence[Mapping[str, Any]]) -> Table:
    table = Table()
    for name in records[0]:
        table.add_column(label(name), overflow="fold")
    for record in records:
        table.add_row(*(Text(shown(value)) for value in record.values()))
    return table


def _printable(text: str) -> str:
    """Take from a text, which may come from anyone, what could steer a terminal."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
