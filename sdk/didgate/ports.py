"""The protocols at the edges: what the core asks of the outside world.

The core is synchronous and pure; whoever calls it passes these in. Tests pass a simulator.
"""

from __future__ import annotations

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
