"""Three-valued evaluation: each operator, each reason, and whom a choice belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from didgate.errors import InvalidInput
from didgate.policy import Verdict, evaluate

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
OPEN = {"time": {"from": "2020-01-01T00:00:00Z"}}
SHUT = {"time": {"until": "2020-01-01T00:00:00Z"}}
# The block says 12:00, the clock five minutes more: on this window they disagree.
UNCLEAR = {"time": {"from": "2026-06-01T12:02:00Z"}}
LEAVES = {TRUE: OPEN, FALSE: SHUT, UNKNOWN: UNCLEAR}


def verdict(world, tree):
    policy, verified = world.policy(tree), world.present()
    return world.evaluate(policy, verified, world.now + timedelta(minutes=5)).verdict


@pytest.mark.parametrize("value", Verdict)
def test_leaf(world, value):
    assert verdict(world, LEAVES[value]) is value


@pytest.mark.parametrize(("value", "expected"), [(TRUE, FALSE), (FALSE, TRUE), (UNKNOWN, UNKNOWN)])
def test_not(world, value, expected):
    assert verdict(world, {"not": LEAVES[value]}) is expected


PAIRS = [(TRUE, FALSE), (TRUE, UNKNOWN), (FALSE, UNKNOWN)]


@pytest.mark.parametrize(
    ("pair", "expected"), list(zip(PAIRS, (FALSE, UNKNOWN, FALSE), strict=True))
)
def test_all_is_the_weakest(world, pair, expected):
    assert verdict(world, {"all": [LEAVES[value] for value in pair]}) is expected


@pytest.mark.parametrize(("pair", "expected"), list(zip(PAIRS, (TRUE, TRUE, UNKNOWN), strict=True)))
def test_any_is_the_strongest(world, pair, expected):
    assert verdict(world, {"any": [LEAVES[value] for value in pair]}) is expected


@pytest.mark.parametrize(("need", "expected"), [(1, TRUE), (2, UNKNOWN), (3, FALSE)])
def test_at_least_counts(world, need, expected):
    tree = {"atLeast": {"n": need, "of": [OPEN, SHUT, UNCLEAR]}}
    assert verdict(world, tree) is expected


def test_leaves_are_reported_in_canonical_order_with_their_paths(world):
    policy = world.policy({"all": [OPEN, {"any": [SHUT, world.address_leaf()]}]})
    evaluation = world.evaluate(policy, world.present(accounts=[world.account]))
    paths = [leaf.path for leaf in evaluation.leaves]
    assert paths == ["allow.all[0].any[0]", "allow.all[0].any[1]", "allow.all[1]"]
    assert [leaf.code for leaf in evaluation.leaves] == ["holds", "outside_window", "holds"]


@pytest.mark.parametrize("second", [0, 59])
def test_a_window_is_half_open(world, second):
    tree = {"time": {"from": "2026-06-01T12:00:00Z", "until": "2026-06-01T12:01:00Z"}}
    policy = world.policy(tree)
    for shift, expected in ((second, True), (second + 60, False), (second - 60, False)):
        moment = world.now + timedelta(seconds=shift)
        facts = world.facts(policy, world.present())
        block = type(facts.block)(1, bytes(32), int(moment.timestamp()))
        changed = world.facts(policy, world.present(), block=block)
        evaluation = evaluate(policy, world.present(), changed, moment)
        assert (evaluation.verdict is TRUE) is expected


@pytest.mark.parametrize("tree", [UNCLEAR, {"not": UNCLEAR}])
def test_a_time_condition_holds_at_the_block_and_at_the_clock(world, tree):
    assert verdict(world, tree) is not TRUE


def test_other_time_zones_mean_the_same_moment(world):
    policy = world.policy(OPEN)
    there = world.now.astimezone(timezone(timedelta(hours=9)))
    assert world.evaluate(policy, world.present(), there).verdict is TRUE


def test_refuses_a_naive_time(world):
    policy, verified = world.policy(OPEN), world.present()
    with pytest.raises(InvalidInput) as error:
        evaluate(policy, verified, world.facts(policy, verified), datetime(2026, 1, 1))  # noqa: DTZ001
    assert error.value.code == "naive_time"


def test_an_account_on_the_list_holds(world):
    policy = world.policy(world.address_leaf())
    evaluation = world.evaluate(policy, world.present(accounts=[world.account]))
    assert world.reason(evaluation) == (TRUE, "holds")


def test_without_an_account_it_is_false(world):
    policy = world.policy(world.address_leaf())
    assert world.reason(world.evaluate(policy, world.present())) == (FALSE, "address_missing")


def test_an_account_that_is_not_listed_is_false(world):
    policy, verified = world.policy(world.address_leaf()), world.present(accounts=["0xa"])
    entries = {(world.list_id, "0xa"): None}
    evaluation = world.evaluate(policy, verified, list_entries=entries)
    assert world.reason(evaluation) == (FALSE, "address_not_listed")


def test_an_entry_that_was_not_read_is_unknown(world):
    policy = world.policy(world.address_leaf())
    verified = world.present(accounts=[world.account])
    evaluation = world.evaluate(policy, verified, list_entries={})
    assert world.reason(evaluation) == (UNKNOWN, "list_unread")


@pytest.mark.parametrize(
    ("age", "expected"), [(59, (FALSE, "entry_too_young")), (60, (TRUE, "holds"))]
)
def test_an_entry_counts_after_its_age(world, age, expected):
    policy = world.policy(world.address_leaf(minAge=60))
    verified = world.present(accounts=[world.account])
    added = int(world.now.timestamp()) - age
    entries = {(world.list_id, world.account): added}
    evaluation = world.evaluate(policy, verified, list_entries=entries)
    assert world.reason(evaluation) == expected


def test_an_entry_that_is_old_enough_for_one_clock_only_is_unknown(world):
    policy = world.policy(world.address_leaf(minAge=60))
    verified = world.present(accounts=[world.account])
    entries = {(world.list_id, world.account): int(world.now.timestamp()) - 30}
    later = world.now + timedelta(seconds=31)
    evaluation = world.evaluate(policy, verified, later, list_entries=entries)
    assert world.reason(evaluation) == (UNKNOWN, "clocks_disagree")


def listed(world, tree, entries):
    policy = world.policy(tree)
    verified = world.present(accounts=[world.account, world.other_account])
    entries = {
        (bytes([fill] * 32), account): 1 if (fill, account) in entries else None
        for fill in (0xAA, 0xBB)
        for account in verified.addresses
    }
    return world.evaluate(policy, verified, list_entries=entries).verdict


def test_all_leaves_judge_one_account(world):
    tree = {"all": [world.address_leaf(), world.address_leaf(0xBB)]}
    split = {(0xAA, world.account), (0xBB, world.other_account)}
    assert listed(world, tree, split) is FALSE
    both = {(0xAA, world.other_account), (0xBB, world.other_account)}
    assert listed(world, tree, both) is TRUE


def test_not_judges_the_same_account_as_the_positive_leaf(world):
    tree = {"all": [world.address_leaf(), {"not": world.address_leaf(0xBB)}]}
    banned = {(0xAA, world.account), (0xBB, world.account)}
    assert listed(world, tree, banned) is FALSE
    assert listed(world, tree, {(0xAA, world.account)}) is TRUE


def test_not_of_an_entry_that_was_not_read_is_unknown(world):
    policy = world.policy({"all": [world.address_leaf(), {"not": world.address_leaf(0xBB)}]})
    verified = world.present(accounts=[world.account])
    entries = {(world.list_id, world.account): 1}
    assert world.evaluate(policy, verified, list_entries=entries).verdict is UNKNOWN


def test_not_of_a_list_in_a_changed_registry_is_unknown(world):
    policy = world.policy({"all": [world.address_leaf(), {"not": world.address_leaf(0xBB)}]})
    verified = world.present(accounts=[world.account])
    entries = {(world.list_id, world.account): 1, (bytes([0xBB] * 32), world.account): None}
    lists = policy.registries.address_lists
    good = world.evaluate(policy, verified, list_entries=entries)
    assert good.verdict is TRUE
    for hashes in ({}, {lists.address: bytes(32)}):
        bad = world.evaluate(policy, verified, list_entries=entries, code_hashes=hashes)
        assert bad.verdict is UNKNOWN
        assert {leaf.code for leaf in bad.leaves} == {"registry_unverified"}


def two_credentials(world, holder, *keys):
    tree = {"all": [world.sd_jwt_leaf(), world.sd_jwt_leaf(vct="other")], "holder": holder}
    policy = world.policy(tree)
    types = [leaf.vct for leaf in policy.credentials.values()]
    verified = world.present(
        *(
            world.sd_jwt(f"c{index}", vct=vct, holder_key=key)
            for index, (vct, key) in enumerate(zip(types, keys, strict=True))
        )
    )
    return world.evaluate(policy, verified)


def test_any_accepts_different_keys(world):
    assert two_credentials(world, "any", world.holder_key, world.other_key).verdict is TRUE


def test_same_refuses_different_keys(world):
    evaluation = two_credentials(world, "same", world.holder_key, world.other_key)
    assert evaluation.verdict is FALSE
    assert "other_holder" in {leaf.code for leaf in evaluation.leaves}


def test_same_accepts_one_key(world):
    assert two_credentials(world, "same", world.holder_key, world.holder_key).verdict is TRUE


def test_same_refuses_credentials_without_a_key(world):
    assert two_credentials(world, "same", None, None).verdict is FALSE


def test_same_finds_the_key_that_holds_enough(world):
    children = [world.sd_jwt_leaf(vct=vct) for vct in "abc"]
    policy = world.policy({"atLeast": {"n": 2, "of": children, "holder": "same"}})
    keys = {"a": world.holder_key, "b": world.other_key, "c": world.other_key}
    verified = world.present(
        *(
            world.sd_jwt(name, vct=leaf.vct, holder_key=keys[leaf.vct])
            for name, leaf in policy.credentials.items()
        )
    )
    evaluation = world.evaluate(policy, verified)
    assert evaluation.verdict is TRUE
    codes = [leaf.code for leaf in evaluation.leaves]
    assert sorted(codes) == ["holds", "holds", "other_holder"]


def test_same_holds_where_a_branch_needs_no_credential(world):
    tree = {
        "all": [
            {"any": [OPEN, world.sd_jwt_leaf()]},
            {"any": [OPEN, world.sd_jwt_leaf(vct="other")]},
        ],
        "holder": "same",
    }
    assert world.evaluate(world.policy(tree), world.present()).verdict is TRUE


def test_same_binds_everything_below_it(world):
    inner = {"all": [world.sd_jwt_leaf(vct="a"), world.sd_jwt_leaf(vct="b")], "holder": "any"}
    policy = world.policy({"all": [inner, world.sd_jwt_leaf(vct="c")], "holder": "same"})
    keys = {"a": world.holder_key, "b": world.other_key, "c": world.holder_key}
    verified = world.present(
        *(
            world.sd_jwt(name, vct=leaf.vct, holder_key=keys[leaf.vct])
            for name, leaf in policy.credentials.items()
        )
    )
    assert world.evaluate(policy, verified).verdict is FALSE


def test_equal_leaves_in_two_branches_are_answered_separately(world):
    tree = {"any": [{"all": [SHUT, world.sd_jwt_leaf()]}, {"all": [OPEN, world.sd_jwt_leaf()]}]}
    policy = world.policy(tree)
    assert list(policy.credentials) == ["c0", "c1"]
    verdicts = {
        name: world.evaluate(policy, world.present(world.sd_jwt(name))).verdict
        for name in policy.credentials
    }
    assert sorted(value.value for value in verdicts.values()) == ["false", "true"]


def test_credentials_for_leaves_that_do_not_exist_are_ignored(world):
    policy = world.policy(world.sd_jwt_leaf())
    verified = world.present(world.sd_jwt("c7"))
    assert world.reason(world.evaluate(policy, verified)) == (FALSE, "credential_missing")


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def test_a_finer_clock_does_not_round_up(world):
    tree = {"time": {"from": "2026-06-01T12:00:01Z"}}
    policy, verified = world.policy(tree), world.present()
    just_before = datetime(2026, 6, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    assert world.evaluate(policy, verified, just_before).verdict is FALSE
