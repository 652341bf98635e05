"""Leaves on accounts: each reason for which one holds, does not, or cannot be known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from didgate.credentials.verified import ContractAccount
from didgate.policy import Verdict

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
UIDS = tuple(bytes([number] * 32) for number in (1, 2))
LEAVES = ["address_leaf", "member_leaf", "token_leaf", "attestation_leaf"]


def judge(world, leaf, *, accounts=None, now=None, facts=None, **supplied):
    """Return verdict and reason where everything is in order but what is given."""
    policy = world.policy(leaf)
    shown = {
        "accounts": [world.account] if accounts is None else accounts,
        "memberships": frozenset({(world.root, world.account)}),
        "attestations": UIDS[:1],
    }
    verified = world.present(**shown | supplied)
    return world.reason(world.evaluate(policy, verified, now or world.now, **facts or {}))


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_leaf_holds_for_the_account(world, leaf):
    assert judge(world, getattr(world, leaf)()) == (TRUE, "holds")


@pytest.mark.parametrize("leaf", LEAVES)
def test_without_an_account_nothing_holds(world, leaf):
    assert judge(world, getattr(world, leaf)(), accounts=[]) == (FALSE, "address_missing")


@pytest.mark.parametrize("leaf", LEAVES)
@pytest.mark.parametrize(
    ("accepted", "reason"),
    [
        (True, (TRUE, "holds")),
        (False, (FALSE, "account_not_controlled")),
        (None, (UNKNOWN, "account_unread")),
    ],
)
def test_a_contract_account_counts_as_its_contract_says(world, leaf, accepted, reason):
    contract = ContractAccount(world.account, bytes(32), b"signature")
    asked = (world.account, bytes(32), b"signature")
    facts = {"contract_signatures": {} if accepted is None else {asked: accepted}}
    shown = {"accounts": [], "contract_accounts": (contract,), "facts": facts}
    assert judge(world, getattr(world, leaf)(), **shown) == reason


def test_what_a_contract_says_of_another_signature_does_not_count(world):
    contract = ContractAccount(world.account, bytes(32), b"signature")
    for asked in (
        (world.account, bytes(32), b"another"),
        (world.account, bytes([1] * 32), b"signature"),
        (world.other_account, bytes(32), b"signature"),
    ):
        facts = {"contract_signatures": {asked: True}}
        shown = {"accounts": [], "contract_accounts": (contract,), "facts": facts}
        assert judge(world, world.member_leaf(), **shown) == (UNKNOWN, "account_unread")


def test_an_account_that_is_proved_needs_no_contract(world):
    contract = ContractAccount(world.account, bytes(32), b"signature")
    facts = {"contract_signatures": {}}
    shown = {"contract_accounts": (contract,), "facts": facts}
    assert judge(world, world.member_leaf(), **shown) == (TRUE, "holds")


def test_a_member_of_another_tree_is_no_member(world):
    members = frozenset({(bytes(32), world.account), (world.root, world.other_account)})
    assert judge(world, world.member_leaf(), memberships=members) == (FALSE, "not_a_member")


@pytest.mark.parametrize(
    ("held", "reason"),
    [(4, (FALSE, "token_not_held")), (5, (TRUE, "holds")), (None, (UNKNOWN, "token_unread"))],
)
def test_a_balance_is_compared(world, held, reason):
    policy = world.policy(world.token_leaf(atLeast=5))
    asked = (policy.allow.question, world.account)
    facts = {"tokens": {} if held is None else {asked: held}}
    assert judge(world, world.token_leaf(atLeast=5), facts=facts) == reason


def test_what_another_account_holds_does_not_count(world):
    policy = world.policy(world.token_leaf(atLeast=5))
    facts = {"tokens": {(policy.allow.question, world.other_account): 5}}
    assert judge(world, world.token_leaf(atLeast=5), facts=facts) == (UNKNOWN, "token_unread")


def attested(world, *, members=None, now=None, **changes):
    leaf = world.attestation_leaf(**members or {})
    eas = world.policy(leaf).registries.attestations.address
    facts = {"attestations": {(eas, UIDS[0]): world.attestation(**changes)}}
    return judge(world, leaf, now=now, facts=facts)


REFUSED = {
    "another_schema": ({"schema": bytes(32)}, "attestation_schema"),
    "another_recipient": ({"recipient": "0x" + "11" * 20}, "attestation_recipient"),
    "another_attester": ({"attester": "0x" + "11" * 20}, "attester_not_accepted"),
    "revoked": ({"revocation": 1}, "attestation_revoked"),
}


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses_attestation(world, changes, code):
    assert attested(world, **changes) == (FALSE, code)


@pytest.mark.parametrize("late", ["block", "clock"])
def test_an_attestation_expires_by_whichever_clock_is_ahead(world, late):
    at = int(world.now.timestamp()) + (0 if late == "block" else 10)
    now = world.now + timedelta(seconds=-10 if late == "block" else 10)
    assert attested(world, now=now, expiration=at) == (FALSE, "attestation_expired")
    assert attested(world, now=now, expiration=at + 1) == (TRUE, "holds")


@pytest.mark.parametrize("late", ["block", "clock"])
def test_an_attestation_goes_stale_by_whichever_clock_is_ahead(world, late):
    made = int(world.now.timestamp()) - (60 if late == "block" else 50)
    now = world.now + timedelta(seconds=-10 if late == "block" else 10)
    old = {"members": {"maxAge": 60}, "now": now}
    assert attested(world, time=made, **old) == (FALSE, "attestation_stale")
    assert attested(world, time=made + 1, **old) == (TRUE, "holds")


def test_an_attestation_comes_of_age_by_both_clocks(world):
    made = int(world.now.timestamp()) - 60
    members, behind = {"minAge": 60}, world.now - timedelta(seconds=1)
    assert attested(world, time=made, members=members) == (TRUE, "holds")
    assert attested(world, time=made, members=members, now=behind) == (UNKNOWN, "clocks_disagree")
    assert attested(world, time=made + 1, members=members) == (FALSE, "attestation_too_young")


def test_what_is_refused_is_not_unknown_for_its_age(world):
    behind = world.now - timedelta(seconds=1)
    made = int(world.now.timestamp()) - 60
    young = {"members": {"minAge": 60}, "now": behind, "time": made}
    assert attested(world, **young, revocation=1) == (FALSE, "attestation_revoked")


def test_no_attestation_named(world):
    assert judge(world, world.attestation_leaf(), attestations=()) == (FALSE, "attestation_missing")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (("good", "good"), (TRUE, "holds")),
        (("bad", "good"), (TRUE, "holds")),
        (("unread", "good"), (TRUE, "holds")),
        (("bad", "unread"), (UNKNOWN, "attestation_unread")),
        (("none", "bad"), (FALSE, "attestation_unknown")),
        (("bad", "none"), (FALSE, "attestation_revoked")),
    ],
)
def test_the_best_of_several_attestations_counts(world, facts, reason):
    kinds = {"good": world.attestation(), "bad": world.attestation(revocation=1), "none": None}
    eas = world.policy(world.attestation_leaf()).registries.attestations.address
    named = zip(UIDS, facts, strict=True)
    read = {(eas, uid): kinds[kind] for uid, kind in named if kind != "unread"}
    outcome = judge(
        world, world.attestation_leaf(), attestations=UIDS, facts={"attestations": read}
    )
    assert outcome == reason


def test_an_attestation_of_another_contract_does_not_count(world):
    read = {("0x" + "77" * 20, UIDS[0]): world.attestation()}
    outcome = judge(world, world.attestation_leaf(), facts={"attestations": read})
    assert outcome == (UNKNOWN, "attestation_unread")


@pytest.mark.parametrize("code", [None, bytes(32)])
def test_other_code_than_the_pinned_one_says_nothing(world, code):
    eas = world.policy(world.attestation_leaf()).registries.attestations.address
    facts = {"code_hashes": {} if code is None else {eas: code}}
    for uids in (UIDS[:1], ()):
        outcome = judge(world, world.attestation_leaf(), attestations=uids, facts=facts)
        assert outcome == (UNKNOWN, "registry_unverified")


def test_all_leaves_judge_one_account(world):
    tree = {"all": [world.member_leaf(), world.attestation_leaf()]}
    policy = world.policy(tree)
    verified = world.present(
        accounts=[world.other_account, world.account],
        memberships=frozenset({(world.root, world.other_account)}),
        attestations=UIDS[:1],
    )
    assert world.evaluate(policy, verified).verdict is FALSE


def test_the_account_that_serves_best_is_named(world):
    policy = world.policy(world.member_leaf())
    contract = ContractAccount(world.account, bytes(32), b"signature")
    members = frozenset({(world.root, world.account)})
    verified = world.present(
        accounts=[world.other_account], contract_accounts=(contract,), memberships=members
    )
    evaluation = world.evaluate(policy, verified)
    assert (evaluation.verdict, evaluation.account) == (TRUE, world.account)
