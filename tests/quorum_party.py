"""Several nodes of one chain, some of which lie, hang or fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from anvils import Anvil, Node, fleet

from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.client import ChainClient
from didgate.chain.quorum import QuorumProvider
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

TIMEOUT = timedelta(seconds=5)


@dataclass
class Party:
    """Nodes that hold the same chain, and clients that ask several of them."""

    members: list[tuple[Anvil, Node]]
    account: EthereumAccount
    lists: AddressListRegistry
    providers: list[QuorumProvider] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        return [node for _, node in self.members]

    def client(self, *nodes: Any, quorum: int | None = None) -> ChainClient:
        provider = QuorumProvider(nodes or self.nodes, quorum, timeout=TIMEOUT)
        self.providers.append(provider)
        return ChainClient.connect(provider)

    def faults(self) -> dict[str, dict[str, int]]:
        """Return what the last client's provider counted, once late answers are in."""
        time.sleep(0.3)
        return self.providers[-1].metrics.read()

    def mine(self, *nodes: Node, seconds: int = 1) -> None:
        for node in nodes or self.nodes:
            node.mine(seconds)

    def head(self, node: Node) -> int:
        return ChainClient.connect(node).header().block.number


@contextmanager
def party_of(size: int) -> Iterator[Party]:
    account = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    with fleet(size) as members:
        for anvil, _ in members:
            anvil.rpc.request("anvil_setBalance", [account.address, hex(10**21)])
        party = Party(members, account, AddressListRegistry("0x" + "00" * 20))
        party.mine()
        receipt = party.client(quorum=size).send(account, AddressListRegistry.deployment())
        party.lists = AddressListRegistry(receipt.contract_address or "")
        party.client(quorum=size).send(account, party.lists.create("members"))
        yield party
        for provider in party.providers:
            provider.close()


def answers(method: str, result: Any) -> Callable[[str, Any, Callable[[], Any]], Any]:
    """Return a way to speak: the truth, but for one method."""

    def say(asked: str, _: Any, answer: Callable[[], Any]) -> Any:
        return {"result": result} if asked == method else answer()

    return say


def invents(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a way to speak: the truth, but for the head."""

    def say(method: str, params: Any, answer: Callable[[], Any]) -> Any:
        response = answer()
        if method == "eth_getBlockByNumber" and params[0] == "latest":
            return response | {"result": response["result"] | change(response["result"])}
        return response

    return say


def hangs(seconds: float) -> Any:
    def say(_method: str, _params: Any, answer: Callable[[], Any]) -> Any:
        time.sleep(seconds)
        return answer()

    return say


def fails(*_: Any) -> Any:
    raise OSError("out of reach")
