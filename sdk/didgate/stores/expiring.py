"""A bounded mapping whose entries expire, the base of the stores in process.

>>> from datetime import UTC, datetime
>>> noon, one = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 13, tzinfo=UTC)
>>> entries = ExpiringMap[str](capacity=1)
>>> entries.insert("key", "value", expires=one, now=noon)
>>> entries.get("key", now=noon), entries.get("key", now=one)
('value', None)
"""

from __future__ import annotations

import heapq
from datetime import datetime
from typing import Generic, TypeVar

from didgate.errors import AccessDenied

V = TypeVar("V")


class ExpiringMap(Generic[V]):
    """Holds at most ``capacity`` entries; refuses a further one rather than drop a valid one.

    Not safe for use by several threads; its owner holds a lock.

    Args:
        capacity: the most unexpired entries.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[str, tuple[V, datetime]] = {}
        self._by_expiry: list[tuple[datetime, str]] = []

    def get(self, key: str, *, now: datetime) -> V | None:
        """Return an unexpired value, or None."""
        self._drop_expired(now)
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def pop(self, key: str, *, now: datetime) -> V | None:
        """Return an unexpired value and remove it, or return None."""
        self._drop_expired(now)
        entry = self._entries.pop(key, None)
        return None if entry is None else entry[0]

    def insert(self, key: str, value: V, *, expires: datetime, now: datetime) -> None:
        """Add an entry under a key that is not there.

        Raises:
            AccessDenied: ``store_full``.
        """
        self._drop_expired(now)
        if len(self._entries) >= self._capacity:
            raise store_full()
        self._entries[key] = (value, expires)
        heapq.heappush(self._by_expiry, (expires, key))

    def replace(self, key: str, value: V) -> None:
        """Change the value of an entry that is there; it expires when it would have."""
        self._entries[key] = (value, self._entries[key][1])

    def _drop_expired(self, now: datetime) -> None:
        # Entries that were popped leave their mark in the heap: rebuild it before they outnumber
        # the others.
        if len(self._by_expiry) > 2 * len(self._entries) + 64:
            self._by_expiry = [(expires, key) for key, (_, expires) in self._entries.items()]
            heapq.heapify(self._by_expiry)
        while self._by_expiry and self._by_expiry[0][0] <= now:
            expires, key = heapq.heappop(self._by_expiry)
            if key in self._entries and self._entries[key][1] == expires:
                del self._entries[key]


def store_full() -> AccessDenied:
    """Return the error of a store that takes no more, so that nothing in it is pushed out."""
    return AccessDenied("store_full", "too many are waiting; try again later")
