from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from didgate.errors import InvalidInput, StoreError
from didgate.stores import SQLChallengeStore, SQLQuotaStore, open_engine
from didgate.stores.sql import create_tables, from_microseconds, reading, to_microseconds, writing

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def test_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "store.sqlite")
    SQLChallengeStore(engine).put("a", b"record", datetime.now(UTC) + timedelta(minutes=1))
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["store.sqlite", "store.sqlite-shm", "store.sqlite-wal"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    engine.dispose()


@pytest.mark.parametrize("kind", ["path", "url"])
def test_sqlite_is_configured(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "store.sqlite"
    engine = open_engine(path if kind == "path" else f"sqlite:///{path}")
    with reading(engine) as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 10_000]
    engine.dispose()


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"something else altogether" * 100)
    with pytest.raises(InvalidInput) as error:
        open_engine(path)
    assert error.value.code == "unusable_database"


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        open_engine(tmp_path / "missing" / "store.sqlite")
    assert error.value.code == "unusable_database"


@pytest.mark.parametrize("url", ["", "nonsense", "nosuchdialect://host/database"])
def test_unknown_database_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        open_engine(url)
    assert error.value.code == "unusable_database"


def test_other_version_of_the_tables_is_refused(engine: sa.Engine) -> None:
    SQLChallengeStore(engine)
    with pytest.raises(InvalidInput) as error:
        create_tables(engine, "challenges", 2, [sa.Table("challenges", sa.MetaData())])
    assert error.value.code == "unsupported_schema"


def test_stores_share_a_database(engine: sa.Engine) -> None:
    for _ in range(2):
        SQLChallengeStore(engine)
        SQLQuotaStore(engine)


def test_quotas_refuse_a_database_without_upsert() -> None:
    engine = sa.create_mock_engine("mysql://", print)
    with pytest.raises(InvalidInput) as error:
        SQLQuotaStore(engine)  # type: ignore[arg-type]
    assert error.value.code == "unusable_database"


def test_failed_transaction_writes_nothing_and_tells_no_values(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (text TEXT UNIQUE)")
    note = sa.text("INSERT INTO notes VALUES (:text)")

    def write_twice() -> None:
        with writing(engine) as connection:
            connection.execute(note, {"text": "secret"})
            connection.execute(note, {"text": "secret"})

    with pytest.raises(StoreError) as error:
        write_twice()
    assert error.value.code == "store_failed"
    assert "secret" not in f"{error.value} {error.value.__cause__}"
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notes").scalar() == 0


def test_reader_does_not_wait_for_a_writer(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (text TEXT)")
    with writing(engine) as writer:
        writer.exec_driver_sql("INSERT INTO notes VALUES ('a')")
        with reading(engine) as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM notes").scalar() == 0


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT + timedelta(microseconds=1),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1969, 12, 31, tzinfo=UTC),
        MOMENT.astimezone(timezone(timedelta(hours=2))),
    ],
)
def test_moments_survive_exactly(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment
