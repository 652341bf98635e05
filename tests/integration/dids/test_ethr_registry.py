"""did:ethr on a real registry: the embedded chain runs the contract, the resolver reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from simulator import ManualClock

from didgate.chain.client import ChainClient
from didgate.chain.did_registry import DIDRegistry
from didgate.chain.embedded import EmbeddedChain
from didgate.dids import DIDDocument, Resolver
from didgate.dids.did_ethr import DIDEthr, RegistryNetwork, create
from didgate.errors import ResolutionError, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

DAY = 86400
NOBODY = f"0x{0:040}"


@dataclass
class World:
    chain: EmbeddedChain
    client: ChainClient
    registry: DIDRegistry
    identity: SoftwareSigner
    account: EthereumAccount
    other: EthereumAccount
    clock: ManualClock

    def resolve(self, did: str) -> DIDDocument:
        network = RegistryNetwork(self.client, self.registry)
        method = DIDEthr({self.client.chain_id: network}, clock=self.clock)
        return Resolver({"ethr": method.resolve}, clock=self.clock).resolve(did)

    @property
    def did(self) -> str:
        return create(self.identity.public_key, chain_id=self.client.chain_id)


@pytest.fixture
def world() -> Iterator[World]:
    clock = ManualClock()
    identity, other = (SoftwareSigner.generate(KeyAlgorithm.SECP256K1) for _ in range(2))
    account, other_account = EthereumAccount(identity), EthereumAccount(other)
    with EmbeddedChain.create(
        None, funded=[account.address, other_account.address], clock=clock
    ) as chain:
        client = ChainClient.connect(chain)
        receipt = client.send(account, DIDRegistry.deployment())
        assert receipt.contract_address
        registry = DIDRegistry(receipt.contract_address)
        yield World(chain, client, registry, identity, account, other_account, clock)


def test_unregistered_identity_resolves(world: World) -> None:
    document = world.resolve(world.did)
    assert document.key(f"{world.did}#controllerKey") == world.identity.public_key
    assert document.method(f"{world.did}#controller").account.endswith(world.account.address)


def test_history_over_several_blocks_is_read(world: World) -> None:
    key = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    identity = world.account.address
    for transaction in (
        world.registry.add_delegate(identity, b"veriKey", world.other.address, validity=DAY),
        world.registry.set_attribute(
            identity, b"did/pub/Ed25519/sigAuth", key.raw, validity=2 * DAY
        ),
        world.registry.set_attribute(
            identity, b"did/svc/Hub", b"https://hub.example", validity=DAY
        ),
    ):
        world.client.send(world.account, transaction)
    document = world.resolve(world.did)
    delegate = document.method(f"{world.did}#delegate-1")
    assert delegate.account == f"eip155:{world.client.chain_id}:{world.other.address}"
    assert document.key(f"{world.did}#delegate-2", "authentication") == key
    [service] = document.to_dict()["service"]
    assert service["serviceEndpoint"] == "https://hub.example"


def test_delegate_expires_on_an_idle_chain(world: World) -> None:
    transaction = world.registry.add_delegate(
        world.account.address, b"veriKey", world.other.address, validity=DAY
    )
    world.client.send(world.account, transaction)
    assert len(world.resolve(world.did).methods) == 3
    # No block is made, so the head stays as old as it is: the clock has to tell.
    world.clock.moment = world.clock.moment.replace(year=world.clock.moment.year + 1)
    assert len(world.resolve(world.did).methods) == 2


def test_revoked_attribute_is_gone(world: World) -> None:
    key = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    identity, name = world.account.address, b"did/pub/Ed25519/veriKey"
    world.client.send(
        world.account, world.registry.set_attribute(identity, name, key.raw, validity=DAY)
    )
    assert world.resolve(world.did).key(f"{world.did}#delegate-1") == key
    world.client.send(world.account, world.registry.revoke_attribute(identity, name, key.raw))
    document = world.resolve(world.did)
    with pytest.raises(VerificationError) as error:
        document.key(f"{world.did}#delegate-1")
    assert error.value.code == "unknown_verification_method"


def test_new_owner_speaks_for_the_identity(world: World) -> None:
    identity, key = world.account.address, SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    world.client.send(world.account, world.registry.change_owner(identity, world.other.address))
    transaction = world.registry.set_attribute(
        identity, b"did/pub/Ed25519/veriKey", key.raw, validity=DAY
    )
    world.client.send(world.other, transaction)
    document = world.resolve(world.did)
    assert document.method(f"{world.did}#controller").account.endswith(world.other.address)
    assert document.key(f"{world.did}#delegate-1") == key
    with pytest.raises(VerificationError) as error:
        document.key(f"{world.did}#controllerKey")
    assert error.value.code == "unknown_verification_method"


def test_deactivated_identity_stays_so_although_the_registry_forgets(world: World) -> None:
    identity = world.account.address
    world.client.send(world.account, world.registry.change_owner(identity, NOBODY))
    transaction = world.registry.change_owner(identity, world.other.address)
    world.client.send(world.account, transaction)
    with pytest.raises(ResolutionError) as error:
        world.resolve(world.did)
    assert error.value.code == "did_deactivated"


def test_events_of_another_identity_do_not_count(world: World) -> None:
    other_did = create(world.other.address, chain_id=world.client.chain_id)
    transaction = world.registry.add_delegate(
        world.account.address, b"veriKey", world.other.address, validity=DAY
    )
    world.client.send(world.account, transaction)
    assert [method.id for method in world.resolve(other_did).methods] == [f"{other_did}#controller"]


def test_registry_that_is_not_there_is_refused(world: World) -> None:
    network = RegistryNetwork(world.client, DIDRegistry(world.other.address))
    method = DIDEthr({world.client.chain_id: network}, clock=world.clock)
    with pytest.raises(ResolutionError) as error:
        method.resolve(world.did)
    assert error.value.code == "chain_unreadable"
