"""What a verdict of true rests on, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from didgate.chain.facts import KeyState
from didgate.policy import Verdict, evaluate, grounds, lasts_until

OPEN = {"time": {"from": "2020-01-01T00:00:00Z"}}
OPEN_TOO = {"time": {"from": "2021-01-01T00:00:00Z"}}
SHUT = {"time": {"until": "2020-01-01T00:00:00Z"}}
SOON = datetime(2026, 6, 1, 12, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 13, tzinfo=UTC)
CLOSING = {"time": {"until": "2026-06-01T12:01:00Z"}}
CLOSING_LATER = {"time": {"until": "2026-06-01T13:00:00Z"}}
OPENING = {"time": {"from": "2026-06-01T12:01:00Z"}}


def badge(name):
    return {"credential": {"vct": f"https://credentials.example/{name}", "issuers": "accredited"}}


def presented(world, policy, **members):
    """Return a presentation that answers every leaf for SD-JWTs."""
    return world.present(
        *(world.sd_jwt(name, vct=leaf.vct, **members) for name, leaf in policy.credentials.items()),
        accounts=[world.account],
    )


def paths(world, tree):
    policy = world.policy(tree)
    found = grounds(policy, world.evaluate(policy, presented(world, policy)))
    return [(ground.path, ground.verdict is Verdict.TRUE) for ground in found]


def end(world, tree, *, members=None, **facts):
    policy = world.policy(tree)
    verified = presented(world, policy, **members or {})
    read = world.facts(policy, verified, **facts)
    evaluation = evaluate(policy, verified, read, world.now)
    assert evaluation.verdict is Verdict.TRUE
    return lasts_until(policy, verified, read, world.now, evaluation)


def test_what_does_not_hold_rests_on_nothing(world):
    assert paths(world, {"any": [SHUT, {"all": [SHUT, OPEN]}]}) == []


def test_a_leaf_rests_on_itself(world):
    assert paths(world, OPEN) == [("allow", True)]


def test_all_rests_on_every_child(world):
    assert paths(world, {"all": [OPEN, OPEN_TOO]}) == [
        ("allow.all[0]", True),
        ("allow.all[1]", True),
    ]


def test_any_rests_on_the_first_child_that_holds(world):
    # In canonical order the window that is shut comes first.
    assert paths(world, {"any": [OPEN_TOO, OPEN, SHUT]}) == [("allow.any[1]", True)]


def test_a_leaf_that_holds_in_a_branch_that_does_not_is_no_ground(world):
    tree = {"any": [{"all": [badge("mail"), SHUT]}, badge("staff")]}
    policy = world.policy(tree)
    [ground] = grounds(policy, world.evaluate(policy, presented(world, policy)))
    assert ground.leaf.vct.endswith("staff")


def test_at_least_rests_on_as_many_as_it_needs(world):
    tree = {"atLeast": {"n": 2, "of": [SHUT, OPEN, OPEN_TOO, CLOSING]}}
    assert [path for path, _ in paths(world, tree)] == [
        "allow.atLeast.of[1]",
        "allow.atLeast.of[2]",
    ]


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (SHUT, ["allow.not"]),
        ({"any": [SHUT, OPENING]}, ["allow.not.any[0]", "allow.not.any[1]"]),
        ({"all": [OPEN, SHUT, OPENING]}, ["allow.not.all[0]"]),
        (
            {"atLeast": {"n": 2, "of": [OPEN, SHUT, OPENING]}},
            ["allow.not.atLeast.of[0]", "allow.not.atLeast.of[2]"],
        ),
    ],
)
def test_below_not_it_is_the_other_way_round(world, below, expected):
    assert paths(world, {"not": below}) == [(path, False) for path in expected]


def test_what_is_negated_twice_rests_on_what_holds(world):
    assert paths(world, {"not": {"not": OPEN}}) == [("allow.not.not", True)]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (OPEN, None),
        (CLOSING, SOON),
        ({"not": OPENING}, SOON),
        ({"not": SHUT}, None),
        ({"all": [CLOSING, CLOSING_LATER]}, SOON),
        ({"all": [OPEN, {"not": OPENING}, CLOSING_LATER]}, SOON),
        ({"not": {"any": [OPENING, SHUT]}}, SOON),
    ],
)
def test_a_verdict_lasts_until_the_first_window_closes_or_opens(world, tree, expected):
    assert end(world, tree) == expected


def test_a_verdict_lasts_as_long_as_its_credential(world):
    assert end(world, badge("a"), members={"valid_until": SOON}) == SOON


def test_a_verdict_lasts_as_long_as_its_credential_is_fresh(world):
    tree = badge("a")
    tree["credential"]["maxAge"] = 60
    fresh = {"fresh_since": world.now - timedelta(seconds=20)}
    assert end(world, tree, members=fresh) == world.now + timedelta(seconds=40)


def test_a_verdict_lasts_as_long_as_a_retired_key_is_accepted(world):
    credential = world.sd_jwt("c0", key_id=bytes(32))
    policy = world.policy(world.sd_jwt_leaf())
    verified = world.present(credential)
    for state, until, expected in (
        (KeyState.RETIRED, int(SOON.timestamp()), SOON),
        (KeyState.RETIRED, 2**64 - 1, credential.valid_until),
        (KeyState.ACTIVE, int(SOON.timestamp()), credential.valid_until),
    ):
        key = world.key_fact(credential, state=state, accepted_until=until)
        facts = world.facts(policy, verified, keys={bytes(32): key})
        evaluation = evaluate(policy, verified, facts, world.now)
        assert lasts_until(policy, verified, facts, world.now, evaluation) == expected


def test_an_account_on_a_list_lasts(world):
    assert end(world, world.address_leaf()) is None


def test_an_entry_that_comes_of_age_ends_a_verdict_against_it(world):
    ban = world.address_leaf(0xBB, minAge=3600)
    tree = {"all": [world.address_leaf(), {"not": ban}]}
    added_at = int(world.now.timestamp()) - 3600 + 60
    entries = {
        (bytes([0xAA] * 32), world.account): 0,
        (bytes([0xBB] * 32), world.account): added_at,
    }
    assert end(world, tree, list_entries=entries) == SOON
    entries[bytes([0xBB] * 32), world.account] = None
    assert end(world, tree, list_entries=entries) is None


def test_what_is_no_ground_ends_nothing(world):
    assert end(world, {"any": [{"all": [CLOSING, SHUT]}, OPEN]}) is None


def test_the_account_that_was_judged_is_named(world):
    policy = world.policy(world.address_leaf())
    accounts = [world.other_account, world.account]
    verified = world.present(accounts=accounts)
    entries = {
        (world.list_id, world.other_account): None,
        (world.list_id, world.account): 0,
    }
    assert world.evaluate(policy, verified, list_entries=entries).account == world.account
    assert world.evaluate(policy, world.present()).account is None


UIDS = tuple(bytes([number] * 32) for number in (1, 2, 3))


def end_of_attestations(world, *attestations, **members):
    """Return until when a leaf lasts that rests on these attestations."""
    policy = world.policy(world.attestation_leaf(**members))
    uids = UIDS[: len(attestations)]
    verified = world.present(accounts=[world.account], attestations=uids)
    registry = policy.registries.attestations.address
    named = {(registry, uid): fact for uid, fact in zip(uids, attestations, strict=True)}
    facts = world.facts(policy, verified, attestations=named)
    evaluation = evaluate(policy, verified, facts, world.now)
    assert evaluation.verdict is Verdict.TRUE
    return lasts_until(policy, verified, facts, world.now, evaluation)


def test_a_verdict_lasts_as_long_as_the_attestation_it_rests_on(world):
    soon, later = int(SOON.timestamp()), int(LATER.timestamp())
    made = world.attestation(time=int(world.now.timestamp()) - 20)
    ending, ending_later = (replace(made, expiration=end) for end in (soon, later))
    assert end_of_attestations(world, made) is None
    assert end_of_attestations(world, ending) == SOON
    assert end_of_attestations(world, made, maxAge=60) == world.now + timedelta(seconds=40)
    assert end_of_attestations(world, ending, maxAge=3600) == SOON
    assert end_of_attestations(world, ending_later, ending) == LATER
    assert end_of_attestations(world, ending, made) is None
    # What does not count now lengthens nothing.
    assert end_of_attestations(world, ending, replace(made, revocation=1)) == SOON
    assert end_of_attestations(world, ending, None) == SOON


def test_tokens_and_members_last(world):
    for leaf in (world.token_leaf(), world.member_leaf()):
        policy = world.policy(leaf)
        members = frozenset({(world.root, world.account)})
        verified = world.present(accounts=[world.account], memberships=members)
        facts = world.facts(policy, verified)
        evaluation = evaluate(policy, verified, facts, world.now)
        assert evaluation.verdict is Verdict.TRUE
        assert lasts_until(policy, verified, facts, world.now, evaluation) is None
