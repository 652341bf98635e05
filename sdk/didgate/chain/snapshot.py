"""The chain as the gate sees it: the latest and the finalized block, and what holds at each.

``SnapshotReader`` follows the head. Everything it hands out was read at one of two blocks, pinned
by hash, and is kept for as long as the block is: policies and facts of one evaluation never come
from different blocks. When a block turns out to have been replaced, all that was kept is thrown
away and the snapshots that rest on it answer no more (DESIGN §7, invariant 8).

How old a snapshot is counts from the last time the head could be read. The head's own time counts
too where the network has a block time: a node that answers and stands still must not be believed.
Without one, on an idle chain, the head is old and nothing is wrong.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.chain.node_json import Header
from didgate.chain.snapshot_view import SnapshotView
from didgate.errors import ChainError, InvalidInput
from didgate.ports import Clock, SystemClock

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The chain at one reading of its head.

    Args:
        latest: the latest block.
        finalized: the latest block that will not be replaced; on chains without finality, and
            where finality is immediate, the latest block itself.
    """

    latest: Block
    finalized: Block
    _view: SnapshotView

    def policy_state(self, resource: bytes, block: Block) -> PolicyState:
        """Return what the policy registry holds about a resource.

        Args:
            resource: its 32-byte id.
            block: ``latest`` or ``finalized`` of this snapshot.

        Raises:
            ChainError: ``unknown_resource``, ``not_canonical``, ``missing_code`` or a failure to
                reach the chain.
            InvalidInput: ``foreign_block``.
        """
        self._check(block)
        return self._view.policy_state(resource, block)

    def facts(self, query: FactQuery, block: Block) -> Facts:
        """Return facts from the chain, all read at one block.

        Args:
            query: what to read. The code hash of an address from which no fact comes is not read:
                see ``FactReader.read``.
            block: ``latest`` or ``finalized`` of this snapshot.

        Raises:
            ChainError: ``not_canonical``, ``missing_code`` or a failure to reach the chain; there
                are no facts then, rather than some.
            InvalidInput: ``foreign_block``.
        """
        self._check(block)
        return self._view.facts(query, block)

    def _check(self, block: Block) -> None:
        if block.hash not in (self.latest.hash, self.finalized.hash):
            raise InvalidInput("foreign_block", "the block is not one of this snapshot")


class SnapshotReader:
    """Follows the head of a chain.

    ``refresh`` reads the head once; ``start`` (or ``with``) has a thread do so again and again.

    Args:
        client: reads the chain.
        deployment: where the registries stand.
        max_staleness: how long ago the head may have been read at most.
        clock: tells how long ago that was; the system's by default.
        poll_interval: how often the thread reads the head.
        has_finality: whether the chain knows the tag ``finalized``.
        block_time: how often the network makes a block, if it does so by itself; the head may then
            be older than ``max_staleness`` by no more than that.
    """

    def __init__(
        self,
        client: ChainClient,
        deployment: Deployment,
        *,
        max_staleness: timedelta,
        clock: Clock | None = None,
        poll_interval: timedelta = timedelta(seconds=1),
        has_finality: bool = True,
        block_time: timedelta | None = None,
    ) -> None:
        self._client = client
        self._deployment = deployment
        self._max_staleness = max_staleness
        self._clock = clock or SystemClock()
        self._poll_interval = poll_interval
        self._has_finality = has_finality
        self._max_head_age = None if block_time is None else max_staleness + block_time
        self._view = SnapshotView(client, deployment, frozenset())
        self._head: Header | None = None
        self._reading: tuple[Snapshot, datetime] | None = None
        self._refreshing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def current(self) -> Snapshot:
        """Return the snapshot of the last reading, without asking the chain.

        Raises:
            ChainError: ``stale_chain``, the last successful reading is too long ago, or there was
                none, or what was read then was too old for a network with a block time.
        """
        if self._reading is None:
            raise ChainError("stale_chain", "the chain has not been read yet")
        snapshot, read_at = self._reading
        now = self._clock.now()
        # A clock that was set back says nothing about the age of a reading either.
        if abs(now - read_at) > self._max_staleness:
            raise ChainError("stale_chain", "the last reading of the chain is too long ago")
        made_at = datetime.fromtimestamp(snapshot.latest.timestamp, UTC)
        if self._max_head_age is not None and abs(now - made_at) > self._max_head_age:
            raise ChainError("stale_chain", "the chain's head is too old: the node stands still")
        return snapshot

    def watch(self, resources: Iterable[bytes]) -> None:
        """Read these resources at every new block, so that no one has to wait for them.

        What is asked for is watched by itself then; this is for those who know beforehand.

        Raises:
            InvalidInput: ``invalid_resource``, an id has not 32 bytes.
        """
        named = frozenset(resources)
        if any(len(resource) != 32 for resource in named):
            raise InvalidInput("invalid_resource", "the id of a resource has 32 bytes")
        with self._refreshing:
            self._view.watched |= named

    def refresh(self) -> Snapshot:
        """Read the head, and what is watched at its block.

        Raises:
            ChainError: a failure to reach the chain, or a reorganisation in the midst of it; the
                last reading stays what it was, and ages.
        """
        with self._refreshing:
            read_at = self._clock.now()
            latest, finalized = self._read_headers()
            if not (self._view.is_open and self._follows(latest)):
                self._view.close()
                watched = self._view.watched
                self._view = SnapshotView(self._client, self._deployment, watched)
            snapshot = Snapshot(latest.block, finalized.block, self._view)
            self._view.read_watched(snapshot.latest)
            self._view.read_watched(snapshot.finalized)
            self._head = latest
            self._reading = (snapshot, read_at)
            return snapshot

    def _read_headers(self) -> tuple[Header, Header]:
        latest, *finalized = self._client.headers(
            ["latest", "finalized"] if self._has_finality else ["latest"]
        )
        final = finalized[0] if finalized else latest
        if final.block.number > latest.block.number:
            raise ChainError("malformed_response", "the finalized block is ahead of the latest")
        return latest, final

    def _follows(self, latest: Header) -> bool:
        """Tell whether the chain with this head still contains the head that was read before."""
        known = self._head
        if known is None or latest.block.hash == known.block.hash:
            return True
        if latest.block.number <= known.block.number:
            return False
        if latest.block.number == known.block.number + 1:
            return latest.parent_hash == known.block.hash
        return self._client.header(known.block.number).block.hash == known.block.hash

    def start(self) -> Self:
        """Read the head now, and go on doing so in a thread.

        Raises:
            ChainError: the first reading failed.
        """
        self.refresh()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._poll, name="didgate-snapshot", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _poll(self) -> None:
        while not self._stopping.wait(self._poll_interval.total_seconds()):
            try:
                self.refresh()
            except ChainError as error:
                _LOG.warning("the chain could not be read: %s", error)
            except Exception:  # noqa: BLE001
                # Whatever it was, the next reading may succeed; until then the snapshot ages.
                _LOG.exception("the chain could not be read")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
