"""Rules of what a policy means that no other test is named for."""

from __future__ import annotations

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, World, badge, of_schema
from parties import clearance_leaf, policy_of

from didgate import policy as policies
from didgate.bbs.typed import SlotType, encode
from didgate.errors import VerificationError


def test_all_claims_of_a_leaf_are_met_by_one_credential(world: World) -> None:
    """Two people with half of what is asked each are not one who has it all."""
    gate, resource = world.gate(), world.resource(badge())
    halves = [world.badge_holder(ALICE | half) for half in ({"clearance": 1}, {"role": "guest"})]
    for half in halves:
        assert not Caller(world, gate).enter(half, resource).allowed
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    both = [caller.present(half, challenge)["vp_token"]["c0"][0] for half in halves]
    with pytest.raises(VerificationError) as error:
        caller.submit(challenge, {"vp_token": {"c0": both}})
    assert error.value.code == "duplicate_presentation"
    assert Caller(world, gate).enter(world.badge_holder(), resource).allowed


def test_an_unknown_verdict_allows_nothing(world: World) -> None:
    """The policy is met but for its status registry, which has another code than the pinned."""
    document = world.policy(badge())
    document["registries"]["status"]["codeHash"] = "0x" + "77" * 32
    gate, resource = world.gate(), world.resource(badge())
    holder = world.badge_holder()
    assert Caller(world, gate).enter(holder, resource).allowed
    world.publish(resource, document)
    decision = Caller(world, gate).enter(holder, resource)
    assert not decision.allowed
    assert [each.verdict for each in decision.reasons] == ["unknown"]


def test_issuers_are_judged_now_and_not_when_they_issued(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    holder, registry = world.holder(), world.contracts.issuers
    assert Caller(world, gate).enter(holder, resource).allowed
    withdraw = registry.withdraw_accreditation(world.issuers.issuer_id, CLEARANCE.schema_id)
    world.send(world.root, withdraw)
    world.refresh()
    denied = Caller(world, gate).enter(holder, resource)
    assert [each.code for each in denied.reasons] == ["issuer_not_accredited"]
    accredit = registry.accredit(
        world.issuers.did, CLEARANCE.schema_id, world.keys.controller.address
    )
    world.send(world.root, accredit)
    world.refresh()
    assert Caller(world, gate).enter(holder, resource).allowed


def test_policy_bytes_hold_text_and_never_its_scalar() -> None:
    content = policy_of(clearance_leaf(role={"equals": "researcher"})).to_bytes()
    assert b"researcher" in content
    assert encode(SlotType.TEXT, "researcher").to_bytes(32) not in content


def test_that_copies_of_a_credential_multiply_a_quota_is_said(world: World) -> None:
    document = world.policy(badge(), quota={"limit": 10, "period": 60})
    words = " ".join(policies.explain(policies.parse_policy(document)).split())
    assert "several copies of a credential has as many keys" in words
