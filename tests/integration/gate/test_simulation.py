"""What another policy would have said to decisions that were recorded."""

from __future__ import annotations

from typing import Any

import pytest
from gate_archive import OUTSIDER, Archive
from gate_world import ALICE, CLEARANCE, LICENCE, ORIGIN, World, badge, of_schema

from didgate.gate.inputs import Inputs
from didgate.gate.simulation import Simulated, decide_with
from didgate.holder.checks import Contact
from didgate.keys import KeyAlgorithm
from didgate.policy import Verdict, parse_policy


@pytest.fixture
def archive(world: World) -> Archive:
    return Archive(world)


def recorded(archive: Archive, wallet: Any, resource: bytes) -> Inputs:
    receipt = archive.receipt(archive.caller.enter(wallet, resource))
    return archive.inputs(receipt)


def simulated(world: World, inputs: Inputs, allow: dict[str, Any], **options: Any) -> Simulated:
    return decide_with(inputs, parse_policy(world.policy(allow)), **options)


def clearance(**claims: Any) -> dict[str, Any]:
    return of_schema(CLEARANCE, claims=claims)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"clearance": {"atLeast": 4}}, Verdict.TRUE),
        ({"clearance": {"atLeast": 5}}, Verdict.FALSE),
        ({"name": {"equals": "Alice Liddell"}}, Verdict.UNKNOWN),
        ({"name": {"equals": "x"}, "clearance": {"atLeast": 5}}, Verdict.FALSE),
        ({"clearance": {"atLeast": 5}, "name": {"equals": "x"}}, Verdict.FALSE),
    ],
)
def test_other_conditions_on_what_was_shown(
    archive: Archive, world: World, claims: dict[str, Any], expected: Verdict
) -> None:
    inputs = recorded(archive, world.holder(), world.resource(of_schema(CLEARANCE)))
    assert simulated(world, inputs, clearance(**claims)).verdict is expected


def test_the_policy_of_the_time_says_what_it_said(archive: Archive, world: World) -> None:
    allow = {"any": [of_schema(CLEARANCE), badge()]}
    resource = world.resource(allow)
    for wallet, verdict in [
        (world.holder(), Verdict.TRUE),
        (world.badge_holder(), Verdict.TRUE),
    ]:
        outcome = simulated(world, recorded(archive, wallet, resource), allow)
        assert (outcome.verdict, outcome.code) == (verdict, "judged")


def test_what_was_not_shown_is_unknown(archive: Archive, world: World) -> None:
    inputs = recorded(archive, world.holder(), world.resource(of_schema(CLEARANCE)))
    account = {"address": {"list": "0x" + world.list_id.hex()}}
    for allow in (badge(), of_schema(LICENCE), account, {"any": [of_schema(CLEARANCE), badge()]}):
        expected = Verdict.TRUE if "any" in allow else Verdict.UNKNOWN
        assert simulated(world, inputs, allow).verdict is expected, allow
    both = {"all": [of_schema(CLEARANCE), account]}
    assert simulated(world, inputs, both).verdict is Verdict.UNKNOWN
    inputs = recorded(archive, world.holder(OUTSIDER), world.resource(of_schema(CLEARANCE)))
    assert simulated(world, inputs, both).verdict is Verdict.FALSE


def test_a_credential_that_is_bound_to_another_key_is_unknown(
    archive: Archive, world: World
) -> None:
    """The holder may have a second one, bound to the first key, that nobody asked for then."""
    caller, wallet = archive.caller, world.wallet()
    for number, role in enumerate(("auditor", "researcher")):
        key = wallet.keys.create(KeyAlgorithm.P256)
        wallet.add(world.issuers.badges.issue(str(number), ALICE | {"role": role}, key))
    leaves = [badge(claims={"role": {"equals": role}}) for role in ("auditor", "researcher")]
    challenge = caller.challenge(world.resource({"all": leaves, "holder": "any"}))
    contact = Contact(f"{ORIGIN}/model", caller.proofs.thumbprint)
    shown = wallet.present(wallet.match(challenge, contact), contact)
    inputs = archive.inputs(archive.receipt(caller.submit(challenge, shown.to_dict())))
    assert simulated(world, inputs, {"all": leaves, "holder": "any"}).verdict is Verdict.TRUE
    outcome = simulated(world, inputs, {"all": leaves, "holder": "same"})
    assert outcome.verdict is Verdict.UNKNOWN


def test_facts_that_were_not_read_are_unknown_or_read_now(archive: Archive, world: World) -> None:
    account = {"address": {"list": "0x" + world.list_id.hex()}}
    member = world.member()
    inputs = recorded(archive, member, world.resource({"any": [account, badge()]}))
    aged = {"address": {"list": "0x" + "77" * 32}}
    assert simulated(world, inputs, aged).verdict is Verdict.UNKNOWN
    assert simulated(world, inputs, account).verdict is Verdict.TRUE
    snapshot = archive.world.readers[-1].refresh()
    outcome = simulated(world, inputs, aged, read=snapshot.facts)
    assert outcome.verdict is Verdict.FALSE


def test_a_decision_that_ended_before_is_unknown_or_false(archive: Archive, world: World) -> None:
    resource, caller = world.resource(badge()), archive.caller
    challenge = caller.challenge(resource)
    world.pause(resource)
    paused = archive.receipt(caller.submit(challenge, {"vp_token": {}}))
    outcome = simulated(world, archive.inputs(paused), badge())
    assert (outcome.verdict, outcome.code) == (Verdict.UNKNOWN, "not_verified")


@pytest.mark.parametrize(
    ("members", "verdict", "code"),
    [
        ({"vp_token": {"c5": ["x"]}}, Verdict.UNKNOWN, "leaf_not_asked"),
        ({"vp_token": {"c0": ["x"]}}, Verdict.FALSE, "sd_jwt_malformed"),
    ],
)
def test_what_does_not_verify(
    archive: Archive, world: World, members: Any, verdict: Verdict, code: str
) -> None:
    resource, caller = world.resource(badge()), archive.caller
    receipt = archive.receipt(caller.submit(caller.challenge(resource), members))
    outcome = simulated(world, archive.inputs(receipt), badge())
    assert (outcome.verdict, outcome.code) == (verdict, code)
