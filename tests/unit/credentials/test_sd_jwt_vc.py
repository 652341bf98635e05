"""SD-JWT VC: what may be issued, what is shown, and what a verifier must refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from parties import NOW, SD_CLAIMS, VCT, Parties, badge_leaf

from didgate.credentials import identifiers, sd_jwt
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued, verify_presented
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import sign_jws
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import Disclosure, sd_digest
from didgate.proofs.sd_jwt import SDJWT, bind_key

ACCESS = bytes([7] * 32)


def held(parties: Parties, token: str | None = None):
    received = ReceivedSDJWT.parse(token or parties.badge())
    return verify_issued(received, parties.jwt.public_key)


def shown(parties: Parties, places=("/role",), token: str | None = None, **options: Any) -> str:
    arguments = {"access": ACCESS, "now": NOW} | options
    challenge = parties.challenge(badge_leaf())
    return held(parties, token).present(places, parties.holder, challenge, **arguments)


def verify(parties: Parties, token: str, *, access: bytes = ACCESS, now: datetime = NOW):
    received = ReceivedSDJWT.parse(token)
    challenge = parties.challenge(badge_leaf())
    return verify_presented(received, parties.jwt.public_key, challenge, access, now)


def code_of(parties: Parties, token: str, **options: Any) -> str:
    with pytest.raises(VerificationError) as error:
        verify(parties, token, **options)
    return error.value.code


def signed(parties: Parties, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a bound SD-JWT with other claims than we would issue; None leaves one out."""
    payload = {
        "iss": parties.did,
        "vct": VCT,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "cnf": {"jwk": parties.holder.public_key.to_jwk()},
        "role": "auditor",
    } | claims
    kept = {name: value for name, value in payload.items() if value is not None}
    members = {"typ": "dc+sd-jwt", "kid": parties.jwt_key_id} | (header or {})
    return bind(parties, SDJWT(sign_jws(parties.jwt, json.dumps(kept).encode(), members), ()))


def bind(parties: Parties, token: SDJWT, **claims: Any) -> str:
    challenge = parties.challenge(badge_leaf())
    extra = {"didgate": "0x" + ACCESS.hex()} | claims
    return bind_key(
        token,
        parties.holder,
        audience=challenge.audience,
        nonce=challenge.nonce,
        issued_at=NOW,
        claims={name: value for name, value in extra.items() if value is not None},
    ).serialize()


# Issuing


def issue_code(parties: Parties, claims: dict[str, Any] | None = None, **options: Any) -> str:
    with pytest.raises(InvalidInput) as error:
        parties.badge(claims or SD_CLAIMS, **options)
    return error.value.code


@pytest.mark.parametrize(
    "name", ["iss", "vct", "iat", "exp", "nbf", "cnf", "status", "sub", "aud", "aka_vcts"]
)
def test_refuses_to_issue_registered_claims(parties, name):
    assert issue_code(parties, {name: "x"}) == "registered_claim"


def test_refuses_to_issue_what_has_expired(parties):
    assert issue_code(parties, valid_until=NOW) == "validity_out_of_range"


def test_refuses_to_issue_a_type_that_is_no_url(parties):
    with pytest.raises(InvalidInput) as error:
        sd_jwt.issue(
            parties.jwt, parties.did, "Badge", {}, holder_key=parties.holder.public_key,
            now=NOW, valid_until=NOW + timedelta(days=1), key_id=parties.jwt_key_id,
        )  # fmt: skip
    assert error.value.code == "invalid_vct"


def test_refuses_to_issue_an_impossible_status_index(parties):
    assert issue_code(parties, status_index=2**32) == "status_index_out_of_range"


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_issues_with_both_algorithms(parties, algorithm):
    signer = SoftwareSigner.generate(algorithm)
    token = sd_jwt.issue(
        signer, "did:example:i", VCT, SD_CLAIMS, holder_key=parties.holder.public_key,
        now=NOW, valid_until=NOW + timedelta(days=1), key_id="did:example:i#k",
    )  # fmt: skip
    received = ReceivedSDJWT.parse(token.serialize())
    assert verify_issued(received, signer.public_key).claims.claims == SD_CLAIMS


def test_nothing_about_the_subject_is_in_the_clear_by_default(parties):
    payload = parties.badge().split("~")[0].split(".")[1]
    claims = json.loads(b64url_decode(payload))
    assert claims.keys() == {"_sd", "_sd_alg", "iss", "vct", "iat", "exp", "cnf"}


# Presenting


def test_shows_what_was_selected_and_no_more(parties):
    token = shown(parties, ["/role"])
    assert verify(parties, token).claims == {"role": "auditor"}
    assert len(SDJWT.parse(token).disclosures) == 1


