"""Which block counts as final: a setting of the network, and never the latest for want of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from didgate.chain.client import ChainClient
from didgate.chain.rpc import RPC
from didgate.chain.snapshot import SnapshotReader
from didgate.config import Finality
from didgate.errors import ChainError

MAX_STALENESS = timedelta(seconds=30)


def reader(world: Any, finality: str | None, client: ChainClient | None = None) -> SnapshotReader:
    return SnapshotReader(
        client or world.client,
        world.deployment,
        max_staleness=MAX_STALENESS,
        finality=None if finality is None else Finality.parse(finality),
    )


def height(world: Any, tag: str) -> int:
    block: int = world.client.header(tag).block.number
    return block


@pytest.mark.anvil
@pytest.mark.parametrize("finality", [None, "finalized"])
def test_finalized_block_is_the_default(anvil: Any, finality: str | None) -> None:
    anvil.advance(1)
    snapshot = reader(anvil, finality).refresh()
    assert snapshot.finalized.number == height(anvil, "finalized") < snapshot.latest.number


@pytest.mark.anvil
def test_safe_block(anvil: Any) -> None:
    anvil.advance(1)
    snapshot = reader(anvil, "safe").refresh()
    assert height(anvil, "finalized") < snapshot.finalized.number == height(anvil, "safe")
    assert snapshot.finalized.number < snapshot.latest.number


def test_depth(chain: Any) -> None:
    depth = 3
    following = reader(chain, f"depth:{depth}")
    for _ in range(3):
        snapshot = following.refresh()
        assert snapshot.finalized.number == snapshot.latest.number - depth
        assert chain.client.header(snapshot.finalized.number).block == snapshot.finalized
        assert following.refresh().finalized == snapshot.finalized  # asked of an idle chain
        chain.advance(1)


def test_depth_beyond_the_first_block_is_the_first_block(chain: Any) -> None:
    # There is no contract at the first block, and so no fact: whoever asks there is denied.
    assert reader(chain, "depth:100000").refresh().finalized.number == 0


def test_no_finality_takes_the_latest_block_for_both(chain: Any) -> None:
    snapshot = reader(chain, "none").refresh()
    assert snapshot.finalized == snapshot.latest


REFUSALS: dict[str, Callable[[], dict[str, Any]]] = {
    "refused": lambda: {"error": {"code": -32602, "message": "invalid block tag"}},
    "null": lambda: {"result": None},
}


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("tag", ["finalized", "safe"])
def test_error_chain_without_that_tag(chain: Any, tag: str, kind: str) -> None:
    class WithoutFinality:
        def make_request(self, method: str, params: Any) -> Any:
            if params and params[0] == tag:
                return REFUSALS[kind]()
            return chain.provider.make_request(method, params)

        def make_batch_request(self, requests: Any) -> Any:
            return [self.make_request(method, params) for method, params in requests]

    client = ChainClient.connect(WithoutFinality())
    with pytest.raises(ChainError) as error:
        reader(chain, tag, client).refresh()
    assert error.value.code == "no_finality"
    assert "DIDGATE_FINALITY" in error.value.message
    assert reader(chain, "none", client).refresh()
    assert reader(chain, "depth:1", client).refresh()


@pytest.mark.anvil
def test_node_behind_the_last_head_takes_nothing_back(anvil: Any) -> None:
    """Nodes behind one address are seldom at the same height."""
    following = reader(anvil, "none")
    ahead = following.refresh().latest
    behind = RPC(anvil.provider).request("eth_getBlockByNumber", [hex(ahead.number - 2), False])

    class Behind:
        make_batch_request = anvil.provider.make_batch_request

        def make_request(self, method: str, params: Any) -> Any:
            if method == "eth_getBlockByNumber" and params[0] == "latest":
                return {"result": behind}
            return anvil.provider.make_request(method, params)

    client = ChainClient.connect(Behind())
    following = reader(anvil, "none", client)
    following._heads.accept(anvil.client.header(ahead.number), anvil.client.header(ahead.number))
    assert following.refresh().latest == ahead
    assert following.metrics.read() == {}
