"""The log of a gate's receipts, and how its head is anchored on chain.

The log has one entry for each receipt, the bytes of its JWS, in the order in which the store took
them; it is a Merkle tree as RFC 9162 has it and only grows. ``anchor_receipts`` puts its size and
root on chain, by the gate's own account. It runs beside the gate, from cron or by hand: no decision
waits for it, and while it does not run, receipts are merely not anchored yet.

What has been anchored is known from the chain alone. So nothing is to be kept in step with it: a
run that died left either an anchor or none, and of two runs at once one finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from didgate.chain.calls import Receipt, TransactionSigner
from didgate.chain.client import ChainClient
from didgate.chain.receipt_anchor import Anchor, ReceiptAnchor
from didgate.encoding.merkle_log import TreeHead, leaf_hash
from didgate.errors import ChainError, StoreError
from didgate.stores import ReceiptStore


@dataclass(frozen=True, slots=True)
class Anchored:
    """A head of the log that was put on chain.

    Args:
        size: how many receipts the log had.
        root: 32-byte root of the tree over them.
        added: how many of them no earlier anchor covers.
        transaction: what became of the transaction.
    """

    size: int
    root: bytes
    added: int
    transaction: Receipt


@dataclass(frozen=True, slots=True)
class Pending:
    """The head of a log that is ahead of the chain.

    Args:
        size: how many receipts the log has.
        root: 32-byte root of the tree over them.
        added: how many of them no anchor covers.
    """

    size: int
    root: bytes
    added: int


def entry_hashes(store: ReceiptStore, *, size: int | None = None) -> Iterator[bytes]:
    """Yield the leaf hashes of a gate's log in order.

    Args:
        store: where the gate keeps its receipts.
        size: how many there must be, to stop after; None for all there are.

    Raises:
        StoreError: ``log_gap``: a receipt is missing.
    """
    if size == 0:
        return
    for expected, stored in enumerate(store.iterate(), 1):
        if stored.sequence != expected:
            break
        yield leaf_hash(stored.jws.encode("ascii"))
        if expected == size:
            return
    else:
        if size is None:
            return
    raise StoreError("log_gap", "a receipt is missing from the store: the log cannot be rebuilt")


def pending(store: ReceiptStore, latest: Anchor) -> Pending | None:
    """Return the head of the log, if it has grown since it was anchored.

    Args:
        store: where the gate keeps its receipts.
        latest: the latest anchor of the gate's account.

    Returns:
        None where the anchor covers every receipt.

    Raises:
        StoreError: ``log_gap``, or ``log_diverged``: the store does not begin with the receipts
            that were anchored, because some were changed or removed, or the account anchors the
            log of another gate, too.
    """
    head, before = TreeHead(), TreeHead().root()
    for entry in entry_hashes(store):
        head.append(entry)
        if head.size == latest.size:
            before = head.root()
    if latest.size and (head.size < latest.size or before != latest.root):
        message = "the stored receipts are not those that were anchored"
        raise StoreError("log_diverged", message)
    if head.size == latest.size:
        return None
    return Pending(head.size, head.root(), head.size - latest.size)


def anchor_receipts(
    store: ReceiptStore, client: ChainClient, contract: ReceiptAnchor, account: TransactionSigner
) -> Anchored | None:
    """Anchor the receipts that no anchor covers yet, in one transaction.

    Args:
        store: where the gate keeps its receipts.
        client: the chain.
        contract: keeps the anchors.
        account: the gate's, of no other gate; signs and pays.

    Returns:
        What was anchored, or None where there was nothing to do: no new receipts, or another run
        was faster.

    Raises:
        StoreError: as ``pending``, or the store fails.
        ChainError: the transaction failed, or the chain is out of reach; to be tried again.
    """
    found = pending(store, client.read(contract.latest(account.address)))
    if found is None:
        return None
    try:
        transaction = client.send(account, contract.anchor(found.size, found.root))
    except ChainError:
        # Two runs at once draw the same nonce, or the second one finds that the log has not grown.
        latest = client.read(contract.latest(account.address))
        if latest.size < found.size:
            raise
        pending(store, latest)  # what the other run anchored is a head of this log
        return None
    return Anchored(found.size, found.root, found.added, transaction)


def first_covering(
    client: ChainClient, contract: ReceiptAnchor, account: str, entry: int
) -> tuple[int, Anchor] | None:
    """Return the earliest anchor that covers an entry of a log, with its number from 0.

    Args:
        client: the chain.
        contract: keeps the anchors.
        account: whose log it is.
        entry: the entry's index, from 0.

    Returns:
        None where no anchor covers it yet.
    """
    low, high = 0, client.read(contract.anchors_of(account))
    if high == 0 or client.read(contract.latest(account)).size <= entry:
        return None
    while low < high:  # sizes ascend
        middle = (low + high) // 2
        if client.read(contract.anchor_at(account, middle)).size > entry:
            high = middle
        else:
            low = middle + 1
    return low, client.read(contract.anchor_at(account, low))
