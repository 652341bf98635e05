"""Which resources changed between two blocks, by the events of the registries.

The blocks between are read with their hashes and must form one chain, each naming its parent; then
each block is asked for its events by its hash (EIP-234). So an answer cannot come from another
chain than the one that is followed, and a gap, after a lost connection say, is repaired in the same
way as one new block is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.facts import Block
from didgate.chain.node_json import Header
from didgate.errors import ChainError

MOST_BLOCKS: Final = 128
"""A longer gap is not worth its events: reading everything anew is."""


class ChangeReader:
    """Reads which resources changed.

    Args:
        client: reads the chain.
        deployment: where the registries stand.
    """

    def __init__(self, client: ChainClient, deployment: Deployment) -> None:
        self._client = client
        # A change of hands shows in both: the events of either are enough.
        self.addresses = (deployment.policies.address, deployment.resources.address)

    def between(self, known: Block, head: Header) -> list[tuple[int, set[bytes]]]:
        """Return what changed after one block up to another.

        Args:
            known: the block after which to begin.
            head: the block to end with, no more than ``MOST_BLOCKS`` later.

        Returns:
            By height, ascending: the ids of resources that may have changed; others may be among
            them.

        Raises:
            ChainError: ``not_canonical``, the one block does not lead to the other;
                ``malformed_response``; or a failure to reach the chain.
        """
        if head.block.number <= known.number:
            if head.block.hash == known.hash:
                return []
            raise _replaced()
        blocks = self._blocks(known, head)
        events = self._client.logs_of([block.hash for block in blocks], self.addresses)
        return [
            (block.number, changed)
            for block, logs in zip(blocks, events, strict=True)
            if (changed := {topic for log in logs for topic in _ids(log.topics)})
        ]

    def _blocks(self, known: Block, head: Header) -> list[Block]:
        """Return the blocks after one up to another; each names the one before as its parent."""
        heights = range(known.number + 1, head.block.number)
        headers = [*self._client.headers(heights), head]
        parent = known.hash
        for header in headers:
            if header.parent_hash != parent:
                raise _replaced()
            parent = header.block.hash
        return [header.block for header in headers]


def _ids(topics: Sequence[bytes]) -> Sequence[bytes]:
    """Return what may be the id of a resource; every event of the registries names one so."""
    if len(topics) < 2:
        raise ChainError("malformed_response", "an event of the registries names no resource")
    return topics[1:]


def _replaced() -> ChainError:
    return ChainError("not_canonical", "the chain was reorganised while its events were read")
