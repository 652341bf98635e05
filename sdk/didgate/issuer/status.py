"""Revocation, as issuers see it: a port, and its implementation on the ``StatusRegistry``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Protocol

from didgate.chain.calls import Receipt, Transaction, TransactionSigner
from didgate.chain.status_registry import StatusRegistry
from didgate.errors import InvalidInput
from didgate.issuer.records import IssuanceRecords

# What a revocation costs at most, rounded up: setting the first bit of a word of 256, and whatever
# each index adds. A transaction may use 2²⁴ gas (EIP-7825); the rest is left as a margin.
_WORD_GAS: Final = 22_500
_INDEX_GAS: Final = 2_500
_BATCH_GAS: Final = 15_000_000
_WORD_BITS: Final = 256


class StatusPublisher(Protocol):
    """Makes revocations known."""

    def revoke(self, issuer_id: bytes, type_id: bytes, index: int) -> None:
        """Set the bit of an index in the issuer's list for a type; setting it again is no error."""
        ...


class ChainWriter(Protocol):
    """The part of a chain client that is needed here."""

    def send(self, account: TransactionSigner, transaction: Transaction) -> Receipt:
        """Send a transaction and wait until it was mined."""
        ...


class OnChainStatus:
    """Sets bits in the ``StatusRegistry``, in transactions of the issuer's controller.

    Args:
        chain: sends transactions.
        registry: the status registry.
        controller: the account that controls the issuer, and pays.
    """

    def __init__(
        self, chain: ChainWriter, registry: StatusRegistry, controller: TransactionSigner
    ) -> None:
        self._chain = chain
        self._registry = registry
        self._controller = controller

    def revoke(self, issuer_id: bytes, type_id: bytes, index: int) -> None:
        """Set the bit of an index, and return when that was mined.

        Raises:
            ChainError: the chain did not take it.
        """
        self._chain.send(self._controller, self._registry.revoke(issuer_id, type_id, index))

    def revoke_many(self, issuer_id: bytes, type_id: bytes, indexes: Iterable[int]) -> None:
        """Set the bits of many indexes, in as few transactions as their gas allows.

        Indexes near each other are cheap, since 256 of them share a word of storage. What is set
        already stays set, so after an error all can be asked for again.

        Raises:
            ChainError: the chain did not take one of the transactions; earlier ones hold.
        """
        for batch in _batches(indexes):
            transaction = self._registry.revoke_many(issuer_id, type_id, batch)
            self._chain.send(self._controller, transaction)


def _batches(indexes: Iterable[int]) -> Iterator[list[int]]:
    """Split indexes, in ascending order, into what one transaction can carry."""
    batch: list[int] = []
    gas, last_word = 0, None
    for index in sorted(set(indexes)):
        word = index // _WORD_BITS
        cost = _INDEX_GAS + (_WORD_GAS if word != last_word else 0)
        if gas + cost > _BATCH_GAS:
            yield batch
            batch, gas, cost = [], 0, _INDEX_GAS + _WORD_GAS
        batch.append(index)
        gas, last_word = gas + cost, word
    if batch:
        yield batch


def end_validity(
    records: IssuanceRecords,
    list_id: bytes,
    subject: str,
    now: datetime,
    *,
    publisher: StatusPublisher | None,
    issuer_id: bytes,
    type_id: bytes,
) -> None:
    """Record a revocation, and publish it where the credential has a status index.

    The record comes first: should publishing fail, the credential is at least not refreshed, and
    calling again publishes.

    Raises:
        InvalidInput: ``unknown_subject``, or ``no_status_publisher``.
        ChainError: the revocation was recorded, but not published.
    """
    with records.book(list_id) as book:
        record = book.find(subject)
        if record.status_index is not None and publisher is None:
            raise InvalidInput("no_status_publisher", "there is nothing to publish revocations to")
        if record.revoked_at is None:
            book.revoke(subject, now)
    if record.status_index is not None and publisher is not None:
        publisher.revoke(issuer_id, type_id, record.status_index)
