"""The two blocks that a decision rests on: the head of the chain, and the one that is final.

Which block is final is a setting of the network (``Finality``). A chain that does not know the tag
that was asked for has no final block: then there is no answer, never the latest block instead.
"""

from __future__ import annotations

from didgate.chain.client import ChainClient
from didgate.chain.node_json import Header
from didgate.config import Finality, FinalityRule
from didgate.errors import ChainError


class HeadReader:
    """Reads the head of a chain, its final block, and whether the one follows on the last one.

    Args:
        client: reads the chain.
        finality: by what the final block is known.
    """

    def __init__(self, client: ChainClient, finality: Finality) -> None:
        self._client = client
        self._finality = finality
        self._known: tuple[Header, Header] | None = None

    @property
    def known(self) -> Header | None:
        """The head that was accepted last."""
        return None if self._known is None else self._known[0]

    def read(self) -> tuple[Header, Header]:
        """Return the latest and the final block.

        Raises:
            ChainError: ``no_finality``, ``malformed_response`` or a failure to reach the chain.
        """
        if self._finality.rule in (FinalityRule.FINALIZED, FinalityRule.SAFE):
            latest, final = self._read_tags(self._finality.rule.value)
        else:
            latest = self._client.header()
            final = self._below(latest)
        if final.block.number > latest.block.number:
            raise ChainError("malformed_response", "the finalized block is ahead of the latest")
        return self._not_behind(latest, final)

    def _read_tags(self, tag: str) -> tuple[Header, Header]:
        try:
            latest, final = self._client.headers(["latest", tag])
        except ChainError as error:
            if error.code not in {"rpc_error", "unknown_block"}:
                raise
            self._client.header()  # raises if it is not about the tag
            message = f"the chain names no {tag} block: set DIDGATE_FINALITY for this network"
            raise ChainError("no_finality", message) from error
        return latest, final

    def _below(self, latest: Header) -> Header:
        if self._finality.rule is FinalityRule.NONE:
            return latest
        if self._known is not None and self._known[0].block == latest.block:
            return self._known[1]
        return self._client.header(max(latest.block.number - self._finality.depth, 0))

    def _not_behind(self, latest: Header, final: Header) -> tuple[Header, Header]:
        """Stay with what was read before if another node is merely behind."""
        if self._known is None or latest.block.number > self._known[0].block.number:
            return latest, final
        if latest.block.number < self._known[0].block.number and self._still_stands():
            return self._known
        return latest, final

    def follows(self, latest: Header) -> bool:
        """Tell whether the chain with this head still contains the head that was accepted last."""
        known = self.known
        if known is None or latest.block.hash == known.block.hash:
            return True
        if latest.block.number <= known.block.number:
            return False
        if latest.block.number == known.block.number + 1:
            return latest.parent_hash == known.block.hash
        return self._still_stands()

    def _still_stands(self) -> bool:
        known = self.known
        assert known is not None, "only asked about a head that is known"
        try:
            return self._client.header(known.block.number).block.hash == known.block.hash
        except ChainError as error:
            if error.code == "unknown_block":
                return False
            raise

    def accept(self, latest: Header, final: Header) -> None:
        """Take these two as the last ones that are known."""
        self._known = latest, final
