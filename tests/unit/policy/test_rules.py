"""What does not compile, each rule of FORMATS §3 with a test named for it."""

from __future__ import annotations

import pytest

from didgate.errors import InvalidInput
from didgate.policy import AddressLeaf, AtLeast, Policy, Registries, Registry
from didgate.policy.tree import All, TimeLeaf

TIME = {"time": {"from": "2026-01-01T00:00:00Z"}}
LATER = {"time": {"from": "2026-02-01T00:00:00Z"}}


def named(world, *dids, **members):
    return world.sd_jwt_leaf(issuers=[f"did:web:{did}.example" for did in dids], **members)


def test_not_over_a_credential_never_compiles(world):
    tree = {"all": [world.address_leaf(), {"not": world.sd_jwt_leaf()}]}
    assert world.refusal(tree) == ("not_over_credential", "allow.all[1].not")


def test_not_over_a_tree_with_a_credential_never_compiles(world):
    tree = {"all": [world.address_leaf(), {"not": {"any": [TIME, world.sd_jwt_leaf()]}}]}
    assert world.refusal(tree) == ("not_over_credential", "allow.all[1].not")


def test_not_over_an_address_alone_does_not_compile(world):
    assert world.refusal({"not": world.address_leaf()}) == ("not_over_address", "allow.not")


def test_not_over_an_address_beside_a_credential_does_not_compile(world):
    tree = {"all": [world.sd_jwt_leaf(), {"not": world.address_leaf()}]}
    assert world.refusal(tree) == ("not_over_address", "allow.all[1].not")


@pytest.mark.parametrize("operator", ["any", "atLeast"])
def test_not_over_an_address_outside_an_all_does_not_compile(world, operator):
    children = [world.address_leaf(), {"not": world.address_leaf(0xBB)}]
    if operator == "any":
        assert world.refusal({"any": children}) == ("not_over_address", "allow.any[1].not")
    else:
        code, path = world.refusal({"atLeast": {"n": 2, "of": children}})
        assert (code, path) == ("not_over_address", "allow.atLeast.of[1].not")


def test_not_over_an_address_deeper_than_beside_does_not_compile(world):
    tree = {"all": [world.address_leaf(), {"any": [TIME, {"not": world.address_leaf(0xBB)}]}]}
    assert world.refusal(tree) == ("not_over_address", "allow.all[1].any[1].not")


def test_not_over_an_address_beside_a_positive_one_compiles(world):
    world.policy({"all": [world.address_leaf(), {"not": world.address_leaf(0xBB)}]})


@pytest.mark.parametrize("supplied", ["member_leaf", "attestation_leaf"])
def test_not_over_what_a_presenter_supplies_never_compiles(world, supplied):
    leaf = getattr(world, supplied)()
    for below in (leaf, {"any": [TIME, leaf]}, {"not": leaf}):
        tree = {"all": [world.address_leaf(), {"not": below}]}
        path = "allow.all[1].not" + (".not" if "not" in below else "")
        assert world.refusal(tree) == ("not_over_supplied", path)


def test_not_over_a_token_alone_does_not_compile(world):
    assert world.refusal({"not": world.token_leaf()}) == ("not_over_address", "allow.not")
    tree = {"all": [world.sd_jwt_leaf(), {"not": world.token_leaf()}]}
    assert world.refusal(tree) == ("not_over_address", "allow.all[1].not")


@pytest.mark.parametrize(
    "positive", ["address_leaf", "member_leaf", "token_leaf", "attestation_leaf"]
)
def test_not_over_an_account_compiles_beside_any_positive_leaf_on_it(world, positive):
    beside = getattr(world, positive)()
    for negated in (world.address_leaf(0xBB), world.token_leaf("ERC-721", id=1)):
        world.policy({"all": [beside, {"not": negated}]})
        world.policy({"all": [beside, {"not": {"any": [negated, TIME]}}]})


def test_not_over_time_compiles_anywhere(world):
    world.policy({"not": TIME})


@pytest.mark.parametrize("operator", ["all", "any"])
def test_duplicate_children_are_refused(world, operator):
    code, path = world.refusal({operator: [TIME, LATER, TIME]})
    assert (code, path) == ("duplicate_child", f"allow.{operator}[2]")


def test_duplicates_are_found_whatever_their_order(world):
    one = {"any": [TIME, LATER]}
    other = {"any": [LATER, TIME]}
    assert world.refusal({"all": [one, other]}) == ("duplicate_child", "allow.all[1]")


@pytest.mark.parametrize("operator", ["all", "any"])
def test_an_empty_list_is_refused(world, operator):
    assert world.refusal({operator: []}) == ("empty_tree", f"allow.{operator}")


def test_an_empty_list_of_at_least_is_refused(world):
    assert world.refusal({"atLeast": {"n": 1, "of": []}}) == ("empty_tree", "allow.atLeast.of")


