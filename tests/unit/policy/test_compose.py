"""The effective policy: restrictions only narrow."""

from __future__ import annotations

import pytest

from didgate.errors import InvalidInput
from didgate.policy import All, Holder, Quota, effective, parse_policy

TIME = {"time": {"from": "2026-01-01T00:00:00Z"}}
LATER = {"time": {"from": "2026-02-01T00:00:00Z"}}


def test_without_restrictions_it_is_the_active_policy(world):
    policy = world.policy(world.address_leaf())
    assert effective(policy, []) == policy


def test_every_restriction_must_hold(world):
    active, first, second = map(world.policy, (world.address_leaf(), TIME, LATER))
    combined = effective(active, [first, second])
    assert isinstance(combined.allow, All)
    assert set(combined.allow.children) == {active.allow, first.allow, second.allow}
    assert combined == effective(active, [second, first])


def test_a_restriction_with_the_same_tree_adds_no_condition(world):
    active = world.policy(TIME)
    shorter = world.policy(TIME, grant={"lifetime": 60})
    combined = effective(active, [shorter])
    assert (combined.allow, combined.grant_lifetime) == (active.allow, 60)


def test_a_longer_lifetime_in_a_restriction_changes_nothing(world):
    active = world.policy(TIME, grant={"lifetime": 60})
    assert effective(active, [world.policy(TIME)]).grant_lifetime == 60


def test_the_smallest_quota_and_the_longest_period_hold(world):
    leaf = world.sd_jwt_leaf()
    active = world.policy(leaf, quota={"limit": 100, "period": 86400})
    tighter = world.policy(leaf, quota={"limit": 10, "period": 60})
    assert effective(active, [tighter]).quota == Quota(10, 86400)


def test_a_quota_comes_with_a_restriction(world):
    active = world.policy({"any": [world.sd_jwt_leaf(), world.address_leaf()]})
    quota = {"limit": 10, "period": 60}
    restriction = world.policy(world.sd_jwt_leaf(), quota=quota)
    assert effective(active, [restriction]).quota == Quota(10, 60)


def test_holders_of_different_parts_may_differ(world):
    active, restriction = world.policy(world.sd_jwt_leaf()), world.policy(world.attribute_leaf())
    assert effective(active, [restriction]).allow.holder is Holder.ANY
    assert effective(active, [world.policy(TIME)]).allow.holder is None


def test_registries_are_united(world):
    combined = effective(world.policy(world.sd_jwt_leaf()), [world.policy(world.address_leaf())])
    assert [kind.json_name for kind, _ in combined.registries.pinned()] == [
        "issuers",
        "status",
        "addressLists",
    ]


def test_conflicting_registries_are_refused(world):
    document = world.document(world.address_leaf())
    active = parse_policy(document)
    document["registries"]["addressLists"]["codeHash"] = "0x" + "99" * 32
    document["allow"] = world.address_leaf(0xBB)
    with pytest.raises(InvalidInput) as error:
        effective(active, [parse_policy(document)])
    assert error.value.code == "conflicting_registries"
    assert error.value.path == "registries.addressLists"


def test_parts_that_are_too_much_together_are_refused(world):
    def group(low):
        return world.policy({"any": [world.address_leaf(fill) for fill in range(low, low + 32)]})

    with pytest.raises(InvalidInput) as error:
        effective(group(0), [group(32), group(64)])
    assert error.value.code == "too_many_leaves"


def test_another_registry_of_attestations_in_a_restriction_conflicts(world):
    other = {"address": "0x" + "99" * 20, "codeHash": "0x" + "99" * 32}
    active = world.policy(world.attestation_leaf())
    restriction = world.policy(world.attestation_leaf(minAge=1), registries={"attestations": other})
    with pytest.raises(InvalidInput) as error:
        effective(active, [restriction])
    assert (error.value.code, error.value.path) == (
        "conflicting_registries",
        "registries.attestations",
    )
