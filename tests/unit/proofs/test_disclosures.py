"""RFC 9901 §7.1: what processing the disclosures of an SD-JWT yields, and what it must refuse."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.encoding import b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import (
    MAX_DISCLOSURES,
    Disclosure,
    pointer,
    reveal,
    sd_digest,
)


def digest(disclosure: Disclosure) -> str:
    return sd_digest(disclosure.encoded)


def raw(text: str) -> str:
    return b64url_encode(text.encode())


def code_of(payload: dict[str, Any], *disclosures: Disclosure) -> str:
    with pytest.raises(VerificationError) as error:
        reveal(payload, disclosures)
    return error.value.code


ROLE = Disclosure.create("auditor", "role")
ITEM = Disclosure.create("NL")


def test_decoys_and_undisclosed_digests_are_ignored():
    payload = {"_sd": [digest(ROLE), sd_digest("decoy")], "list": [{"...": digest(ITEM)}, "DE"]}
    assert reveal(payload, []).claims == {"list": ["DE"]}


def test_places_name_what_was_disclosed_by_pointer():
    city = Disclosure.create("Utrecht", "a/b~c")
    address = Disclosure.create({"_sd": [digest(city)]}, "address")
    payload = {"_sd": [digest(address)], "list": ["x", {"...": digest(ITEM)}]}
    revealed = reveal(payload, [city, ITEM, address])
    assert revealed.places == {"/address": address, "/address/a~1b~0c": city, "/list/1": ITEM}
    assert revealed.claims == {"address": {"a/b~c": "Utrecht"}, "list": ["x", "NL"]}


def test_payload_is_left_as_it_was():
    payload = {"_sd": [digest(ROLE)], "_sd_alg": "sha-256"}
    reveal(payload, [ROLE])
    assert payload == {"_sd": [digest(ROLE)], "_sd_alg": "sha-256"}


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
def test_hash_functions_of_the_iana_registry(name):
    payload = {"_sd": [sd_digest(ROLE.encoded, name)], "_sd_alg": name}
    revealed = reveal(payload, [ROLE])
    assert (revealed.claims, revealed.hash_name) == ({"role": "auditor"}, name)


@pytest.mark.parametrize("name", ["sha-1", "md5", "SHA-256", "", 7, None, True, []])
def test_refuses_other_hash_functions(name):
    assert code_of({"_sd_alg": name}) == "unsupported_hash"


def test_refuses_a_disclosure_that_no_digest_names():
    assert code_of({"_sd": []}, ROLE) == "unreferenced_disclosure"


def test_refuses_a_disclosure_that_only_an_undisclosed_one_names():
    inner = Disclosure.create(1, "inner")
    outer = Disclosure.create({"_sd": [digest(inner)]}, "outer")
    assert code_of({"_sd": [digest(outer)]}, inner) == "unreferenced_disclosure"


def test_refuses_a_disclosure_given_twice():
    assert code_of({"_sd": [digest(ROLE)]}, ROLE, ROLE) == "duplicate_disclosure"


def test_refuses_a_digest_that_stands_twice():
    twice = [digest(ROLE), digest(ROLE)]
    assert code_of({"_sd": twice}, ROLE) == "duplicate_digest"
    assert code_of({"_sd": twice}) == "duplicate_digest"
    assert code_of({"_sd": [digest(ROLE)], "x": {"_sd": [digest(ROLE)]}}) == "duplicate_digest"


def test_refuses_a_digest_that_stands_again_in_a_disclosure():
    outer = Disclosure.create({"_sd": [digest(ROLE)]}, "outer")
    payload = {"_sd": [digest(outer), digest(ROLE)]}
    assert code_of(payload, outer, ROLE) == "duplicate_digest"


@pytest.mark.parametrize("digests", ["text", {"a": 1}, [7], [None], 7, None])
def test_refuses_digests_of_another_form(digests):
    assert code_of({"_sd": digests}) == "malformed_digest"


@pytest.mark.parametrize("element", [{"...": 7}, {"...": None}, {"...": "x", "more": 1}])
def test_refuses_element_digests_of_another_form(element):
    assert code_of({"list": [element]}) == "malformed_digest"


def test_refuses_the_disclosure_of_an_element_for_a_member():
    assert code_of({"_sd": [digest(ITEM)]}, ITEM) == "disclosure_kind_mismatch"


def test_refuses_the_disclosure_of_a_member_for_an_element():
    assert code_of({"list": [{"...": digest(ROLE)}]}, ROLE) == "disclosure_kind_mismatch"


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_refuses_reserved_names_in_disclosures(name):
    disclosure = Disclosure.create("x", name)
    assert code_of({"_sd": [digest(disclosure)]}, disclosure) == "reserved_claim_name"


@pytest.mark.parametrize(
    "payload", [{"...": "x"}, {"a": {"_sd_alg": "sha-256"}}, {"a": {"...": 1}}]
)
def test_refuses_reserved_members_out_of_place(payload):
    assert code_of(payload) == "reserved_claim_name"


def test_refuses_a_disclosed_name_that_exists_in_the_clear():
    assert code_of({"role": "x", "_sd": [digest(ROLE)]}, ROLE) == "claim_already_exists"


def test_refuses_two_disclosures_of_one_name():
    other = Disclosure.create("researcher", "role")
    payload = {"_sd": [digest(ROLE), digest(other)]}
    assert code_of(payload, ROLE, other) == "claim_already_exists"


def test_refuses_too_many_disclosures():
    many = [Disclosure.create(i, f"n{i}") for i in range(MAX_DISCLOSURES + 1)]
    assert code_of({"_sd": [digest(each) for each in many]}, *many) == "too_many_disclosures"


def test_refuses_a_chain_of_disclosures_that_nests_too_deep():
    chain = [Disclosure.create("end", "n")]
    for _ in range(80):
        chain.append(Disclosure.create({"_sd": [digest(chain[-1])]}, "n"))
    assert code_of({"_sd": [digest(chain[-1])]}, *chain) == "too_deep"


@pytest.mark.parametrize(
    "encoded",
    [
        "", "=", "no base64!", raw("not json"), raw("{}"), raw("[]"), raw('["salt"]'),
        raw('["salt", 7, "value"]'), raw('[7, "name", "value"]'), raw('[7, "value"]'),
        raw('["salt", "name", "value", "more"]'), raw('["salt", "name", {"a": 1, "a": 2}]'),
        raw('["salt", "name", NaN]'), raw('["s", "n", 1]') + "=",
    ],
)  # fmt: skip
def test_refuses_malformed_disclosures(encoded):
    with pytest.raises(VerificationError) as error:
        Disclosure.parse(encoded)
    assert error.value.code == "malformed_disclosure"


def test_a_disclosure_survives_any_spelling_of_its_json():
    assert Disclosure.parse(raw('[ "s" ,\n"n", 1e2 ]')).value == 100


def test_disclosures_do_not_show_what_they_hold():
    assert "auditor" not in repr(ROLE)


def test_conceals_and_reveals_nested_places():
    claims = {"a": {"b": [1, {"c": 2}], "d": 3}, "e": [4, [5, 6]], "f": None}
    places = ["/a", "/a/b", "/a/b/0", "/a/b/1/c", "/e/1/0", "/f"]
    payload, disclosures = conceal(claims, places, decoys=2)
    assert reveal(payload, disclosures).claims == claims
    assert set(reveal(payload, disclosures).places) == set(places)
    assert reveal(payload, []).claims == {"e": [4, [6]]}
    assert len(payload["_sd"]) == 4


def test_digests_do_not_show_the_order_of_claims():
    payload, _ = conceal({f"n{i}": i for i in range(20)}, [f"/n{i}" for i in range(20)])
    assert payload["_sd"] == sorted(payload["_sd"])


def test_salts_are_fresh():
    first, second = (conceal({"a": 1}, ["/a"])[1][0] for _ in range(2))
    assert first.encoded != second.encoded


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_refuses_to_issue_reserved_names(name):
    with pytest.raises(InvalidInput) as error:
        conceal({"a": {name: 1}}, ["/a"])
    assert error.value.code == "reserved_claim_name"


def test_refuses_to_conceal_what_is_not_there():
    with pytest.raises(InvalidInput) as error:
        conceal({"a": 1}, ["/b"])
    assert error.value.code == "no_such_claim"


def test_pointer_escapes_as_rfc_6901():
    assert pointer(["a/b", "m~n", 0]) == "/a~1b/m~0n/0"
