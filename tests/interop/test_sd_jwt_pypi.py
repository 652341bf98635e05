"""Key binding both ways with PyPI's sd-jwt; claims and disclosures are in the conformance tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

from didgate.encoding import b64url_encode
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.proofs.concealment import conceal
from didgate.proofs.sd_jwt import SDJWT, bind_key, sign_sd_jwt, verify_key_binding, verify_sd_jwt

pytestmark = pytest.mark.peer

TYPE = "example+sd-jwt"
NONCE, AUDIENCE = "nonce-of-the-verifier", "https://gate.example"
ISSUER, HOLDER = (SoftwareSigner.generate(KeyAlgorithm.P256) for _ in range(2))
CLAIMS = {"role": "auditor", "level": 3, "cnf": {"jwk": HOLDER.public_key.to_jwk()}}
ISSUED = sign_sd_jwt(ISSUER, *conceal(CLAIMS, ["/role", "/level"]), header={"typ": TYPE})


def peer_key(signer: SoftwareSigner) -> JWK:
    secret = {"d": b64url_encode(signer.unsafe_private_bytes())}
    return JWK(**signer.public_key.to_jwk(), **secret)


def peer_verify(token: str, nonce: str = NONCE) -> dict[str, object]:
    verifier = SDJWTVerifier(token, lambda _issuer, _header: peer_key(ISSUER), AUDIENCE, nonce)
    return dict(verifier.get_verified_payload())


def test_key_binding_made_here_holds_there() -> None:
    shown = bind_key(
        ISSUED.select(ISSUED.disclosures[:1]),
        HOLDER,
        audience=AUDIENCE,
        nonce=NONCE,
        issued_at=datetime.now(UTC),
        claims={"didgate": "0x00"},
    )
    assert peer_verify(shown.serialize()).items() >= {"role": "auditor"}.items()
    with pytest.raises(ValueError, match="nonce"):
        peer_verify(shown.serialize(), nonce="another")


def test_key_binding_made_there_holds_here() -> None:
    holder = SDJWTHolder(ISSUED.serialize())
    holder.create_presentation({"level": True}, NONCE, AUDIENCE, peer_key(HOLDER))
    received = SDJWT.parse(holder.sd_jwt_presentation)
    revealed = verify_sd_jwt(received, ISSUER.public_key, typ=TYPE)
    assert (revealed.claims["level"], "role" in revealed.claims) == (3, False)
    verify_key_binding(
        received,
        HOLDER.public_key,
        audience=AUDIENCE,
        nonce=NONCE,
        now=datetime.now(UTC),
        hash_name=revealed.hash_name,
    )
