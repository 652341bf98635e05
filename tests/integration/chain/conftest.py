"""Chains to test against: one in this process, anvil, and each of the two with contracts on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anvils import ANVIL, running_anvil
from simulator import ManualClock

from didgate.chain.calls import Receipt, Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment, deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.resource_registry import resource_id
from didgate.chain.rpc import RPCProvider
from didgate.chain.snapshot import SnapshotReader
from didgate.encoding import keccak256
from didgate.errors import ChainError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

ETHER = 10**18
SOMEONE = "0x" + "11" * 20
MAX_STALENESS = timedelta(seconds=30)


def new_account() -> EthereumAccount:
    return EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


@dataclass(frozen=True)
class World:
    """A chain with didgate's contracts on it, and what only a test may do to a chain.

    Args:
        provider: carries requests to the chain.
        client: the client under test.
        account: pays, and owns what is deployed.
        advance: lets the chain's time run ahead by so many seconds, and makes a block.
        fund: gives an account some ether.
        deployment: where the contracts stand; deployed on first use.
    """

    provider: RPCProvider
    client: ChainClient
    account: EthereumAccount
    advance: Callable[[int], object]
    fund: Callable[[str], object]
    deployment: Deployment

    def send(self, transaction: Transaction, *, by: EthereumAccount | None = None) -> Receipt:
        return self.client.send(by or self.account, transaction)

    def new_account(self) -> EthereumAccount:
        account = new_account()
        self.fund(account.address)
        return account

    def time(self) -> int:
        return self.client.header().block.timestamp


@pytest.fixture(scope="session")
def anvil_binary() -> Path:
    if not ANVIL.is_file():
        reason = "anvil is missing: run npm ci in contracts"
        if os.environ.get("DIDGATE_CI") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return ANVIL


@contextmanager
def embedded_world() -> Iterator[World]:
    account = new_account()
    bank = new_account()
    with EmbeddedChain.create(None, funded=[account.address, bank.address]) as chain:
        client = ChainClient.connect(chain)
        yield World(
            provider=chain,
            client=client,
            account=account,
            advance=chain.advance_time,
            fund=lambda address: client.send(bank, Transaction(address, b"", value=ETHER)),
            deployment=deploy(client, account, suspension_delay=3600),
        )


@contextmanager
def anvil_world() -> Iterator[World]:
    account = new_account()
    with running_anvil() as node:
        rpc = node.rpc

        def advance(seconds: int) -> None:
            rpc.request("evm_increaseTime", [hex(seconds)])
            rpc.request("evm_mine", [])

        def fund(address: str) -> None:
            rpc.request("anvil_setBalance", [address, hex(1000 * ETHER)])

        fund(account.address)
        client = ChainClient.connect(rpc._provider)
        yield World(
            provider=rpc._provider,
            client=client,
            account=account,
            advance=advance,
            fund=fund,
            deployment=deploy(client, account, suspension_delay=3600),
        )


WORLDS: dict[str, Any] = {"embedded": embedded_world, "anvil": anvil_world}


@pytest.fixture
def embedded_chain() -> Iterator[World]:
    """A chain in this process, all to the test."""
    with embedded_world() as world:
        yield world


@pytest.fixture
def anvil(anvil_binary: Path) -> Iterator[World]:
    """An anvil, all to the test."""
    with anvil_world() as world:
        yield world


@pytest.fixture(scope="module", params=["embedded", pytest.param("anvil", marks=pytest.mark.anvil)])
def chain(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each kind of chain in turn, shared by the tests of a module."""
    if request.param == "anvil":
        request.getfixturevalue("anvil_binary")
    with WORLDS[request.param]() as world:
        yield world


@pytest.fixture
def penniless() -> EthereumAccount:
    """An account that nobody has given anything."""
    return new_account()


class CountingProvider:
    """Passes requests on, counts them, and is cut off when told so."""

    def __init__(self, provider: Any) -> None:
        self.provider = provider
        self.methods: list[str] = []
        self.is_cut_off = False

    def make_request(self, method: str, params: Any) -> Any:
        return self._pass_on([method], lambda: self.provider.make_request(method, params))

    def make_batch_request(self, requests: Any) -> Any:
        methods = [method for method, _ in requests]
        return self._pass_on(methods, lambda: self.provider.make_batch_request(requests))

    def _pass_on(self, methods: list[str], send: Callable[[], Any]) -> Any:
        if self.is_cut_off:
            raise ChainError("unreachable", "cut off")
        self.methods += methods
        return send()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def provider(chain: World) -> CountingProvider:
    return CountingProvider(chain.provider)


@pytest.fixture
def reader(chain: World, provider: CountingProvider, clock: ManualClock) -> SnapshotReader:
    client = ChainClient.connect(provider)
    return SnapshotReader(client, chain.deployment, max_staleness=MAX_STALENESS, clock=clock)


@pytest.fixture
def resource(chain: World, request: pytest.FixtureRequest) -> bytes:
    """A resource with an active policy, a restriction, and a policy to come."""
    uri = f"urn:{request.node.name}"
    policies = chain.deployment.policies
    chain.send(chain.deployment.resources.register(uri, guardian=SOMEONE, delay=0))
    resource = resource_id(chain.account.address, uri)
    chain.send(policies.publish(resource, b"active", epoch=1))
    chain.advance(1)
    chain.send(policies.activate(resource, keccak256(b"active")))
    chain.send(policies.restrict(resource, b"narrower"))
    epoch = chain.client.read(policies.state_of(resource)).epoch
    chain.send(policies.publish(resource, b"pending", epoch=epoch))
    for _ in range(4):
        chain.advance(1)  # until anvil calls it final
    return resource
