"""The chain as the gate sees it: the latest and the finalized block, and what holds at each.

``SnapshotReader`` follows the head. Everything it hands out was read at one of two blocks, pinned
by hash, and is kept for as long as the block is: policies and facts of one evaluation never come
from different blocks. When a block turns out to have been replaced, all that was kept is thrown
away and the snapshots that rest on it answer no more (DESIGN §7, invariant 8).

The code of the policy registry is compared with the deployment's whenever a view of the chain is
begun: at the first reading, after each reorganisation, and after a connection was lost. Code does
not change in between: a contract that was there for longer than its own transaction cannot go
(EIP-6780), so only another history can show another one.

How old a snapshot is counts from the last time the head could be read. The head's own time counts
too where the network has a block time: a node that answers and stands still must not be believed.
Without one, on an idle chain, the head is old and nothing is wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.chain.follower import Feed, Follower
from didgate.chain.heads import HeadReader
from didgate.chain.node_json import Header
from didgate.chain.policy_registry import PolicyRegistry
from didgate.chain.resource_registry import ResourceRegistry
from didgate.chain.snapshot_view import SnapshotView
from didgate.config import Finality
from didgate.errors import ChainError, InvalidInput
from didgate.ports import Clock, Counters, Metrics, SystemClock

_MOST_RELAXED: Final = timedelta(seconds=10)
_READ_FROM: Final = (PolicyRegistry.NAME, ResourceRegistry.NAME)


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
        poll_interval: how often the thread reads the head where nobody announces new blocks.
        finality: by what the final block is known.
        block_time: how often the network makes a block, if it does so by itself; the head may then
            be older than ``max_staleness`` by no more than that.
        feeds: announce new blocks and events, while the thread runs.
        metrics: counts what goes wrong.
    """

    def __init__(
        self,
        client: ChainClient,
        deployment: Deployment,
        *,
        max_staleness: timedelta,
        clock: Clock | None = None,
        poll_interval: timedelta = timedelta(seconds=1),
        finality: Finality | None = None,
        block_time: timedelta | None = None,
        feeds: Sequence[Feed] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self.metrics = metrics or Counters()
        self._client = client
        self._deployment = deployment
        self._max_staleness = max_staleness
        self._clock = clock or SystemClock()
        self._poll_interval = poll_interval
        self._max_head_age = None if block_time is None else max_staleness + block_time
        self._feeds = tuple(feeds)
        self._heads = HeadReader(client, finality or Finality())
        self._view = self._new_view(frozenset())
        self._is_code_checked = False
        self._connections: tuple[bool, ...] = ()
        self._reading: tuple[Snapshot, datetime] | None = None
        self._distrust: ChainError | None = None
        self._refreshing = threading.Lock()
        self._follower: Follower | None = None

    def _new_view(self, watched: frozenset[bytes]) -> SnapshotView:
        return SnapshotView(self._client, self._deployment, watched, self.metrics)

    def current(self) -> Snapshot:
        """Return the snapshot of the last reading, without asking the chain.

        Raises:
            ChainError: ``stale_chain``, the last successful reading is too long ago, or there was
                none, or what was read then was too old for a network with a block time;
                ``code_mismatch``, the registries are not those that were deployed.
        """
        try:
            return self._current()
        except ChainError as error:
            self.metrics.count("denied_snapshots", error.code)
            raise

    def _current(self) -> Snapshot:
        if self._distrust is not None:
            raise ChainError(self._distrust.code, self._distrust.message)
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

    def measures(self) -> dict[str, dict[str, float]]:
        """Return what was counted, and ``snapshot_age_seconds`` and ``snapshot_block``."""
        measures: dict[str, dict[str, float]] = {
            name: dict(counts) for name, counts in self.metrics.read().items()
        }
        if self._reading is not None:
            snapshot, read_at = self._reading
            age = (self._clock.now() - read_at).total_seconds()
            measures["snapshot_age_seconds"] = {"": age}
            measures["snapshot_block"] = {
                "latest": snapshot.latest.number,
                "finalized": snapshot.finalized.number,
            }
        return measures

    def watch(self, resources: Iterable[bytes]) -> None:
        """Read these resources beforehand, so that no one has to wait for them.

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
        """Read the head, and what changed up to its block.

        Raises:
            ChainError: ``code_mismatch``, ``no_finality``, ``no_quorum``, another failure to reach
                the chain, or a reorganisation in the midst of it; the last reading stays what it
                was, and ages.
        """
        with self._refreshing:
            try:
                return self._refresh()
            except ChainError as error:
                self.metrics.count("failed_readings", error.code)
                raise

    def _refresh(self) -> Snapshot:
        # Before the head is read: what is announced in the meantime is for the next time.
        announced = self._take_announced()
        read_at = self._clock.now()
        latest, finalized = self._heads.read()
        began_anew = not (self._view.is_open and self._heads.follows(latest))
        if began_anew:
            self._begin_anew()
        self._check_code(latest)
        snapshot = Snapshot(latest.block, finalized.block, self._view)
        if began_anew and self._reading is not None:
            # The last snapshot answers no more; this one does, if not yet from memory.
            self._reading = (snapshot, read_at)
        self._heads.accept(latest, finalized)
        self._view.follow(latest, finalized, announced)
        self._reading = (snapshot, read_at)
        return snapshot

    def _begin_anew(self) -> None:
        """Throw away all that was read, after a reorganisation."""
        if self._reading is not None:
            self.metrics.count("reorganisations")
        self._view.close()
        self._view = self._new_view(self._view.watched)
        self._is_code_checked = False

    def _check_code(self, latest: Header) -> None:
        """Compare the code of the registries that policies are read from."""
        connections = tuple(feed.is_connected for feed in self._feeds)
        if self._is_code_checked and connections == self._connections:
            return
        contracts = [self._deployment.contracts[name] for name in _READ_FROM]
        found = self._client.code_hashes([each.address for each in contracts], at=latest.block.hash)
        if any(found[each.address] != each.code_hash for each in contracts):
            self._distrust = ChainError("code_mismatch", "other code stands at the registries")
            raise self._distrust
        self._distrust = None
        self._is_code_checked, self._connections = True, connections

    def _take_announced(self) -> frozenset[bytes] | tuple[()] | None:
        taken = [feed.take_changed() for feed in self._feeds]
        named = [topics for topics in taken if topics is not None]
        if len(named) < len(taken):
            return None
        return frozenset().union(*named) or ()

    def start(self) -> Self:
        """Read the head now, and go on doing so in a thread.

        Raises:
            ChainError: the first reading failed.
        """
        self.refresh()
        relaxed = max(self._poll_interval, min(self._max_staleness / 3, _MOST_RELAXED))
        self._follower = Follower(
            lambda: self.refresh().latest.number, self._feeds, self._poll_interval, relaxed
        )
        self._follower.start()
        return self

    def stop(self) -> None:
        """Stop the thread."""
        if self._follower is not None:
            self._follower.stop()
            self._follower = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
