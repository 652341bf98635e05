"""What was read of the chain since the last reorganisation; the memory behind snapshots."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from didgate.chain.block_cache import BlockCache
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.fact_reader import FactReader
from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.chain.policy_reader import PolicyReader
from didgate.chain.revert import Reverted
from didgate.errors import ChainError

T = TypeVar("T")

_BLOCKS: Final = 8
_ANSWERS_PER_BLOCK: Final = 100_000
_ASKED: Final = 1_000


class SnapshotView:
    """Reads and remembers, until a block that was read turns out to have been replaced.

    Then the view is closed for good: it forgets everything, and raises instead of answering.

    Args:
        client: reads the chain.
        deployment: where the registries stand.
        watched: resources to read at every new block; those asked for lately are read as well.
    """

    def __init__(
        self, client: ChainClient, deployment: Deployment, watched: frozenset[bytes]
    ) -> None:
        self.watched = watched
        self._cache = BlockCache(blocks=_BLOCKS, entries=_ANSWERS_PER_BLOCK)
        self._facts = FactReader(client, deployment, self._cache)
        self._policies = PolicyReader(client, deployment.policies)
        self._asked: dict[bytes, None] = {}
        self._lock = threading.Lock()
        self.is_open = True

    def close(self) -> None:
        """Forget everything and answer no more."""
        self.is_open = False
        self._cache.clear()

    def policy_state(self, resource: bytes, block: Block) -> PolicyState:
        """Return the state of a resource at a block, from memory if it was read before."""
        self._check_open()
        answer: PolicyState | Reverted | None = self._cache.get(block.hash, resource)
        if answer is None:
            answer = self.read_policies([resource], block)[resource]
            if isinstance(answer, PolicyState):
                self._remember(resource)
        if isinstance(answer, Reverted):
            raise ChainError("unknown_resource", "no such resource is registered at that block")
        return answer

    def read_policies(
        self, resources: Sequence[bytes], block: Block
    ) -> dict[bytes, PolicyState | Reverted]:
        """Read the states of several resources into memory."""
        answers = self._guarded(lambda: self._policies.read(resources, block))
        self._cache.store(block.hash, answers)
        return answers

    def read_watched(self, block: Block) -> None:
        """Read what is likely to be asked for, so that no one need wait for it then."""
        with self._lock:
            watched = self.watched.union(self._asked)
        known = self._cache.known(block.hash, watched)
        missing = [resource for resource in watched if resource not in known]
        if missing:
            self.read_policies(missing, block)

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
