"""What a contract says to a policy: only registries vouch, and balances carry nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from didgate.policy import (
    Evaluation,
    Policy,
    Verdict,
    evaluate,
    evaluate_on_chain,
    facts_needed,
)

OPEN = {"time": {"from": "2026-01-01T00:00:00Z"}}
OPEN_TOO = {"time": {"from": "2026-01-02T00:00:00Z"}}
SHUT = {"time": {"until": "2026-01-01T00:00:00Z"}}


def on_chain(world: Any, policy: Policy, verified: Any, **changes: Any) -> Evaluation:
    asked = facts_needed(policy, verified, registry_alone=True)
    facts = world.facts(policy, verified)
    complete = dict.fromkeys(asked.accreditations, 1) | dict(facts.accreditations)
    return evaluate_on_chain(policy, verified, replace(facts, accreditations=complete, **changes))


def carried(world: Any, allow: Any, *shown: Any, account: bool = True, **changes: Any) -> bool:
    accounts = (world.account,) if account else ()
    verified = world.present(*shown, accounts=accounts, attestations=(bytes(32),))
    evaluation = on_chain(world, world.policy(allow), verified, **changes)
    assert evaluation.verdict is Verdict.TRUE
    return evaluation.carried


def named(world: Any, **members: Any) -> dict[str, Any]:
    return world.sd_jwt_leaf(issuers=[world.issuer], **members)


def test_a_registered_key_of_an_accredited_issuer_holds(world):
    policy, verified = world.policy(named(world)), world.present(world.sd_jwt(key_id=bytes(32)))
    assert on_chain(world, policy, verified).verdict is Verdict.TRUE


@pytest.mark.parametrize("min_age", [{}, {"minAge": 60}])
def test_a_key_that_only_a_did_document_vouches_for_does_not_hold(world, min_age):
    policy, verified = world.policy(named(world, **min_age)), world.present(world.sd_jwt())
    evaluation = on_chain(world, policy, verified)
    assert world.reason(evaluation) == (Verdict.FALSE, "key_unregistered")


def test_a_key_that_is_not_registered_does_not_hold(world):
    policy, verified = world.policy(named(world)), world.present(world.sd_jwt(key_id=bytes(32)))
    assert world.reason(world.evaluate(policy, verified, keys={bytes(32): None})) == (
        Verdict.TRUE,
        "holds",
    )
    evaluation = on_chain(world, policy, verified, keys={bytes(32): None})
    assert world.reason(evaluation) == (Verdict.FALSE, "key_unregistered")


def test_a_named_issuer_must_be_accredited(world):
    policy, verified = world.policy(named(world)), world.present(world.sd_jwt(key_id=bytes(32)))
    (entry,) = facts_needed(policy, verified, registry_alone=True).accreditations
    assert not facts_needed(policy, verified).accreditations
    facts = replace(world.facts(policy, verified), accreditations={entry: None})
    assert evaluate(policy, verified, facts, world.now).verdict is Verdict.TRUE
    evaluation = evaluate_on_chain(policy, verified, facts)
    assert world.reason(evaluation) == (Verdict.FALSE, "issuer_not_accredited")


def test_the_clock_is_the_blocks(world):
    policy, verified = world.policy(SHUT), world.present()
    facts = world.facts(policy, verified)
    long_ago = replace(facts, block=replace(facts.block, timestamp=1))
    assert evaluate_on_chain(policy, verified, facts).verdict is Verdict.FALSE
    assert evaluate_on_chain(policy, verified, long_ago).verdict is Verdict.TRUE


def test_what_cannot_be_borrowed_carries(world):
    assert carried(world, world.address_leaf())
    assert carried(world, world.attestation_leaf())
    assert carried(world, world.attribute_leaf(), world.attribute())
    policy = world.policy(world.member_leaf())
    proof = frozenset({(bytes([0xBB] * 32), world.account)})
    verified = world.present(accounts=(world.account,), memberships=proof)
    assert on_chain(world, policy, verified).carried


def test_a_balance_and_the_time_carry_nothing(world):
    assert not carried(world, world.token_leaf())
    assert not carried(world, OPEN, account=False)
    assert not carried(world, {"all": [world.token_leaf(), OPEN]})


def test_a_node_is_carried_by_a_child_that_is_true(world):
    token, listed = world.token_leaf(), world.address_leaf()
    assert carried(world, {"all": [token, listed]})
    assert carried(world, {"any": [token, listed]})
    assert carried(world, {"atLeast": {"n": 1, "of": [token, listed]}})
    nobody = {"list_entries": {(world.list_id, world.account): None}}
    assert not carried(world, {"any": [token, listed]}, **nobody)
    assert not carried(world, {"atLeast": {"n": 1, "of": [token, listed]}}, **nobody)


def test_not_carries_nothing(world):
    assert not carried(world, {"not": SHUT}, account=False)
    assert not carried(world, {"not": {"not": OPEN}}, account=False)


def test_what_is_not_true_is_not_carried(world):
    policy = world.policy({"all": [world.address_leaf(), SHUT]})
    evaluation = on_chain(world, policy, world.present(accounts=(world.account,)))
    assert (evaluation.verdict, evaluation.carried) == (Verdict.FALSE, False)


def test_of_keys_that_serve_alike_the_one_that_carries_is_chosen(world):
    other = {"credential": {"vct": "urn:other", "issuers": "accredited"}}
    tree = {
        "atLeast": {"n": 2, "of": [world.sd_jwt_leaf(), other, OPEN, OPEN_TOO], "holder": "same"}
    }
    shown = (
        world.sd_jwt("c0", vct="urn:other", key_id=bytes(32), valid_until=world.now),
        world.sd_jwt("c1", key_id=bytes(32), holder_key=world.other_key),
    )
    assert carried(world, tree, *shown)
