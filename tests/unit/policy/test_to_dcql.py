"""DCQL: what a wallet is asked for, and nothing that the policy does not judge."""

from __future__ import annotations

import json

import pytest

from didgate.errors import InvalidInput
from didgate.policy import Policy, check, dcql
from didgate.policy.tree import Any_, AtLeast, CredentialLeaf, Holder
from didgate.query import parse_query

OPEN = {"time": {"from": "2020-01-01T00:00:00Z"}}


def sets(world, tree):
    query = dcql(world.policy(tree))
    assert parse_query(query).to_dict() == query
    return [
        (entry["options"], entry.get("required", True))
        for entry in query.get("credential_sets", [])
    ]


def test_asks_for_the_claims_of_an_sd_jwt(world):
    claims = {
        "level": {"atLeast": 3},
        "/address/country": {"in": ["NL", "BE"]},
        "staff": {"equals": True},
    }
    assert dcql(world.policy(world.sd_jwt_leaf(claims=claims))) == {
        "credentials": [
            {
                "id": "c0",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [world.vct]},
                "claims": [
                    {"path": ["address", "country"], "values": ["BE", "NL"]},
                    {"path": ["level"]},
                    {"path": ["staff"], "values": [True]},
                ],
            }
        ]
    }


def test_asks_for_the_attributes_of_an_attribute_credential(world):
    claims = {
        "born": {"equals": {"date": "2000-01-01"}},
        "badge": {"in": [{"bytes": "0x01"}, {"bytes": "0x02"}]},
        "clearance": {"equals": 3},
    }
    (asked,) = dcql(world.policy(world.attribute_leaf(claims=claims)))["credentials"]
    assert asked["format"] == "didgate-bbs-attr-2026"
    assert asked["meta"] == {"schema_values": [world.schema_id]}
    assert asked["claims"] == [
        {"path": ["badge"]},
        {"path": ["born"]},
        {"path": ["clearance"], "values": [3]},
    ]


def test_asks_for_no_claims_where_none_are_judged(world):
    (asked,) = dcql(world.policy(world.sd_jwt_leaf()))["credentials"]
    assert "claims" not in asked


def test_asks_for_nothing_where_no_credential_is_judged(world):
    assert dcql(world.policy(world.address_leaf())) == {}


def test_is_json(world):
    json.dumps(dcql(world.policy(world.attribute_leaf(claims={"role": {"equals": "ü"}}))))


def test_without_a_choice_there_are_no_credential_sets(world):
    tree = {"all": [world.sd_jwt_leaf(), world.attribute_leaf(), OPEN], "holder": "any"}
    assert sets(world, tree) == []


def test_any_is_a_choice_with_what_discloses_least_first(world):
    few = world.sd_jwt_leaf(vct="x", claims={"a": {"equals": 1}})
    many = world.sd_jwt_leaf(vct="b", claims={"a": {"equals": 1}, "b": {"equals": 1}})
    policy = world.policy({"any": [few, many]})
    order = {leaf.vct: name for name, leaf in policy.credentials.items()}
    assert sets(world, {"any": [few, many]}) == [([[order["x"]], [order["b"]]], True)]


def test_a_branch_without_credentials_makes_the_choice_optional(world):
    tree = {"any": [world.sd_jwt_leaf(), world.address_leaf()]}
    assert sets(world, tree) == [([["c0"]], False)]


def test_what_is_always_needed_stands_apart_from_choices(world):
    # canonical order: the choice ("any") before the leaf
    tree = {
        "all": [
            world.attribute_leaf(),
            {"any": [world.sd_jwt_leaf(vct="a"), world.sd_jwt_leaf(vct="b")]},
        ],
        "holder": "any",
    }
    assert sets(world, tree) == [([["c2"]], True), ([["c0"], ["c1"]], True)]


def test_at_least_lists_the_combinations(world):
    children = [world.sd_jwt_leaf(vct=vct) for vct in "abc"]
    tree = {"atLeast": {"n": 2, "of": children, "holder": "any"}}
    assert sets(world, tree) == [([["c0", "c1"], ["c0", "c2"], ["c1", "c2"]], True)]


def test_nested_branches_are_combined(world):
    pair = {"all": [world.sd_jwt_leaf(vct="a"), world.sd_jwt_leaf(vct="b")], "holder": "any"}
    assert sets(world, {"any": [pair, world.attribute_leaf()]}) == [([["c2"], ["c0", "c1"]], True)]


def leaf(number: int) -> CredentialLeaf:
    return CredentialLeaf(vct=f"type{number}", issuers=None)


def test_too_many_combinations_are_left_to_the_policy(world):
    registries = world.policy(world.sd_jwt_leaf()).registries
    tree = AtLeast(1, (Any_(tuple(map(leaf, range(32)))), Any_(tuple(map(leaf, range(32, 64))))))
    (choice,) = dcql(Policy(tree, 60, registries=registries))["credential_sets"]
    assert len(choice["options"]) == 64
    pairs = {
        "atLeast": {
            "n": 2,
            "of": [world.sd_jwt_leaf(vct=str(n)) for n in range(32)],
            "holder": "any",
        }
    }
    ((options, required),) = sets(world, pairs)
    assert not required
    assert sorted(map(tuple, options)) == sorted((f"c{n}",) for n in range(32))


def test_too_many_combinations_deep_down_are_left_to_the_policy(world):
    registries = world.policy(world.sd_jwt_leaf()).registries
    pairs = AtLeast(2, tuple(map(leaf, range(20))), Holder.ANY)
    tree = Any_((Any_((pairs, leaf(20))), leaf(21)))
    (choice,) = dcql(Policy(tree, 60, registries=registries))["credential_sets"]
    assert (len(choice["options"]), choice["required"]) == (22, False)


def test_combinations_of_leaves_without_credentials_take_no_time(world):
    children = [world.address_leaf(fill) for fill in range(31)] + [world.sd_jwt_leaf()]
    ((options, required),) = sets(world, {"atLeast": {"n": 16, "of": children}})
    assert (options, required) == ([["c0"]], False)


def test_the_schema_must_have_what_is_asked(world):
    schemas = {world.schema.schema_id: world.schema}
    good = world.policy(world.attribute_leaf(claims={"role": {"equals": "x"}}))
    assert dcql(good, schemas) == dcql(good)
    bad = world.policy(world.attribute_leaf(claims={"missing": {"equals": "x"}}))
    with pytest.raises(InvalidInput) as error:
        dcql(bad, schemas)
    assert error.value.code == "unknown_attribute"


MISFITS = {
    "unknown_attribute": ({"missing": {"equals": 1}}, "claims.missing"),
    "attribute_type": ({"clearance": {"equals": "3"}}, "claims.clearance"),
}


@pytest.mark.parametrize("code", MISFITS)
def test_check_refuses(world, code):
    claims, where = MISFITS[code]
    policy = world.policy({"any": [OPEN, world.attribute_leaf(claims=claims)]})
    with pytest.raises(InvalidInput) as error:
        check(policy, {world.schema.schema_id: world.schema})
    assert (error.value.code, error.value.path) == (code, f"allow.any[0].credential.{where}")


def test_check_refuses_an_unknown_schema(world):
    with pytest.raises(InvalidInput) as error:
        check(world.policy(world.attribute_leaf()), {})
    assert (error.value.code, error.value.path) == ("unknown_schema", "allow.credential.schema")


def test_check_needs_no_schema_for_an_sd_jwt(world):
    check(world.policy(world.sd_jwt_leaf(claims={"x": {"equals": 1}})), {})
