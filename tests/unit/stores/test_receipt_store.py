from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from didgate.errors import InvalidInput
from didgate.stores import MemoryReceiptStore, ReceiptStore, SQLReceiptStore, StoredReceipt

MOMENT = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, engine: sa.Engine) -> ReceiptStore:
    return MemoryReceiptStore() if request.param == "memory" else SQLReceiptStore(engine)


def test_receipt_is_found_again(store: ReceiptStore) -> None:
    appended = store.append("a", "jws a", MOMENT)
    assert appended == StoredReceipt(1, "a", "jws a", MOMENT)
    assert store.get("a") == appended


def test_unknown_receipt_is_refused(store: ReceiptStore) -> None:
    with pytest.raises(InvalidInput) as error:
        store.get("a")
    assert error.value.code == "unknown_receipt"


def test_duplicate_receipt_is_refused(store: ReceiptStore) -> None:
    store.append("a", "first", MOMENT)
    with pytest.raises(InvalidInput) as error:
        store.append("a", "second", MOMENT)
    assert error.value.code == "duplicate_receipt"
    assert store.get("a").jws == "first"
    assert store.append("b", "next", MOMENT).sequence == 2


def test_receipts_come_in_order(store: ReceiptStore) -> None:
    assert list(store.iterate()) == []
    appended = [store.append(name, f"jws {name}", MOMENT) for name in "cabd"]
    assert list(store.iterate()) == appended
    assert list(store.iterate(after=2)) == appended[2:]
    assert list(store.iterate(after=4)) == []


def test_concurrent_appends_are_all_kept(store: ReceiptStore) -> None:
    def append(number: int) -> None:
        store.append(str(number), "jws", MOMENT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(append, range(40)))
    receipts = list(store.iterate())
    assert [receipt.sequence for receipt in receipts] == list(range(1, 41))
    assert {receipt.receipt_id for receipt in receipts} == {str(number) for number in range(40)}


def test_iteration_crosses_batches(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("didgate.stores.receipts._BATCH", 2)
    store = SQLReceiptStore(engine)
    for name in "abcde":
        store.append(name, "jws", MOMENT)
    assert [receipt.receipt_id for receipt in store.iterate(after=1)] == list("bcde")


def test_appending_while_iterating_is_possible(store: ReceiptStore) -> None:
    store.append("a", "jws", MOMENT)
    for receipt in store.iterate():
        if receipt.receipt_id == "a":
            store.append("b", "jws", MOMENT)
    assert store.get("b").sequence == 2
