"""A gate that believes two of three providers: it goes on while one lies, and denies after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import World, badge

from didgate.chain.client import ChainClient
from didgate.chain.quorum import QuorumProvider
from didgate.chain.snapshot import SnapshotReader
from didgate.errors import ChainError
from didgate.gate import Gate

Lie = Callable[[str, Any], Any]
ZERO = "0x" + "00" * 32


def none(_method: str, response: Any) -> Any:
    return response


def about_state(number: int) -> Lie:
    """Return a liar that gives every contract's answer another end."""

    def lie(method: str, response: Any) -> Any:
        if method != "eth_call" or "result" not in response:
            return response
        return response | {"result": response["result"][:-1] + str(number)}

    return lie


def out_of_reach(_method: str, _response: Any) -> Any:
    raise OSError("out of reach")


def garbage(_method: str, _response: Any) -> Any:
    return "<html>"


def other_head(method: str, response: Any) -> Any:
    result = response.get("result")
    if method == "eth_getBlockByNumber" and isinstance(result, dict):
        return response | {"result": result | {"hash": "0x" + "ab" * 32}}
    return response


@dataclass
class Provider:
    """One of several ways to the same chain."""

    chain: Any
    lie: Lie = none
    methods: list[str] = field(default_factory=list)

    def make_request(self, method: str, params: Any) -> Any:
        return self.lie(method, self.chain.make_request(method, params))

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(method, params) for method, params in requests]


@dataclass
class Set:
    """A gate, and the three providers that it asks."""

    gate: Gate
    reader: SnapshotReader
    providers: list[Provider]


@pytest.fixture
def three(world: World) -> Iterator[Set]:
    providers = [Provider(world.chain) for _ in range(3)]
    quorum = QuorumProvider(providers, names=["0:a", "1:b", "2:c"])
    client = ChainClient.connect(quorum)
    gate = world.gate(client)
    reader = world.readers[-1]
    yield Set(gate, reader, providers)
    quorum.close()


@pytest.mark.parametrize(
    "lie",
    [none, about_state(7), out_of_reach, garbage, other_head],
    ids=["honest", "about_state", "out_of_reach", "garbage", "other_head"],
)
def test_a_gate_goes_on_while_two_of_three_are_honest(world: World, three: Set, lie: Lie) -> None:
    resource = world.resource(badge())
    three.providers[1].lie = lie
    world.settle()
    decision = Caller(world, three.gate).enter(world.badge_holder(), resource)
    assert decision.allowed


def test_a_gate_denies_where_two_of_three_lie(world: World, three: Set) -> None:
    resource = world.resource(badge())
    wallet, caller = world.badge_holder(), Caller(world, three.gate)
    challenge = caller.challenge(resource)
    members = caller.present(wallet, challenge)
    three.providers[0].lie, three.providers[1].lie = about_state(1), about_state(2)
    with pytest.raises(ChainError) as error:
        caller.submit(challenge, members)
    assert error.value.code == "no_quorum"


def test_a_gate_denies_once_too_few_were_within_reach_for_too_long(
    world: World, three: Set
) -> None:
    resource = world.resource(badge())
    caller = Caller(world, three.gate)
    three.providers[0].lie = three.providers[2].lie = out_of_reach
    world.readers.remove(three.reader)
    world.settle(31)
    with pytest.raises(ChainError) as error:
        three.reader.refresh()
    assert error.value.code == "no_quorum"
    with pytest.raises(ChainError) as error:
        caller.challenge(resource)
    assert error.value.code == "stale_chain"
    assert three.gate.metrics()["failed_readings"] == {"no_quorum": 1}
    assert three.gate.metrics()["denied_snapshots"] == {"stale_chain": 1}


def test_metrics_tell_how_the_chain_fares(world: World, three: Set) -> None:
    metrics = three.gate.metrics()
    head = world.client.header().block.number
    assert metrics["snapshot_block"] == {"latest": head, "finalized": head}
    assert metrics["snapshot_age_seconds"] == {"": 0.0}
