"""Which leaves compile: types, issuers, claim names, operators and their operands, windows."""

from __future__ import annotations

import pytest

from didgate.errors import InvalidInput
from didgate.policy import AddressLeaf
from didgate.policy.leaf_rules import check_leaf
from didgate.policy.tree import CredentialLeaf

CREDENTIALS = {
    "both_types": ({"schema": "0x" + "11" * 32}, "credential_type", ""),
    "vct_empty": ({"vct": ""}, "invalid_vct", ".vct"),
    "vct_with_blank": ({"vct": "a b"}, "invalid_vct", ".vct"),
    "vct_with_control": ({"vct": "a\n"}, "invalid_vct", ".vct"),
    "vct_too_long": ({"vct": "a" * 513}, "invalid_vct", ".vct"),
    "vct_not_ascii": ({"vct": "\u00e9"}, "invalid_vct", ".vct"),
    "issuers_empty": ({"issuers": []}, "empty_issuers", ".issuers"),
    "issuer_twice": ({"issuers": ["did:a:b", "did:a:b"]}, "duplicate_issuer", ".issuers[1]"),
    "issuer_url": ({"issuers": ["https://a.example"]}, "invalid_did", ".issuers[0]"),
    "issuer_with_fragment": ({"issuers": ["did:a:b#c"]}, "invalid_did", ".issuers[0]"),
    "issuer_bad_percent": ({"issuers": ["did:a:b%2"]}, "invalid_did", ".issuers[0]"),
    "issuer_too_long": ({"issuers": ["did:a:" + "b" * 1024]}, "invalid_did", ".issuers[0]"),
    "issuers_many": (
        {"issuers": [f"did:a:{n}" for n in range(33)]},
        "too_many_issuers",
        ".issuers",
    ),
    "min_age_negative": ({"minAge": -1}, "out_of_range", ".minAge"),
    "min_age_large": ({"minAge": 2**32}, "out_of_range", ".minAge"),
    "max_age_large": ({"maxAge": 2**32}, "out_of_range", ".maxAge"),
    "claims_many": (
        {"claims": {f"c{n}": {"equals": 1} for n in range(33)}},
        "too_many_claims",
        ".claims",
    ),
}


@pytest.mark.parametrize(("members", "code", "path"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_refuses_credential(world, members, code, path):
    assert world.refusal(world.sd_jwt_leaf(**members)) == (code, "allow.credential" + path)


def test_a_credential_without_a_type_is_refused(world):
    leaf = {"credential": {"issuers": "accredited"}}
    assert world.refusal(leaf) == ("credential_type", "allow.credential")


CONDITIONS = {
    "order_on_text": ("a", {"atLeast": "x"}, "operator_type", ".atLeast"),
    "order_on_boolean": ("a", {"atMost": True}, "operator_type", ".atMost"),
    "between_texts": ("a", {"between": ["a", "b"]}, "operator_type", ".between"),
    "between_one": ("a", {"between": [1]}, "operand_count", ".between"),
    "between_three": ("a", {"between": [1, 2, 3]}, "operand_count", ".between"),
    "between_nothing": ("a", {"between": []}, "empty_operands", ".between"),
    "between_equal": ("a", {"between": [2, 2]}, "empty_range", ".between"),
    "between_reversed": ("a", {"between": [3, 2]}, "empty_range", ".between"),
    "in_nothing": ("a", {"in": []}, "empty_operands", ".in"),
    "in_one": ("a", {"in": ["x"]}, "too_few_values", ".in"),
    "in_twice": ("a", {"in": ["x", "y", "x"]}, "duplicate_value", ".in[2]"),
    "in_mixed": ("a", {"in": ["x", 1]}, "mixed_types", ".in"),
    "in_one_and_true": ("a", {"in": [1, True]}, "mixed_types", ".in"),
    "in_many": ("a", {"in": list(range(256))}, "too_many_values", ".in"),
    "text_not_nfc": ("a", {"equals": "e\u0301"}, "text_not_nfc", ".equals"),
    "text_surrogate": ("a", {"equals": "\ud800"}, "text_not_nfc", ".equals"),
    "text_too_long": ("a", {"equals": "x" * 1025}, "text_too_long", ".equals"),
    "integer_too_large": ("a", {"equals": 2**53}, "integer_out_of_range", ".equals"),
    "integer_too_small": ("a", {"atLeast": -(2**53)}, "integer_out_of_range", ".atLeast"),
    "date_in_sd_jwt": ("a", {"equals": {"date": "2026-01-01"}}, "operand_not_in_sd_jwt", ".equals"),
    "bytes_in_sd_jwt": ("a", {"equals": {"bytes": "0x00"}}, "operand_not_in_sd_jwt", ".equals"),
    "registered_claim": ("exp", {"atLeast": 1}, "registered_claim", ""),
    "issuer_as_claim": ("iss", {"equals": "did:a:b"}, "registered_claim", ""),
}


@pytest.mark.parametrize(
    ("claim", "condition", "code", "path"), CONDITIONS.values(), ids=CONDITIONS
)
def test_refuses_condition(world, claim, condition, code, path):
    leaf = world.sd_jwt_leaf(claims={claim: condition})
    assert world.refusal(leaf) == (code, f"allow.credential.claims.{claim}{path}")


@pytest.mark.parametrize("name", ["", "/a", "a" * 256, "/a/~2", "/cnf/jwk", "e\u0301"])
def test_refuses_claim_name_in_an_sd_jwt(world, name):
    code, _ = world.refusal(world.sd_jwt_leaf(claims={name: {"equals": 1}}))
    assert code in {"claim_name", "registered_claim", "text_not_nfc"}


@pytest.mark.parametrize("name", ["/a/b", "", "0a", "a b", "a" * 65])
def test_refuses_claim_name_that_no_attribute_has(world, name):
    code, _ = world.refusal(world.attribute_leaf(claims={name: {"equals": 1}}))
    assert code == "claim_name"


@pytest.mark.parametrize("name", ["/a/b", "/~1a", "a/b", "a.b", "über"])
def test_accepts_claim_name_in_an_sd_jwt(world, name):
    world.policy(world.sd_jwt_leaf(claims={name: {"equals": 1}}))


@pytest.mark.parametrize(
    ("window", "code", "path"),
    [
        ({}, "empty_time", ""),
        ({"from": "1970-01-01T00:00:00Z"}, "out_of_range", ".from"),
        ({"until": "1969-01-01T00:00:00Z"}, "out_of_range", ".until"),
        (
            {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            "empty_range",
            "",
        ),
        (
            {"from": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            "empty_range",
            "",
        ),
    ],
)
def test_refuses_window(world, window, code, path):
    assert world.refusal({"time": window}) == (code, "allow.time" + path)


@pytest.mark.parametrize("list_id", [b"", bytes(31), "0x00"])
def test_the_constructor_refuses_a_malformed_id(list_id):
    with pytest.raises(InvalidInput) as error:
        check_leaf(AddressLeaf(list_id), "allow")
    assert (error.value.code, error.value.path) == ("invalid_id", "allow.address.list")


def test_the_constructor_refuses_two_conditions_on_one_claim(world):
    leaf = world.policy(world.sd_jwt_leaf(claims={"a": {"equals": 1}})).allow
    twice = CredentialLeaf(vct=leaf.vct, issuers=None, claims=leaf.claims * 2)
    with pytest.raises(InvalidInput) as error:
        check_leaf(twice, "allow")
    assert error.value.code == "duplicate_claim"
