"""RFC 9901 §7.3: what a key binding JWT must be; none of it can be left out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from didgate.encoding import b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import sign_jws
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import sd_digest
from didgate.proofs.sd_jwt import SDJWT, bind_key, sign_sd_jwt, verify_key_binding, verify_sd_jwt

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
AUDIENCE, NONCE = "https://gate.example", "a-nonce-of-some-length"
ISSUER, HOLDER = (SoftwareSigner.generate(KeyAlgorithm.P256) for _ in range(2))
ISSUED = sign_sd_jwt(ISSUER, *conceal({"role": "auditor", "level": 3}, ["/role"]), header={})


def bound(sd_jwt: SDJWT = ISSUED, **changes: Any) -> SDJWT:
    options = {"audience": AUDIENCE, "nonce": NONCE, "issued_at": NOW} | changes
    return bind_key(sd_jwt, HOLDER, **options)


def verify(sd_jwt: SDJWT, **changes: Any) -> dict[str, Any]:
    options = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW, "hash_name": "sha-256"} | changes
    return verify_key_binding(sd_jwt, HOLDER.public_key, **options)


def forged(header: dict[str, Any] | None = None, **claims: Any) -> SDJWT:
    """Return key binding with other claims; None leaves a claim out."""
    payload = {
        "iat": int(NOW.timestamp()),
        "aud": AUDIENCE,
        "nonce": NONCE,
        "sd_hash": sd_digest(ISSUED.unbound()),
    } | claims
    kept = {name: value for name, value in payload.items() if value is not None}
    token = sign_jws(HOLDER, json.dumps(kept).encode(), header or {"typ": "kb+jwt"})
    return replace(ISSUED, key_binding=token)


def code_of(sd_jwt: SDJWT, **changes: Any) -> str:
    with pytest.raises(VerificationError) as error:
        verify(sd_jwt, **changes)
    return error.value.code


def test_returns_the_claims_that_the_holder_added():
    assert verify(bound(claims={"didgate": "0x00"}))["didgate"] == "0x00"


def test_survives_the_wire():
    assert verify(SDJWT.parse(bound().serialize()))["aud"] == AUDIENCE


def test_refuses_missing_key_binding():
    assert code_of(ISSUED) == "key_binding_missing"


def test_refuses_another_audience():
    assert code_of(bound(audience="https://evil.example")) == "audience_mismatch"


def test_refuses_missing_audience():
    assert code_of(forged(aud=None)) == "audience_mismatch"


def test_refuses_a_list_of_audiences():
    assert code_of(forged(aud=[AUDIENCE])) == "audience_mismatch"


def test_refuses_another_nonce():
    assert code_of(bound(nonce="some-other-nonce-here")) == "nonce_mismatch"


def test_refuses_missing_nonce():
    assert code_of(forged(nonce=None)) == "nonce_mismatch"


def test_refuses_missing_sd_hash():
    assert code_of(forged(sd_hash=None)) == "sd_hash_mismatch"


def test_refuses_a_disclosure_taken_away():
    assert code_of(replace(bound(), disclosures=())) == "sd_hash_mismatch"


def test_refuses_key_binding_of_another_selection():
    shown = bound(ISSUED.select([]))
    assert code_of(replace(shown, disclosures=ISSUED.disclosures)) == "sd_hash_mismatch"


def test_refuses_old_key_binding():
    assert code_of(bound(issued_at=NOW - timedelta(minutes=6))) == "key_binding_expired"


def test_refuses_key_binding_from_the_future():
    assert code_of(bound(issued_at=NOW + timedelta(minutes=2))) == "key_binding_from_future"


def test_accepts_a_clock_slightly_ahead():
    verify(bound(issued_at=NOW + timedelta(seconds=50)))


def test_refuses_expired_key_binding():
    assert code_of(forged(exp=int(NOW.timestamp()))) == "key_binding_expired"


def test_refuses_key_binding_before_its_time():
    assert code_of(forged(nbf=int(NOW.timestamp()) + 120)) == "key_binding_from_future"


@pytest.mark.parametrize("iat", [None, "now", True, -1, 2**40, [1]])
def test_refuses_malformed_time(iat):
    assert code_of(forged(iat=iat)) == "invalid_time"


def test_refuses_another_type():
    assert code_of(forged({"typ": "jwt"})) == "jws_wrong_type"


def test_refuses_another_key():
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    shown = bind_key(ISSUED, other, audience=AUDIENCE, nonce=NONCE, issued_at=NOW)
    assert code_of(shown) == "invalid_signature"


def test_refuses_algorithm_none():
    header, payload = (b64url_encode(json.dumps(part).encode()) for part in ({"alg": "none"}, {}))
    assert code_of(replace(ISSUED, key_binding=f"{header}.{payload}.")) == "jws_algorithm_refused"


def test_refuses_keys_of_other_kinds():
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    with pytest.raises(InvalidInput) as error:
        sign_sd_jwt(signer, {}, [], header={})
    assert error.value.code == "unsupported_key_algorithm"


@pytest.mark.parametrize("text", ["", "jwt", "~", "~a~", "a.b.c"])
def test_refuses_what_is_no_sd_jwt(text):
    with pytest.raises(VerificationError) as error:
        SDJWT.parse(text)
    assert error.value.code in {"sd_jwt_malformed", "malformed_disclosure"}


def test_refuses_an_empty_disclosure():
    with pytest.raises(VerificationError) as error:
        SDJWT.parse(f"{ISSUED.jwt}~~")
    assert error.value.code == "malformed_disclosure"


def test_refuses_too_long_an_sd_jwt():
    with pytest.raises(VerificationError) as error:
        SDJWT.parse("a" * 70_000 + "~")
    assert error.value.code == "sd_jwt_too_large"


def test_refuses_a_tampered_payload():
    header, payload, signature = ISSUED.jwt.split(".")
    other = b64url_encode(b'{"role":"admin"}')
    assert payload != other
    with pytest.raises(VerificationError) as error:
        verify_sd_jwt(SDJWT(f"{header}.{other}.{signature}", ()), ISSUER.public_key, typ=None)
    assert error.value.code == "invalid_signature"


def test_claims_that_are_not_json_cannot_be_signed():
    with pytest.raises(InvalidInput) as error:
        sign_sd_jwt(ISSUER, {"a": float("nan")}, [], header={})
    assert error.value.code == "invalid_claims"


def test_repr_holds_no_token():
    assert ISSUED.jwt not in repr(bound())
