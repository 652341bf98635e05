from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from simulator import ManualClock

from didgate.errors import AccessDenied, InvalidInput, VerificationError
from didgate.stores import (
    ChallengeStore,
    MemoryChallengeStore,
    SQLChallengeStore,
    open_engine,
)

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, engine: sa.Engine, clock: ManualClock) -> ChallengeStore:
    if request.param == "memory":
        return MemoryChallengeStore(clock=clock)
    return SQLChallengeStore(engine, clock=clock)


def unknown(store: ChallengeStore, nonce: str) -> bool:
    with pytest.raises(VerificationError) as error:
        store.consume(nonce)
    return error.value.code == "nonce_unknown"


def test_nonce_is_consumed_once(store: ChallengeStore, clock: ManualClock) -> None:
    store.put("a", b"record a", clock.now() + FIVE_MINUTES)
    store.put("b", b"record b", clock.now() + FIVE_MINUTES)
    assert store.consume("a") == b"record a"
    assert unknown(store, "a")
    assert store.consume("b") == b"record b"


def test_nonce_never_given_out_is_refused(store: ChallengeStore) -> None:
    assert unknown(store, "a")


def test_expired_nonce_is_refused(store: ChallengeStore, clock: ManualClock) -> None:
    store.put("a", b"record", clock.now() + FIVE_MINUTES)
    clock.advance(FIVE_MINUTES)
    assert unknown(store, "a")


def test_nonce_is_good_up_to_its_expiry(store: ChallengeStore, clock: ManualClock) -> None:
    store.put("a", b"record", clock.now() + FIVE_MINUTES)
    clock.advance(FIVE_MINUTES - timedelta(microseconds=1))
    assert store.consume("a") == b"record"


def test_duplicate_nonce_is_refused(store: ChallengeStore, clock: ManualClock) -> None:
    store.put("a", b"first", clock.now() + FIVE_MINUTES)
    with pytest.raises(InvalidInput) as error:
        store.put("a", b"second", clock.now() + FIVE_MINUTES)
    assert error.value.code == "duplicate_nonce"
    assert store.consume("a") == b"first"


def test_empty_record_is_a_record(store: ChallengeStore, clock: ManualClock) -> None:
    store.put("a", b"", clock.now() + FIVE_MINUTES)
    assert store.consume("a") == b""


def test_one_of_many_threads_gets_the_record(store: ChallengeStore, clock: ManualClock) -> None:
    def consume(nonce: str) -> int:
        try:
            store.consume(nonce)
        except VerificationError:
            return 0
        return 1

    for round_ in range(5):
        store.put(str(round_), b"record", clock.now() + FIVE_MINUTES)
        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(consume, [str(round_)] * 16)) == 1


CONSUMER = """
import sys
from pathlib import Path
from didgate.errors import VerificationError
from didgate.stores import SQLChallengeStore, open_engine

store = SQLChallengeStore(open_engine(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
for nonce in range(50):
    try:
        store.consume(str(nonce))
    except VerificationError:
        continue
    print(nonce, flush=True)
"""


def test_one_of_two_processes_gets_the_record(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite"
    # Both open the database at the same time, before it exists.
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CONSUMER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    engine = open_engine(path)
    store = SQLChallengeStore(engine)
    for nonce in range(50):
        store.put(str(nonce), b"record", datetime.now(UTC) + FIVE_MINUTES)
    engine.dispose()
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(map(int, outputs[0] + outputs[1])) == list(range(50))


def test_record_outlives_the_process(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "store.sqlite"
    for expected in (None, b"record"):
        engine = open_engine(path)
        store = SQLChallengeStore(engine, clock=clock)
        if expected is None:
            store.put("a", b"record", clock.now() + FIVE_MINUTES)
        else:
            assert store.consume("a") == expected
        engine.dispose()


def test_expired_rows_are_removed(engine: sa.Engine, clock: ManualClock) -> None:
    store = SQLChallengeStore(engine, clock=clock)
    store.put("a", b"record", clock.now() + FIVE_MINUTES)
    clock.advance(FIVE_MINUTES)
    store.put("b", b"record", clock.now() + FIVE_MINUTES)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT nonce FROM challenges").all() == [("b",)]


@pytest.fixture(params=["memory", "sql"])
def small_store(request: pytest.FixtureRequest, clock: ManualClock) -> ChallengeStore:
    if request.param == "memory":
        return MemoryChallengeStore(2, clock=clock)
    return SQLChallengeStore(request.getfixturevalue("engine"), 2, clock=clock)


def test_full_store_refuses_and_keeps_what_it_has(
    small_store: ChallengeStore, clock: ManualClock
) -> None:
    store = small_store
    store.put("a", b"a", clock.now() + FIVE_MINUTES)
    store.put("b", b"b", clock.now() + FIVE_MINUTES)
    with pytest.raises(AccessDenied) as error:
        store.put("c", b"c", clock.now() + FIVE_MINUTES)
    assert error.value.code == "store_full"
    assert store.consume("a") == b"a"
    store.put("c", b"c", clock.now() + FIVE_MINUTES)


def test_full_store_has_room_after_expiry(small_store: ChallengeStore, clock: ManualClock) -> None:
    store = small_store
    store.put("a", b"a", clock.now() + FIVE_MINUTES)
    store.put("c", b"c", clock.now() + FIVE_MINUTES)
    clock.advance(FIVE_MINUTES)
    store.put("b", b"b", clock.now() + FIVE_MINUTES)
    assert store.consume("b") == b"b"
