from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from simulator import ManualClock

from didgate.errors import AccessDenied
from didgate.stores import MemoryReplayCache, ReplayCache, SQLReplayCache

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "sql"])
def cache(request: pytest.FixtureRequest, engine: sa.Engine, clock: ManualClock) -> ReplayCache:
    if request.param == "memory":
        return MemoryReplayCache(clock=clock)
    return SQLReplayCache(engine, clock=clock)


def refusal(cache: ReplayCache, clock: ManualClock, identifier: str) -> str:
    with pytest.raises(AccessDenied) as error:
        cache.remember(identifier, clock.now() + MINUTE)
    return error.value.code


def test_replayed_identifier_is_refused(cache: ReplayCache, clock: ManualClock) -> None:
    cache.remember("a", clock.now() + MINUTE)
    cache.remember("b", clock.now() + MINUTE)
    assert refusal(cache, clock, "a") == "replayed"
    clock.advance(MINUTE - timedelta(microseconds=1))
    assert refusal(cache, clock, "a") == "replayed"


def test_identifier_is_forgotten_when_it_expires(cache: ReplayCache, clock: ManualClock) -> None:
    cache.remember("a", clock.now() + MINUTE)
    clock.advance(MINUTE)
    cache.remember("a", clock.now() + MINUTE)


def test_expired_identifier_is_refused(cache: ReplayCache, clock: ManualClock) -> None:
    with pytest.raises(AccessDenied) as error:
        cache.remember("a", clock.now())
    assert error.value.code == "expired"


def test_long_identifiers_are_told_apart(cache: ReplayCache, clock: ManualClock) -> None:
    cache.remember("x" * 10_000, clock.now() + MINUTE)
    cache.remember("x" * 9_999, clock.now() + MINUTE)
    assert refusal(cache, clock, "x" * 10_000) == "replayed"


def test_one_of_many_threads_is_accepted(cache: ReplayCache, clock: ManualClock) -> None:
    def remember(_: int) -> int:
        try:
            cache.remember("a", clock.now() + MINUTE)
        except AccessDenied:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(remember, range(32))) == 1


def test_full_cache_refuses_rather_than_forgets(clock: ManualClock) -> None:
    cache = MemoryReplayCache(2, clock=clock)
    cache.remember("a", clock.now() + MINUTE)
    cache.remember("b", clock.now() + 2 * MINUTE)
    assert refusal(cache, clock, "c") == "store_full"
    assert refusal(cache, clock, "a") == "replayed"
    clock.advance(MINUTE)
    cache.remember("c", clock.now() + MINUTE)
    assert refusal(cache, clock, "b") == "replayed"
