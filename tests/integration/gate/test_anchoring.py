"""The log of receipts is anchored, whenever it is tried and by however many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from gate_actors import Line
from gate_world import CHAIN_FILE, World

from didgate.chain.calls import Transaction, TransactionSigner
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.receipt_anchor import Anchor
from didgate.encoding.merkle_log import leaf_hash, tree_head
from didgate.errors import ChainError, StoreError
from didgate.gate.anchoring import Anchored, anchor_receipts, first_covering
from didgate.stores import (
    MemoryReceiptStore,
    ReceiptStore,
    SQLReceiptStore,
    StoredReceipt,
    open_engine,
)


class Log:
    """A store of receipts and the account that anchors it; the root's, which has money."""

    def __init__(self, world: World, store: ReceiptStore | None = None) -> None:
        self.world, self.store = world, store or MemoryReceiptStore()
        self.account = world.root
        self.texts: list[str] = []

    def add(self, count: int) -> None:
        for _ in range(count):
            text = f"e30.receipt{len(self.texts)}.AA"
            self.texts.append(text)
            self.store.append(f"id{len(self.texts)}", text, self.world.clock.now())

    def anchor(self, client: Any = None) -> Anchored | None:
        client = client or self.world.client
        return anchor_receipts(self.store, client, self.world.contracts.anchors, self.account)

    def anchors(self) -> list[Anchor]:
        read, contract = self.world.client.read, self.world.contracts.anchors
        count = read(contract.anchors_of(self.account.address))
        return [read(contract.anchor_at(self.account.address, each)) for each in range(count)]

    def head(self, size: int) -> bytes:
        return tree_head([leaf_hash(text.encode()) for text in self.texts[:size]])


@pytest.fixture
def log(world: World) -> Log:
    return Log(world)


def test_new_receipts_are_anchored_in_one_transaction(log: Log) -> None:
    log.add(3)
    first = log.anchor()
    log.add(4)
    second = log.anchor()
    assert first is not None
    assert second is not None
    assert [(each.size, each.added, each.root) for each in (first, second)] == [
        (3, 3, log.head(3)),
        (7, 4, log.head(7)),
    ]
    assert [(each.size, each.root) for each in log.anchors()] == [
        (3, log.head(3)),
        (7, log.head(7)),
    ]


def test_without_new_receipts_there_is_nothing_to_do(log: Log) -> None:
    assert log.anchor() is None
    log.add(2)
    assert log.anchor() is not None
    assert log.anchor() is None
    assert len(log.anchors()) == 1


def test_each_receipt_is_covered_by_the_first_anchor_after_it(log: Log) -> None:
    for count in (1, 3, 1, 5):
        log.add(count)
        log.anchor()
    log.add(1)
    found = [
        first_covering(log.world.client, log.world.contracts.anchors, log.account.address, entry)
        for entry in range(11)
    ]
    numbers = [None if each is None else (each[0], each[1].size) for each in found]
    assert numbers == [(0, 1), *[(1, 4)] * 3, (2, 5), *[(3, 10)] * 5, None]


def test_nothing_is_anchored_of_an_account_without_anchors(log: Log) -> None:
    found = first_covering(log.world.client, log.world.contracts.anchors, log.account.address, 0)
    assert found is None


def test_two_runs_at_once_anchor_once(log: Log, tmp_path: Path) -> None:
    """Both have seen the same log before either has sent anything."""
    log.add(3)
    together = Barrier(2, timeout=30)

    class Together(ChainClient):
        def send(self, *arguments: Any, **options: Any) -> Any:
            together.wait()
            return super().send(*arguments, **options)

    def run(_number: int) -> Anchored | None:
        return log.anchor(Together.connect(log.world.chain))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, range(2)))
    assert len([each for each in outcomes if each is not None]) == 1
    assert [each.size for each in log.anchors()] == [3]


def test_a_run_that_was_overtaken_by_a_later_one_has_nothing_to_do(log: Log) -> None:
    log.add(3)

    class Overtaken(ChainClient):
        def send(self, *arguments: Any, **options: Any) -> Any:
            log.add(2)
            assert log.anchor() is not None
            return super().send(*arguments, **options)

    assert log.anchor(Overtaken.connect(log.world.chain)) is None
    assert [each.size for each in log.anchors()] == [5]