def test_a_single_child_is_refused(world):
    assert world.refusal({"all": [TIME]}) == ("too_few_children", "allow.all")


@pytest.mark.parametrize("need", [0, 3, -1])
def test_at_least_counts_from_one_to_the_number_of_children(world, need):
    code, path = world.refusal({"atLeast": {"n": need, "of": [TIME, LATER]}})
    assert (code, path) == ("out_of_range", "allow.atLeast.n")


def test_at_least_two_of_the_same_type_is_not_disjoint(world):
    children = [world.sd_jwt_leaf(minAge=1), world.sd_jwt_leaf(minAge=2)]
    code, path = world.refusal({"atLeast": {"n": 2, "of": children, "holder": "any"}})
    assert (code, path) == ("not_disjoint", "allow.atLeast.of[1]")


def test_at_least_two_with_one_issuer_in_common_is_not_disjoint(world):
    children = [named(world, "a", "b"), named(world, "b", "c")]
    code, _ = world.refusal({"atLeast": {"n": 2, "of": children, "holder": "any"}})
    assert code == "not_disjoint"


def test_at_least_two_named_and_accredited_is_not_disjoint(world):
    children = [named(world, "a"), world.sd_jwt_leaf()]
    code, _ = world.refusal({"atLeast": {"n": 2, "of": children, "holder": "any"}})
    assert code == "not_disjoint"


def test_at_least_two_looks_into_branches(world):
    children = [{"any": [TIME, named(world, "a")]}, {"any": [LATER, named(world, "a")]}]
    code, _ = world.refusal({"atLeast": {"n": 2, "of": children, "holder": "any"}})
    assert code == "not_disjoint"


def test_at_least_two_of_disjoint_issuers_compiles(world):
    children = [named(world, "a"), named(world, "b"), named(world, "c")]
    world.policy({"atLeast": {"n": 2, "of": children, "holder": "any"}})


def test_at_least_two_of_different_types_compiles(world):
    children = [world.sd_jwt_leaf(), world.attribute_leaf()]
    world.policy({"atLeast": {"n": 2, "of": children, "holder": "any"}})


def test_at_least_one_need_not_be_disjoint(world):
    children = [world.sd_jwt_leaf(minAge=1), world.sd_jwt_leaf(minAge=2)]
    world.policy({"atLeast": {"n": 1, "of": children}})


def test_holder_is_explicit_where_two_credentials_are_shown(world):
    tree = {"all": [world.sd_jwt_leaf(), world.attribute_leaf()]}
    assert world.refusal(tree) == ("holder_missing", "allow")


def test_holder_is_explicit_where_one_branch_shows_two_credentials(world):
    tree = {"all": [world.sd_jwt_leaf(), {"any": [TIME, world.attribute_leaf()]}]}
    assert world.refusal(tree) == ("holder_missing", "allow")


def test_holder_is_refused_where_one_credential_is_shown(world):
    tree = {"all": [world.sd_jwt_leaf(), world.address_leaf()], "holder": "any"}
    assert world.refusal(tree) == ("holder_superfluous", "allow.holder")


def test_holder_is_refused_where_one_of_several_credentials_is_enough(world):
    children = [world.sd_jwt_leaf(), world.attribute_leaf()]
    tree = {"atLeast": {"n": 1, "of": children, "holder": "any"}}
    assert world.refusal(tree) == ("holder_superfluous", "allow.atLeast.holder")


def test_holder_same_needs_forms_that_show_a_key(world):
    tree = {"all": [world.sd_jwt_leaf(), world.attribute_leaf()], "holder": "same"}
    assert world.refusal(tree) == ("holder_not_provable", "allow.holder")


def test_holder_same_compiles_over_sd_jwts(world):
    tree = {"all": [world.sd_jwt_leaf(), world.sd_jwt_leaf(vct="other")], "holder": "same"}
    world.policy(tree)


QUOTA = {"limit": 10, "period": 60}


def test_a_quota_without_a_form_that_has_a_key_does_not_compile(world):
    assert world.refusal(world.attribute_leaf(), quota=QUOTA) == ("quota_without_key", "quota")


def test_a_quota_that_one_branch_escapes_does_not_compile(world):
    tree = {"any": [world.sd_jwt_leaf(), world.address_leaf()]}
    assert world.refusal(tree, quota=QUOTA) == ("quota_without_key", "quota")


def test_a_quota_that_a_count_escapes_does_not_compile(world):
    tree = {"atLeast": {"n": 1, "of": [world.sd_jwt_leaf(), TIME]}}
    assert world.refusal(tree, quota=QUOTA) == ("quota_without_key", "quota")


@pytest.mark.parametrize("count", [1, 2])
def test_a_quota_compiles_where_every_branch_shows_a_key(world, count):
    tree = {"atLeast": {"n": 2, "of": [world.sd_jwt_leaf(), TIME]}}
    tree = tree if count == 1 else {"any": [tree, {"all": [LATER, world.sd_jwt_leaf()]}]}
    world.policy(tree, quota=QUOTA)


