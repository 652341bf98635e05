"""A gate answers from its own registries, so it carries out no policy that asks others."""

from __future__ import annotations

from typing import Any

import pytest
from gate_actors import Caller
from gate_world import BADGE, CLEARANCE, World, badge, of_schema

from didgate.chain.calls import Transaction
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.credentials import identifiers
from didgate.errors import ChainError
from didgate.verifier import RegistrySources


def code_of(world: World, resource: bytes) -> str:
    with pytest.raises(ChainError) as error:
        Caller(world, world.gate()).challenge(resource)
    return error.value.code


def pinned(world: World, document: dict[str, Any], **changes: dict[str, str]) -> dict[str, Any]:
    return document | {"registries": document["registries"] | changes}


def test_a_policy_on_a_second_registry_with_the_same_code_is_not_carried_out(world: World) -> None:
    """The gate's own registry accredits the issuer; the one that the policy pins does not."""
    stranger = _deployed(
        world, IssuerRegistry.deployment(root=world.root.address, suspension_delay=0)
    )
    pins = world.contracts.pins()
    twin = {"address": stranger, "codeHash": _code_hash(world, stranger)}
    assert twin["address"] != pins["issuers"]["address"]
    assert world.client.read(
        world.contracts.issuers.accreditation(
            world.issuers.issuer_id, identifiers.vct_type_id(BADGE)
        )
    )
    resource = world.resource(badge())
    world.publish(resource, pinned(world, world.policy(badge()), issuers=twin))
    assert code_of(world, resource) == "registry_not_followed"


def test_a_policy_that_pins_a_registry_of_another_kind_is_not_carried_out(world: World) -> None:
    pins, resource = world.contracts.pins(), world.resource(badge())
    world.publish(resource, pinned(world, world.policy(badge()), issuers=pins["status"]))
    assert code_of(world, resource) == "registry_not_followed"


@pytest.mark.parametrize("kind", ["issuers", "schemas", "status"])
def test_a_policy_on_no_registry_at_all_is_not_carried_out(world: World, kind: str) -> None:
    allow = of_schema(CLEARANCE)
    resource, nothing = world.resource(allow), world.contracts.pins()[kind]
    nothing = nothing | {"address": world.owner.address}
    world.publish(resource, pinned(world, world.policy(allow), **{kind: nothing}))
    assert code_of(world, resource) == "registry_not_followed"


def test_a_policy_on_other_code_at_the_right_address_is_not_believed(world: World) -> None:
    pins, resource = world.contracts.pins(), world.resource(badge())
    other = pins["issuers"] | {"codeHash": "0x" + "11" * 32}
    world.publish(resource, pinned(world, world.policy(badge()), issuers=other))
    decision = Caller(world, world.gate()).enter(world.badge_holder(), resource)
    assert not decision.allowed
    assert [reason.code for reason in decision.reasons] == ["registry_unverified"]


def _deployed(world: World, transaction: Transaction) -> str:
    address = world.send(world.root, transaction).contract_address
    assert address is not None
    return address


def _code_hash(world: World, address: str) -> str:
    return "0x" + world.client.code_hashes([address])[address].hex()


class Overheard:
    """Evidence sources that note which DIDs they resolve."""

    def __init__(self, sources: RegistrySources) -> None:
        self.schema, self.issuer_key = sources.schema, sources.issuer_key
        self.sources, self.resolved = sources, list[str]()

    def document(self, did: str) -> Any:
        self.resolved.append(did)
        return self.sources.document(did)


def test_no_did_is_resolved_of_an_issuer_that_is_not_accredited(world: World) -> None:
    sources, resource, wallet = (
        Overheard(world.sources()),
        world.resource(badge()),
        world.badge_holder(),
    )
    caller = Caller(world, world.gate(sources=sources))
    assert caller.enter(wallet, resource).allowed
    assert sources.resolved == [world.issuers.did]
    issuer, badges = world.issuers.issuer_id, identifiers.vct_type_id(BADGE)
    world.send(world.root, world.contracts.issuers.withdraw_accreditation(issuer, badges))
    world.refresh()
    refused = caller.enter(wallet, resource)
    assert (refused.allowed, refused.code) == (False, "issuer_not_accredited")
    assert sources.resolved == [world.issuers.did]
