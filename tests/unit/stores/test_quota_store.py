from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from didgate.errors import AccessDenied, InvalidInput
from didgate.stores import MemoryQuotaStore, QuotaStore, SQLQuotaStore

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = 3600


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, engine: sa.Engine) -> QuotaStore:
    return MemoryQuotaStore() if request.param == "memory" else SQLQuotaStore(engine)


def exceeded(store: QuotaStore, subject: str, limit: int, period: int, now: datetime) -> bool:
    with pytest.raises(AccessDenied) as error:
        store.count(subject, limit, period, now)
    return error.value.code == "quota_exceeded"


def test_uses_are_counted_down(store: QuotaStore) -> None:
    assert [store.count("a", 3, HOUR, NOON) for _ in range(3)] == [2, 1, 0]


def test_use_beyond_the_quota_is_refused(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON)
    assert exceeded(store, "a", 1, HOUR, NOON)
    assert exceeded(store, "a", 1, HOUR, NOON + timedelta(minutes=59, seconds=59))


def test_subjects_are_counted_apart(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON)
    assert store.count("b", 1, HOUR, NOON) == 0


def test_next_period_begins_afresh(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON + timedelta(minutes=59))
    assert store.count("a", 1, HOUR, NOON + timedelta(minutes=60)) == 0


def test_refused_use_is_not_counted(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON)
    assert exceeded(store, "a", 1, HOUR, NOON)
    assert store.count("a", 3, HOUR, NOON) == 1


def test_lower_limit_holds_at_once(store: QuotaStore) -> None:
    for _ in range(3):
        store.count("a", 5, HOUR, NOON)
    assert exceeded(store, "a", 2, HOUR, NOON)


def test_another_period_gives_no_fresh_quota(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON)
    assert exceeded(store, "a", 1, 60, NOON + timedelta(minutes=30))


def test_clock_set_back_gives_no_fresh_quota(store: QuotaStore) -> None:
    store.count("a", 1, HOUR, NOON)
    assert exceeded(store, "a", 1, HOUR, NOON - timedelta(hours=1))


@pytest.mark.parametrize(("limit", "period"), [(0, HOUR), (-1, HOUR), (1, 0)])
def test_senseless_quota_is_refused(store: QuotaStore, limit: int, period: int) -> None:
    with pytest.raises(InvalidInput) as error:
        store.count("a", limit, period, NOON)
    assert error.value.code == "invalid_quota"


def test_threads_together_keep_to_the_quota(store: QuotaStore) -> None:
    def use(_: int) -> int:
        try:
            store.count("a", 10, HOUR, NOON)
        except AccessDenied:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(40))) == 10


def test_full_store_refuses(engine: sa.Engine) -> None:
    store = MemoryQuotaStore(1)
    store.count("a", 2, HOUR, NOON)
    with pytest.raises(AccessDenied) as error:
        store.count("b", 2, HOUR, NOON)
    assert error.value.code == "store_full"
    assert store.count("a", 2, HOUR, NOON) == 0


def test_finished_periods_are_removed(engine: sa.Engine) -> None:
    store = SQLQuotaStore(engine)
    store.count("a", 1, HOUR, NOON)
    store.count("b", 1, HOUR, NOON + timedelta(hours=1))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT subject FROM quotas").all() == [("b",)]
