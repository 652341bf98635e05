"""A holder before the contracts of a world, with every step open to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from gate_world import ALICE, CLEARANCE, LICENCE, World, of_schema

from didgate.chain.calls import Receipt, Transaction
from didgate.chain.presentation_verifier import ChainPresentation
from didgate.chain.revert import Reverted
from didgate.credentials.chain_access import ChainAccess
from didgate.holder import Wallet
from didgate.holder.on_chain import ChainRequest, Contracts
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.stores import open_engine

ACTION = bytes([7] * 32)
FIXED = of_schema(CLEARANCE, claims={"role": {"equals": "researcher"}, "clearance": {"atLeast": 3}})
"""A leaf that fixes one value and leaves another a choice."""


class Stage:
    """Alice, with her credentials and an account, before the contracts of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
        self.alice = self.funded(self.key)
        self.wallet = Wallet(
            open_engine("sqlite://"),
            bytes(32),
            sources=world.sources(),
            accounts=[self.key],
            clock=world.clock,
        )
        for schema in (CLEARANCE, LICENCE):
            self.wallet.add(world.issuers.of[schema.type].issue("alice", ALICE).to_document())
        deployed = world.contracts
        self.verifier = deployed.verifier
        self.contracts = Contracts(
            world.client, deployed.policies, deployed.resources, deployed.verifier
        )

    def funded(self, key: SoftwareSigner | None = None) -> EthereumAccount:
        """Return an account that can pay for transactions."""
        account = EthereumAccount(key or SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
        self.world.send(self.world.owner, Transaction(account.address, b"", 10**17))
        return account

    def admitted(self, allow: Mapping[str, Any]) -> bytes:
        """Return a resource whose policy the verifier has kept."""
        resource = self.world.resource(allow)
        self.admit(resource)
        return resource

    def admit(self, resource: bytes) -> None:
        self.world.send(self.world.owner, self.verifier.admit(resource))

    def request(self, resource: bytes, **members: Any) -> ChainRequest:
        """Make a statement for Alice, by Alice, unless told otherwise."""
        stated = {"account": self.alice.address, "consumer": self.alice.address, "action": ACTION}
        now = self.world.clock.now()
        return self.contracts.request(resource, now=now, **(stated | members))

    def present(self, request: ChainRequest) -> ChainPresentation:
        return self.wallet.present_statement(self.wallet.match_statement(request))

    def shown(self, resource: bytes, **members: Any) -> tuple[ChainAccess, ChainPresentation]:
        """Make a statement, and present what its policy asks for."""
        request = self.request(resource, **members)
        return request.access, self.present(request)

    def consume(
        self,
        access: ChainAccess,
        presentation: ChainPresentation,
        *,
        by: EthereumAccount | None = None,
    ) -> Receipt:
        return self.world.send(by or self.alice, self.verifier.consume(access, presentation))


def refused(action: Callable[[], object]) -> str | None:
    """Return the name of the error with which a contract refuses."""
    with pytest.raises(Reverted) as error:
        action()
    return error.value.reason
