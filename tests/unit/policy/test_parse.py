"""Policies as people write them: what is read, and where a fault is said to be."""

from __future__ import annotations

import json

import pytest

from didgate.credentials.verified import Address, Date, DateTime
from didgate.errors import InvalidInput
from didgate.policy import (
    All,
    AtLeast,
    Condition,
    CredentialLeaf,
    Holder,
    Not,
    Operator,
    Quota,
    TimeLeaf,
    parse_policy,
)


def test_reads_the_whole_language(world):
    policy = world.policy(
        {
            "any": [
                {
                    "all": [
                        world.address_leaf(minAge=60),
                        {"not": world.address_leaf(0xBB)},
                        {"time": {"from": "2026-01-01T00:00:00Z"}},
                    ]
                },
                {
                    "atLeast": {
                        "n": 2,
                        "of": [
                            world.sd_jwt_leaf(issuers=["did:web:a.example"]),
                            world.sd_jwt_leaf(issuers=["did:web:b.example"]),
                        ],
                        "holder": "same",
                    }
                },
                world.attribute_leaf(maxAge=60, claims={"clearance": {"between": [1, 3]}}),
            ]
        }
    )
    kinds = {type(child) for child in policy.allow.children}
    assert kinds == {All, AtLeast, CredentialLeaf}
    conjunction = next(child for child in policy.allow.children if isinstance(child, All))
    assert {type(child) for child in conjunction.children} >= {Not, TimeLeaf}
    two = next(child for child in policy.allow.children if isinstance(child, AtLeast))
    assert (two.need, two.holder) == (2, Holder.SAME)


