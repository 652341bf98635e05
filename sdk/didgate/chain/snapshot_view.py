"""What was read of the chain since the last reorganisation; the memory behind snapshots.

States of resources are kept as long as no event says that they changed, so a new block costs what
changed in it, however many resources are watched. Where the events cannot be had or relied upon,
everything that is watched is read anew at each block.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from didgate.chain.block_cache import BlockCache
from didgate.chain.changes import MOST_BLOCKS, ChangeReader
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.fact_reader import FactReader
from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.chain.node_json import Header
from didgate.chain.policy_reader import PolicyReader
from didgate.chain.policy_table import PolicyTable
from didgate.chain.revert import Reverted
from didgate.errors import ChainError
from didgate.ports import Metrics

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_BLOCKS: Final = 8
_ANSWERS_PER_BLOCK: Final = 100_000
_ASKED: Final = 1_000
_MOST_CHANGES: Final = 200_000


class SnapshotView:
    """Reads and remembers, until a block that was read turns out to have been replaced.

    Then the view is closed for good: it forgets everything, and raises instead of answering.

    Args:
        client: reads the chain.
        deployment: where the registries stand.
        watched: resources to have ready at every new block; those asked for lately are as well.
        metrics: counts ``full_readings``.
    """

    def __init__(
        self,
        client: ChainClient,
        deployment: Deployment,
        watched: frozenset[bytes],
        metrics: Metrics,
    ) -> None:
        self.watched = watched
        self._metrics = metrics
        self._cache = BlockCache(blocks=_BLOCKS, entries=_ANSWERS_PER_BLOCK)
        self._facts = FactReader(client, deployment, self._cache)
        self._policies = PolicyReader(client, deployment.policies)
        self._changes = ChangeReader(client, deployment)
        self._table: PolicyTable[PolicyState | Reverted] = PolicyTable()
        self._asked: dict[bytes, None] = {}
        self._lock = threading.Lock()
        self._last: Block | None = None
        self._ready: tuple[Block, Block, frozenset[bytes]] | None = None
        self.is_open = True
        self.in_doubt = False

    def close(self) -> None:
        """Forget everything and answer no more."""
        self.is_open = False
        self._cache.clear()

    def policy_state(self, resource: bytes, block: Block) -> PolicyState:
        """Return the state of a resource at a block, from memory if it was read before."""
        self._check_open()
        answer: PolicyState | Reverted | None = self._cache.get(block.hash, resource)
        if answer is None:
            answer = self._remembered(resource, block)
        if answer is None:
            answer = self._read_policies([resource], block)[resource]
            if isinstance(answer, PolicyState):
                self._remember(resource)
        if isinstance(answer, Reverted):
            raise ChainError("unknown_resource", "no such resource is registered at that block")
        return answer

    def _remembered(self, resource: bytes, block: Block) -> PolicyState | Reverted | None:
        """Return what was read at another block and has not changed up to this one."""
        with self._lock:
            state = self._table.get(resource, block.number)
        if isinstance(state, PolicyState) and state.block != block:
            state = state.at(block)
            self._cache.store(block.hash, {resource: state})
        return state

    def _read_policies(
        self, resources: Sequence[bytes], block: Block
    ) -> dict[bytes, PolicyState | Reverted]:
        """Read the states of several resources into memory."""
        answers = self._guarded(lambda: self._policies.read(resources, block))
        with self._lock:
            rest = {
                resource: state
                for resource, state in answers.items()
                if not self._table.put(resource, block.number, state)
            }
        self._cache.store(block.hash, rest)
        return answers

    def follow(self, latest: Header, final: Header, announced: Iterable[bytes] | None = ()) -> None:
        """Learn what changed up to a new head, and read what is likely to be asked for there.

        Args:
            latest: the head, which follows on the last one.
            final: the block that is final.
            announced: resources that are said to have changed, to be read again whatever the
                events say; None if there are too many to name.
        """
        self._guarded(lambda: self._learn(latest, final))
        with self._lock:
            if announced is None or len(self._table) > _MOST_CHANGES:
                self._table.begin(latest.block.number)
            else:
                self._table.mark(latest.block.number, announced)
            watched = self.watched.union(self._asked)
        ready = (latest.block, final.block, watched)
        if ready != self._ready or announced != ():
            self._read_watched(latest.block, watched)
            self._read_watched(final.block, watched)
            self._ready = ready

    def _learn(self, latest: Header, final: Header) -> None:
        """Bring the table up to the head; without the events, begin a new one there."""
        known = self._last or final.block
        if latest.block.number - known.number > MOST_BLOCKS:
            self._begin_anew(latest.block)
            return
        try:
            changes = self._changes.between(known, latest)
        except ChainError as error:
            if error.code not in {"rpc_error", "malformed_response"}:
                raise
            self._doubt(error)
            self._begin_anew(latest.block)
            return
        with self._lock:
            if self._last is None:
                self._table.begin(known.number)
            self._table.extend(latest.block.number, changes)
            self._table.forget_before(final.block.number)
        self._last = latest.block
        self.in_doubt = False

    def _begin_anew(self, latest: Block) -> None:
        self._metrics.count("full_readings")
        with self._lock:
            self._table.begin(latest.number)
        self._last = latest

    def _doubt(self, error: ChainError) -> None:
        if not self.in_doubt:
            _LOG.warning("every policy is read anew at each block, for want of events: %s", error)
        self.in_doubt = True

    def _read_watched(self, block: Block, watched: frozenset[bytes]) -> None:
        cached = self._cache.known(block.hash, watched)
        with self._lock:
            missing = [
                resource
                for resource in watched
                if resource not in cached and self._table.get(resource, block.number) is None
            ]
        if missing:
            self._read_policies(missing, block)

    def facts(self, query: FactQuery, block: Block) -> Facts:
        """Return the facts asked for at a block, reading only those not read before."""
        return self._guarded(lambda: self._facts.read(query, block))

    def _guarded(self, read: Callable[[], T]) -> T:
        """Read, and close the view if that shows that the chain was reorganised."""
        self._check_open()
        try:
            result = read()
        except ChainError as error:
            if error.code == "not_canonical":
                self.close()
            raise
        self._check_open()
        return result

    def _check_open(self) -> None:
        if not self.is_open:
            raise ChainError("not_canonical", "the chain was reorganised since this snapshot")

    def _remember(self, resource: bytes) -> None:
        with self._lock:
            if len(self._asked) >= _ASKED:
                self._asked.pop(next(iter(self._asked)))
            self._asked[resource] = None
