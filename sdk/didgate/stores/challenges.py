"""Nonces that were given out, each good for one answer."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from didgate.errors import InvalidInput, VerificationError
from didgate.ports import Clock, SystemClock
from didgate.stores.expiring import ExpiringMap, store_full
from didgate.stores.sql import create_tables, to_microseconds, writing

CAPACITY = 10_000

_challenges = sa.Table(
    "challenges",
    sa.MetaData(),
    sa.Column("nonce", sa.String, primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False, index=True),
)


class MemoryChallengeStore:
    """Keeps challenges in process; refuses new ones when full, so that none is pushed out.

    Args:
        capacity: the most challenges that wait for an answer.
        clock: tells when they expire.
    """

    def __init__(self, capacity: int = CAPACITY, *, clock: Clock | None = None) -> None:
        self._records = ExpiringMap[bytes](capacity)
        self._clock = clock or SystemClock()
        self._lock = Lock()

    def put(self, nonce: str, record: bytes, expires: datetime) -> None:
        """Remember a record; see :class:`didgate.stores.ChallengeStore`."""
        now = self._clock.now()
        with self._lock:
            if self._records.get(nonce, now=now) is not None:
                raise _duplicate()
            self._records.insert(nonce, record, expires=expires, now=now)

    def consume(self, nonce: str) -> bytes:
        """Return a record once; see :class:`didgate.stores.ChallengeStore`."""
        with self._lock:
            record = self._records.pop(nonce, now=self._clock.now())
        if record is None:
            raise _unknown()
        return record


class SQLChallengeStore:
    """Keeps challenges in a database; a nonce is consumed once by all processes together.

    Args:
        engine: from :func:`didgate.stores.open_engine`.
        capacity: the most challenges that wait for an answer; anyone can ask for one.
        clock: tells when they expire; all processes need about the same time.
    """

    def __init__(
        self, engine: sa.Engine, capacity: int = CAPACITY, *, clock: Clock | None = None
    ) -> None:
        create_tables(engine, "challenges", 1, [_challenges])
        self._engine = engine
        self._capacity = capacity
        self._clock = clock or SystemClock()

    def put(self, nonce: str, record: bytes, expires: datetime) -> None:
        """Remember a record; see :class:`didgate.stores.ChallengeStore`."""
        now = to_microseconds(self._clock.now())
        row = {"nonce": nonce, "record": record, "expires": to_microseconds(expires)}
        with writing(self._engine) as connection:
            connection.execute(_challenges.delete().where(_challenges.c.expires <= now))
            waiting = connection.scalar(sa.select(sa.func.count()).select_from(_challenges))
            if waiting is not None and waiting >= self._capacity:
                raise store_full()
            try:
                connection.execute(_challenges.insert().values(row))
            except IntegrityError as error:
                raise _duplicate() from error

    def consume(self, nonce: str) -> bytes:
        """Return a record once; see :class:`didgate.stores.ChallengeStore`."""
        valid = _challenges.c.expires > to_microseconds(self._clock.now())
        statement = _challenges.delete().where(_challenges.c.nonce == nonce, valid)
        with writing(self._engine) as connection:
            record = connection.scalar(statement.returning(_challenges.c.record))
        if record is None:
            raise _unknown()
        return bytes(record)


def _duplicate() -> InvalidInput:
    return InvalidInput("duplicate_nonce", "the nonce was given out before")


def _unknown() -> VerificationError:
    return VerificationError("nonce_unknown", "the nonce is unknown, used up or expired")
