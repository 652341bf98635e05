"""SD-JWT VC both ways with npm's @sd-jwt/sd-jwt-vc."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from didgate.credentials.sd_jwt import ReceivedSDJWT, issue, verify_issued
from didgate.encoding import b64url_encode
from didgate.errors import VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.proofs.sd_jwt import bind_key, verify_key_binding

pytestmark = pytest.mark.peer

ISSUER = "did:example:issuer"
VCT = "https://example.org/Badge"
CLAIMS: dict[str, Any] = {
    "role": "researcher",
    "level": 3,
    "address": {"country": "NL", "city": "Utrecht"},
    "nationalities": ["NL", "DE"],
}
CONCEALED = ["/role", "/level", "/address", "/address/city", "/nationalities/0"]
NONCE, AUDIENCE = "nonce-of-the-verifier", "https://gate.example"


@pytest.fixture(scope="module")
def peer(start_peer: Callable[[str], Any]) -> Any:
    return start_peer("sd_jwt")


@pytest.fixture(params=[KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def issuer(request: pytest.FixtureRequest) -> SoftwareSigner:
    return SoftwareSigner.generate(request.param)


@pytest.fixture(params=[KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def holder(request: pytest.FixtureRequest) -> SoftwareSigner:
    return SoftwareSigner.generate(request.param)


def private_jwk(signer: SoftwareSigner) -> dict[str, str]:
    return signer.public_key.to_jwk() | {"d": b64url_encode(signer.unsafe_private_bytes())}


def test_issued_and_presented_here_verifies_there(
    peer: Any, issuer: SoftwareSigner, holder: SoftwareSigner
) -> None:
    now = datetime.now(UTC)
    token = issue(
        issuer, ISSUER, VCT, CLAIMS, holder_key=holder.public_key, now=now,
        valid_until=now + timedelta(days=1), key_id=f"{ISSUER}#key-1", concealed=CONCEALED,
        decoys=3,
    )  # fmt: skip
    credential = verify_issued(ReceivedSDJWT.parse(token.serialize()), issuer.public_key)
    shown = bind_key(
        credential.select(["/level", "/address/country"]), holder, audience=AUDIENCE,
        nonce=NONCE, issued_at=now,
    )  # fmt: skip
    verified = peer.call(
        "verify", token=shown.serialize(), key=issuer.public_key.to_jwk(), nonce=NONCE
    )
    payload = verified["payload"]
    assert payload["level"] == 3
    assert payload["address"] == {"country": "NL"}
    assert payload["nationalities"] == ["DE"]
    assert "role" not in payload
    assert verified["kb"]["aud"] == AUDIENCE


def test_issued_and_presented_there_verifies_here(
    peer: Any, issuer: SoftwareSigner, holder: SoftwareSigner
) -> None:
    now = int(datetime.now(UTC).timestamp())
    registered = {"iss": ISSUER, "vct": VCT, "iat": now, "exp": now + 60}
    confirmation = {"cnf": {"jwk": holder.public_key.to_jwk()}}
    frame = {
        "_sd": ["role", "level", "address"],
        "address": {"_sd": ["city"]},
        "nationalities": {"_sd": [0], "_sd_decoy": 2},
        "_sd_decoy": 2,
    }
    token = peer.call(
        "issue", key=private_jwk(issuer), kid=f"{ISSUER}#key-1",
        claims=CLAIMS | registered | confirmation, frame=frame,
    )  # fmt: skip
    credential = verify_issued(ReceivedSDJWT.parse(token), issuer.public_key)
    assert credential.claims.claims == CLAIMS

    shown = peer.call(
        "present", token=token, frame={"role": True, "address": {"city": True}},
        key=private_jwk(holder), kb={"iat": now, "aud": AUDIENCE, "nonce": NONCE},
    )  # fmt: skip
    received = ReceivedSDJWT.parse(shown)
    presented = verify_issued(received, issuer.public_key)
    assert presented.claims.claims == {
        "role": "researcher",
        "address": {"country": "NL", "city": "Utrecht"},
        "nationalities": ["DE"],
    }
    verify_key_binding(
        received.sd_jwt, presented.claims.holder_key, audience=AUDIENCE, nonce=NONCE,
        now=datetime.now(UTC), hash_name="sha-256",
    )  # fmt: skip


def test_the_peer_refuses_what_was_tampered_with_here(peer: Any) -> None:
    issuer, holder = (SoftwareSigner.generate(KeyAlgorithm.P256) for _ in range(2))
    now = datetime.now(UTC)
    token = issue(
        issuer, ISSUER, VCT, CLAIMS, holder_key=holder.public_key, now=now,
        valid_until=now + timedelta(days=1), key_id=f"{ISSUER}#key-1",
    )  # fmt: skip
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    with pytest.raises(Exception, match=r"(?i)verify|signature"):
        peer.call("verify", token=token.serialize(), key=other.public_key.to_jwk())


def test_a_foreign_token_without_key_id_is_refused(peer: Any) -> None:
    issuer = SoftwareSigner.generate(KeyAlgorithm.P256)
    token = peer.call(
        "issue", key=private_jwk(issuer), claims={"iss": ISSUER, "vct": VCT, "iat": 0}, frame={}
    )
    with pytest.raises(VerificationError) as error:
        ReceivedSDJWT.parse(token)
    assert error.value.code == "missing_claim"
