"""Which leaves compile: types, issuers, claims and operands, tokens, attestations, windows."""

from __future__ import annotations

import pytest

from didgate.errors import InvalidInput
from didgate.policy import AddressLeaf, CredentialLeaf, MerkleLeaf, TokenLeaf, TokenStandard
from didgate.policy.leaf_rules import check_leaf

ADDRESS = "0x6B175474E89094C44Da98b954EedeAC495271d0F"

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


TOKENS = {
    "standard_unknown": ("ERC-777", {"atLeast": 1}, "unknown_standard", ".standard"),
    "fungible_without_amount": ("ERC-20", {"id": 1}, "token_numbers", ""),
    "fungible_with_id": ("ERC-20", {"id": 1, "atLeast": 1}, "token_numbers", ""),
    "collection_with_both": ("ERC-721", {"id": 1, "atLeast": 1}, "token_numbers", ""),
    "multi_without_id": ("ERC-1155", {"atLeast": 1}, "token_numbers", ""),
    "user_with_amount": ("ERC-4907", {"id": 1, "atLeast": 1}, "token_numbers", ""),
    "user_without_id": ("ERC-4907", {"atLeast": 1}, "token_numbers", ""),
    "amount_zero": ("ERC-20", {"atLeast": 0}, "out_of_range", ".atLeast"),
    "amount_negative": ("ERC-20", {"atLeast": -1}, "out_of_range", ".atLeast"),
    "amount_large": ("ERC-20", {"atLeast": str(2**256)}, "out_of_range", ".atLeast"),
    "amount_endless": ("ERC-20", {"atLeast": "9" * 79}, "invalid_number", ".atLeast"),
    "amount_beyond_json": ("ERC-20", {"atLeast": 2**53}, "invalid_number", ".atLeast"),
    "amount_signed": ("ERC-20", {"atLeast": "+1"}, "invalid_number", ".atLeast"),
    "amount_padded": ("ERC-20", {"atLeast": "01"}, "invalid_number", ".atLeast"),
    "amount_hexadecimal": ("ERC-20", {"atLeast": "0x1"}, "invalid_number", ".atLeast"),
    "amount_in_other_digits": ("ERC-20", {"atLeast": "\u0661"}, "invalid_number", ".atLeast"),
    "amount_nothing": ("ERC-20", {"atLeast": ""}, "invalid_number", ".atLeast"),
    "amount_boolean": ("ERC-20", {"atLeast": True}, "wrong_type", ".atLeast"),
    "amount_fraction": ("ERC-20", {"atLeast": 1.5}, "wrong_type", ".atLeast"),
    "id_large": ("ERC-4907", {"id": str(2**256)}, "out_of_range", ".id"),
}


@pytest.mark.parametrize(("standard", "numbers", "code", "path"), TOKENS.values(), ids=TOKENS)
def test_refuses_token(world, standard, numbers, code, path):
    assert world.refusal(world.token_leaf(standard, **numbers)) == (code, "allow.token" + path)


@pytest.mark.parametrize("standard", ["ERC-20", "ERC-721", "ERC-1155", "ERC-4907"])
def test_refuses_a_token_without_numbers(world, standard):
    leaf = {"token": {"standard": standard, "contract": world.token}}
    assert world.refusal(leaf) == ("token_numbers", "allow.token")


CONTRACTS = {
    "zero": ("0x" + "00" * 20, "invalid_address"),
    "short": ("0x11", "invalid_address"),
    "wrong_checksum": ("0x6b175474E89094C44Da98b954EedeAC495271d0F", "invalid_address"),
    "no_text": (5, "wrong_type"),
}


@pytest.mark.parametrize(("contract", "code"), CONTRACTS.values(), ids=CONTRACTS)
def test_refuses_token_at(world, contract, code):
    leaf = {"token": {"standard": "ERC-20", "contract": contract, "atLeast": 1}}
    assert world.refusal(leaf) == (code, "allow.token.contract")


BUILT = {
    "number_for_a_standard": (TokenLeaf(1, ADDRESS), "unknown_standard", ".standard"),
    "lower_case": (TokenLeaf(TokenStandard.ERC20_BALANCE, ADDRESS.lower()), "invalid_address", ""),
    "fungible_with_id": (TokenLeaf(TokenStandard.ERC20_BALANCE, ADDRESS, 1), "id_superfluous", ""),
    "collection_with_id": (
        TokenLeaf(TokenStandard.ERC721_BALANCE, ADDRESS, 1),
        "id_superfluous",
        ".id",
    ),
    "owner_of_two": (
        TokenLeaf(TokenStandard.ERC721_OWNER, ADDRESS, 1, 2),
        "amount_superfluous",
        ".atLeast",
    ),
    "user_of_two": (
        TokenLeaf(TokenStandard.ERC4907_USER, ADDRESS, 1, 2),
        "amount_superfluous",
        ".atLeast",
    ),
}


@pytest.mark.parametrize(("leaf", "code", "path"), BUILT.values(), ids=BUILT)
def test_the_constructor_refuses_a_token(leaf, code, path):
    with pytest.raises(InvalidInput) as error:
        check_leaf(leaf, "allow")
    assert error.value.code == code
    assert error.value.path.endswith(path)


ATTESTATIONS = {
    "schema_short": ({"schema": "0x11"}, "invalid_id", ".schema"),
    "attesters_empty": ({"attesters": []}, "empty_attesters", ".attesters"),
    "attesters_many": (
        {"attesters": [f"0x{n:040x}" for n in range(1, 34)]},
        "too_many_attesters",
        ".attesters",
    ),
    "attester_twice": (
        {"attesters": ["0x" + "ab" * 20, "0x" + "AB" * 20]},
        "duplicate_attester",
        ".attesters[1]",
    ),
    "attester_zero": ({"attesters": ["0x" + "00" * 20]}, "invalid_address", ".attesters[0]"),
    "attester_no_text": ({"attesters": [1]}, "wrong_type", ".attesters[0]"),
    "attesters_no_array": ({"attesters": "0x" + "ab" * 20}, "wrong_type", ".attesters"),
    "min_age_large": ({"minAge": 2**32}, "out_of_range", ".minAge"),
    "max_age_zero": ({"maxAge": 0}, "out_of_range", ".maxAge"),
    "max_age_large": ({"maxAge": 2**32}, "out_of_range", ".maxAge"),
    "unknown_key": ({"revoked": False}, "unknown_key", ".revoked"),
}


@pytest.mark.parametrize(("members", "code", "path"), ATTESTATIONS.values(), ids=ATTESTATIONS)
def test_refuses_attestation(world, members, code, path):
    assert world.refusal(world.attestation_leaf(**members)) == (code, "allow.attestation" + path)


def test_refuses_a_root_that_is_no_id(world):
    assert world.refusal({"address": {"root": "0x11"}}) == ("invalid_id", "allow.address.root")
    with pytest.raises(InvalidInput) as error:
        check_leaf(MerkleLeaf(bytes(31)), "allow")
    assert (error.value.code, error.value.path) == ("invalid_id", "allow.address.root")


@pytest.mark.parametrize("key", ["list", "minAge"])
def test_refuses_a_root_beside_what_lists_have(world, key):
    leaf = {"address": {"root": "0x" + "11" * 32, key: 0}}
    assert world.refusal(leaf) == ("unknown_key", f"allow.address.{key}")


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
