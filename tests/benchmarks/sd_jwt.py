"""Verifying a presented SD-JWT with key binding, beside PyPI's sd-jwt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.measure import Row, measure
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from didgate.keys import PublicKey
from didgate.proofs.sd_jwt import SDJWT, verify_key_binding, verify_sd_jwt

AUDIENCE, NONCE = "https://gate.example", "n-0123456789abcdef"
TYPE = "dc+sd-jwt"
CLAIMS = {f"claim{i}": f"value {i}" for i in range(5)}


def presented() -> tuple[str, JWK]:
    """Return a presentation made by the peer, and the issuer's key."""
    issuer, holder = (JWK.generate(kty="EC", crv="P-256") for _ in range(2))
    now = datetime.now(UTC)
    claims = {
        "iss": "did:web:issuer.example",
        "vct": "https://issuer.example/badge",
        "exp": int((now + timedelta(days=1)).timestamp()),
        **{SDObj(name): value for name, value in CLAIMS.items()},
    }
    issued = SDJWTIssuer(
        claims, issuer, holder, sign_alg="ES256", extra_header_parameters={"typ": TYPE}
    ).sd_jwt_issuance
    wallet = SDJWTHolder(issued)
    wallet.create_presentation({"claim0": True}, NONCE, AUDIENCE, holder)
    return wallet.sd_jwt_presentation, issuer


def rows(repetitions: int) -> Iterator[Row]:
    """Yield one row: the same token, verified by both, signature, disclosures and key binding."""
    token, issuer = presented()
    key = PublicKey.from_jwk(issuer.export_public(as_dict=True) | {"kid": ""})

    def ours() -> None:
        received = SDJWT.parse(token)
        revealed = verify_sd_jwt(received, key, typ=TYPE)
        holder = PublicKey.from_jwk(revealed.claims["cnf"]["jwk"])
        now = datetime.now(UTC)
        verify_key_binding(
            received, holder, audience=AUDIENCE, nonce=NONCE, now=now, hash_name=revealed.hash_name
        )

    def peer() -> None:
        SDJWTVerifier(token, lambda *_: issuer, AUDIENCE, NONCE).get_verified_payload()

    times, other = (measure(work, repetitions=repetitions) for work in (ours, peer))
    yield Row(
        "SD-JWT + key binding, 5 claims, 1 shown: verify",
        times.median,
        None,
        {"sd-jwt": other.median},
        {"sd-jwt": 1.3},
        times.p99,
    )
