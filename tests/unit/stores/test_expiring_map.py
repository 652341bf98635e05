from __future__ import annotations

from datetime import UTC, datetime, timedelta

from didgate.stores.expiring import ExpiringMap

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_memory_of_popped_entries_is_given_back() -> None:
    entries = ExpiringMap[int](10)
    for number in range(10_000):
        entries.insert(str(number), number, expires=NOON + SECOND, now=NOON)
        assert entries.pop(str(number), now=NOON) == number
    assert len(entries._by_expiry) < 100


def test_entry_under_a_reused_key_lives_its_own_time() -> None:
    entries = ExpiringMap[str](10)
    entries.insert("key", "first", expires=NOON + SECOND, now=NOON)
    entries.pop("key", now=NOON)
    entries.insert("key", "second", expires=NOON + 3 * SECOND, now=NOON)
    assert entries.get("key", now=NOON + 2 * SECOND) == "second"
    assert entries.get("key", now=NOON + 3 * SECOND) is None


def test_replaced_value_expires_when_the_first_would_have() -> None:
    entries = ExpiringMap[str](10)
    entries.insert("key", "first", expires=NOON + SECOND, now=NOON)
    entries.replace("key", "second")
    assert entries.get("key", now=NOON) == "second"
    assert entries.get("key", now=NOON + SECOND) is None