def test_reads_every_type_of_operand(world):
    claims = {
        "role": {"in": ["a", "b"]},
        "clearance": {"atMost": -3},
        "staff": {"equals": True},
        "born": {"atLeast": {"date": "2000-02-29"}},
        "seen": {"equals": {"datetime": "2026-01-01T00:00:00Z"}},
        "wallet": {"equals": {"address": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"}},
        "badge": {"equals": {"bytes": "0x00FF"}},
    }
    policy = world.policy(world.attribute_leaf(claims=claims))
    assert {condition.claim: condition.operands for condition in policy.allow.claims} == {
        "role": ("a", "b"),
        "clearance": (-3,),
        "staff": (True,),
        "born": (Date.parse("2000-02-29"),),
        "seen": (DateTime.parse("2026-01-01T00:00:00Z"),),
        "wallet": (Address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),),
        "badge": (b"\x00\xff",),
    }


def test_reads_json_text_and_bytes_alike(world):
    document = world.document(world.address_leaf())
    text = json.dumps(document)
    assert parse_policy(text) == parse_policy(text.encode()) == parse_policy(document)


def test_reads_quota_and_its_default(world):
    quota = {"limit": 10, "period": 60}
    assert world.policy(world.sd_jwt_leaf(), quota=quota).quota == Quota(10, 60)
    assert world.policy(world.sd_jwt_leaf()).quota is None


def test_min_age_and_max_age_have_defaults(world):
    leaf = world.policy(world.sd_jwt_leaf()).allow
    assert (leaf.min_age, leaf.max_age, leaf.claims) == (0, 0, ())


def test_the_written_form_reads_back_as_the_same_policy(world):
    condition = Condition("/address/country", Operator.EQUALS, ("NL",))
    policy = world.policy(world.sd_jwt_leaf(claims={condition.claim: {"equals": "NL"}}))
    assert policy.allow.claims == (condition,)
    assert parse_policy(policy.to_dict()) == policy


ERRORS_IN_DOCUMENTS = {
    "not_an_object": ([], "wrong_type", ""),
    "no_allow": ({"didgate": 1, "grant": {"lifetime": 1}}, "missing_key", "allow"),
    "no_grant": ({"didgate": 1, "allow": {}}, "missing_key", "grant"),
    "no_version": ({"allow": {}, "grant": {}}, "missing_key", "didgate"),
    "unknown_key": ({"didgate": 1, "allow": {}, "grant": {}, "x": 1}, "unknown_key", "x"),
    "other_version": ({"didgate": 2, "allow": {}, "grant": {}}, "unknown_version", "didgate"),
    "version_true": ({"didgate": True, "allow": {}, "grant": {}}, "unknown_version", "didgate"),
    "grant_empty": ({"didgate": 1, "allow": {}, "grant": {}}, "missing_key", "grant.lifetime"),
    "key_no_text": ({1: 1, "didgate": 1, "allow": {}, "grant": {}}, "unknown_key", '["1"]'),
}


@pytest.mark.parametrize(
    ("document", "code", "path"), ERRORS_IN_DOCUMENTS.values(), ids=ERRORS_IN_DOCUMENTS
)
def test_refuses_document(document, code, path):
    with pytest.raises(InvalidInput) as error:
        parse_policy(document)
    assert (error.value.code, error.value.path or "") == (code, path)


ERRORS_IN_TREES = {
    "empty_tree": ({}, "empty_tree", "allow"),
    "two_operators": ({"any": [], "not": {}}, "ambiguous", "allow"),
    "all_with_any": ({"all": [], "any": []}, "unknown_key", "allow.any"),
    "unknown_operator": ({"xor": []}, "unknown_key", "allow.xor"),
    "payment_leaf_of_a_later_version": ({"payment": {}}, "unknown_key", "allow.payment"),
    "node_no_object": ({"any": ["x"]}, "wrong_type", "allow.any[0]"),
    "children_no_array": ({"all": {}}, "wrong_type", "allow.all"),
    "any_with_holder": ({"any": [], "holder": "any"}, "ambiguous", "allow"),
    "holder_unknown": ({"all": [], "holder": "none"}, "unknown_holder", "allow.holder"),
    "holder_no_text": ({"all": [], "holder": True}, "wrong_type", "allow.holder"),
    "at_least_no_n": ({"atLeast": {"of": []}}, "missing_key", "allow.atLeast.n"),
    "at_least_n_text": ({"atLeast": {"n": "1", "of": []}}, "wrong_type", "allow.atLeast.n"),
    "at_least_n_true": ({"atLeast": {"n": True, "of": []}}, "wrong_type", "allow.atLeast.n"),
    "address_no_list": ({"address": {}}, "missing_key", "allow.address.list"),
    "address_short_list": ({"address": {"list": "0x00"}}, "invalid_id", "allow.address.list"),
    "time_unknown_key": ({"time": {"to": "x"}}, "unknown_key", "allow.time.to"),
    "time_no_text": ({"time": {"from": 1}}, "wrong_type", "allow.time.from"),
    "time_with_offset": (
        {"time": {"from": "2026-01-01T00:00:00+01:00"}},
        "invalid_datetime",
        "allow.time.from",
    ),
    "time_impossible": (
        {"time": {"until": "2026-02-30T00:00:00Z"}},
        "invalid_datetime",
        "allow.time.until",
    ),
}


@pytest.mark.parametrize(("tree", "code", "path"), ERRORS_IN_TREES.values(), ids=ERRORS_IN_TREES)
def test_refuses_tree(world, tree, code, path):
    assert world.refusal(tree) == (code, path)


def test_a_tree_nested_too_deep_is_refused_before_it_is_read(world):
    tree = world.address_leaf()
    for _ in range(100):
        tree = {"not": tree}
    code, path = world.refusal(tree)
    assert (code, path) == ("too_deep", "allow" + ".not" * 8)


ERRORS_IN_CREDENTIALS = {
    "no_issuers": ({"issuers": None}, "wrong_type", "issuers"),
    "issuers_a_did": ({"issuers": "did:web:a"}, "wrong_type", "issuers"),
    "issuer_no_text": ({"issuers": [1]}, "wrong_type", "issuers[0]"),
    "unknown_key": ({"status": "skip"}, "unknown_key", "status"),
    "vct_no_text": ({"vct": 1}, "wrong_type", "vct"),
    "schema_short": ({"schema": "0x12"}, "invalid_id", "schema"),
    "min_age_text": ({"minAge": "1"}, "wrong_type", "minAge"),
    "min_age_float": ({"minAge": 1.0}, "wrong_type", "minAge"),
    "max_age_zero": ({"maxAge": 0}, "out_of_range", "maxAge"),
    "claims_list": ({"claims": ["role"]}, "wrong_type", "claims"),
    "claims_empty": ({"claims": {}}, "empty_claims", "claims"),
    "claim_bare_value": ({"claims": {"role": "x"}}, "wrong_type", "claims.role"),
    "claim_no_operator": ({"claims": {"role": {}}}, "empty_tree", "claims.role"),
    "claim_two_operators": (
        {"claims": {"role": {"atLeast": 1, "atMost": 2}}},
        "ambiguous",
        "claims.role",
    ),
    "claim_unknown_operator": (
        {"claims": {"role": {"matches": "x"}}},
        "unknown_operator",
        "claims.role.matches",
    ),
    "in_no_list": ({"claims": {"role": {"in": "x"}}}, "wrong_type", "claims.role.in"),
    "value_null": ({"claims": {"a": {"equals": None}}}, "value_type", "claims.a.equals"),
    "value_float": ({"claims": {"a": {"equals": 1.5}}}, "value_type", "claims.a.equals"),
    "value_list": ({"claims": {"a": {"equals": [1]}}}, "value_type", "claims.a.equals"),
    "value_in_list": ({"claims": {"a": {"in": [1, None]}}}, "value_type", "claims.a.in[1]"),
    "tag_unknown": (
        {"claims": {"a": {"equals": {"float": "1"}}}},
        "value_type",
        "claims.a.equals",
    ),
    "tag_twice": (
        {"claims": {"a": {"equals": {"date": "2026-01-01", "bytes": "0x"}}}},
        "value_type",
        "claims.a.equals",
    ),
    "tag_no_text": ({"claims": {"a": {"equals": {"date": 1}}}}, "value_type", "claims.a.equals"),
    "date_impossible": (
        {"claims": {"a": {"equals": {"date": "2026-02-30"}}}},
        "invalid_date",
        "claims.a.equals",
    ),
    "date_short": (
        {"claims": {"a": {"equals": {"date": "2026-2-3"}}}},
        "invalid_date",
        "claims.a.equals",
    ),
    "bytes_odd": (
        {"claims": {"a": {"equals": {"bytes": "0x1"}}}},
        "invalid_hex",
        "claims.a.equals",
    ),
    "address_wrong_checksum": (
        {"claims": {"a": {"equals": {"address": "0x7E5f4552091A69125d5DfCb7b8C2659029395Bdf"}}}},
        "invalid_address",
        "claims.a.equals",
    ),
}


@pytest.mark.parametrize(
    ("members", "code", "path"), ERRORS_IN_CREDENTIALS.values(), ids=ERRORS_IN_CREDENTIALS
)
def test_refuses_credential_leaf(world, members, code, path):
    leaf = world.sd_jwt_leaf(**members)
    assert world.refusal({"any": [world.address_leaf(), leaf]}) == (
        code,
        f"allow.any[1].credential.{path}",
    )


def test_names_odd_claims_in_brackets(world):
    leaf = world.sd_jwt_leaf(claims={"/a/b": {"equals": None}})
    assert world.refusal(leaf)[1] == 'allow.credential.claims["/a/b"].equals'


def test_refuses_duplicate_keys_in_json():
    with pytest.raises(InvalidInput) as error:
        parse_policy('{"didgate": 1, "didgate": 1}')
    assert error.value.code == "json_duplicate_member"


def test_refuses_registries_left_empty(world):
    tree = {"time": {"from": "2026-01-01T00:00:00Z"}}
    assert world.refusal(tree, registries={}) == ("empty_registries", "registries")


def test_refuses_an_unknown_registry(world):
    code, path = world.refusal(world.address_leaf(), registries={"tokens": {}})
    assert (code, path) == ("unknown_key", "registries.tokens")


def test_refuses_a_registry_without_a_code_hash(world):
    pins = {"addressLists": {"address": world.account}}
    code, path = world.refusal(world.address_leaf(), registries=pins)
    assert (code, path) == ("missing_key", "registries.addressLists.codeHash")


def test_refuses_a_malformed_registry_address(world):
    pins = {"addressLists": {"address": "0x12", "codeHash": "0x" + "11" * 32}}
    code, path = world.refusal(world.address_leaf(), registries=pins)
    assert (code, path) == ("invalid_address", "registries.addressLists.address")


def test_refuses_a_quota_with_an_unknown_key(world):
    quota = {"limit": 1, "period": 1, "burst": 2}
    assert world.refusal(world.sd_jwt_leaf(), quota=quota) == ("unknown_key", "quota.burst")
