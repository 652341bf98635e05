"""Databases: SQLite in one file, or whatever else SQLAlchemy speaks to.

SQLite runs with a write-ahead log (readers and the one writer do not wait for each other), full
synchronisation (a nonce that was consumed stays consumed after a power failure), foreign keys and
a busy timeout. Transactions that write take the write lock when they begin: taking it in the middle
would fail at once when another process has written meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from didgate.errors import InvalidInput, StoreError

_BUSY_TIMEOUT = 10_000  # milliseconds
_PRAGMAS = (
    f"busy_timeout = {_BUSY_TIMEOUT}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
)
# What SQLite says while a connection is being configured reaches us unwrapped.
_DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error)
_ADVISORY_LOCK = 0x6469_6467_6174_65  # "didgate"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_versions = sa.Table(
    "didgate_schema",
    sa.MetaData(),
    sa.Column("component", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)


def open_engine(database: Path | str) -> sa.Engine:
    """Open a database; one engine serves all threads and all stores that live in it.

    Args:
        database: path of an SQLite file, created for its owner alone if it is not there; or the
            URL of another database in SQLAlchemy's form.

    Returns:
        The engine; whoever opened it calls its ``dispose`` at the end.

    Raises:
        InvalidInput: ``unusable_database``.
    """
    try:
        engine = sa.create_engine(
            _sqlite_file(database) if isinstance(database, Path) else database,
            hide_parameters=True,  # else errors and logs would show what is stored
        )
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _configure_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        with engine.connect():
            return engine
    except (*_DATABASE_ERRORS, OSError, ImportError) as error:
        # The URL may hold a password, so it is not named.
        raise InvalidInput("unusable_database", "the database cannot be opened") from error


def _sqlite_file(path: Path) -> sa.URL:
    # SQLite gives its log and shared-memory files the permissions of the database.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return sa.URL.create("sqlite+pysqlite", database=str(path))


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run a transaction that writes; it is durable when the block ends without an error.

    Raises:
        StoreError: ``store_failed`` when the database fails; nothing was written.
    """
    with _wrapped_errors(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run a transaction that only reads, and keeps no writer waiting.

    Raises:
        StoreError: ``store_failed`` when the database fails.
    """
    with _wrapped_errors(), engine.execution_options(reads_only=True).begin() as connection:
        yield connection


def lock_writers_out(connection: sa.Connection) -> None:
    """Keep every other transaction that asks for this waiting until this one has ended.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


@contextmanager
def _wrapped_errors() -> Iterator[None]:
    try:
        yield
    except _DATABASE_ERRORS as error:
        raise StoreError("store_failed", "the database did not do what was asked") from error


def create_tables(
    engine: sa.Engine, component: str, version: int, tables: Sequence[sa.Table]
) -> None:
    """Create the tables of a component if they are not there.

    Args:
        engine: the database.
        component: whose tables they are.
        version: of their layout; to be raised whenever that changes.
        tables: all of one ``MetaData``.

    Raises:
        InvalidInput: ``unsupported_schema`` if the database holds another version of them.
        StoreError: ``store_failed``.
    """
    with writing(engine) as connection:
        lock_writers_out(connection)
        _versions.create(connection, checkfirst=True)
        found = connection.scalar(
            sa.select(_versions.c.version).where(_versions.c.component == component)
        )
        if found is None:
            tables[0].metadata.create_all(connection, tables=tables)
            connection.execute(_versions.insert().values(component=component, version=version))
        elif found != version:
            raise InvalidInput(
                "unsupported_schema",
                f"the database holds version {found} of {component}, this program needs {version}",
            )


def to_microseconds(moment: datetime) -> int:
    """Return the whole microseconds from 1970 to an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the moment that :func:`to_microseconds` was given, in UTC."""
    return _EPOCH + count * _MICROSECOND
