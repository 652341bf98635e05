"""The SD-JWT VC with key binding among the examples of OpenID4VP 1.0."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from didgate.encoding import b64url_decode
from didgate.errors import VerificationError
from didgate.keys import PublicKey
from didgate.proofs.sd_jwt import SDJWT, verify_key_binding, verify_sd_jwt


@pytest.fixture
def example(vectors: Path) -> Path:
    return vectors / "openid4vp" / "sd_jwt_vcld" / "01"


@pytest.fixture
def issuer_key(example: Path) -> PublicKey:
    settings = yaml.safe_load((example.parent / "settings.yml").read_text())
    (jwk,) = settings["key_settings"]["issuer_keys"]
    return PublicKey.from_jwk({name: jwk[name] for name in ("kty", "crv", "x", "y")})


def read(path: Path) -> SDJWT:
    return SDJWT.parse("".join(path.read_text().split()))


def test_issuance_verifies(example: Path, issuer_key: PublicKey) -> None:
    issued = read(example / "sd_jwt_issuance.txt")
    claims = verify_sd_jwt(issued, issuer_key, typ=None).claims
    assert claims.items() >= json.loads((example / "user_claims.json").read_text()).items()


def test_presentation_verifies(example: Path, issuer_key: PublicKey) -> None:
    shown = read(example / "sd_jwt_presentation.txt")
    revealed = verify_sd_jwt(shown, issuer_key, typ=None)
    assert revealed.claims == json.loads((example / "verified_contents.json").read_text())
    bound = verify_key_binding(
        shown,
        PublicKey.from_jwk(revealed.claims["cnf"]["jwk"]),
        audience="https://verifier.example.org",
        nonce="1234567890",
        now=datetime.fromtimestamp(1744743394, UTC),
        hash_name=revealed.hash_name,
    )
    assert bound == json.loads((example / "kb_jwt_payload.json").read_text())


def test_presentation_is_refused_as_a_credential_of_another_media_type(
    example: Path, issuer_key: PublicKey
) -> None:
    shown = read(example / "sd_jwt_presentation.txt")
    header = json.loads(_header(shown))
    with pytest.raises(VerificationError) as error:
        verify_sd_jwt(shown, issuer_key, typ="not-" + header["typ"])
    assert error.value.code == "jws_wrong_type"


def _header(token: SDJWT) -> bytes:
    return b64url_decode(token.jwt.split(".")[0])
