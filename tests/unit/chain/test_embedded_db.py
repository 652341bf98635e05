from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from didgate.chain.embedded.db import ChainStore, StoredLog
from didgate.errors import ChainError

LOG = StoredLog(
    block_number=3,
    position=0,
    block_hash=b"\1" * 32,
    transaction_hash=b"\2" * 32,
    transaction_index=0,
    address=b"\3" * 20,
    topics=(b"\4" * 32, b"\5" * 32),
    data=b"data",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chain.db"


def test_uncommitted_changes_are_seen_and_not_kept(path: Path) -> None:
    store = ChainStore(path)
    store[b"a"] = b"1"
    assert store[b"a"] == b"1"
    store.close()
    assert b"a" not in ChainStore(path)


def test_committed_changes_are_kept(path: Path) -> None:
    store = ChainStore(path)
    store[b"a"] = b"1"
    store.set_setting("name", "value")
    store.commit([LOG])
    store.close()
    reopened = ChainStore(path)
    assert reopened[b"a"] == b"1"
    assert reopened.setting("name") == "value"
    assert list(reopened.logs(0, 9)) == [LOG]
    assert list(reopened.logs(4, 9)) == []


def test_deleted_entries_are_gone(path: Path) -> None:
    store = ChainStore(path)
    store[b"a"] = b"1"
    store.commit([])
    del store[b"a"]
    assert b"a" not in store
    store.commit([])
    with pytest.raises(KeyError):
        store[b"a"]


def test_discarded_changes_leave_what_was_committed() -> None:
    store = ChainStore(None)
    store[b"a"] = b"1"
    store.set_setting("name", "old")
    store.commit([])
    store[b"a"] = b"2"
    store.set_setting("name", "new")
    store.discard()
    assert (store[b"a"], store.setting("name")) == (b"1", "old")


def test_failed_commit_keeps_nothing_of_the_block(path: Path) -> None:
    store = ChainStore(path)
    store.commit([LOG])
    store[b"a"] = b"1"
    with pytest.raises(ChainError) as error:
        store.commit([LOG])
    assert error.value.code == "chain_file_unusable"
    store.discard()
    assert b"a" not in store


def test_second_opener_is_refused(path: Path) -> None:
    store = ChainStore(path)
    with pytest.raises(ChainError) as error:
        ChainStore(path)
    assert error.value.code == "chain_in_use"
    store.close()


def test_file_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChainError) as error:
        ChainStore(tmp_path / "missing" / "chain.db")
    assert error.value.code == "chain_file_unusable"


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChainError) as error:
        ChainStore(tmp_path)
    assert error.value.code == "chain_file_unusable"


def test_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database " * 100)
    with pytest.raises(ChainError) as error:
        ChainStore(path)
    assert error.value.code == "not_a_chain_file"


def test_database_of_something_else_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(ChainError) as error:
        ChainStore(path)
    assert error.value.code == "not_a_chain_file"


def test_file_of_an_unknown_version_is_refused(path: Path) -> None:
    ChainStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ChainError) as error:
        ChainStore(path)
    assert error.value.code == "not_a_chain_file"
