"""Whom to issue what: from options, or from a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from didgate.cli import inputs
from didgate.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom to issue what.

    Args:
        subject: how the issuer knows the holder.
        cells: claims as text.
        members: claims as JSON.
        holder: the holder's key, as text.
    """

    subject: str
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)
    members: Mapping[str, Any] = field(default_factory=dict, repr=False)
    holder: str | None = None

    @property
    def has_claims(self) -> bool:
        """Whether it says anything about the subject."""
        return bool(self.cells or self.members)


def read_entry(
    subject: str | None, claims: Sequence[str], file: Path | None, holder: str | None
) -> Entry:
    """Return the entry that options describe.

    Raises:
        InvalidInput: ``subject_missing``, ``invalid_claim``, ``wrong_type``, or the file cannot
            be read.
    """
    if not subject:
        raise InvalidInput("subject_missing", "pass --subject, or --csv for many")
    pairs = [each.partition("=") for each in claims]
    if not all(name and equals for name, equals, _ in pairs):
        raise InvalidInput("invalid_claim", "a claim is written NAME=VALUE")
    members = {} if file is None else inputs.read_document(file)
    if not isinstance(members, dict):
        raise InvalidInput("wrong_type", "the claims are no object")
    names = [*members, *(name for name, _, _ in pairs)]
    if len(set(names)) != len(names):
        raise InvalidInput("invalid_claim", "a claim is given twice")
    return Entry(subject, {name: text for name, _, text in pairs}, members, holder)


def read_table(file: Path) -> list[Entry]:
    """Return the entries of a CSV file with a header.

    Args:
        file: UTF-8; columns ``subject``, the claims and, if need be, ``holder``.

    Raises:
        InvalidInput: ``unreadable_file``, or ``invalid_csv`` with the row, counted from 1 below
            the header, as the path.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("unreadable_file", f"{file} cannot be read as text") from error
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError) as error:
        message = "not comma-separated values with a header"
        raise InvalidInput("invalid_csv", message) from error
    if "subject" not in header or len(set(header)) != len(header):
        message = "the header names a column subject, and none twice"
        raise InvalidInput("invalid_csv", message, path="header")
    return [_entry(header, row, number) for number, row in enumerate(rows, 1)]


def _entry(header: Sequence[str], row: Sequence[str], number: int) -> Entry:
    cells = dict(zip(header, row, strict=False))
    if len(row) != len(header) or not cells["subject"]:
        message = "a row has a cell for each column, and a subject"
        raise InvalidInput("invalid_csv", message, path=f"row {number}")
    subject, holder = cells.pop("subject"), cells.pop("holder", None)
    return Entry(subject, cells, holder=holder or None)
