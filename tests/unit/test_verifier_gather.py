"""Gathering evidence: only what was asked for is looked up, and only so much of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from parties import (
    SCHEMA,
    Parties,
    address_leaf,
    badge_leaf,
    clearance_leaf,
    membership_leaf,
)
from presenting import code_of, present, verify

from didgate.credentials.evidence import Evidence
from didgate.credentials.identifiers import issuer_id, vct_type_id
from didgate.credentials.presentation import Presentation
from didgate.encoding import keccak256
from didgate.errors import InvalidInput, VerificationError
from didgate.verifier import gather_evidence
from didgate.verifier.asked import asked_by
from didgate.verifier.gather import MAX_ISSUERS, MAX_ORIGINS

BOTH = {"all": [clearance_leaf(), badge_leaf()], "holder": "any"}
OTHER_BADGE = {"credential": {"vct": "https://example.org/Other", "issuers": "accredited"}}


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


def test_gathers_what_a_presentation_names(parties):
    challenge = parties.challenge(BOTH)
    shown = present(parties, challenge, attributes=parties.attributes(), badge=parties.badge())
    evidence = gather_evidence(shown, challenge, parties)
    assert evidence.schemas == {SCHEMA.schema_id: SCHEMA}
    assert evidence.keys == parties.keys
    assert evidence.documents == {parties.did: parties.did_document}
    verify(parties, shown, challenge, evidence=evidence)


def test_gathers_nothing_for_what_is_malformed_or_unknown(parties):
    challenge = parties.challenge({"any": [clearance_leaf(), badge_leaf(), OTHER_BADGE]})
    shown: Mapping[str, Any] = {"c0": {}, "c1": "x", "c2": parties.badge()}
    stranger = Parties()
    assert gather_evidence(Presentation(shown), challenge, stranger) == Evidence()


class Overheard:
    """Evidence sources that note what they are asked for, and find nothing."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def schema(self, schema_id: bytes) -> None:
        self.asked.append(schema_id)

    def issuer_key(self, key_id: bytes) -> None:
        self.asked.append(key_id)

    def document(self, did: str) -> None:
        self.asked.append(did)


NAMED = ["did:web:named.example"]


def named(leaf: dict[str, Any], issuers: list[str]) -> dict[str, Any]:
    return {"credential": leaf["credential"] | {"issuers": issuers}}


@pytest.mark.parametrize(
    ("allow", "shown", "code"),
    [
        pytest.param(
            clearance_leaf(), lambda p: {"c1": p.badge(), "c63": p.attributes().to_document()},
            "leaf_not_asked", id="leaf",
        ),
        pytest.param(
            address_leaf(), lambda p: {"c0": p.badge()}, "leaf_not_asked", id="no credential",
        ),
        pytest.param(
            clearance_leaf(), lambda p: {"c0": p.badge()}, "form_mismatch", id="form",
        ),
        pytest.param(OTHER_BADGE, lambda p: {"c0": p.badge()}, "type_not_asked", id="vct"),
        pytest.param(
            membership_leaf(), lambda p: {"c0": p.attributes().to_document()}, "type_not_asked",
            id="schema",
        ),
        pytest.param(
            named(badge_leaf(), NAMED), lambda p: {"c0": p.badge()}, "issuer_not_accepted",
            id="issuer of a badge",
        ),
        pytest.param(
            named(clearance_leaf(), NAMED), lambda p: {"c0": p.attributes().to_document()},
            "issuer_not_accepted", id="issuer of attributes",
        ),
    ],
)  # fmt: skip
def test_nothing_is_looked_up_that_was_not_asked_for(parties, allow, shown, code):
    challenge, presentation = parties.challenge(allow), Presentation(shown(parties))
    sources = Overheard()
    assert gather_evidence(presentation, challenge, sources) == Evidence()
    assert sources.asked == []
    assert code_of(parties, presentation, challenge) == code


def test_an_accepted_issuer_is_looked_up(parties):
    challenge = parties.challenge(named(badge_leaf(), [*NAMED, parties.did]))
    shown = present(parties, challenge, badge=parties.badge())
    evidence = gather_evidence(shown, challenge, parties)
    verify(parties, shown, challenge, evidence=evidence)


def test_the_did_of_an_issuer_that_is_not_accredited_is_not_resolved(parties):
    challenge = parties.challenge({"any": [badge_leaf(), OTHER_BADGE]})
    leaf = next(name for name, shown in asked_by(challenge).items() if _asks_for_badge(shown))
    presentation, sources = Presentation({leaf: parties.badge()}), Overheard()
    asked = []
    with pytest.raises(VerificationError) as error:
        gather_evidence(
            presentation, challenge, sources, lambda entries: asked.append(entries) or ()
        )
    assert (error.value.code, error.value.path) == ("issuer_not_accredited", leaf)
    entry = (issuer_id(parties.did), vct_type_id(badge_leaf()["credential"]["vct"]))
    assert asked == [{entry}]
    assert sources.asked == []
    gather_evidence(presentation, challenge, sources, lambda entries: entries)
    assert sources.asked == [parties.did]


def _asks_for_badge(shown):
    return badge_leaf()["credential"]["vct"] in next(iter(shown.query.meta.values()))


def test_a_named_issuer_need_not_be_accredited(parties):
    challenge = parties.challenge(named(badge_leaf(), [parties.did]))
    shown = present(parties, challenge, badge=parties.badge())
    evidence = gather_evidence(shown, challenge, parties, lambda _: pytest.fail("asked"))
    assert list(evidence.documents) == [parties.did]


def test_a_policy_that_does_not_decode_is_the_gates_own_fault(parties):
    challenge = parties.challenge(badge_leaf())
    broken = replace(challenge, policy=b"?", policy_id=keccak256(b"?"))
    with pytest.raises(InvalidInput):
        gather_evidence(Presentation({"c0": parties.badge()}), broken, parties)


def test_gathering_reads_no_more_than_its_limit_from_the_chain(parties):
    challenge = parties.challenge({"any": many_leaves(clearance_leaf, MAX_ORIGINS + 1)})
    document = parties.attributes().to_document()
    many = {}
    for i in range(MAX_ORIGINS + 1):
        other = copy.deepcopy(document)
        other["proof"]["verificationMethod"] = f"{parties.did}#0x{i:064x}"
        many[f"c{i}"] = other
    with pytest.raises(VerificationError) as error:
        gather_evidence(Presentation(many), challenge, parties)
    assert error.value.code == "too_many_origins"


def test_gathering_resolves_no_more_than_its_limit_of_dids(parties):
    challenge = parties.challenge({"any": many_leaves(badge_leaf, MAX_ISSUERS + 1)})
    tokens = {f"c{i}": Parties().badge() for i in range(MAX_ISSUERS + 1)}
    with pytest.raises(VerificationError) as error:
        gather_evidence(Presentation(tokens), challenge, parties)
    assert error.value.code == "too_many_issuers"


def many_leaves(leaf: Any, count: int) -> list[Any]:
    return [leaf(role={"equals": str(number)}) for number in range(count)]