@pytest.mark.parametrize("members", [{"limit": 0}, {"period": 0}, {"limit": 2**32}])
def test_a_quota_of_nothing_is_refused(world, members):
    code, path = world.refusal(world.sd_jwt_leaf(), quota=QUOTA | members)
    assert (code, path) == ("out_of_range", f"quota.{next(iter(members))}")


@pytest.mark.parametrize("lifetime", [0, 301, -1])
def test_a_grant_lasts_one_to_three_hundred_seconds(world, lifetime):
    code, path = world.refusal(TIME, grant={"lifetime": lifetime})
    assert (code, path) == ("out_of_range", "grant.lifetime")


def test_a_registry_that_is_missing_is_refused(world):
    pins = world.document(world.sd_jwt_leaf())["registries"]
    del pins["status"]
    code, path = world.refusal(world.sd_jwt_leaf(), registries=pins)
    assert (code, path) == ("registry_missing", "registries.status")


def test_a_registry_that_is_superfluous_is_refused(world):
    pins = world.document(world.attribute_leaf())["registries"]
    code, path = world.refusal(world.sd_jwt_leaf(), registries=pins)
    assert (code, path) == ("registry_superfluous", "registries.schemas")


def test_attestations_need_their_registry_and_nothing_else_does(world):
    pins = world.document(world.attestation_leaf())["registries"]
    assert list(pins) == ["attestations"]
    assert world.refusal(
        world.attestation_leaf(), registries={"issuers": pins["attestations"]}
    ) == (
        "registry_superfluous",
        "registries.issuers",
    )
    for leaf in (world.token_leaf(), world.member_leaf()):
        world.policy(leaf)
        code, path = world.refusal(leaf, registries=pins)
        assert (code, path) == ("registry_superfluous", "registries.attestations")


@pytest.mark.parametrize("leaf", ["member_leaf", "token_leaf", "attestation_leaf"])
def test_a_quota_is_not_counted_by_accounts(world, leaf):
    assert world.refusal(getattr(world, leaf)(), quota=QUOTA) == ("quota_without_key", "quota")


def pinned(address: str, code_hash: bytes) -> Policy:
    lists = Registries(address_lists=Registry(address, code_hash))
    return Policy(AddressLeaf(bytes(32)), grant_lifetime=1, registries=lists)


LOWER_CASE = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"
REGISTRIES = {
    "zero_address": (("0x" + "00" * 20, bytes([1] * 32)), "invalid_address"),
    "no_address": (("0x12", bytes([1] * 32)), "invalid_address"),
    "lower_case": ((LOWER_CASE, bytes([1] * 32)), "invalid_address"),
    "zero_code_hash": (("0x" + "11" * 20, bytes(32)), "invalid_code_hash"),
    "short_code_hash": (("0x" + "11" * 20, bytes([1] * 31)), "invalid_code_hash"),
}


@pytest.mark.parametrize(("registry", "code"), REGISTRIES.values(), ids=REGISTRIES)
def test_refuses_registry(registry, code):
    with pytest.raises(InvalidInput) as error:
        pinned(*registry)
    assert error.value.code == code


def test_too_many_levels_are_refused(world):
    tree = world.address_leaf()
    for fill in range(1, 9):
        tree = {"any": [world.address_leaf(fill), tree]}
    assert world.refusal(tree)[0] == "too_deep"


def test_too_many_leaves_are_refused(world):
    def group(low):
        return {"any": [world.address_leaf(fill) for fill in range(low, low + 22)]}

    assert world.refusal({"all": [group(0), group(22), group(44)]})[0] == "too_many_leaves"


def test_too_many_children_are_refused(world):
    tree = {"any": [world.address_leaf(fill) for fill in range(33)]}
    assert world.refusal(tree) == ("too_many_children", "allow.any")


def test_too_many_bytes_are_refused(world):
    claims = {f"c{index}": {"equals": "x" * 1024} for index in range(16)}
    assert world.refusal(world.sd_jwt_leaf(claims=claims)) == ("policy_too_long", "allow")


def test_too_many_bytes_in_one_node_are_refused(world):
    claims = {"c": {"in": [f"{index:04}" + "x" * 1020 for index in range(70)]}}
    tree = {"any": [TIME, world.sd_jwt_leaf(claims=claims)]}
    assert world.refusal(tree)[0] == "policy_too_long"


def test_the_constructor_keeps_the_same_rules():
    with pytest.raises(InvalidInput) as error:
        Policy(AtLeast(300, (TimeLeaf(),)), grant_lifetime=1)
    assert (error.value.code, error.value.path) == ("empty_time", "allow.atLeast.of[0].time")


def test_an_all_without_children_is_refused():
    with pytest.raises(InvalidInput) as error:
        Policy(All(()), grant_lifetime=1)
    assert error.value.code == "empty_tree"