def test_shows_a_nested_claim_without_its_neighbours(parties):
    issued = parties.badge(concealed=["/role", "/address", "/address/country", "/address/city"])
    token = shown(parties, ["/address/country"], issued)
    assert verify(parties, token).claims == {"address": {"country": "NL"}, "level": 5}


def test_shows_a_claim_whole(parties):
    issued = parties.badge(concealed=["/address", "/address/country", "/address/city"])
    token = shown(parties, ["/address"], issued)
    assert verify(parties, token).claims["address"] == SD_CLAIMS["address"]


def test_shows_nothing_where_nothing_is_asked(parties):
    assert verify(parties, shown(parties, [])).claims == {}


@pytest.mark.parametrize("place", ["/salary", "/address/street", "/role/x", "/level/0"])
def test_refuses_to_show_claims_that_it_lacks(parties, place):
    with pytest.raises(InvalidInput) as error:
        shown(parties, [place])
    assert error.value.code == "no_such_claim"


def test_refuses_to_present_with_another_key(parties):
    challenge = parties.challenge(badge_leaf())
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    with pytest.raises(InvalidInput) as error:
        held(parties).present([], other, challenge, ACCESS, NOW)
    assert error.value.code == "wrong_holder_key"


def test_reads_what_was_verified(parties):
    claims = verify(parties, shown(parties, token=parties.badge(status_index=9)))
    list_id = identifiers.status_list_id(parties.issuer_id, identifiers.vct_type_id(VCT))
    assert (claims.issuer, claims.vct) == (parties.did, VCT)
    assert (claims.issued_at, claims.valid_until) == (NOW, NOW + timedelta(days=30))
    assert claims.status == (list_id, 9)
    assert claims.holder_key == parties.holder.public_key


# Refusing


def test_refuses_missing_key_binding(parties):
    assert code_of(parties, parties.badge()) == "key_binding_missing"


def test_refuses_key_binding_that_names_no_gate_access(parties):
    token = bind(parties, SDJWT.parse(parties.badge()), didgate=None)
    assert code_of(parties, token) == "gate_binding_missing"


@pytest.mark.parametrize("claim", ["0x" + "00" * 32, "", 7, "x", ["x"]])
def test_refuses_key_binding_for_another_gate_access(parties, claim):
    token = bind(parties, SDJWT.parse(parties.badge()), didgate=claim)
    assert code_of(parties, token) == "gate_binding_mismatch"


def test_refuses_gate_access_of_another_challenge(parties):
    assert code_of(parties, shown(parties), access=bytes(32)) == "gate_binding_mismatch"


def test_refuses_an_expired_credential(parties):
    end = NOW + timedelta(minutes=1)
    token = shown(parties, token=parties.badge(valid_until=end))
    verify(parties, token, now=end - timedelta(seconds=1))
    assert code_of(parties, token, now=end) == "credential_expired"


def test_refuses_a_credential_without_expiry(parties):
    assert code_of(parties, signed(parties, exp=None)) == "invalid_time"


def test_refuses_a_credential_without_time_of_issue(parties):
    assert code_of(parties, signed(parties, iat=None)) == "invalid_time"


def test_refuses_a_credential_before_its_time(parties):
    token = signed(parties, nbf=int(NOW.timestamp()) + 3600)
    assert code_of(parties, token) == "credential_not_yet_valid"


def test_refuses_a_credential_from_the_future(parties):
    token = signed(parties, iat=int(NOW.timestamp()) + 3600, exp=int(NOW.timestamp()) + 7200)
    assert code_of(parties, token) == "credential_from_future"


@pytest.mark.parametrize("audience", ["https://other.example", ["https://other.example"], []])
def test_refuses_a_credential_meant_for_others(parties, audience):
    assert code_of(parties, signed(parties, aud=audience)) == "audience_mismatch"


@pytest.mark.parametrize("audience", [7, {}, [7]])
def test_refuses_an_audience_of_another_form(parties, audience):
    assert code_of(parties, signed(parties, aud=audience)) == "missing_claim"


def test_accepts_a_credential_meant_for_this_gate(parties):
    verify(parties, signed(parties, aud=["https://other.example", "https://gate.example"]))


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "JWT", "dc+sd-jwt+x", None, 7])
def test_refuses_other_types_of_token(parties, typ):
    assert code_of(parties, signed(parties, {"typ": typ})) == "jws_wrong_type"


@pytest.mark.parametrize(
    "cnf", [None, {}, {"kid": "x"}, {"jwk": "x"}, {"x5t#S256": "x"}, "jwk", {"jkt": "x"}]
)
def test_refuses_a_credential_that_confirms_no_key(parties, cnf):
    assert code_of(parties, signed(parties, cnf=cnf)) == "missing_claim"