def test_a_run_that_died_is_made_good_by_the_next(log: Log) -> None:
    """Before the transaction was sent: there is none. After: it is on chain already."""
    log.add(3)
    line = Line(log.world.chain)

    class Dying(ChainClient):
        sends = False

        def send(self, account: TransactionSigner, transaction: Transaction, **options: Any) -> Any:
            if self.sends:
                super().send(account, transaction, **options)
            line.chain = None
            raise ChainError("unreachable", "the process died")

    dying = Dying.connect(line)
    for sends, expected in ((False, []), (True, [3])):
        dying.sends, line.chain = sends, log.world.chain
        with pytest.raises(ChainError):
            log.anchor(dying)
        assert [each.size for each in log.anchors()] == expected
    assert log.anchor() is None


def test_a_chain_out_of_reach_is_said(log: Log) -> None:
    log.add(1)
    line = Line(log.world.chain)
    client = ChainClient.connect(line)
    line.chain = None
    with pytest.raises(ChainError) as error:
        log.anchor(client)
    assert error.value.code == "unreachable"


class Altered(MemoryReceiptStore):
    """A store that somebody has had their hands in."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault, self.on = fault, False

    def iterate(self, *, after: int = 0) -> Any:
        receipts = list(super().iterate(after=after))
        return iter(_altered(receipts, self.fault) if self.on else receipts)


def _altered(receipts: list[StoredReceipt], fault: str) -> list[StoredReceipt]:
    first, second, *rest = receipts
    match fault:
        case "changed":
            return [replace(first, jws="e30.other.AA"), second, *rest]
        case "swapped":
            swapped = [replace(second, sequence=1), replace(first, sequence=2)]
            return [*swapped, *rest]
        case "removed":
            return [first, *rest]
        case "renumbered":
            return [replace(each, sequence=each.sequence - 1) for each in (second, *rest)]
        case _:
            return [first]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("changed", "log_diverged"),
        ("swapped", "log_diverged"),
        ("removed", "log_gap"),
        ("renumbered", "log_diverged"),
        ("cut", "log_diverged"),
    ],
)
def test_a_log_that_was_altered_is_not_anchored(world: World, fault: str, code: str) -> None:
    store = Altered(fault)
    log = Log(world, store)
    log.add(4)
    log.anchor()
    log.add(2)
    store.on = True
    with pytest.raises(StoreError) as error:
        log.anchor()
    assert error.value.code == code
    assert [each.size for each in log.anchors()] == [4]


def test_an_account_that_anchors_another_log_too_is_found_out(world: World) -> None:
    one, other = Log(world), Log(world)
    one.add(2)
    one.anchor()
    other.texts.append("x")  # so that its receipts differ from the first log's
    other.add(3)
    with pytest.raises(StoreError) as error:
        other.anchor()
    assert error.value.code == "log_diverged"


def test_a_store_in_a_file_is_anchored_after_a_restart(world: World, tmp_path: Path) -> None:
    path = tmp_path / "gate.sqlite"
    engine = open_engine(path)
    log = Log(world, SQLReceiptStore(engine))
    log.add(3)
    log.anchor()
    log.add(1)
    engine.dispose()
    again = open_engine(path)
    log.store = SQLReceiptStore(again)
    anchored = log.anchor()
    assert anchored is not None
    assert anchored.root == log.head(4)
    again.dispose()


def test_anchors_survive_a_restart_of_the_chain(world: World, log: Log) -> None:
    log.add(2)
    log.anchor()
    world.chain.close()
    world.chain = EmbeddedChain.open(world.folder / CHAIN_FILE, clock=world.clock)
    world.client = ChainClient.connect(world.chain)
    assert log.anchor() is None


def test_the_anchor_dates_the_receipts(world: World, log: Log) -> None:
    world.clock.advance(timedelta(hours=1))
    log.add(1)
    log.anchor()
    [anchor] = log.anchors()
    block = world.client.header(anchor.block_number).block
    assert anchor.timestamp == block.timestamp == int(world.clock.now().timestamp())
