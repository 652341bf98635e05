"""Gates and leaves on accounts: what is held decides, on the chain as it is at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from foreign_contracts import AttestationService, ForeignContract
from gate_actors import Caller
from gate_world import World

from didgate.chain.calls import Receipt, Transaction
from didgate.gate import verify_receipt
from didgate.holder import Wallet


@dataclass(frozen=True)
class Owner:
    """Sends what the owner of the world's resources signs."""

    world: World

    def send(self, transaction: Transaction) -> Receipt:
        return self.world.send(self.world.owner, transaction)


@pytest.fixture
def coin(world: World) -> ForeignContract:
    return ForeignContract.deploy(Owner(world), "TestERC20")


def on_coin(coin: ForeignContract, amount: int) -> dict[str, Any]:
    leaf = {"standard": "ERC-20", "contract": coin.address, "atLeast": str(amount)}
    return {"token": leaf}


def give(world: World, coin: ForeignContract, wallet: Wallet, amount: int) -> None:
    (address,) = wallet.keys.addresses()
    world.send(world.owner, coin.change("mint", address, amount))
    world.settle()


def test_who_holds_enough_gets_a_grant(world: World, coin: ForeignContract) -> None:
    caller, resource = Caller(world, world.gate()), world.resource(on_coin(coin, 3))
    wallet = world.member()
    give(world, coin, wallet, 2)
    refused = caller.enter(wallet, resource)
    assert (refused.code, refused.reasons[0].code) == ("policy_not_satisfied", "token_not_held")
    assert refused.reasons[0].needed == (
        "control over an account that holds at least 3 smallest units"
        f" of the ERC-20 token {coin.address}"
    )
    give(world, coin, wallet, 1)
    assert caller.enter(wallet, resource).allowed


def test_a_holder_of_tokens_is_known_by_the_account(world: World, coin: ForeignContract) -> None:
    caller, resource = Caller(world, world.gate()), world.resource(on_coin(coin, 1))
    wallets = [world.member(), world.member()]
    for wallet in wallets:
        give(world, coin, wallet, 1)
    first, again, other = (caller.enter(each, resource) for each in (wallets[0], *wallets))
    assert first.grant.subject == again.grant.subject != other.grant.subject


def test_a_refusal_says_which_attestation_is_needed(world: World) -> None:
    service = AttestationService.deploy(Owner(world))
    resource = world.resource({"address": {"list": "0x" + "77" * 32}})
    attester = world.owner.address
    leaf = {"schema": "0x" + "5c" * 32, "attesters": [attester], "minAge": 60, "maxAge": 3600}
    document = world.policy({"address": {"root": "0x" + "77" * 32}})
    document["allow"] = {"attestation": leaf}
    document["registries"] = {"attestations": pinned(world, service)}
    world.publish(resource, document)
    refused = Caller(world, world.gate()).enter(world.member(), resource)
    (reason,) = refused.reasons
    assert reason.code == "attestation_missing"
    assert reason.needed == (
        f"control over an account with an attestation (EAS) of schema 0x{'5c' * 32};"
        f" made by {attester}; 1 minute ago or more; less than 1 hour ago"
    )


def test_a_policy_on_attestations_is_carried_out_wherever_they_are(world: World) -> None:
    """Whoever needs none is let in, by a receipt that shows the code of every pinned contract."""
    service = AttestationService.deploy(Owner(world))
    member = {"address": {"list": "0x" + world.list_id.hex()}}
    attestation = {"schema": "0x" + "5c" * 32, "attesters": [world.owner.address]}
    resource = world.resource(member)
    document = world.policy(member)
    document["allow"] = {"any": [member, {"attestation": attestation}]}
    document["registries"]["attestations"] = pinned(world, service)
    world.publish(resource, document)
    gate = world.gate()
    decision = Caller(world, gate).enter(world.member(), resource)
    assert decision.allowed
    receipt = verify_receipt(decision.receipt, gate.jwks())
    assert all(each.registries[service.address] for each in receipt.judgements)


def pinned(world: World, service: AttestationService) -> dict[str, str]:
    (code_hash,) = world.client.code_hashes([service.address]).values()
    return {"address": service.address, "codeHash": "0x" + code_hash.hex()}
