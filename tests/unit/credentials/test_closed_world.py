"""Nothing outside the slots is signed, so nothing outside them may stand in a document."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from parties import INDEXED, SCHEMA, Parties

from didgate.credentials import attribute
from didgate.errors import VerificationError

PURPOSE = bytes([9] * 32)


@pytest.fixture
def document(parties: Parties) -> dict[str, Any]:
    return copy.deepcopy(parties.attributes().derive(["role", "wallet"], PURPOSE))


def code_of(document: Any, schema=SCHEMA) -> str:
    with pytest.raises(VerificationError) as error:
        attribute.read_presented(document, schema)
    return error.value.code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "urn:uuid:1"), ("validFrom", "2026-01-01T00:00:00Z"), ("name", "A credential"),
        ("evidence", [{"type": "E"}]), ("termsOfUse", {"type": "T"}), ("x", 1), ("x", None),
        ("refreshService", {"type": "R"}), ("credentialStatus", {"type": "S", "index": 3}),
    ],
)  # fmt: skip
def test_refuses_a_member_of_the_credential(document, name, value):
    document[name] = value
    assert code_of(document) in {"closed_world_violation", "document_malformed"}


@pytest.mark.parametrize("name", ["id", "salary", "roleX", "@id", "Role"])
def test_refuses_a_member_of_the_subject(document, name):
    document["credentialSubject"][name] = "did:example:alice"
    assert code_of(document) in {"closed_world_violation", "document_malformed"}


@pytest.mark.parametrize("name", ["created", "expires", "domain", "challenge", "nonce", "id"])
def test_refuses_a_member_of_the_proof(document, name):
    document["proof"][name] = "urn:x:2026-01-01T00:00:00Z"
    assert code_of(document) == "closed_world_violation"


def test_refuses_a_member_of_the_schema_reference(document):
    document["credentialSchema"]["digestSRI"] = "sha384-x"
    assert code_of(document) == "closed_world_violation"


def test_refuses_another_context(document):
    document["@context"].append("https://example.org/context")
    assert code_of(document) == "closed_world_violation"


def test_refuses_another_vocabulary(document):
    document["@context"][1]["@vocab"] = "https://evil.example/#"
    assert code_of(document) == "closed_world_violation"


def test_refuses_another_type(document):
    document["type"][1] = "https://example.org/Director"
    assert code_of(document) == "closed_world_violation"


def test_refuses_a_type_more(document):
    document["type"].append("https://example.org/Director")
    assert code_of(document) == "closed_world_violation"


def test_refuses_another_proof_purpose(document):
    document["proof"]["proofPurpose"] = "authentication"
    assert code_of(document) == "closed_world_violation"


def test_refuses_a_second_proof(document):
    document["proof"] = [document["proof"], document["proof"]]
    assert code_of(document) == "document_malformed"


def test_refuses_two_subjects(document):
    document["credentialSubject"] = [document["credentialSubject"]] * 2
    assert code_of(document) == "document_malformed"


def test_refuses_another_spelling_of_an_address(document):
    document["credentialSubject"]["wallet"] = document["credentialSubject"]["wallet"].lower()
    assert code_of(document) == "closed_world_violation"


@pytest.mark.parametrize("suffix", ["T00:00:00.0Z", "T00:00:00+00:00", "T00:00:01Z", "T24:00:00Z"])
def test_refuses_another_spelling_of_the_end_of_validity(document, suffix):
    document["validUntil"] = document["validUntil"][:10] + suffix
    assert code_of(document) in {"closed_world_violation", "document_malformed"}


def test_refuses_validity_off_granularity(document):
    day = int(document["validUntil"][8:10])
    document["validUntil"] = f"{document['validUntil'][:8]}{day - 1:02}T00:00:00Z"
    assert code_of(document) == "validity_off_granularity"


def test_refuses_a_missing_end_of_validity(document):
    del document["validUntil"]
    assert code_of(document) == "document_malformed"


@pytest.mark.parametrize(
    "member", ["@context", "type", "issuer", "credentialSchema", "credentialSubject", "proof"]
)
def test_refuses_a_missing_member(document, member):
    del document[member]
    assert code_of(document) == "document_malformed"


def test_refuses_a_missing_status_index_in_index_mode(parties):
    document = parties.membership().derive([], PURPOSE)
    del document["credentialStatus"]
    assert code_of(document, INDEXED) == "status_mode_mismatch"


def test_refuses_a_status_index_in_epoch_mode(document):
    document["credentialStatus"] = {"type": "DidgateStatusIndex2026", "index": 3}
    assert code_of(document) == "status_mode_mismatch"


@pytest.mark.parametrize("index", [-1, 2**32, True, "3", 3.0, None])
def test_refuses_an_impossible_status_index(parties, index):
    document = parties.membership().derive([], PURPOSE)
    document["credentialStatus"]["index"] = index
    assert code_of(document, INDEXED) == "document_malformed"


def test_refuses_another_schema_than_the_one_named(document):
    assert code_of(document, INDEXED) == "schema_mismatch"


@pytest.mark.parametrize("cryptosuite", ["bbs-2023", "eddsa-jcs-2022", "", None])
def test_refuses_other_cryptosuites(document, cryptosuite):
    document["proof"]["cryptosuite"] = cryptosuite
    assert code_of(document) == "document_malformed"


@pytest.mark.parametrize(
    "method", ["", "#0x00", "did:example:other#0x" + "0" * 64, "0x" + "0" * 63, "0x" + "G" * 64]
)
def test_refuses_malformed_key_references(document, method):
    document["proof"]["verificationMethod"] = method
    assert code_of(document) == "document_malformed"


@pytest.mark.parametrize("value", [3, ["researcher"], {"@value": "researcher"}, True])
def test_refuses_values_of_another_type(document, value):
    document["credentialSubject"]["role"] = value
    assert code_of(document) == "document_malformed"


@pytest.mark.parametrize("document", [None, "text", 7, [], {}, {"proof": []}])
def test_refuses_what_is_no_credential(document):
    assert code_of(document) == "document_malformed"


def test_refuses_what_has_no_canonical_form(document):
    document["x"] = 2**60
    assert code_of(document) == "document_malformed"
