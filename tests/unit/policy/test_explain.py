"""Plain words: every part of a policy is named, in the same way every time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from didgate.credentials.schema import StatusMode
from didgate.policy import (
    AddressLeaf,
    AttestationLeaf,
    CredentialLeaf,
    Policy,
    Registries,
    Registry,
    explain,
)
from didgate.policy.account_words import AT_ONCE, ATTESTER_AT_ONCE
from didgate.policy.compare import compare
from didgate.policy.registries import needed_kinds
from didgate.policy.wording import duration


def test_explains_the_demo_policy(world):
    leaf = world.attribute_leaf(
        claims={"clearance": {"atLeast": 3}, "role": {"in": ["researcher", "auditor"]}},
        minAge=86400,
        maxAge=604800,
    )
    policy = world.policy({"any": [leaf, world.address_leaf()]})
    lists, issuers = policy.registries.address_lists, policy.registries.issuers
    text = explain(policy, schemas={world.schema.schema_id: world.schema}, delay=3600)
    assert text.splitlines()[:16] == [
        "Access is granted if this holds:",
        "  - any of these:",
        f"      - a credential (c0) of {world.schema.type}, schema {world.schema_id}",
        "          issued by whoever is accredited for it in the issuer registry",
        "          accreditation and key count after 1 day in the registry",
        '          "clearance" is at least 3',
        '          "role" is "auditor" or "researcher"',
        "          issued or refreshed less than 7 days ago",
        "          neither expired nor revoked; the status index that it shows makes it linkable",
        f"      - the presenter controls an account on address list 0x{world.list_id.hex()}",
        "          the registry's owner can admit anyone at once",
        "A grant lasts 5 minutes.",
        "A wider policy takes effect 1 hour after it is announced.",
        f"Registry of issuers: {issuers.address}",
        f"  pinned to code 0x{issuers.code_hash.hex()}",
        f"Registry of schemas: {policy.registries.schemas.address}",
    ]
    assert f"Registry of address lists: {lists.address}" in text
    assert text.splitlines()[-7:] == [
        "The wallet query (DCQL) asks to disclose:",
        '  - c0: "clearance" and "role"',
        "Judged by the gate beside the query:",
        "  - c0: the issuer, its standing and key, validity and status",
        "  - c0: how fresh the credential is",
        '  - c0: "clearance" is at least 3',
        "  - control over an account, and the address lists",
    ]


def test_min_age_zero_is_said_for_accredited_issuers_and_lists(world):
    for leaf in (world.attribute_leaf(), world.sd_jwt_leaf(), world.address_leaf()):
        assert AT_ONCE in explain(world.policy(leaf))
    for leaf in (
        world.attribute_leaf(minAge=1),
        world.address_leaf(minAge=1),
        world.sd_jwt_leaf(issuers=["did:web:a.example"]),
    ):
        assert AT_ONCE not in explain(world.policy(leaf))


def test_min_age_zero_is_said_for_keys_of_named_issuers_in_the_registry(world):
    assert AT_ONCE in explain(world.policy(world.attribute_leaf(issuers=["did:web:a.example"])))


def test_an_epoch_schema_shows_nothing_linkable(world):
    schema = replace(world.schema, status_mode=StatusMode.EPOCH)
    leaf = {"credential": {"schema": "0x" + schema.schema_id.hex(), "issuers": "accredited"}}
    assert "shows nothing linkable" in explain(
        world.policy(leaf), schemas={schema.schema_id: schema}
    )


WORDS = {
    "equals": ({"a": {"equals": "NL"}}, '"a" is "NL"'),
    "in": ({"a": {"in": [3, 1, 2]}}, '"a" is 1, 2 or 3'),
    "at_most": ({"a": {"atMost": 3}}, '"a" is at most 3'),
    "between": ({"a": {"between": [1, 3]}}, '"a" is from 1 to 3, both included'),
    "false": ({"a": {"equals": False}}, '"a" is false'),
    "zero": ({"a": {"equals": 0}}, '"a" is 0'),
    "empty_text": ({"a": {"equals": ""}}, '"a" is ""'),
    "date": ({"a": {"equals": {"date": "2026-01-01"}}}, '"a" is 2026-01-01'),
    "bytes": ({"a": {"equals": {"bytes": "0x"}}}, '"a" is 0x'),
}


@pytest.mark.parametrize(("claims", "words"), WORDS.values(), ids=WORDS)
def test_conditions(world, claims, words):
    lines = explain(world.policy(world.attribute_leaf(claims=claims))).splitlines()
    assert words in [line.strip() for line in lines]


SENTENCES = {
    "not": ("not:", "what must not hold"),
    "at_least": ("at least 2 of these 3:",),
    "same": ("bound to one and the same key", "that credentials are bound to the same key"),
    "window": ("from 2026-01-01T00:00:00Z until just before 2027-01-01T00:00:00Z", "the time"),
    "named": ("issued by did:web:a.example or did:web:b.example",),
    "cooperation": ("prove cooperation",),
    "quota": ("Quota: 10 uses per 1 minute for each holder key;",),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(world, name):
    window = {"time": {"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}}
    named = world.sd_jwt_leaf(vct="x", issuers=["did:web:b.example", "did:web:a.example"])
    count = {"n": 2, "of": [named, world.sd_jwt_leaf(), window], "holder": "same"}
    tree = {
        "all": [
            {"atLeast": count},
            world.address_leaf(),
            {"not": world.address_leaf(0xBB)},
        ]
    }
    text = explain(world.policy(tree, quota={"limit": 10, "period": 60}))
    for sentence in SENTENCES[name]:
        assert sentence in text


def test_different_holders_are_named(world):
    tree = {"all": [world.sd_jwt_leaf(), world.attribute_leaf()], "holder": "any"}
    assert "may be held by different people" in explain(world.policy(tree))


def test_equal_policies_have_equal_words(world):
    leaves = [world.sd_jwt_leaf(), world.address_leaf(), world.attribute_leaf()]
    assert explain(world.policy({"any": leaves})) == explain(world.policy({"any": leaves[::-1]}))


def test_no_delay_is_said(world):
    policy = world.policy(world.address_leaf())
    assert "The owner can let anyone in at once" in explain(policy, delay=0)
    assert "wider policy" not in explain(policy)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 seconds"), (1, "1 second"), (7200, "2 hours"), (86401, "86401 s")]
)
def test_durations(seconds, words):
    assert duration(seconds).startswith(words)


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        (AddressLeaf(bytes(32)), "the registry's owner can admit anyone at once"),
        (CredentialLeaf(None, vct="urn:a"), "the registry's owner can admit anyone at once"),
        (
            AttestationLeaf(bytes(32), ("0x" + "11" * 20,)),
            "the attester can admit anyone at once",
        ),
    ],
)
def test_whoever_can_admit_at_once_is_named_and_an_age_ends_it(leaf, words):
    pins = {
        kind.name.lower(): Registry("0x" + f"{kind:02}" * 20, bytes([kind]) * 32)
        for kind in needed_kinds(leaf)
    }
    at_once, aged = (
        Policy(each, 60, None, Registries(**pins)) for each in (leaf, replace(leaf, min_age=60))
    )
    assert words in explain(at_once)
    assert words not in explain(aged)
    assert "1 minute" in explain(aged)
    for before, after, said in (
        (aged, at_once, True),
        (at_once, aged, False),
        (None, at_once, True),
    ):
        assert (words in str(compare(before, after))) is said


def outline(world, tree):
    lines = explain(world.policy(tree)).splitlines()
    return [line.strip() for line in lines[1 : lines.index("A grant lasts 5 minutes.")]]


HELD = {
    "fungible": (
        ("ERC-20", {"atLeast": "5"}),
        "that holds at least 5 smallest units of the ERC-20 token",
        "a balance can be borrowed",
    ),
    "collection": (
        ("ERC-721", {"atLeast": "1"}),
        "that holds at least 1 token of the ERC-721 contract",
        "a balance can be borrowed",
    ),
    "owner": (
        ("ERC-721", {"id": "7"}),
        "that owns token 7 of the ERC-721 contract",
        "it can be lent or sold",
    ),
    "multi": (
        ("ERC-1155", {"id": "7", "atLeast": "2"}),
        "that holds at least 2 of token 7 of the ERC-1155 contract",
        "a balance can be borrowed",
    ),
    "user": (
        ("ERC-4907", {"id": "7"}),
        "that is the user of token 7 of the ERC-4907 contract",
        "it can be lent or sold",
    ),
}


@pytest.mark.parametrize(("asked", "held", "lent"), HELD.values(), ids=HELD)
def test_a_token_can_be_borrowed_and_its_contract_decides(world, asked, held, lent):
    standard, numbers = asked
    assert outline(world, world.token_leaf(standard, **numbers)) == [
        f"- the presenter controls an account {held} {world.token}",
        f"{lent}, if only for the moment of asking",
        "whoever controls the contract decides who holds what, at once",
    ]


def test_a_member_is_on_a_list_that_is_fixed(world):
    assert outline(world, world.member_leaf()) == [
        f"- the presenter controls an account in the Merkle tree with root 0x{world.root.hex()}",
        "the list is fixed by its root: nobody is ever added or taken off",
    ]


def test_an_attestation_names_schema_and_attesters(world):
    other = "0x" + "22" * 20
    leaf = world.attestation_leaf(attesters=[other, world.attester], minAge=60, maxAge=3600)
    words = outline(world, leaf)
    schema = f"0x{world.attested.hex()}"
    assert words == [
        f"- the presenter controls an account with an attestation (EAS) of schema {schema}",
        f"made by {world.attester} or {other}, neither revoked nor expired",
        "made less than 1 hour ago",
        "an attestation counts 1 minute after it was made",
    ]
    assert outline(world, world.attestation_leaf())[-1] == ATTESTER_AT_ONCE


def test_what_is_judged_of_accounts_is_listed(world):
    leaves = [world.address_leaf(), world.member_leaf(), world.token_leaf()]
    text = explain(world.policy({"any": [*leaves, world.attestation_leaf()]}))
    judged = "the address lists, the Merkle proofs, the tokens and the attestations"
    assert text.endswith(f"  - control over an account, and {judged}")
    assert "Registry of attestations (EAS): 0x05" in text


def test_a_negated_token_is_said_to_be_easily_moved(world):
    tree = {"all": [world.member_leaf(), {"not": world.token_leaf()}]}
    assert "whoever moves the tokens to another account is no longer kept out" in explain(
        world.policy(tree)
    )
