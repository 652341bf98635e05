"""Matching: which credentials answer, what they would disclose, and what discloses least."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.errors import InvalidInput
from didgate.query import Answer, Candidate, match, parse_query
from didgate.query.match import select

VCT = "https://id.example/person"
HOLDING = {
    "name": "Arthur Dent",
    "age": 42,
    "staff": True,
    "address": {"locality": "Milliways", "postal_code": "12345"},
    "degrees": [{"type": "BSc"}, {"type": "MSc", "honours": True}],
    "nationalities": ["British", "Betelgeusian"],
}


def candidate(name: str = "card", *, vct: str = VCT, **claims: Any) -> Candidate:
    return Candidate(name, "dc+sd-jwt", vct, claims or HOLDING)


def asked(id_: str, *claims: dict[str, Any], vct: str = VCT, **members: Any) -> dict[str, Any]:
    entry = {"id": id_, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}} | members
    return entry | ({"claims": list(claims)} if claims else {})


def matching(credentials, held, sets=None, **options):
    document = {"credentials": credentials} | ({"credential_sets": sets} if sets else {})
    return match(parse_query(document), held, **options)


def chosen(credentials, held, sets=None, **options):
    found = matching(credentials, held, sets, **options).chosen
    return None if found is None else {name: answer.candidate for name, answer in found.items()}


def test_discloses_what_is_asked_and_nothing_else():
    query = [asked("c0", {"path": ["age"]}, {"path": ["address", "locality"]})]
    found = matching(query, [candidate()])
    assert found.chosen == {"c0": Answer("card", (("age",), ("address", "locality")))}


def test_asks_for_no_claims():
    assert matching([asked("c0")], [candidate()]).chosen == {"c0": Answer("card", ())}


def test_a_claim_asked_twice_is_disclosed_once():
    found = matching([asked("c0", {"path": ["age"]}, {"path": ["age"]})], [candidate()])
    assert found.chosen["c0"].disclosed == (("age",),)


MISSES = {
    "other_type": asked("c0", vct="https://id.example/other"),
    "other_format": asked("c0", format="didgate-bbs-attr-2026", meta={"schema_values": [VCT]}),
    "unknown_format": asked("c0", format="ldp_vc", meta={}),
    "missing_claim": asked("c0", {"path": ["age"]}, {"path": ["email"]}),
    "other_value": asked("c0", {"path": ["age"], "values": [41, 43]}),
    "value_of_other_type": asked("c0", {"path": ["age"], "values": ["42"]}),
    "true_for_one": asked("c0", {"path": ["staff"], "values": [1]}),
    "member_of_a_text": asked("c0", {"path": ["name", "first"]}),
    "item_of_an_object": asked("c0", {"path": ["address", 0]}),
    "items_of_an_object": asked("c0", {"path": ["address", None]}),
    "index_too_large": asked("c0", {"path": ["nationalities", 2]}),
}


@pytest.mark.parametrize("query", MISSES.values(), ids=MISSES)
def test_does_not_match(query):
    found = matching([query], [candidate()])
    assert found.chosen is None
    assert found.possible == {"c0": ()}


HITS = {
    "one_of_several_values": {"path": ["age"], "values": [41, 42]},
    "nested": {"path": ["address", "postal_code"], "values": ["12345"]},
    "item": {"path": ["nationalities", 1], "values": ["Betelgeusian"]},
    "any_item": {"path": ["nationalities", None], "values": ["Betelgeusian"]},
    "member_of_any_item": {"path": ["degrees", None, "honours"], "values": [True]},
    "whole_object": {"path": ["address"]},
}


@pytest.mark.parametrize("claim", HITS.values(), ids=HITS)
def test_matches(claim):
    assert chosen([asked("c0", claim)], [candidate()]) == {"c0": "card"}


def test_selects_by_path_as_the_specification_shows():
    assert select(HOLDING, ("degrees", None, "type")) == ["BSc", "MSc"]
    with pytest.raises(InvalidInput) as error:
        select(HOLDING, ("degrees", "type"))
    assert error.value.code == "path_not_found"


def test_takes_the_claim_set_that_the_verifier_prefers():
    claims = [{"id": "a", "path": ["age_over_18"]}, {"id": "b", "path": ["birth_date"]}]
    query = asked("c0", *claims, claim_sets=[["a"], ["b"]])
    both = candidate(age_over_18=True, birth_date="2000-01-01")
    assert matching([query], [both]).chosen["c0"].disclosed == (("age_over_18",),)
    one = candidate(birth_date="2000-01-01")
    assert matching([query], [one]).chosen["c0"].disclosed == (("birth_date",),)
    assert matching([query], [candidate()]).chosen is None


def test_takes_the_credential_that_discloses_least():
    claims = [{"id": name, "path": [name]} for name in "abc"]
    query = asked("c0", *claims, claim_sets=[["a", "b"], ["c"]])
    held = [candidate("wide", a=1, b=2), candidate("narrow", c=3)]
    assert chosen([query], held) == {"c0": "narrow"}


def test_takes_the_first_of_equals():
    assert chosen([asked("c0")], [candidate("x"), candidate("y")]) == {"c0": "x"}


def test_every_credential_is_needed_without_sets():
    query = [asked("c0"), asked("c1", {"path": ["email"]})]
    assert chosen(query, [candidate()]) is None
    assert chosen(query, [candidate(email="x")]) == {"c0": "card", "c1": "card"}


def test_takes_the_option_that_discloses_least():
    query = [asked("c0", {"path": ["age"]}, {"path": ["name"]}), asked("c1", {"path": ["staff"]})]
    assert chosen(query, [candidate()], [{"options": [["c0"], ["c1"]]}]) == {"c1": "card"}


def test_takes_fewer_credentials_where_claims_are_equal():
    query = [asked("c0"), asked("c1"), asked("c2")]
    sets = [{"options": [["c0", "c1"], ["c2"]]}]
    assert chosen(query, [candidate()], sets) == {"c2": "card"}


def test_what_is_shown_anyway_costs_nothing():
    query = [
        asked("c0", {"path": ["age"]}, {"path": ["name"]}),
        asked("c1", {"path": ["staff"]}),
    ]
    sets = [{"options": [["c0"]]}, {"options": [["c1"], ["c0"]]}]
    assert chosen(query, [candidate()], sets) == {"c0": "card"}


def test_a_required_set_that_cannot_be_met_fails_the_query():
    query = [asked("c0"), asked("c1", {"path": ["email"]})]
    sets = [{"options": [["c0"]]}, {"options": [["c1"]]}]
    assert chosen(query, [candidate()], sets) is None


def test_an_optional_set_is_answered_only_when_wanted():
    query = [asked("c0"), asked("c1")]
    sets = [{"options": [["c0"]]}, {"options": [["c1"]], "required": False}]
    assert chosen(query, [candidate()], sets) == {"c0": "card"}
    assert chosen(query, [candidate()], sets, with_optional=True) == {"c0": "card", "c1": "card"}


def test_an_optional_set_that_cannot_be_met_is_left_out():
    query = [asked("c0"), asked("c1", {"path": ["email"]})]
    sets = [{"options": [["c0"]]}, {"options": [["c1"]], "required": False}]
    assert chosen(query, [candidate()], sets, with_optional=True) == {"c0": "card"}


def test_a_further_demand_narrows_the_candidates():
    held = [candidate("low", level=1), candidate("high", level=5)]
    query = [asked("c0", {"path": ["level"]})]
    assert chosen(query, held, accept=lambda _, held: held.claims["level"] >= 3) == {"c0": "high"}
    assert chosen(query, held, accept=lambda _id, _held: False) is None
