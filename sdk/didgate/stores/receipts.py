"""The receipts of all decisions, in the order in which they were appended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from didgate.errors import InvalidInput
from didgate.stores.protocols import StoredReceipt
from didgate.stores.sql import (
    create_tables,
    from_microseconds,
    lock_writers_out,
    reading,
    to_microseconds,
    writing,
)

_BATCH = 500

_receipts = sa.Table(
    "receipts",
    sa.MetaData(),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("receipt_id", sa.String, nullable=False, unique=True),
    sa.Column("jws", sa.Text, nullable=False),
    sa.Column("decided_at", sa.BigInteger, nullable=False),
)


class MemoryReceiptStore:
    """Keeps receipts in process; they are gone when it ends."""

    def __init__(self) -> None:
        self._receipts: dict[str, StoredReceipt] = {}
        self._order: list[StoredReceipt] = []
        self._lock = Lock()

    def append(self, receipt_id: str, jws: str, decided_at: datetime) -> StoredReceipt:
        """Add a receipt; see :class:`didgate.stores.ReceiptStore`."""
        with self._lock:
            if receipt_id in self._receipts:
                raise _duplicate()
            receipt = StoredReceipt(len(self._order) + 1, receipt_id, jws, decided_at)
            self._receipts[receipt_id] = receipt
            self._order.append(receipt)
        return receipt

    def get(self, receipt_id: str) -> StoredReceipt:
        """Return one receipt; see :class:`didgate.stores.ReceiptStore`."""
        try:
            return self._receipts[receipt_id]
        except KeyError as error:
            raise _unknown() from error

    def iterate(self, *, after: int = 0) -> Iterator[StoredReceipt]:
        """Go through the receipts; see :class:`didgate.stores.ReceiptStore`."""
        yield from self._order[after:]


class SQLReceiptStore:
    """Keeps receipts in a database.

    Args:
        engine: from :func:`didgate.stores.open_engine`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        create_tables(engine, "receipts", 1, [_receipts])
        self._engine = engine

    def append(self, receipt_id: str, jws: str, decided_at: datetime) -> StoredReceipt:
        """Add a receipt; see :class:`didgate.stores.ReceiptStore`."""
        # Counted under a lock: numbers drawn from a sequence could become visible out of order, and
        # whoever reads on from the last one seen would miss a receipt.
        next_sequence = sa.select(sa.func.coalesce(sa.func.max(_receipts.c.sequence), 0) + 1)
        with writing(self._engine) as connection:
            lock_writers_out(connection)
            sequence = connection.execute(next_sequence).scalar_one()
            receipt = StoredReceipt(sequence, receipt_id, jws, decided_at)
            try:
                connection.execute(_receipts.insert().values(_to_row(receipt)))
            except IntegrityError as error:
                raise _duplicate() from error
        return receipt

    def get(self, receipt_id: str) -> StoredReceipt:
        """Return one receipt; see :class:`didgate.stores.ReceiptStore`."""
        with reading(self._engine) as connection:
            row = connection.execute(
                sa.select(_receipts).where(_receipts.c.receipt_id == receipt_id)
            ).one_or_none()
        if row is None:
            raise _unknown()
        return _from_row(row)

    def iterate(self, *, after: int = 0) -> Iterator[StoredReceipt]:
        """Go through the receipts; see :class:`didgate.stores.ReceiptStore`."""
        while batch := self._batch(after):
            yield from batch
            after = batch[-1].sequence

    def _batch(self, after: int) -> list[StoredReceipt]:
        statement = (
            sa.select(_receipts)
            .where(_receipts.c.sequence > after)
            .order_by(_receipts.c.sequence)
            .limit(_BATCH)
        )
        with reading(self._engine) as connection:
            return [_from_row(row) for row in connection.execute(statement)]


def _to_row(receipt: StoredReceipt) -> dict[str, Any]:
    return {
        "sequence": receipt.sequence,
        "receipt_id": receipt.receipt_id,
        "jws": receipt.jws,
        "decided_at": to_microseconds(receipt.decided_at),
    }


def _from_row(row: sa.Row[Any]) -> StoredReceipt:
    return StoredReceipt(row.sequence, row.receipt_id, row.jws, from_microseconds(row.decided_at))


def _duplicate() -> InvalidInput:
    return InvalidInput("duplicate_receipt", "a receipt of this id was appended before")


def _unknown() -> InvalidInput:
    return InvalidInput("unknown_receipt", "there is no receipt of this id")
