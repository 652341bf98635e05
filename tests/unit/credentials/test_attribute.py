"""Attribute credentials: what may be issued, what is stored, what a presentation shows."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from parties import CLAIMS, INDEXED, NOW, SCHEMA, Parties

from didgate.credentials import attribute, identifiers
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.vcdm import check_credential
from didgate.credentials.verified import Date
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import SoftwareBBSSigner
from didgate.proofs import attribute_suite as suite

PURPOSE = bytes([9] * 32)


def issue_code(parties: Parties, claims: dict[str, Any] | None = None, **options: Any) -> str:
    arguments: dict[str, Any] = {"holder_secret": 7, "now": NOW} | options
    with pytest.raises(InvalidInput) as error:
        attribute.issue(parties.bbs, SCHEMA, parties.did, claims or CLAIMS, **arguments)
    return error.value.code


def verify(parties: Parties, document: Any, *, purpose: bytes = PURPOSE, now: datetime = NOW):
    presented = attribute.read_presented(document, SCHEMA)
    attribute.verify_presented(presented, parties.bbs.public_key, purpose, now)
    return presented


def verify_code(parties: Parties, document: Any, **options: Any) -> str:
    with pytest.raises(VerificationError) as error:
        verify(parties, document, **options)
    return error.value.code


def test_validity_ends_on_a_multiple_of_the_granularity(parties):
    credential = parties.attributes()
    days = (credential.valid_until - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert days % SCHEMA.granularity_days == 0
    assert NOW < credential.valid_until <= NOW + timedelta(days=SCHEMA.lifetime_days)


@pytest.mark.parametrize("day", range(14))
def test_freshness_is_never_later_than_issuing(parties, day):
    now = NOW + timedelta(days=day, hours=11, minutes=59)
    presented = attribute.read_presented(parties.attributes(now=now).derive([], PURPOSE), SCHEMA)
    age = now - presented.fresh_since
    assert timedelta(0) <= age < timedelta(days=SCHEMA.granularity_days + 1)


def test_refuses_validity_off_granularity(parties):
    end = Date(attribute.latest_valid_until(SCHEMA, NOW).days - 1)
    assert issue_code(parties, valid_until=end) == "validity_off_granularity"


def test_refuses_validity_beyond_the_lifetime(parties):
    end = Date(attribute.latest_valid_until(SCHEMA, NOW).days + 7)
    assert issue_code(parties, valid_until=end) == "validity_out_of_range"


def test_refuses_validity_that_is_past(parties):
    end = Date(attribute.latest_valid_until(SCHEMA, NOW).days - 28)
    assert issue_code(parties, valid_until=end) == "validity_out_of_range"


def test_refuses_missing_attributes(parties):
    claims = {name: value for name, value in CLAIMS.items() if name != "role"}
    assert issue_code(parties, claims) == "attribute_missing"
    assert issue_code(parties, CLAIMS | {"role": None}) == "attribute_missing"


def test_refuses_attributes_that_the_schema_lacks(parties):
    assert issue_code(parties, CLAIMS | {"salary": 1}) == "unknown_attribute"


@pytest.mark.parametrize(
    ("name", "value"), [("clearance", True), ("clearance", "3"), ("staff", 1), ("born", "1984")]
)
def test_refuses_values_of_another_type(parties, name, value):
    assert issue_code(parties, CLAIMS | {name: value}) == "claim_type_mismatch"


def test_refuses_a_status_index_in_epoch_mode(parties):
    assert issue_code(parties, status_index=3) == "status_mode_mismatch"


@pytest.mark.parametrize(
    ("index", "code"),
    [
        (None, "status_mode_mismatch"),
        (-1, "status_index_out_of_range"),
        (2**32, "status_index_out_of_range"),
    ],
)
def test_refuses_index_mode_without_a_sound_index(parties, index, code):
    with pytest.raises(InvalidInput) as error:
        parties.membership(index)
    assert error.value.code == code


@pytest.mark.parametrize("secret", [0, -1])
def test_refuses_a_holder_secret_that_is_none(parties, secret):
    with pytest.raises(InvalidInput):
        parties.attributes(holder_secret=secret)


def test_holder_secret_is_kept_by_subject_and_schema():
    key = bytes(range(32))
    secret = attribute.derive_holder_secret(key, SCHEMA.schema_id, "alice")
    assert secret == attribute.derive_holder_secret(key, SCHEMA.schema_id, "alice")
    others = {
        attribute.derive_holder_secret(key, SCHEMA.schema_id, "bob"),
        attribute.derive_holder_secret(key, INDEXED.schema_id, "alice"),
        attribute.derive_holder_secret(bytes(32), SCHEMA.schema_id, "alice"),
    }
    assert len(others | {secret}) == 4


def test_refuses_a_short_pseudonym_key():
    with pytest.raises(InvalidInput) as error:
        attribute.derive_holder_secret(bytes(16), SCHEMA.schema_id, "alice")
    assert error.value.code == "invalid_nym_key"


def test_storage_form_round_trips(parties):
    credential = parties.attributes()
    document = json.loads(json.dumps(credential.to_document()))
    assert AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key) == credential


def test_storage_form_is_a_vcdm_credential(parties):
    check_credential(parties.attributes().to_document())
    check_credential(parties.attributes().derive([], PURPOSE))


def test_storage_refuses_a_changed_claim(parties):
    document = parties.attributes().to_document()
    document["credentialSubject"]["clearance"] = 5
    with pytest.raises(VerificationError):
        AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key)


def test_storage_refuses_a_changed_secret(parties):
    credential = parties.attributes()
    changed = replace(credential, holder_secret=credential.holder_secret + 1)
    with pytest.raises(VerificationError):
        AttributeCredential.from_document(changed.to_document(), SCHEMA, parties.bbs.public_key)


def test_storage_refuses_a_presentation(parties):
    document = parties.attributes().derive(list(CLAIMS), PURPOSE)
    with pytest.raises(VerificationError) as error:
        AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key)
    assert error.value.code == "proof_value_malformed"


def test_storage_refuses_a_slot_left_out(parties):
    document = parties.attributes().to_document()
    del document["credentialSubject"]["badge"]
    with pytest.raises(VerificationError) as error:
        AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key)
    assert error.value.code == "slot_missing"


def test_absent_attributes_are_null_in_storage_and_no_claims(parties):
    credential = parties.attributes(CLAIMS | {"badge": None, "wallet": None})
    assert credential.to_document()["credentialSubject"]["badge"] is None
    assert "badge" not in credential.claims


def test_presentation_shows_the_asked_and_the_end_of_validity(parties):
    presented = verify(parties, parties.attributes().derive(["clearance", "born"], PURPOSE))
    assert presented.claims == {"clearance": 3, "born": Date.parse("1984-02-29")}
    assert presented.disclosed == (1, 4, 6)


def test_presentation_of_a_disclosed_absence_makes_no_claim(parties):
    credential = parties.attributes(CLAIMS | {"badge": None})
    presented = verify(parties, credential.derive(["badge"], PURPOSE))
    assert presented.disclosed == (1, 9)
    assert presented.claims == {}


def test_presentation_carries_no_identifier_and_no_date_of_issue(parties):
    document = parties.attributes().derive(["role"], PURPOSE)
    assert document.keys() == {
        "@context", "type", "issuer", "validUntil", "credentialSchema", "credentialSubject",
        "proof",
    }  # fmt: skip
    assert document["credentialSubject"] == {"type": "Holder", "role": "researcher"}
    assert document["proof"].keys() == {
        "type", "cryptosuite", "proofPurpose", "verificationMethod", "proofValue"
    }  # fmt: skip


def test_presentation_shows_the_status_index_in_index_mode_only(parties):
    shown = parties.membership(94567).derive([], PURPOSE)
    assert shown["credentialStatus"] == {"type": "DidgateStatusIndex2026", "index": 94567}
    assert attribute.read_presented(shown, INDEXED).disclosed == (1, 2)


def test_two_presentations_share_nothing_but_what_they_disclose(parties):
    first, second = (parties.attributes().derive(["role"], PURPOSE) for _ in range(2))
    assert first["proof"].pop("proofValue") != second["proof"].pop("proofValue")
    assert first == second


def test_refuses_to_present_attributes_that_the_schema_lacks(parties):
    with pytest.raises(InvalidInput) as error:
        parties.attributes().derive(["salary"], PURPOSE)
    assert error.value.code == "unknown_attribute"


def test_refuses_an_expired_credential(parties):
    credential = parties.attributes()
    document = credential.derive(["role"], PURPOSE)
    last = credential.valid_until - timedelta(seconds=1)
    verify(parties, document, now=last)
    assert verify_code(parties, document, now=credential.valid_until) == "credential_expired"


def test_refuses_a_credential_from_the_future(parties):
    document = parties.attributes(now=NOW + timedelta(days=60)).derive(["role"], PURPOSE)
    assert verify_code(parties, document) == "credential_from_future"


def test_refuses_a_proof_for_another_purpose(parties):
    document = parties.attributes().derive(["role"], PURPOSE)
    assert verify_code(parties, document, purpose=bytes(32)) == "proof_invalid"


@pytest.mark.parametrize(
    ("name", "value"), [("role", "director"), ("clearance", 4), ("born", "1984-03-01")]
)
def test_refuses_a_changed_claim(parties, name, value):
    document = parties.attributes().derive(["role", "clearance", "born"], PURPOSE)
    document["credentialSubject"][name] = value
    assert verify_code(parties, document) == "proof_invalid"


def test_refuses_a_later_end_of_validity(parties):
    document = parties.attributes(now=NOW - timedelta(days=14)).derive(["role"], PURPOSE)
    later = parties.attributes().to_document()["validUntil"]
    assert document["validUntil"] != later
    document["validUntil"] = later
    assert verify_code(parties, document) == "proof_invalid"


def test_refuses_a_claim_added_to_a_presentation(parties):
    document = parties.attributes().derive(["role"], PURPOSE)
    document["credentialSubject"]["clearance"] = 3
    assert verify_code(parties, document) == "proof_malformed"


def test_refuses_another_issuer(parties):
    document = parties.attributes().derive(["role"], PURPOSE)
    text = json.dumps(document).replace(parties.did, "did:example:other")
    assert verify_code(parties, json.loads(text)) == "proof_invalid"


def test_refuses_another_key_than_the_one_named(parties):
    presented = attribute.read_presented(parties.attributes().derive([], PURPOSE), SCHEMA)
    other = SoftwareBBSSigner.generate().public_key
    with pytest.raises(VerificationError) as error:
        attribute.verify_presented(presented, other, PURPOSE, NOW)
    assert error.value.code == "key_mismatch"


def test_refuses_the_stored_form_as_a_presentation(parties):
    assert verify_code(parties, parties.attributes().to_document()) == "proof_value_malformed"


@pytest.mark.parametrize("value", ["e\u0301", "a" * 2000])
def test_refuses_values_that_no_slot_holds(parties, value):
    document = parties.attributes().derive(["role"], PURPOSE)
    document["credentialSubject"]["role"] = value
    assert verify_code(parties, document) == "disclosed_value_invalid"


def test_repr_holds_neither_signature_nor_secret(parties):
    credential = parties.attributes(holder_secret=123456789)
    assert "123456789" not in repr(credential)
    assert "researcher" not in repr(credential)
    assert credential.signature.hex() not in repr(credential)


def test_key_id_is_of_the_key_as_the_registry_stores_it(parties):
    document = parties.attributes().to_document()
    key_id = identifiers.key_id(parties.bbs.public_key)
    assert document["proof"]["verificationMethod"] == f"{parties.did}#0x{key_id.hex()}"


def test_signature_covers_schema_and_issuer(parties):
    credential = parties.attributes()
    other = replace(credential, issuer="did:example:other")
    with pytest.raises(VerificationError):
        suite.verify_signature(
            credential.key, credential.signature, other.header, credential.messages()
        )


def test_documents_are_not_changed_by_reading(parties):
    document = parties.attributes().derive(["role"], PURPOSE)
    before = copy.deepcopy(document)
    verify(parties, document)
    assert document == before
