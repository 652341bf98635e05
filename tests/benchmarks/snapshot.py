"""A gate that watches 10,000 resources, each with a policy of its own, published on anvil."""

from __future__ import annotations

import gc
import secrets
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from anvils import running_anvil
from benchmarks.measure import Row, measure
from gate_world import CLEARANCE, ORIGIN, badge, new_account, of_schema

from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment, deploy
from didgate.chain.resource_registry import resource_id
from didgate.chain.rpc import RPC
from didgate.chain.snapshot import SnapshotReader
from didgate.encoding import keccak256
from didgate.gate import Gate, GateKeys, GateStores, ServerNonces
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.policy import pin
from didgate.stores import (
    MemoryChallengeStore,
    MemoryQuotaStore,
    MemoryReceiptStore,
    MemoryReplayCache,
)
from didgate.verifier import RegistrySources

POLICIES = 10_000
FEW = 200
_TOGETHER = 500
_GAS = hex(2_000_000)


@dataclass
class Publisher:
    """Publishes policies on an anvil that takes its word, many to a block."""

    rpc: RPC
    client: ChainClient
    deployment: Deployment
    account: str

    def publish(self, number: int) -> list[bytes]:
        """Register resources and bring a policy into force for each; return their ids."""
        resources = [resource_id(self.account, f"urn:{place}") for place in range(number)]
        for start in range(0, number, _TOGETHER):
            transactions: list[Transaction] = []
            for place in range(start, min(start + _TOGETHER, number)):
                transactions += self._steps(place, resources[place])
            self.send(transactions)
        return resources

    def _steps(self, place: int, resource: bytes) -> list[Transaction]:
        policies, content = self.deployment.policies, self._policy(place)
        return [
            self.deployment.resources.register(f"urn:{place}", delay=0),
            policies.publish(resource, content, epoch=1),
            policies.activate(resource, keccak256(content)),
        ]

    def _policy(self, place: int) -> bytes:
        """Return a policy that no other resource has; of the two forms of credentials in turn."""
        sd_jwt = badge(vct=f"https://university.example/badge/{place}")
        document = {
            "didgate": 1,
            "allow": sd_jwt if place % 2 else of_schema(CLEARANCE, minAge=60 + place),
            "grant": {"lifetime": 120},
        }
        return pin(document, self.deployment.pins()).to_bytes()

    def send(self, transactions: list[Transaction]) -> None:
        self.rpc.batch(
            [
                (
                    "eth_sendTransaction",
                    [
                        {
                            "from": self.account,
                            "to": each.to,
                            "data": "0x" + each.data.hex(),
                            "gas": _GAS,
                        }
                    ],
                )
                for each in transactions
            ]
        )
        self.rpc.request("evm_mine", [])


@contextmanager
def publisher() -> Iterator[Publisher]:
    with running_anvil("--disable-block-gas-limit") as anvil:
        account = new_account()
        anvil.rpc.request("anvil_setBalance", [account.address, hex(10**24)])
        client = ChainClient.connect(anvil.url)
        deployment = deploy(client, account)
        client.send(account, deployment.schemas.register(CLEARANCE.encode()))
        anvil.rpc.request("evm_setAutomine", [False])
        # Whom nobody has to sign for: a signature takes as long as all the rest.
        sender = new_account().address
        anvil.rpc.request("anvil_impersonateAccount", [sender])
        anvil.rpc.request("anvil_setBalance", [sender, hex(10**30)])
        yield Publisher(anvil.rpc, client, deployment, sender)


def gate_of(publisher: Publisher, resources: list[bytes]) -> tuple[Gate, SnapshotReader]:
    """Return a gate that watches all of them."""
    client = ChainClient.connect(publisher.rpc._provider)
    reader = SnapshotReader(
        client,
        publisher.deployment,
        max_staleness=timedelta(minutes=10),
        poll_interval=timedelta(hours=1),
    )
    gate = Gate(
        audience=ORIGIN,
        client=client,
        deployment=publisher.deployment,
        snapshots=reader,
        sources=RegistrySources.of(client, publisher.deployment),
        keys=GateKeys(SoftwareSigner.generate(KeyAlgorithm.P256), secrets.token_bytes(32)),
        stores=GateStores(
            challenges=MemoryChallengeStore(),
            replay=MemoryReplayCache(),
            quotas=MemoryQuotaStore(),
            receipts=MemoryReceiptStore(),
        ),
        nonces=ServerNonces(),
    )
    for resource in resources:
        gate.watch(resource)
    return gate, reader


def rows(repetitions: int) -> Iterator[Row]:
    """Yield what it takes to load, to keep, to look up, and to follow one change."""
    number = POLICIES if repetitions >= 100 else FEW
    name = f"snapshot of {number:,} policies"
    with publisher() as world:
        resources = world.publish(number)
        for _ in range(3):
            world.rpc.request("evm_mine", [])  # until anvil calls it final
        gate, reader = gate_of(world, resources)
        read, decoded = _load(gate, reader, resources)
        yield Row(f"{name}: read (elapsed)", read)
        yield Row(f"{name}: read (elapsed) and decoded", read + decoded, 5000.0)
        yield Row(f"{name}: memory", _memory(world, resources), 100.0, unit="MB")
        yield _lookup(name, gate, reader, resources, repetitions)
        yield _change(name, world, reader, resources)


def _load(gate: Gate, reader: SnapshotReader, resources: list[bytes]) -> tuple[float, float]:
    """Return milliseconds until a gate that comes up has read its policies; and decoded them.

    Reading is mostly the node's time, so the clock on the wall counts; decoding is all our own.
    """
    reader.watch(resources)
    gc.collect()
    began = time.perf_counter()
    reader.refresh()
    read = time.perf_counter() - began
    began = time.process_time()
    _look(gate, reader, resources)
    return read * 1000, (time.process_time() - began) * 1000


def _look(gate: Gate, reader: SnapshotReader, resources: list[bytes]) -> None:
    """Look each policy up, as a gate does for a request."""
    snapshot = reader.current()
    for resource in resources:
        gate._policies.of(snapshot.policy_state(resource, snapshot.latest))


def _memory(world: Publisher, resources: list[bytes]) -> float:
    """Return the megabytes that a gate holds for its policies, concluded from a tenth of them."""
    gate, _ = gate_of(world, resources[:1])
    gate.start()
    gate.stop()
    few = resources[: len(resources) // 10]
    gc.collect()
    tracemalloc.start()
    gate, _ = gate_of(world, few)
    gate.start()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gate.stop()
    return held * len(resources) / len(few) / 1e6


def _lookup(
    name: str, gate: Gate, reader: SnapshotReader, resources: list[bytes], repetitions: int
) -> Row:
    """Look all of them up again and again."""
    times = measure(lambda: _look(gate, reader, resources), repetitions=max(repetitions // 20, 1))
    return Row(f"{name}: look one up, decoded", times.median / len(resources), 0.005)


def _change(name: str, world: Publisher, reader: SnapshotReader, resources: list[bytes]) -> Row:
    """Follow blocks in each of which one policy changes."""
    elapsed = []
    for resource in resources[:5]:
        world.send([world.deployment.policies.bump_epoch(resource)])
        began = time.perf_counter()
        snapshot = reader.refresh()
        elapsed.append((time.perf_counter() - began) * 1000)
        if snapshot.policy_state(resource, snapshot.latest).epoch != 3:
            raise AssertionError("the change was not seen")
    return Row(f"{name}: a block with one change (elapsed)", sorted(elapsed)[2])
