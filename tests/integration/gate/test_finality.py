"""Both blocks must allow: the latest and the finalized one, each with its own policy and facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate.gate import verify_receipt
from didgate.keys import KeyAlgorithm

DEPTH = 3


@pytest.fixture(scope="module")
def slow_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.build(tmp_path_factory.mktemp("slow"), finality_depth=DEPTH)


@pytest.fixture
def world(slow_world: World, tmp_path: Path) -> Iterator[World]:
    world = slow_world.copy(tmp_path)
    yield world
    world.chain.close()


def finalize(world: World) -> None:
    for _ in range(DEPTH):
        world.settle(1)


def test_the_receipt_names_both_blocks(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    finalize(world)
    decision = Caller(world, gate).enter(world.holder(), resource)
    latest, finalized = verify_receipt(decision.receipt, gate.jwks()).judgements
    assert latest.block_number == finalized.block_number + DEPTH
    assert latest.verdict == finalized.verdict == "true"


def test_a_policy_that_is_not_final_opens_nothing(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    finalize(world)
    world.publish(resource, world.policy(of_schema(CLEARANCE)))
    caller, holder = Caller(world, gate), world.holder()
    decision = caller.enter(holder, resource)
    assert (decision.allowed, decision.code) == (False, "not_final")
    finalize(world)
    assert caller.enter(holder, resource).allowed


def test_an_admission_that_is_not_final_opens_nothing(world: World) -> None:
    gate = world.gate()
    resource = world.resource({"address": {"list": "0x" + world.list_id.hex()}})
    finalize(world)
    member, caller = world.member(), Caller(world, gate)
    decision = caller.enter(member, resource)
    assert (decision.allowed, decision.code) == (False, "not_final")
    assert [reason.code for reason in decision.reasons] == ["address_not_listed"]
    finalize(world)
    assert caller.enter(member, resource).allowed


def test_a_revocation_counts_before_it_is_final(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    finalize(world)
    wallet = world.badge_holder(subject="alice")
    world.issuers.badges.revoke("alice")
    world.refresh()
    assert Caller(world, gate).enter(wallet, resource).code == "policy_not_satisfied"


def test_a_pause_counts_before_it_is_final(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    finalize(world)
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.badge_holder(), challenge)
    world.pause(resource)
    assert caller.submit(challenge, members).code == "paused"


def test_credentials_answer_equal_leaves_of_the_older_policy(world: World) -> None:
    """A restriction shifts the ids of the leaves; the finalized policy knows none of that."""
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    finalize(world)
    world.restrict(resource, badge())
    wallet = world.holder()
    key = wallet.keys.create(KeyAlgorithm.P256)
    wallet.add(world.issuers.badges.issue("alice", ALICE, key))
    decision = Caller(world, gate).enter(wallet, resource)
    assert decision.allowed
    latest, finalized = verify_receipt(decision.receipt, gate.jwks()).judgements
    assert len(latest.restrictions) == 1
    assert len(finalized.restrictions) == 0


def test_a_grant_lasts_no_longer_than_either_policy_says(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    finalize(world)
    world.publish(resource, world.policy(of_schema(CLEARANCE), grant={"lifetime": 300}))
    decision = Caller(world, gate).enter(world.holder(), resource)
    assert decision.grant is not None
    lifetime = decision.grant.expires_at - decision.grant.issued_at
    assert lifetime.total_seconds() == 120
