"""The protocols at the edges: what the core asks of the outside world.

The core is synchronous and pure; whoever calls it passes these in. Tests pass a simulator.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment as an aware UTC datetime."""
        ...


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        """Return the present moment as an aware UTC datetime."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: for replaying a decision, and for tests.

    >>> FixedClock(datetime(2026, 1, 1, tzinfo=UTC)).now().year
    2026
    """

    moment: datetime

    def now(self) -> datetime:
        """Return the moment it was made with."""
        return self.moment


class Metrics(Protocol):
    """Counts what happens, for whoever watches over a gate."""

    def count(self, name: str, label: str = "") -> None:
        """Count one more event.

        Args:
            name: what happened, e.g. ``"provider_dissenting"``.
            label: to whom, e.g. which provider; never a secret and never a claim.
        """
        ...

    def read(self) -> dict[str, dict[str, int]]:
        """Return what was counted: name → label → number of events."""
        ...


class Counters:
    """Counts in this process; may be shared by threads.

    >>> counters = Counters()
    >>> counters.count("reorganisations")
    >>> counters.read()
    {'reorganisations': {'': 1}}
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def count(self, name: str, label: str = "") -> None:
        """Count one more event."""
        with self._lock:
            self._counts[name, label] += 1

    def read(self) -> dict[str, dict[str, int]]:
        """Return what was counted: name → label → number of events."""
        with self._lock:
            counted = sorted(self._counts.items())
        read: dict[str, dict[str, int]] = {}
        for (name, label), number in counted:
            read.setdefault(name, {})[label] = number
        return read


class Fetcher(Protocol):
    """Fetches a remote document within limits."""

    def fetch(self, url: str, *, max_bytes: int, accept: str) -> bytes:
        """Return the body found at ``url``.

        Args:
            url: absolute URL; the implementation decides which schemes and hosts it allows.
            max_bytes: the most bytes of body to read; a longer body is an error, never cut.
            accept: media type asked for, e.g. ``"application/did+json"``.

        Raises:
            ResolutionError: not allowed, not reachable, not found, too large or too slow.
        """
        ...