@pytest.mark.parametrize("jwk", [{}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "oct"}])
def test_refuses_a_confirmed_key_that_is_none(parties, jwk):
    assert code_of(parties, signed(parties, cnf={"jwk": jwk})) == "holder_key_malformed"


OWN_LIST = "own list"


@pytest.mark.parametrize(
    "status",
    [
        {}, {"status_list": {"idx": 0, "uri": "https://x"}}, "revoked", "x",
        {"didgate": {}}, {"didgate": {"list": OWN_LIST, "idx": -1}},
        {"didgate": {"list": OWN_LIST, "idx": True}}, {"didgate": {"list": OWN_LIST}},
        {"didgate": {"list": OWN_LIST, "idx": 2**32}}, {"didgate": {"list": "0x00", "idx": 1}},
        {"didgate": {"list": OWN_LIST, "idx": 1, "more": 1}},
        {"didgate": {"list": OWN_LIST, "idx": 1}, "status_list": {"idx": 0, "uri": "https://x"}},
    ],
)  # fmt: skip
def test_refuses_a_status_that_it_cannot_check(parties, status):
    list_id = identifiers.status_list_id(parties.issuer_id, identifiers.vct_type_id(VCT))
    text = json.dumps(status).replace(OWN_LIST, "0x" + list_id.hex())
    assert code_of(parties, signed(parties, status=json.loads(text))) == "unsupported_status"


def test_refuses_the_status_list_of_another(parties):
    status = {"didgate": {"list": "0x" + "00" * 32, "idx": 1}}
    assert code_of(parties, signed(parties, status=status)) == "status_list_mismatch"


@pytest.mark.parametrize("name", ["vct", "iss"])
@pytest.mark.parametrize("value", [None, 7, ""])
def test_refuses_a_credential_without_issuer_or_type(parties, name, value):
    assert code_of(parties, signed(parties, **{name: value})) == "missing_claim"


@pytest.mark.parametrize("kid", [None, 7, "key-1", "did:example:other#key-1"])
def test_refuses_a_credential_that_does_not_name_its_key(parties, kid):
    assert code_of(parties, signed(parties, {"kid": kid})) == "missing_claim"


def test_takes_a_relative_key_id_as_the_issuers(parties):
    token = signed(parties, {"kid": "#key-1"})
    assert ReceivedSDJWT.parse(token).key_id == f"{parties.did}#key-1"


@pytest.mark.parametrize("name", ["exp", "nbf", "status", "cnf", "vct#integrity", "aka_vcts"])
def test_refuses_registered_claims_that_were_concealed(parties, name):
    disclosure = Disclosure.create("x", name)
    claims = {} if name not in {"exp", "cnf"} else {name: None}
    token = SDJWT.parse(signed(parties, _sd=[sd_digest(disclosure.encoded)], **claims))
    again = bind(parties, replace(token, disclosures=(disclosure,), key_binding=None))
    assert code_of(parties, again) == "registered_claim_concealed"


def test_refuses_a_concealed_part_of_a_registered_claim(parties):
    jwk = parties.holder.public_key.to_jwk()
    payload, disclosures = conceal({"cnf": {"jwk": jwk}}, ["/cnf/jwk"])
    token = SDJWT.parse(signed(parties, **payload))
    again = bind(parties, replace(token, disclosures=tuple(disclosures), key_binding=None))
    assert code_of(parties, again) == "registered_claim_concealed"


def test_refuses_another_issuers_key(parties):
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    with pytest.raises(VerificationError) as error:
        verify_issued(ReceivedSDJWT.parse(parties.badge()), other.public_key)
    assert error.value.code == "invalid_signature"


def test_refuses_a_payload_that_is_not_json(parties):
    jwt = sign_jws(parties.jwt, b"not json", {"typ": "dc+sd-jwt"})
    with pytest.raises(VerificationError) as error:
        ReceivedSDJWT.parse(f"{jwt}~")
    assert error.value.code == "sd_jwt_malformed"


def test_refuses_algorithm_none(parties):
    token = SDJWT.parse(parties.badge())
    _, payload, _ = token.jwt.split(".")
    header = b64url_encode(
        json.dumps({"alg": "none", "typ": "dc+sd-jwt", "kid": parties.jwt_key_id}).encode()
    )
    assert code_of(parties, f"{header}.{payload}.~") == "jws_algorithm_refused"


def test_registered_claims_never_reach_a_policy(parties):
    token = signed(parties, sub="alice", jti="1", **{"vct#integrity": "sha256-x"})
    assert verify(parties, token).claims == {"role": "auditor"}


def test_repr_holds_no_claims(parties):
    assert "auditor" not in repr(held(parties))
