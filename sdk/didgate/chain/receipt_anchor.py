"""The contract ``ReceiptAnchor``: heads of the logs of receipts, each by its gate's account."""

from __future__ import annotations

from dataclasses import dataclass

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, same
from didgate.encoding import keccak256


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a log at one time.

    Args:
        root: 32-byte root of the Merkle tree over the log's entries.
        size: number of entries; 0 where there is no anchor.
        block_number: block in which it was anchored.
        timestamp: time of that block, in Unix seconds.
    """

    root: bytes
    size: int
    block_number: int
    timestamp: int


class ReceiptAnchor(Contract):
    """Speaks to a contract that keeps anchors."""

    NAME = "ReceiptAnchor"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy the contract."""
        return cls._create()

    @classmethod
    def code_hash(cls) -> bytes:
        """Return keccak256 of its code, which is the same wherever it stands."""
        return keccak256(cls.artifact().deployed_code)

    def anchors_of(self, account: str) -> Call[int]:
        """How many anchors an account has."""
        return self._read("anchorsOf", account, result=same)

    def anchor_at(self, account: str, index: int) -> Call[Anchor]:
        """An anchor of an account, counted from 0; reverts if it has fewer."""
        return self._read("anchorAt", account, index, result=_anchor)

    def latest(self, account: str) -> Call[Anchor]:
        """The latest anchor of an account; of size 0 if it has none."""
        return self._read("latest", account, result=_anchor)

    def anchor(self, size: int, root: bytes) -> Transaction:
        """Anchor the head of the sender's log, which must have grown."""
        return self._change("anchor", size, root)


def _anchor(members: tuple[bytes, int, int, int]) -> Anchor:
    return Anchor(*members)
