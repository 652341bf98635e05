"""Revocation, as issuers see it: a port, and its implementation on the ``StatusRegistry``."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from didgate.chain.calls import Receipt, Transaction, TransactionSigner
from didgate.chain.status_registry import StatusRegistry
from didgate.errors import InvalidInput
from didgate.issuer.records import IssuanceRecords


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
    """Sets bits in the ``StatusRegistry``, each in a transaction of the issuer's controller.

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
