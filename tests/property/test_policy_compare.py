"""Comparison: where it says that nobody gains, or nobody loses, nobody does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from near_policies import NO_GAIN, NO_LOSS, many, near_credential, pairs, simple, variants, worlds
from property.policy_strategies import (
    compiles,
    credentials,
    pin,
    policies,
    trees,
)

from didgate.errors import InvalidInput
from didgate.policy import (
    Policy,
    effective,
)
from didgate.policy.compare import Conclusion, compare
from didgate.policy.ways import TooManyWays, ways_in


@given(st.data())
@many
def test_who_gains_or_loses_is_never_passed_over(data: st.DataObject) -> None:
    check(data, *data.draw(pairs()))


def check(data: st.DataObject, old: Policy, new: Policy) -> None:
    world = data.draw(worlds(old, new))
    conclusion = compare(old, new).conclusion
    before, after = world.allows(old), world.allows(new)
    if after and not before:
        assert conclusion not in NO_GAIN
    if before and not after:
        assert conclusion not in NO_LOSS


@pytest.mark.parametrize("change", range(6))
@given(data=st.data())
@settings(many, max_examples=150)
def test_a_change_of_one_leaf_is_never_passed_over(change: int, data: st.DataObject) -> None:
    old = data.draw(credentials())
    new = data.draw(near_credential(old, st.just(change)).filter(compiles))
    check(data, *(Policy(leaf, 60, None, pin(leaf)) for leaf in (old, new)))


@given(st.data())
@many
def test_a_change_of_a_small_tree_is_never_passed_over(data: st.DataObject) -> None:
    old = data.draw(simple())
    new = data.draw(variants(old).filter(lambda new: new != old and compiles(new)))
    check(data, *(Policy(tree, 60, None, pin(tree)) for tree in (old, new)))


@given(st.data())
@many
def test_the_other_direction_is_the_mirror_image(data: st.DataObject) -> None:
    old, new = data.draw(pairs())
    there, back = compare(old, new), compare(new, old)
    assert bool(there.gains) == bool(back.losses)
    assert bool(there.losses) == bool(back.gains)
    assert str(there)
    assert there.to_dict()["conclusion"] == there.conclusion.value


@given(st.data())
@many
def test_a_restriction_is_never_said_to_widen(data: st.DataObject) -> None:
    active, restriction = data.draw(policies()), data.draw(policies())
    try:
        restricted = effective(active, [restriction])
    except InvalidInput:
        return
    assert compare(active, restricted).conclusion in NO_GAIN


@given(st.data())
@many
def test_the_ways_in_are_the_tree(data: st.DataObject) -> None:
    tree = data.draw(trees)
    try:
        ways = ways_in(tree)
    except TooManyWays:
        pytest.skip("too many ways")
    for way in ways:
        assert way.possible
    assert (
        compare(Policy(tree, 60, None, pin(tree)), Policy(tree, 60, None, pin(tree))).conclusion
        is Conclusion.EQUAL
    )
