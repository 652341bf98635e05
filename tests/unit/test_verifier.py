"""The verifier: what it establishes, and what it refuses, step by step."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from parties import (
    NOW,
    SCHEMA,
    VCT,
    Parties,
    address_leaf,
    badge_leaf,
    clearance_leaf,
    membership_leaf,
)
from presenting import code_of, leaf_of, present, verify

from didgate.credentials import identifiers
from didgate.credentials.evidence import IssuerKey
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import CredentialForm
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import address_of
from didgate.query.dcql import ClaimsQuery, CredentialQuery
from didgate.verifier.forms import only_asked

BOTH = {"all": [clearance_leaf(), badge_leaf()], "holder": "any"}
OTHER_BADGE = {"credential": {"vct": "https://example.org/Other", "issuers": "accredited"}}


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


def test_establishes_what_an_attribute_credential_proves(parties):
    challenge = parties.challenge(clearance_leaf())
    credential = parties.attributes()
    verified = verify(parties, present(parties, challenge, attributes=credential), challenge)
    (found,) = verified.credentials
    assert (found.leaf, found.form) == ("c0", CredentialForm.ATTRIBUTE)
    assert found.claims == {"role": "researcher", "clearance": 3}
    assert (found.type, found.type_id, found.schema_id) == (
        SCHEMA.type, SCHEMA.schema_id, SCHEMA.schema_id
    )  # fmt: skip
    assert (found.issuer, found.issuer_id) == (parties.did, parties.issuer_id)
    assert found.key_id == identifiers.key_id(parties.bbs.public_key)
    assert found.valid_until == credential.valid_until
    assert found.fresh_since == credential.valid_until - timedelta(days=28)
    assert (found.status, found.holder_key) == (None, None)


def test_establishes_what_an_sd_jwt_proves(parties):
    challenge = parties.challenge(badge_leaf())
    badge = parties.badge(status_index=5)
    verified = verify(parties, present(parties, challenge, badge=badge), challenge)
    (found,) = verified.credentials
    assert (found.leaf, found.form, found.type) == ("c0", CredentialForm.SD_JWT, VCT)
    assert found.claims == {"role": "auditor"}
    assert (found.type_id, found.schema_id) == (identifiers.vct_type_id(VCT), None)
    assert found.key_id == identifiers.key_id(parties.jwt.public_key)
    assert (found.valid_until, found.fresh_since) == (NOW + timedelta(days=30), NOW)
    assert found.holder_key == parties.holder.public_key
    assert found.status is not None
    assert found.status[1] == 5


def test_keys_that_no_registry_can_hold_have_no_id(parties):
    other = Parties(KeyAlgorithm.ED25519)
    challenge = other.challenge(badge_leaf())
    verified = verify(other, present(other, challenge, badge=other.badge()), challenge)
    assert verified.credentials[0].key_id is None


def test_repeats_the_fields_of_the_challenge(parties):
    challenge = parties.challenge(address_leaf())
    verified = verify(parties, Presentation({}), challenge)
    for name in (
        "resource", "audience", "nonce", "policy_id", "epoch", "chain_id", "deadline", "jkt"
    ):  # fmt: skip
        assert getattr(verified, name) == getattr(challenge, name)
    assert (verified.credentials, verified.addresses) == ((), ())


def test_names_the_status_index_to_look_up(parties):
    challenge = parties.challenge(membership_leaf())
    credential = parties.membership(94567)
    shown = present(parties, challenge, attributes=credential, names=("tier",))
    (found,) = verify(parties, shown, challenge).credentials
    list_id = identifiers.status_list_id(parties.issuer_id, credential.schema.schema_id)
    assert found.status == (list_id, 94567)


def test_accepts_several_credentials_and_accounts_together(parties):
    challenge = parties.challenge({"all": [BOTH, address_leaf()]})
    shown = present(
        parties, challenge, attributes=parties.attributes(), badge=parties.badge(),
        accounts=(parties.account,),
    )  # fmt: skip
    verified = verify(parties, shown, challenge)
    assert len(verified.credentials) == 2
    assert verified.addresses == (address_of(parties.account.public_key),)


def test_what_was_not_asked_never_leaves_the_verifier(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(
        parties, challenge, attributes=parties.attributes(), names=("role", "born", "wallet")
    )
    assert verify(parties, shown, challenge).credentials[0].claims == {"role": "researcher"}


def test_of_nested_claims_only_the_asked_ones_leave_the_verifier(parties):
    challenge = parties.challenge(badge_leaf(**{"/address/country": {"equals": "NL"}}))
    badge = parties.badge(concealed=["/role"])
    (found,) = verify(parties, present(parties, challenge, badge=badge), challenge).credentials
    assert found.claims == {"address": {"country": "NL"}}


def test_survives_the_wire(parties):
    challenge = parties.challenge(BOTH)
    shown = present(parties, challenge, attributes=parties.attributes(), badge=parties.badge())
    verify(parties, Presentation.from_dict(shown.to_dict()), challenge)


def test_step_1_refuses_an_expired_challenge(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    verify(parties, shown, challenge, now=challenge.deadline_time - timedelta(seconds=1))
    assert code_of(parties, shown, challenge, now=challenge.deadline_time) == "challenge_expired"


def test_step_2_refuses_a_leaf_that_was_not_asked(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    moved = Presentation({"c1": shown.credentials["c0"]})
    assert code_of(parties, moved, challenge) == "leaf_not_asked"


def test_step_2_refuses_credentials_where_none_is_asked(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    assert code_of(parties, shown, parties.challenge(address_leaf())) == "leaf_not_asked"


@pytest.mark.parametrize("credential", [{}, 7, None, []])
def test_step_2_refuses_another_form(parties, credential):
    challenge = parties.challenge(badge_leaf())
    assert code_of(parties, Presentation({"c0": credential}), challenge) == "form_mismatch"


def test_step_3_refuses_a_document_with_more_than_its_slots(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = copy.deepcopy(present(parties, challenge, attributes=parties.attributes()).to_dict())
    shown["vp_token"]["c0"][0]["credentialSubject"]["id"] = "did:example:alice"
    assert code_of(parties, Presentation.from_dict(shown), challenge) == "closed_world_violation"


def test_step_3_refuses_a_malformed_token(parties):
    challenge = parties.challenge(badge_leaf())
    assert code_of(parties, Presentation({"c0": "x~"}), challenge) == "jws_malformed"


def test_step_4_refuses_an_unknown_schema(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    evidence = replace(parties.evidence, schemas={})
    assert code_of(parties, shown, challenge, evidence=evidence) == "unknown_schema"


def test_step_4_refuses_an_unknown_key(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    evidence = replace(parties.evidence, keys={})
    assert code_of(parties, shown, challenge, evidence=evidence) == "unknown_key"


def test_step_4_refuses_the_key_of_another_issuer(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    (key_id,) = parties.keys
    stolen = {key_id: IssuerKey(parties.bbs.public_key, bytes(32))}
    evidence = replace(parties.evidence, keys=stolen)
    assert code_of(parties, shown, challenge, evidence=evidence) == "key_of_another_issuer"


def test_step_4_refuses_another_key_under_the_id(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    (key_id,) = parties.keys
    other = SoftwareBBSSigner.generate().public_key
    evidence = replace(parties.evidence, keys={key_id: IssuerKey(other, parties.issuer_id)})
    assert code_of(parties, shown, challenge, evidence=evidence) == "key_mismatch"


def test_step_4_refuses_an_unknown_issuer(parties):
    challenge = parties.challenge(badge_leaf())
    shown = present(parties, challenge, badge=parties.badge())
    evidence = replace(parties.evidence, documents={})
    assert code_of(parties, shown, challenge, evidence=evidence) == "unknown_issuer"


def test_step_4_refuses_a_key_that_the_issuer_does_not_list(parties):
    challenge = parties.challenge(badge_leaf())
    token = parties.badge(key_id=f"{parties.did}#other")
    code = code_of(parties, present(parties, challenge, badge=token), challenge)
    assert code == "unknown_verification_method"


def test_step_6_refuses_an_expired_credential(parties):
    challenge = parties.challenge(clearance_leaf())
    old = parties.attributes(now=NOW - timedelta(days=40))
    shown = present(parties, challenge, attributes=old)
    assert code_of(parties, shown, challenge) == "credential_expired"


def test_step_6_refuses_a_changed_claim(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = copy.deepcopy(present(parties, challenge, attributes=parties.attributes()).to_dict())
    shown["vp_token"]["c0"][0]["credentialSubject"]["clearance"] = 5
    assert code_of(parties, Presentation.from_dict(shown), challenge) == "proof_invalid"


def test_step_6_refuses_a_disclosure_exchanged_for_another_credentials(parties):
    challenge = parties.challenge(badge_leaf())
    shown = present(parties, challenge, badge=parties.badge()).credentials["c0"]
    other = parties.badge({"role": "director"})
    parts = shown.split("~")
    parts[1] = other.split("~")[1]
    code = code_of(parties, Presentation({"c0": "~".join(parts)}), challenge)
    assert code == "unreferenced_disclosure"


def test_step_6_refuses_a_credential_taken_out_of_a_presentation(parties):
    challenge = parties.challenge({"any": [clearance_leaf(), badge_leaf()]})
    shown = present(parties, challenge, attributes=parties.attributes(), badge=parties.badge())
    for leaf, credential in shown.credentials.items():
        alone = Presentation({leaf: credential})
        code = code_of(parties, alone, challenge)
        assert code in {"proof_invalid", "gate_binding_mismatch"}


def test_step_6_refuses_a_credential_put_beside_another(parties):
    challenge = parties.challenge({"any": [clearance_leaf(), badge_leaf()]})
    mine = present(parties, challenge, attributes=parties.attributes())
    stolen = present(parties, challenge, badge=parties.badge())
    pooled = Presentation({**mine.credentials, **stolen.credentials})
    assert code_of(parties, pooled, challenge) in {"proof_invalid", "gate_binding_mismatch"}


def test_step_7_refuses_an_account_that_did_not_sign(parties):
    challenge = parties.challenge(address_leaf())
    shown = present(parties, challenge, accounts=(parties.account,))
    other = address_of(SoftwareSigner.generate(KeyAlgorithm.SECP256K1).public_key)
    forged = replace(shown, address_proofs=(replace(shown.address_proofs[0], address=other),))
    assert code_of(parties, forged, challenge) == "address_proof_invalid"


def test_step_7_refuses_an_account_put_beside_credentials_it_did_not_see(parties):
    challenge = parties.challenge({"all": [clearance_leaf(), address_leaf()]})
    credentials = present(parties, challenge, attributes=parties.attributes())
    account = present(parties, challenge, accounts=(parties.account,))
    pooled = replace(credentials, address_proofs=account.address_proofs)
    assert code_of(parties, pooled, challenge) == "address_proof_invalid"


def test_a_fault_names_its_leaf(parties):
    challenge = parties.challenge(BOTH)
    shown = present(parties, challenge, attributes=parties.attributes(), badge=parties.badge())
    leaf = leaf_of(challenge, CredentialForm.SD_JWT)
    with pytest.raises(VerificationError) as error:
        verify(parties, Presentation({**shown.credentials, leaf: "x~"}), challenge)
    assert error.value.path == leaf


def test_a_malformed_query_is_the_gates_own_fault(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    with pytest.raises(InvalidInput):
        verify(parties, shown, replace(challenge, dcql={"credentials": []}))


def test_a_time_without_zone_is_refused(parties):
    challenge = parties.challenge(clearance_leaf())
    shown = present(parties, challenge, attributes=parties.attributes())
    with pytest.raises(InvalidInput) as error:
        verify(parties, shown, challenge, now=NOW.replace(tzinfo=None))
    assert error.value.code == "naive_time"


ADDRESS = {"country": "NL", "city": "Utrecht"}


@pytest.mark.parametrize(
    ("paths", "kept"),
    [
        ([["role"]], {"role": "auditor"}),
        ([["address", "city"]], {"address": {"city": "Utrecht"}}),
        ([["address", "city"], ["address", "country"]], {"address": ADDRESS}),
        ([["address"], ["address", "city"]], {"address": ADDRESS}),
        ([["address", "city"], ["address"]], {"address": ADDRESS}),
        ([["role"], ["role", "a", "b"]], {"role": "auditor"}),
        ([["role", "a", "b"], ["role"]], {"role": "auditor"}),
        ([["address", "city", "x"], ["address", "city"]], {"address": {"city": "Utrecht"}}),
        ([["gone"], ["gone", "x"], ["address", "gone"]], {}),
        ([["list", 0]], {"list": [{"a": 1}]}),
        ([["list", None, "a"]], {"list": [{"a": 1}]}),
        ([[None]], {}),
    ],
)
def test_contradictory_paths_keep_what_there_is(paths, kept):
    claims = {"role": "auditor", "address": dict(ADDRESS), "list": [{"a": 1}], "more": 1}
    queries = tuple(ClaimsQuery(tuple(path)) for path in paths)
    query = CredentialQuery("c0", CredentialForm.SD_JWT, {}, queries)
    assert only_asked(claims, query) == kept
    assert claims["address"] == ADDRESS
