"""The file of the embedded chain: one SQLite database, one commit for each mined block.

Whatever the EVM writes while it makes a block is gathered in memory; ``commit`` stores it
together with the block's logs in a single synchronous transaction. A process killed at any moment
leaves the file at the last block it had committed, and no block is acknowledged before that.

>>> store = ChainStore(None)
>>> store[b"key"] = b"value"
>>> store.commit([])
>>> store[b"key"]
b'value'
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth.db.backends.base import BaseDB

from didgate.errors import ChainError

_APPLICATION_ID: Final = 0x64676368  # "dgch": tells a chain file from any other SQLite file
_SCHEMA_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
    block_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    block_hash BLOB NOT NULL,
    transaction_hash BLOB NOT NULL,
    transaction_index INTEGER NOT NULL,
    address BLOB NOT NULL,
    topics BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (block_number, position)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredLog:
    """An event as a contract emitted it, with its place in the chain.

    Args:
        block_number: height of its block.
        position: its index within the block.
        block_hash: 32 bytes.
        transaction_hash: 32 bytes.
        transaction_index: index of the transaction within the block.
        address: 20 bytes, the contract.
        topics: up to four of 32 bytes each.
        data: the event's data.
    """

    block_number: int
    position: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


class ChainStore(BaseDB):
    """Key-value store of the EVM, with the logs and settings of the chain beside it.

    Args:
        path: the file, created if absent; ``None`` keeps everything in memory.

    Raises:
        ChainError: the file is locked (``chain_in_use``), something else than a chain file
            (``not_a_chain_file``), or cannot be written (``chain_file_unusable``).
    """

    def __init__(self, path: Path | None) -> None:
        self._changes: dict[bytes, bytes | None] = {}
        self._settings: dict[str, str] = {}
        self._connection = _connect(path)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise _explained(error) from error
        except ChainError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        """Take the file for ourselves, and create its tables if it is new."""
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA synchronous = FULL")
        execute("BEGIN EXCLUSIVE")
        version = execute("PRAGMA user_version").fetchone()[0]
        is_new = not execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if is_new:
            for statement in _SCHEMA.split(";"):
                execute(statement)
            execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        elif execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise ChainError("not_a_chain_file", "the file is a database of something else")
        elif version != _SCHEMA_VERSION:
            raise ChainError("not_a_chain_file", f"chain file version {version} is unknown")
        execute("COMMIT")

    def __getitem__(self, key: bytes) -> bytes:
        if key in self._changes:
            value = self._changes[key]
        else:
            row = self._connection.execute("SELECT value FROM entry WHERE key = ?", (key,))
            value = next(row, (None,))[0]
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._changes[key] = value

    def __delitem__(self, key: bytes) -> None:
        self._changes[key] = None

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def setting(self, name: str) -> str | None:
        """Return a setting of the chain, or ``None``."""
        if name in self._settings:
            return self._settings[name]
        row = self._connection.execute("SELECT value FROM setting WHERE name = ?", (name,))
        value: str | None = next(row, (None,))[0]
        return value

    def set_setting(self, name: str, value: str) -> None:
        """Change a setting of the chain; it is stored with the next commit."""
        self._settings[name] = value

    def commit(self, logs: Iterable[StoredLog]) -> None:
        """Store all changes since the last commit, and the logs of the new block, at once.

        Raises:
            ChainError: ``chain_file_unusable``; nothing of it was stored.
        """
        try:
            self._write(logs)
        except sqlite3.Error as error:
            message = f"the block could not be stored: {error}"
            raise ChainError("chain_file_unusable", message) from error
        self.discard()

    def _write(self, logs: Iterable[StoredLog]) -> None:
        written = [(key, value) for key, value in self._changes.items() if value is not None]
        removed = [(key,) for key, value in self._changes.items() if value is None]
        with self._transaction():
            many = self._connection.executemany
            many("INSERT OR REPLACE INTO entry VALUES (?, ?)", written)
            many("DELETE FROM entry WHERE key = ?", removed)
            many("INSERT OR REPLACE INTO setting VALUES (?, ?)", self._settings.items())
            many("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_to_row, logs))

    def _transaction(self) -> sqlite3.Connection:
        """Begin a transaction that ``with`` commits, or rolls back if the body raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def discard(self) -> None:
        """Forget all changes since the last commit."""
        self._changes.clear()
        self._settings.clear()

    def logs(self, first: int, last: int) -> Iterator[StoredLog]:
        """Yield the logs of the blocks ``first`` to ``last``, both included, in order."""
        rows = self._connection.execute(
            "SELECT * FROM log WHERE block_number BETWEEN ? AND ? ORDER BY block_number, position",
            (first, last),
        )
        return map(_from_row, rows.fetchall())

    def close(self) -> None:
        """Close the file; uncommitted changes are lost."""
        self._connection.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.DatabaseError as error:
        raise _explained(error) from error


def _explained(error: sqlite3.DatabaseError) -> ChainError:
    """Tell what keeps SQLite from opening a file."""
    if not isinstance(error, sqlite3.OperationalError):
        return ChainError("not_a_chain_file", "the file is no database")
    if "locked" in str(error):
        return ChainError("chain_in_use", "another process has the chain open")
    return ChainError("chain_file_unusable", f"the chain file cannot be used: {error}")


def _to_row(log: StoredLog) -> tuple[object, ...]:
    return (
        log.block_number,
        log.position,
        log.block_hash,
        log.transaction_hash,
        log.transaction_index,
        log.address,
        b"".join(log.topics),
        log.data,
    )


def _from_row(row: tuple[Any, ...]) -> StoredLog:
    topics = tuple(row[6][start : start + 32] for start in range(0, len(row[6]), 32))
    return StoredLog(row[0], row[1], row[2], row[3], row[4], row[5], topics, row[7])
