"""Identifiers that must not be seen twice (RFC 9449 11.1: the ``jti`` of a DPoP proof).

Only a hash of each is kept, so that a presenter cannot choose how much memory it takes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from didgate.errors import AccessDenied
from didgate.ports import Clock, SystemClock
from didgate.stores.expiring import ExpiringMap
from didgate.stores.sql import create_tables, to_microseconds, writing

_seen = sa.Table(
    "seen_identifiers",
    sa.MetaData(),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("expires", sa.BigInteger, nullable=False, index=True),
)


class MemoryReplayCache:
    """Remembers in process; when full of unexpired identifiers, it refuses further ones.

    Args:
        capacity: the most identifiers at a time.
        clock: tells when they expire.
    """

    def __init__(self, capacity: int = 100_000, *, clock: Clock | None = None) -> None:
        self._seen = ExpiringMap[bool](capacity)
        self._clock = clock or SystemClock()
        self._lock = Lock()

    def remember(self, identifier: str, expires: datetime) -> None:
        """Take note of an identifier; see :class:`didgate.stores.ReplayCache`."""
        now = self._clock.now()
        _check_age(expires, now)
        digest = _digest(identifier)
        with self._lock:
            if self._seen.get(digest, now=now):
                raise _replayed()
            self._seen.insert(digest, True, expires=expires, now=now)


class SQLReplayCache:
    """Remembers in a database, for all processes together.

    Args:
        engine: from :func:`didgate.stores.open_engine`.
        clock: tells when identifiers expire; all processes need about the same time.
    """

    def __init__(self, engine: sa.Engine, *, clock: Clock | None = None) -> None:
        create_tables(engine, "replay", 1, [_seen])
        self._engine = engine
        self._clock = clock or SystemClock()

    def remember(self, identifier: str, expires: datetime) -> None:
        """Take note of an identifier; see :class:`didgate.stores.ReplayCache`."""
        now = self._clock.now()
        _check_age(expires, now)
        row = {"digest": _digest(identifier), "expires": to_microseconds(expires)}
        with writing(self._engine) as connection:
            connection.execute(_seen.delete().where(_seen.c.expires <= to_microseconds(now)))
            try:
                connection.execute(_seen.insert().values(row))
            except IntegrityError as error:
                raise _replayed() from error


def _digest(identifier: str) -> str:
    return hashlib.sha256(identifier.encode()).hexdigest()


def _check_age(expires: datetime, now: datetime) -> None:
    # What has expired would be forgotten at once, and could be replayed for ever.
    if expires <= now:
        raise AccessDenied("expired", "the proof is too old")


def _replayed() -> AccessDenied:
    return AccessDenied("replayed", "the proof was used before")
