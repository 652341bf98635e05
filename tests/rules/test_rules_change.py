"""Rules of who can change what, when, as the gate and the shipped contracts keep them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, LICENCE, World, badge, of_schema

from didgate.errors import AccessDenied
from didgate.policy import parse_policy
from didgate.resources import resource_id

DELAY = 3600
REGISTRIES = (
    "IssuerRegistry",
    "SchemaRegistry",
    "StatusRegistry",
    "AddressListRegistry",
    "PolicyRegistry",
    "ResourceRegistry",
)
# By these a contract runs code that may change, or makes room for another at its address.
CHANGEABLE = {0xF2, 0xF4, 0xF5, 0xFF}  # CALLCODE, DELEGATECALL, CREATE2, SELFDESTRUCT
JUMPDEST = 0x5B
ENDS = {0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF}  # STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT

NARROWS = {"restrict", "pause", "bumpEpoch", "cancel", "cancelDelay", "cancelGuardian"}
WAITS = {"publish", "activate", "unpause", "activateDelay", "setGuardian", "activateGuardian"}
SHORTER_WAITS = {"setDelay"}
GIVES_A_ROLE = {"setEditor"}
FROM_THE_RESOURCE_REGISTRY = {"resourceRegistered", "resourceTransferred"}


def artifact(name: str) -> dict[str, Any]:
    return json.loads(resources.files("didgate.chain.abi").joinpath(f"{name}.json").read_text())


def operations(code: bytes) -> Iterator[int]:
    """Yield the operations of EVM code that can be reached: no data of PUSHes, no constants."""
    position, reached = 0, True
    while position < len(code):
        operation = code[position]
        reached = reached or operation == JUMPDEST
        if reached:
            yield operation
        reached = reached and operation not in ENDS
        pushed = operation - 0x5F if 0x60 <= operation <= 0x7F else 0
        position += 1 + pushed


def changes(name: str) -> set[str]:
    """Return the functions of a contract by which its state can be changed."""
    entries = (entry for entry in artifact(name)["abi"] if entry["type"] == "function")
    return {each["name"] for each in entries if each["stateMutability"] not in {"view", "pure"}}


@pytest.mark.parametrize("name", REGISTRIES)
def test_no_registry_is_a_proxy(name: str) -> None:
    """What a policy pins by the hash of its code is that code, and stays it."""
    code = bytes.fromhex(artifact(name)["deployedBytecode"].removeprefix("0x"))
    assert JUMPDEST in operations(code)
    assert not set(operations(code)) & CHANGEABLE


def test_every_way_to_change_a_policy_is_known() -> None:
    """No administrator of any role system: whoever adds a function has to say which kind it is."""
    kinds = (NARROWS, WAITS, SHORTER_WAITS, GIVES_A_ROLE, FROM_THE_RESOURCE_REGISTRY)
    assert changes("PolicyRegistry") == set().union(*kinds)


def test_a_resource_cannot_be_burnt() -> None:
    erc_721 = {"approve", "setApprovalForAll", "transferFrom", "safeTransferFrom"}
    assert changes("ResourceRegistry") == erc_721 | {"register", "addVersion"}


def test_revocation_is_one_way() -> None:
    # controllerChanged is the issuer registry's, and sets no bit.
    assert changes("StatusRegistry") == {"revoke", "revokeMany", "controllerChanged"}


@pytest.fixture
def delayed(world: World) -> bytes:
    """Return a resource whose owner has to wait for an hour."""
    uri = "urn:model:delayed"
    world.send(world.owner, world.contracts.resources.register(uri, delay=DELAY))
    return resource_id(world.owner.address, uri)


def schedule(world: World, resource: bytes, allow: dict[str, Any]) -> bytes:
    policy, registry = parse_policy(world.policy(allow)), world.contracts.policies
    epoch = world.client.read(registry.state_of(resource)).epoch
    world.send(world.owner, registry.publish(resource, policy.to_bytes(), epoch=epoch))
    return policy.policy_id


def bring_into_force(world: World, resource: bytes, allow: dict[str, Any]) -> None:
    policy = schedule(world, resource, allow)
    world.settle(DELAY)
    world.send(world.owner, world.contracts.policies.activate(resource, policy))
    world.refresh()


def test_a_scheduled_policy_lets_nobody_in_before_it_is_activated(
    world: World, delayed: bytes
) -> None:
    gate, holder = world.gate(), world.badge_holder()
    policy = schedule(world, delayed, badge())
    for seconds in (1, DELAY):
        world.settle(seconds)
        with pytest.raises(AccessDenied) as error:
            Caller(world, gate).enter(holder, delayed)
        assert error.value.code == "no_policy"
    world.send(world.owner, world.contracts.policies.activate(delayed, policy))
    world.refresh()
    assert Caller(world, gate).enter(holder, delayed).allowed


def test_a_restriction_made_later_survives_the_widening(world: World, delayed: bytes) -> None:
    gate = world.gate()
    bring_into_force(world, delayed, of_schema(LICENCE))
    wider = schedule(world, delayed, badge())
    world.restrict(delayed, of_schema(CLEARANCE))
    world.settle(DELAY)
    world.send(world.owner, world.contracts.policies.activate(delayed, wider))
    world.refresh()
    assert not Caller(world, gate).enter(world.badge_holder(), delayed).allowed
    both = world.badge_holder()
    both.add(world.issuers.of[CLEARANCE.type].issue("alice", dict(ALICE)).to_document())
    assert Caller(world, gate).enter(both, delayed).allowed


def test_lifting_a_pause_waits(world: World, delayed: bytes) -> None:
    gate, holder = world.gate(), world.badge_holder()
    bring_into_force(world, delayed, badge())
    world.pause(delayed)
    world.send(world.owner, world.contracts.policies.unpause(delayed))
    for seconds in (1, DELAY - 2):
        world.settle(seconds)
        with pytest.raises(AccessDenied) as error:
            Caller(world, gate).challenge(delayed)
        assert error.value.code == "paused"
    world.settle(2)
    assert Caller(world, gate).enter(holder, delayed).allowed


def test_an_entry_counts_after_its_minimum_age(world: World) -> None:
    """Whoever owns a registry admits nobody at once to a resource that asks for an age."""
    gate, member = world.gate(), world.member()
    leaf = {"address": {"list": "0x" + world.list_id.hex(), "minAge": DELAY}}
    resource = world.resource(leaf)
    denied = Caller(world, gate).enter(member, resource)
    assert [each.code for each in denied.reasons] == ["entry_too_young"]
    world.settle(DELAY)
    assert Caller(world, gate).enter(member, resource).allowed
