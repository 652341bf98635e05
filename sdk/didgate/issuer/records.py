"""The issuer's durable record: who holds what, until when, under which status index.

It holds subjects and claims, as an issuer must to refresh a credential: keep it as what it is, the
issuer's file of personal data. Secrets are not in it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from didgate.errors import InvalidInput
from didgate.stores.sql import create_tables, from_microseconds, reading, to_microseconds, writing

_MAX_INDEX = 2**32
_SMALLEST_WINDOW = 1024

_issued = sa.Table(
    "issued_credentials",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("list_id", sa.LargeBinary(32), nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("status_index", sa.BigInteger),
    sa.Column("claims", sa.Text, nullable=False),
    sa.Column("issued_at", sa.BigInteger, nullable=False),
    sa.Column("valid_until", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.UniqueConstraint("list_id", "subject"),
    sa.UniqueConstraint("list_id", "status_index"),
)


@dataclass(frozen=True, slots=True)
class Issued:
    """The record of one subject's credential.

    Args:
        subject: how the issuer knows the subject.
        status_index: index in the status list, if the credential has one; it never changes.
        claims: what was attested last, as JSON values.
        issued_at: when it was issued or refreshed last, aware UTC.
        valid_until: end of the last validity, exclusive, aware UTC.
        revoked_at: since when it is revoked, aware UTC, or None.
    """

    subject: str
    status_index: int | None
    claims: Mapping[str, Any] = field(repr=False)
    issued_at: datetime
    valid_until: datetime
    revoked_at: datetime | None


class IssuanceRecords:
    """Records in a database, for any number of issuers and types.

    Args:
        engine: from ``didgate.stores.open_engine``.
    """

    def __init__(self, engine: sa.Engine) -> None:
        create_tables(engine, "issuance", 1, [_issued])
        self._engine = engine

    @contextmanager
    def book(self, list_id: bytes) -> Iterator[Book]:
        """Open the records of one issuer and type for changes, which become durable together.

        Args:
            list_id: 32-byte id of the status list of issuer and type.
        """
        with writing(self._engine) as connection:
            yield Book(connection, list_id)

    def find(self, list_id: bytes, subject: str) -> Issued:
        """Return a subject's record.

        Raises:
            InvalidInput: ``unknown_subject``.
        """
        with reading(self._engine) as connection:
            return Book(connection, list_id).find(subject)

    def all(self, list_id: bytes) -> list[Issued]:
        """Return all records of one issuer and type, the oldest first."""
        query = sa.select(_issued).where(_issued.c.list_id == list_id).order_by(_issued.c.id)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]


class Book:
    """The records of one issuer and type within a transaction."""

    def __init__(self, connection: sa.Connection, list_id: bytes) -> None:
        self._connection = connection
        self._list_id = list_id

    def find(self, subject: str) -> Issued:
        """Return a subject's record.

        Raises:
            InvalidInput: ``unknown_subject``.
        """
        row = self._row(_issued.c.subject == subject)
        if row is None:
            raise InvalidInput("unknown_subject", "nothing was issued to this subject")
        return _record(row)

    def has(self, subject: str) -> bool:
        """Tell whether the subject was issued a credential."""
        return self._row(_issued.c.subject == subject) is not None

    def enter(
        self,
        subject: str,
        claims: Mapping[str, Any],
        *,
        now: datetime,
        valid_until: datetime,
        indexed: bool,
    ) -> int | None:
        """Record a first credential, and allocate its status index if it needs one.

        Raises:
            InvalidInput: ``already_issued``.
        """
        if self.has(subject):
            raise InvalidInput("already_issued", "the subject has a credential: refresh it")
        index = self._free_index() if indexed else None
        self._connection.execute(
            _issued.insert().values(
                list_id=self._list_id,
                subject=subject,
                status_index=index,
                **_latest(claims, now, valid_until),
            )
        )
        return index

    def renew(
        self, subject: str, claims: Mapping[str, Any], *, now: datetime, valid_until: datetime
    ) -> None:
        """Record that a credential was issued anew."""
        self._update(subject, _latest(claims, now, valid_until))

    def revoke(self, subject: str, now: datetime) -> None:
        """Record that a credential is revoked; once revoked it stays so."""
        self._update(subject, {"revoked_at": to_microseconds(now)})

    def _update(self, subject: str, values: Mapping[str, Any]) -> None:
        mine = (_issued.c.list_id == self._list_id) & (_issued.c.subject == subject)
        self._connection.execute(_issued.update().where(mine).values(**values))

    def _row(self, condition: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        query = sa.select(_issued).where((_issued.c.list_id == self._list_id) & condition)
        return self._connection.execute(query).first()

    def _free_index(self) -> int:
        # Random, so that an index does not tell when it was given out; from a window that grows
        # with the list, so that a revocation rarely opens a new word in the contract's storage.
        query = sa.select(sa.func.count()).where(_issued.c.list_id == self._list_id)
        count = self._connection.scalar(query) or 0
        window = min(max(_SMALLEST_WINDOW, 1 << (2 * count).bit_length()), _MAX_INDEX)
        if 2 * count > window:
            raise InvalidInput("status_list_full", "the status list has no more room")
        while True:
            index = secrets.randbelow(window)
            if self._row(_issued.c.status_index == index) is None:
                return index


def _latest(claims: Mapping[str, Any], now: datetime, valid_until: datetime) -> dict[str, Any]:
    try:
        text = json.dumps(claims, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput("invalid_claims", "the claims are not JSON") from error
    return {
        "claims": text,
        "issued_at": to_microseconds(now),
        "valid_until": to_microseconds(valid_until),
    }


def _record(row: sa.Row[Any]) -> Issued:
    return Issued(
        subject=row.subject,
        status_index=row.status_index,
        claims=json.loads(row.claims),
        issued_at=from_microseconds(row.issued_at),
        valid_until=from_microseconds(row.valid_until),
        revoked_at=None if row.revoked_at is None else from_microseconds(row.revoked_at),
    )
