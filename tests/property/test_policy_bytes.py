"""Canonical bytes: JSON, model and bytes say the same, in one way only."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.policy_strategies import policies

from didgate.errors import InvalidInput
from didgate.policy import Policy, dcql, decode, encode, explain, parse_policy, policy_id
from didgate.query import parse_query

policy_settings = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(policies())
@settings(policy_settings, max_examples=150)
def test_json_model_and_bytes_round_trip(policy):
    data = encode(policy)
    assert decode(data) == policy
    assert encode(decode(data)) == data
    assert parse_policy(policy.to_dict()) == policy
    assert parse_policy(json.dumps(policy.to_dict())) == policy
    assert policy_id(data) == policy.policy_id


@given(policies(), st.randoms(use_true_random=False))
@settings(policy_settings, max_examples=100)
def test_whatever_the_order_the_bytes_are_the_same(policy, random):
    document = shuffled(policy.to_dict(), random)
    again = parse_policy(document)
    assert again == policy
    assert encode(again) == encode(policy)


def shuffled(document: Any, randomness: random.Random) -> Any:
    """Return a JSON value with its members and its lists in another order, except ``between``."""
    if isinstance(document, dict):
        names = list(document)
        randomness.shuffle(names)
        return {
            name: document[name] if name == "between" else shuffled(document[name], randomness)
            for name in names
        }
    if isinstance(document, list):
        items = [shuffled(item, randomness) for item in document]
        randomness.shuffle(items)
        return items
    return document


@given(policies(), policies())
@settings(policy_settings, max_examples=50)
def test_different_policies_have_different_bytes(one, other):
    assert (one == other) is (encode(one) == encode(other)) is (one.to_dict() == other.to_dict())


def strictly(data: bytes) -> None:
    try:
        policy = decode(data)
    except InvalidInput:
        return
    assert encode(policy) == data


@given(policies(), st.data())
@settings(policy_settings, max_examples=200)
def test_a_mutated_encoding_is_refused_or_canonical(policy: Policy, data: st.DataObject):
    encoded = bytearray(encode(policy))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(encoded) - 1))
        change = data.draw(st.sampled_from(("set", "flip", "cut", "insert", "swap")))
        if change == "set":
            encoded[at] = data.draw(st.integers(0, 255))
        elif change == "flip":
            encoded[at] ^= 1 << data.draw(st.integers(0, 7))
        elif change == "cut":
            del encoded[at : at + data.draw(st.integers(1, 40))]
        elif change == "insert":
            encoded[at:at] = data.draw(st.binary(min_size=1, max_size=4))
        else:
            other = data.draw(st.integers(0, len(encoded) - 1))
            encoded[at], encoded[other] = encoded[other], encoded[at]
        if not encoded:
            break
    strictly(bytes(encoded))


@given(policies(), st.binary(max_size=200))
@settings(policy_settings, max_examples=100)
def test_arbitrary_bytes_are_refused_or_canonical(policy, tail):
    strictly(tail)
    strictly(encode(policy)[:12] + tail)
    strictly(bytes.fromhex("01012c00000000000000000000") + tail)


@given(st.sampled_from((0x11, 0x12, 0x15, 0x16)), st.binary(max_size=140), st.binary(max_size=53))
@settings(policy_settings, max_examples=300)
def test_arbitrary_leaves_on_accounts_are_refused_or_canonical(tag, body, registry):
    leaf = bytes([tag]) + len(body).to_bytes(2) + body
    pins = bytes([1]) + registry if registry else bytes([0])
    strictly(bytes.fromhex("01012c000000000000000000") + pins + leaf)


@given(policies())
@settings(policy_settings, max_examples=100)
def test_the_query_asks_for_the_claims_that_are_judged_and_no_others(policy):
    query = dcql(policy)
    if not policy.credentials:
        assert query == {}
        return
    parsed = parse_query(query)
    assert parsed.to_dict() == query
    asked = {entry.id: len(entry.claims) for entry in parsed.credentials}
    assert asked == {name: len(leaf.claims) for name, leaf in policy.credentials.items()}


@given(policies())
@settings(policy_settings, max_examples=100)
def test_every_policy_can_be_explained(policy):
    text = explain(policy)
    assert text == explain(decode(encode(policy)))
    assert all(f"({name})" in text for name in policy.credentials)
