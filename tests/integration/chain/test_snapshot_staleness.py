"""Snapshots when the chain is out of reach, lies, or has not been read for too long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simulator import ManualClock

from didgate.chain.client import ChainClient
from didgate.chain.deploy import DeployedContract, Deployment
from didgate.chain.facts import FactQuery
from didgate.chain.snapshot import SnapshotReader
from didgate.config import Finality, FinalityRule
from didgate.encoding import keccak256
from didgate.errors import ChainError

TYPE = keccak256(b"a credential type")
NOBODY = "0x" + "22" * 20
MAX_STALENESS = timedelta(seconds=30)


def test_unread_chain_is_stale(reader: SnapshotReader) -> None:
    with pytest.raises(ChainError) as error:
        reader.current()
    assert error.value.code == "stale_chain"


def test_staleness_counts_from_the_last_reading(
    reader: SnapshotReader, clock: ManualClock, provider: Any
) -> None:
    reader.refresh()
    clock.advance(MAX_STALENESS)
    reader.current()
    provider.is_cut_off = True
    with pytest.raises(ChainError) as error:
        reader.refresh()
    assert error.value.code == "unreachable"
    reader.current()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(ChainError) as error:
        reader.current()
    assert error.value.code == "stale_chain"
    provider.is_cut_off = False
    reader.refresh()
    reader.current()


def test_age_of_the_head_is_no_staleness(reader: SnapshotReader, clock: ManualClock) -> None:
    head = reader.refresh().latest
    clock.advance(timedelta(days=30))
    assert reader.refresh().latest == head
    assert reader.current().latest == head


def test_node_that_stands_still_is_stale_where_the_network_has_a_block_time(chain: Any) -> None:
    client = ChainClient.connect(chain.provider)
    made_at = datetime.fromtimestamp(client.header().block.timestamp, UTC)
    clock = ManualClock(made_at)
    reader = SnapshotReader(
        client,
        chain.deployment,
        max_staleness=MAX_STALENESS,
        clock=clock,
        block_time=timedelta(seconds=12),
    )
    clock.advance(MAX_STALENESS + timedelta(seconds=12))
    reader.refresh()
    reader.current()
    clock.advance(timedelta(seconds=1))
    reader.refresh()
    with pytest.raises(ChainError) as error:
        reader.current()
    assert error.value.code == "stale_chain"


def test_clock_set_back_is_stale(reader: SnapshotReader, clock: ManualClock) -> None:
    reader.refresh()
    clock.advance(-MAX_STALENESS - timedelta(seconds=1))
    with pytest.raises(ChainError) as error:
        reader.current()
    assert error.value.code == "stale_chain"


def test_chain_out_of_reach_gives_no_facts(reader: SnapshotReader, provider: Any) -> None:
    snapshot = reader.refresh()
    provider.is_cut_off = True
    query = FactQuery(issuers=frozenset({b"\x07" * 32}))
    with pytest.raises(ChainError) as error:
        snapshot.facts(query, snapshot.latest)
    assert error.value.code == "unreachable"
    provider.is_cut_off = False
    assert snapshot.facts(query, snapshot.latest).issuers == {b"\x07" * 32: None}


def test_missing_registry_gives_no_facts(chain: Any, clock: ManualClock) -> None:
    nowhere = DeployedContract(NOBODY, bytes(32))
    broken = Deployment(
        chain.client.chain_id, {**chain.deployment.contracts, "IssuerRegistry": nowhere}
    )
    reader = SnapshotReader(chain.client, broken, max_staleness=MAX_STALENESS, clock=clock)
    snapshot = reader.refresh()
    with pytest.raises(ChainError) as error:
        snapshot.facts(FactQuery(issuers=frozenset({TYPE})), snapshot.latest)
    assert error.value.code == "missing_code"


class LyingProvider:
    """Changes what the chain says."""

    def __init__(self, provider: Any, lie: Callable[[str, Any], Any]) -> None:
        self.provider = provider
        self.lie = lie

    def make_request(self, method: str, params: Any) -> Any:
        return self.lie(method, self.provider.make_request(method, params))

    def make_batch_request(self, requests: Any) -> Any:
        answers = self.provider.make_batch_request(requests)
        return [
            self.lie(method, answer) for (method, _), answer in zip(requests, answers, strict=True)
        ]


def lied_to(chain: Any, lie: Callable[[str, Any], Any]) -> SnapshotReader:
    client = type(chain.client).connect(LyingProvider(chain.provider, lie))
    return SnapshotReader(client, chain.deployment, max_staleness=MAX_STALENESS)


def test_policy_bytes_that_do_not_hash_to_their_id(chain: Any, resource: bytes) -> None:
    def lie(method: str, answer: Any) -> Any:
        text = str(answer.get("result"))
        return answer | {"result": text.replace(b"narrower".hex(), b"anything".hex())}

    snapshot = lied_to(chain, lambda m, a: lie(m, a) if m == "eth_call" else a).refresh()
    with pytest.raises(ChainError) as error:
        snapshot.policy_state(resource, snapshot.latest)
    assert error.value.code == "malformed_response"


def test_finalized_block_ahead_of_the_latest(chain: Any) -> None:
    heights = iter(range(10**6, 2 * 10**6))

    def lie(method: str, answer: Any) -> Any:
        if method != "eth_getBlockByNumber":
            return answer
        return answer | {"result": answer["result"] | {"number": hex(next(heights))}}

    with pytest.raises(ChainError) as error:
        lied_to(chain, lie).refresh()
    assert error.value.code == "malformed_response"


def test_chain_without_finality_takes_the_latest_block(chain: Any, clock: ManualClock) -> None:
    reader = SnapshotReader(
        chain.client,
        chain.deployment,
        max_staleness=MAX_STALENESS,
        finality=Finality(FinalityRule.NONE),
    )
    snapshot = reader.refresh()
    assert snapshot.latest == snapshot.finalized


def test_thread_follows_the_head(chain: Any) -> None:
    reader = SnapshotReader(
        chain.client,
        chain.deployment,
        max_staleness=MAX_STALENESS,
        poll_interval=timedelta(milliseconds=10),
    )
    with reader:
        first = reader.current().latest
        chain.advance(1)
        deadline = time.monotonic() + 10
        while reader.current().latest == first:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    after = reader.current().latest
    chain.advance(1)
    time.sleep(0.05)
    assert reader.current().latest == after


def test_thread_outlives_a_chain_out_of_reach(
    chain: Any, provider: Any, caplog: pytest.LogCaptureFixture
) -> None:
    reader = SnapshotReader(
        type(chain.client).connect(provider),
        chain.deployment,
        max_staleness=MAX_STALENESS,
        poll_interval=timedelta(milliseconds=10),
    )
    with reader:
        provider.is_cut_off = True
        deadline = time.monotonic() + 10
        while "unreachable" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        first = reader.current().latest
        provider.is_cut_off = False
        chain.advance(1)
        while reader.current().latest == first:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_thread_outlives_any_fault(chain: Any, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(ManualClock):
        is_broken = False

        def now(self) -> datetime:
            if self.is_broken:
                raise OSError("no time to be had")
            return super().now()

    clock = Faulty()
    reader = SnapshotReader(
        chain.client,
        chain.deployment,
        max_staleness=MAX_STALENESS,
        clock=clock,
        poll_interval=timedelta(milliseconds=10),
    )
    with reader:
        clock.is_broken = True
        deadline = time.monotonic() + 10
        while "no time to be had" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        clock.is_broken = False
        first = reader.current().latest
        chain.advance(1)
        while reader.current().latest == first:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_thread_does_not_start_on_a_chain_out_of_reach(
    reader: SnapshotReader, provider: Any
) -> None:
    provider.is_cut_off = True
    with pytest.raises(ChainError) as error:
        reader.start()
    assert error.value.code == "unreachable"
    reader.stop()
