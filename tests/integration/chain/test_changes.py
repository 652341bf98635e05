"""A new block costs what changed in it; where events cannot be had, everything is read anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from didgate.chain.changes import MOST_BLOCKS
from didgate.chain.client import ChainClient
from didgate.chain.resource_registry import resource_id
from didgate.chain.rpc import RPC
from didgate.chain.snapshot import SnapshotReader
from didgate.config import Finality
from didgate.encoding import keccak256
from didgate.errors import ChainError

MAX_STALENESS = timedelta(seconds=30)
OTHER = "0x" + "77" * 20
SOMETHING = bytes([9] * 32)


class Line:
    """Passes requests on, counts the questions to contracts, and lies about events when told so."""

    def __init__(self, provider: Any) -> None:
        self.provider = provider
        self.calls = 0
        self.lie: Callable[[Any], Any] = lambda response: response

    def make_request(self, method: str, params: Any) -> Any:
        self.calls += method == "eth_call"
        response = self.provider.make_request(method, params)
        return self.lie(response) if method == "eth_getLogs" else response

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(method, params) for method, params in requests]


@pytest.fixture
def line(chain: Any) -> Line:
    return Line(chain.provider)


@pytest.fixture
def reader(chain: Any, line: Line) -> SnapshotReader:
    return SnapshotReader(
        ChainClient.connect(line),
        chain.deployment,
        max_staleness=MAX_STALENESS,
        finality=Finality.parse("depth:2"),
    )


@pytest.fixture
def resources(chain: Any, request: pytest.FixtureRequest) -> list[bytes]:
    """Four resources, each with a policy in force."""
    made = []
    for number in range(4):
        uri = f"urn:{request.node.name}:{number}"
        chain.send(chain.deployment.resources.register(uri, delay=0))
        resource = resource_id(chain.account.address, uri)
        policies, policy = chain.deployment.policies, f"policy {number}".encode()
        chain.send(policies.publish(resource, policy, epoch=1))
        chain.send(policies.activate(resource, keccak256(policy)))
        made.append(resource)
    for _ in range(3):
        chain.advance(1)
    return made


def test_new_block_costs_what_changed_in_it(
    chain: Any, reader: SnapshotReader, line: Line, resources: list[bytes]
) -> None:
    reader.watch(resources)
    reader.refresh()
    line.calls = 0
    chain.advance(1)
    reader.refresh()
    assert line.calls == 0, "nothing changed"
    chain.send(chain.deployment.policies.pause(resources[3]))
    snapshot = reader.refresh()
    assert line.calls == 1, "one resource changed; its policy's bytes are known"
    states = [snapshot.policy_state(resource, snapshot.latest) for resource in resources]
    assert [state.paused_until > 0 for state in states] == [number == 3 for number in range(4)]
    assert all(state.block == snapshot.latest for state in states)
    final = snapshot.policy_state(resources[3], snapshot.finalized)
    assert (final.paused_until, final.block) == (0, snapshot.finalized)
    assert line.calls == 1


def test_change_becomes_final_without_another_reading(
    chain: Any, reader: SnapshotReader, line: Line, resources: list[bytes]
) -> None:
    reader.watch(resources)
    reader.refresh()
    chain.send(chain.deployment.policies.bump_epoch(resources[0]))
    reader.refresh()
    line.calls = 0
    epochs = []
    for _ in range(3):
        snapshot = reader.refresh()
        epochs.append(snapshot.policy_state(resources[0], snapshot.finalized).epoch)
        chain.advance(1)
    assert epochs == [2, 2, 3]
    assert line.calls == 0


CHANGES: dict[str, Callable[[Any, bytes], Any]] = {
    "pause": lambda d, r: d.policies.pause(r),
    "bump_epoch": lambda d, r: d.policies.bump_epoch(r),
    "restrict": lambda d, r: d.policies.restrict(r, b"narrower"),
    "publish": lambda d, r: d.policies.publish(r, b"next", epoch=2),
    "set_delay": lambda d, r: d.policies.set_delay(r, 60),
    "set_guardian": lambda d, r: d.policies.set_guardian(r, OTHER),
    "add_version": lambda d, r: d.resources.add_version(r, bytes([1] * 32)),
}


@pytest.mark.parametrize("change", [*CHANGES, "transfer"])
def test_whatever_changes_a_resource_is_seen(
    chain: Any, reader: SnapshotReader, resources: list[bytes], change: str
) -> None:
    """What a reader that goes by events knows is what one that begins anew reads."""
    reader.watch(resources)
    reader.refresh()
    if change == "transfer":
        transfer = chain.deployment.resources.transfer
        chain.send(transfer(resources[3], owner=chain.account.address, to=OTHER))
    else:
        chain.send(CHANGES[change](chain.deployment, resources[3]))
    fresh = SnapshotReader(
        chain.client,
        chain.deployment,
        max_staleness=MAX_STALENESS,
        finality=Finality.parse("depth:2"),
    )
    snapshot, expected = reader.refresh(), fresh.refresh()
    for block in (snapshot.latest, snapshot.finalized):
        for resource in resources:
            assert snapshot.policy_state(resource, block) == expected.policy_state(resource, block)


def test_watched_resource_that_is_registered_later(chain: Any, reader: SnapshotReader) -> None:
    resource = resource_id(chain.account.address, "urn:later")
    reader.watch([resource])
    snapshot = reader.refresh()
    with pytest.raises(ChainError) as error:
        snapshot.policy_state(resource, snapshot.latest)
    assert error.value.code == "unknown_resource"
    chain.send(chain.deployment.resources.register("urn:later", delay=7))
    snapshot = reader.refresh()
    assert snapshot.policy_state(resource, snapshot.latest).delay == 7
    with pytest.raises(ChainError) as error:
        snapshot.policy_state(resource, snapshot.finalized)
    assert error.value.code == "unknown_resource"


def test_missed_blocks_are_made_good(
    chain: Any, reader: SnapshotReader, line: Line, resources: list[bytes]
) -> None:
    reader.watch(resources)
    reader.refresh()
    line.calls = 0
    chain.send(chain.deployment.policies.bump_epoch(resources[1]))
    for _ in range(20):
        chain.advance(1)
    chain.send(chain.deployment.policies.bump_epoch(resources[2]))
    snapshot = reader.refresh()
    epochs = [snapshot.policy_state(resource, snapshot.latest).epoch for resource in resources]
    assert epochs == [2, 3, 3, 2]
    assert snapshot.policy_state(resources[2], snapshot.finalized).epoch == 2
    assert reader.metrics.read() == {}
    assert line.calls <= 4, "what changed, at the latest block and at the finalized one"


def test_gap_that_is_too_long_is_not_worth_its_events(
    chain: Any, reader: SnapshotReader, resources: list[bytes]
) -> None:
    reader.watch(resources)
    reader.refresh()
    chain.send(chain.deployment.policies.bump_epoch(resources[1]))
    for _ in range(MOST_BLOCKS + 1):
        chain.advance(1)
    snapshot = reader.refresh()
    for block in (snapshot.latest, snapshot.finalized):
        assert snapshot.policy_state(resources[1], block).epoch == 3
    assert reader.metrics.read() == {"full_readings": {"": 1}}
    chain.send(chain.deployment.policies.bump_epoch(resources[1]))
    snapshot = reader.refresh()
    assert snapshot.policy_state(resources[1], snapshot.latest).epoch == 4
    assert reader.metrics.read() == {"full_readings": {"": 1}}


REFUSALS: dict[str, Any] = {
    "refused": lambda _: {"error": {"code": -32601, "message": "the method does not exist"}},
    "of_another_block": lambda response: {
        "result": [log | {"blockHash": "0x" + "11" * 32} for log in response["result"]]
    },
    "of_another_contract": lambda response: {
        "result": [log | {"address": OTHER} for log in response["result"]]
    },
    "that_name_no_resource": lambda response: {
        "result": [log | {"topics": log["topics"][:1]} for log in response["result"]]
    },
    "malformed": lambda response: {"result": [{} for _ in response["result"]]},
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_without_events_everything_is_read_anew(
    chain: Any,
    reader: SnapshotReader,
    line: Line,
    resources: list[bytes],
    kind: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader.watch(resources)
    reader.refresh()
    line.lie = REFUSALS[kind]
    for epoch in (3, 4):
        chain.send(chain.deployment.policies.bump_epoch(resources[1]))
        snapshot = reader.refresh()
        assert snapshot.policy_state(resources[1], snapshot.latest).epoch == epoch
    assert reader.metrics.read()["full_readings"] == {"": 2}
    lines = [entry for entry in caplog.records if "for want of events" in entry.getMessage()]
    assert [entry.levelno for entry in lines] == [logging.WARNING], "logged once"
    line.lie = lambda response: response
    chain.send(chain.deployment.policies.bump_epoch(resources[2]))
    snapshot = reader.refresh()
    assert snapshot.policy_state(resources[2], snapshot.latest).epoch == 3
    assert reader.metrics.read()["full_readings"] == {"": 2}


class Herald:
    """Announces what a test says."""

    is_connected = True
    height = 0

    def __init__(self) -> None:
        self.changed: frozenset[bytes] | None = frozenset()

    def start(self, wake: Callable[[], None]) -> None:
        pass

    def stop(self) -> None:
        pass

    def take_changed(self) -> frozenset[bytes] | None:
        changed, self.changed = self.changed, frozenset()
        return changed


@pytest.mark.parametrize("too_many", [False, True])
def test_announced_change_is_read_whatever_the_events_say(
    chain: Any, line: Line, resources: list[bytes], *, too_many: bool
) -> None:
    """A node that withholds an event from one who asks must withhold it from listeners too."""
    herald = Herald()
    reader = SnapshotReader(
        ChainClient.connect(line),
        chain.deployment,
        max_staleness=MAX_STALENESS,
        finality=Finality.parse("depth:2"),
        feeds=[herald],
    )
    reader.watch(resources)
    reader.refresh()
    line.lie = lambda _: {"result": []}
    chain.send(chain.deployment.policies.pause(resources[0]))
    line.calls = 0
    herald.changed = None if too_many else frozenset({resources[0], SOMETHING})
    snapshot = reader.refresh()
    assert snapshot.policy_state(resources[0], snapshot.latest).paused_until > 0
    assert snapshot.policy_state(resources[0], snapshot.finalized).paused_until == 0
    assert (line.calls > 1) == too_many


@pytest.mark.anvil
def test_reorganisation_while_the_gap_is_repaired(anvil: Any) -> None:
    """The headers between must be of one chain, whatever the node says at each moment."""

    class Turning(Line):
        turns = False

        def make_batch_request(self, requests: Any) -> Any:
            if self.turns and requests[0][1][0] != "latest":
                self.turns = False
                RPC(self.provider).request("anvil_reorg", [3, []])
            return super().make_batch_request(requests)

    line = Turning(anvil.provider)
    reader = SnapshotReader(
        ChainClient.connect(line),
        anvil.deployment,
        max_staleness=MAX_STALENESS,
        finality=Finality.parse("none"),
    )
    reader.refresh()
    for _ in range(5):
        anvil.advance(1)
    line.turns = True
    with pytest.raises(ChainError) as error:
        reader.refresh()
    assert error.value.code == "not_canonical"
    snapshot = reader.refresh()
    assert snapshot.latest == anvil.client.header().block
    assert reader.metrics.read()["reorganisations"] == {"": 1}
