"""The thread that keeps a reader at the head of its chain.

It reads at intervals, and at once when a node announces a block or an event. An announcement is
only ever a reason to look: what is believed is what is read. So a false one costs a reading, and a
lost one is made good by the next interval.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from didgate.errors import ChainError

_LOG: Final = logging.getLogger(__name__)
_SOON: Final = 0.05


class Feed(Protocol):
    """Announces blocks and events of a chain, as far as it hears of them."""

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to listen; ``wake`` is called, from another thread, whenever there is news."""
        ...

    def stop(self) -> None:
        """Listen no more."""
        ...

    @property
    def is_connected(self) -> bool:
        """Whether it would hear of a new block at present."""
        ...

    @property
    def height(self) -> int:
        """Height of the block that was announced last; 0 if there was none."""
        ...

    def take_changed(self) -> frozenset[bytes] | None:
        """Return the topics of the events announced since the last call; None for too many."""
        ...


class Follower:
    """Calls a function again and again: at intervals, and when a feed has news.

    Args:
        refresh: reads the head, and returns its height; what it raises is logged.
        feeds: who announces news.
        interval: how often to read where nobody announces anything.
        relaxed: how often to read while a feed is connected.
    """

    def __init__(
        self,
        refresh: Callable[[], int],
        feeds: Sequence[Feed],
        interval: timedelta,
        relaxed: timedelta,
    ) -> None:
        self._refresh = refresh
        self._feeds = feeds
        self._interval = interval.total_seconds()
        self._relaxed = relaxed.total_seconds()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._trouble = type(None).__name__
        self._thread = threading.Thread(target=self._run, name="didgate-snapshot", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        for feed in self._feeds:
            feed.start(self._wake.set)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and the feeds."""
        self._stopping.set()
        self._wake.set()
        for feed in self._feeds:
            feed.stop()
        self._thread.join()

    def _run(self) -> None:
        height, hurried = 0, 0
        while True:
            self._wake.wait(self._pause(height, hurried))
            if self._stopping.is_set():
                return
            self._wake.clear()
            before, height = height, self._try_refresh(height)
            hurried = hurried + 1 if height == before else 0

    def _pause(self, height: int, hurried: int) -> float:
        """Return how long to wait; less if a block was announced that was not to be had yet."""
        if any(feed.height > height for feed in self._feeds):
            return min(_SOON * float(1 << min(hurried, 16)), self._interval)
        connected = any(feed.is_connected for feed in self._feeds)
        return self._relaxed if connected else self._interval

    def _try_refresh(self, height: int) -> int:
        trouble: Exception | None = None
        try:
            height = self._refresh()
        except Exception as error:  # noqa: BLE001
            # Whatever it was, the next reading may succeed; until then the snapshot ages.
            trouble = error
        self._log(trouble)
        return height

    def _log(self, trouble: Exception | None) -> None:
        """Log what is new, and not what was logged before."""
        expected = isinstance(trouble, ChainError)
        kind = trouble.code if isinstance(trouble, ChainError) else type(trouble).__name__
        if kind == self._trouble:
            return
        self._trouble = kind
        if trouble is None:
            _LOG.info("the chain is read again")
        else:
            details = None if expected else trouble
            _LOG.warning("the chain could not be read: %s", trouble, exc_info=details)
