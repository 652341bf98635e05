"""How often a subject may do something in a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from didgate.errors import AccessDenied, InvalidInput
from didgate.stores.expiring import ExpiringMap
from didgate.stores.sql import create_tables, from_microseconds, to_microseconds, writing

_SECOND = 1_000_000  # microseconds

_quotas = sa.Table(
    "quotas",
    sa.MetaData(),
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("ends", sa.BigInteger, nullable=False, index=True),
)
_Insert = Callable[[sa.Table], sqlite.Insert | postgresql.Insert]
_INSERT: Mapping[str, _Insert] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class MemoryQuotaStore:
    """Counts in process, for this process alone.

    Args:
        capacity: the most subjects with an unfinished period.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        self._used = ExpiringMap[int](capacity)
        self._lock = Lock()

    def count(self, subject: str, limit: int, period: int, now: datetime) -> int:
        """Count one use; see :class:`didgate.stores.QuotaStore`."""
        ends = from_microseconds(_end_of_period(limit, period, now))
        with self._lock:
            used = self._used.get(subject, now=now)
            if used is None:
                self._used.insert(subject, 1, expires=ends, now=now)
                return limit - 1
            if used >= limit:
                raise _exceeded()
            self._used.replace(subject, used + 1)
        return limit - used - 1


class SQLQuotaStore:
    """Counts in a database, for all processes together.

    Args:
        engine: from :func:`didgate.stores.open_engine`, on SQLite or PostgreSQL.

    Raises:
        InvalidInput: ``unusable_database`` for any other database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        if engine.dialect.name not in _INSERT:
            raise InvalidInput("unusable_database", f"no quotas on {engine.dialect.name}")
        create_tables(engine, "quotas", 1, [_quotas])
        self._engine = engine
        self._insert = _INSERT[engine.dialect.name]

    def count(self, subject: str, limit: int, period: int, now: datetime) -> int:
        """Count one use; see :class:`didgate.stores.QuotaStore`."""
        row = {"subject": subject, "used": 1, "ends": _end_of_period(limit, period, now)}
        # One statement, so that no two uses see the same count.
        statement = (
            self._insert(_quotas)
            .values(row)
            .on_conflict_do_update(
                index_elements=[_quotas.c.subject],
                set_={"used": _quotas.c.used + 1},
                where=_quotas.c.used < limit,
            )
        )
        with writing(self._engine) as connection:
            connection.execute(_quotas.delete().where(_quotas.c.ends <= to_microseconds(now)))
            used = connection.scalar(statement.returning(_quotas.c.used))
        if used is None:
            raise _exceeded()
        return limit - int(used)


def _end_of_period(limit: int, period: int, now: datetime) -> int:
    if limit < 1 or period < 1:
        raise InvalidInput("invalid_quota", "a quota needs a positive limit and a positive period")
    length = period * _SECOND
    return (to_microseconds(now) // length + 1) * length


def _exceeded() -> AccessDenied:
    return AccessDenied("quota_exceeded", "the quota for this period is used up")
