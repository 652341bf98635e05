"""What each store promises, whatever it is built on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ChallengeStore(Protocol):
    """Keeps what a nonce was given out for, until it is used once."""

    def put(self, nonce: str, record: bytes, expires: datetime) -> None:
        """Remember ``record`` under a fresh nonce.

        Args:
            nonce: from a source of randomness, so never seen before.
            record: what the nonce was given out for.
            expires: from this moment on the nonce is unknown.

        Raises:
            InvalidInput: ``duplicate_nonce``.
            AccessDenied: ``store_full``; nothing that is still valid is dropped for it.
        """
        ...

    def consume(self, nonce: str) -> bytes:
        """Return the record of a nonce and forget it, so that this succeeds once.

        Raises:
            VerificationError: ``nonce_unknown``: never given out, used up or expired.
        """
        ...


class ReplayCache(Protocol):
    """Remembers identifiers that must not be seen twice, such as the ``jti`` of a DPoP proof."""

    def remember(self, identifier: str, expires: datetime) -> None:
        """Take note of an identifier.

        Args:
            identifier: unique by itself, or together with the key that it was signed with.
            expires: when whatever bears the identifier is refused for its age anyway.

        Raises:
            AccessDenied: ``replayed`` if the identifier was seen before, ``expired`` if it is too
                late to take note of it, ``store_full`` if no note can be taken.
        """
        ...


class QuotaStore(Protocol):
    """Counts uses per subject and period."""

    def count(self, subject: str, limit: int, period: int, now: datetime) -> int:
        """Count one use.

        Periods are aligned to the epoch. A period that has begun is counted to its end, also if
        the caller names another one meanwhile: a change of policy gives nobody a fresh quota.

        Args:
            subject: who uses what, e.g. a pseudonym and a resource.
            limit: the most uses in one period.
            period: length of a period in seconds.
            now: the moment of use.

        Returns:
            How many uses remain in this period.

        Raises:
            AccessDenied: ``quota_exceeded``; the use is not counted. ``store_full``.
            InvalidInput: ``invalid_quota`` for a period or a limit that makes no sense.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as it was appended.

    Args:
        sequence: its place in the order of appending, from 1.
        receipt_id: its identifier.
        jws: the signed receipt, compact.
        decided_at: when the decision was taken.
    """

    sequence: int
    receipt_id: str
    jws: str
    decided_at: datetime


class ReceiptStore(Protocol):
    """Keeps the receipts of all decisions, in order."""

    def append(self, receipt_id: str, jws: str, decided_at: datetime) -> StoredReceipt:
        """Add a receipt at the end; it is durable when this returns.

        Raises:
            InvalidInput: ``duplicate_receipt``.
        """
        ...

    def get(self, receipt_id: str) -> StoredReceipt:
        """Return one receipt.

        Raises:
            InvalidInput: ``unknown_receipt``.
        """
        ...

    def iterate(self, *, after: int = 0) -> Iterator[StoredReceipt]:
        """Go through the receipts in the order of appending, beginning after a sequence number."""
        ...
