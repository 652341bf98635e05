"""The same tokens in PyJWT and joserfc, both ways."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key

from didgate.encoding import b64url_encode
from didgate.keys import SoftwareSigner
from didgate.keys.jws import sign_jws, verify_jws

CLAIMS = {"sub": "alice", "role": "réviseuse"}


@pytest.fixture
def private_jwk(signer: SoftwareSigner) -> dict[str, Any]:
    return {**signer.public_key.to_jwk(), "d": b64url_encode(signer.unsafe_private_bytes())}


def test_pyjwt_verifies_ours(signer: SoftwareSigner) -> None:
    alg = signer.public_key.jose_alg
    token = sign_jws(signer, json.dumps(CLAIMS).encode(), {"typ": "JWT"})
    key = jwt.PyJWK(signer.public_key.to_jwk(), algorithm=alg)
    assert jwt.decode(token, key, algorithms=[alg]) == CLAIMS


def test_we_verify_those_of_pyjwt(signer: SoftwareSigner, private_jwk: dict[str, Any]) -> None:
    alg = signer.public_key.jose_alg
    for number in range(5):
        token = jwt.encode({**CLAIMS, "n": number}, jwt.PyJWK(private_jwk, algorithm=alg).key, alg)
        jws = verify_jws(token, signer.public_key, algorithms=[alg], typ="JWT")
        assert jws.claims() == {**CLAIMS, "n": number}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_verifies_ours(signer: SoftwareSigner) -> None:
    alg = signer.public_key.jose_alg
    token = sign_jws(signer, b"payload", {"kid": "1"})
    key = import_key(dict(signer.public_key.to_jwk()))
    assert joserfc_jws.deserialize_compact(token, key, algorithms=[alg]).payload == b"payload"
    assert key.thumbprint() == signer.public_key.thumbprint()


def test_we_verify_those_of_joserfc(signer: SoftwareSigner, private_jwk: dict[str, Any]) -> None:
    alg = signer.public_key.jose_alg.replace("EdDSA", "Ed25519")  # RFC 9864, joserfc's default
    for number in range(5):
        payload = f"payload {number}"
        token = joserfc_jws.serialize_compact(
            {"alg": alg, "kid": "1"}, payload, import_key(private_jwk), algorithms=[alg]
        )
        jws = verify_jws(token, signer.public_key, algorithms=[alg], typ=None)
        assert jws.payload == payload.encode()
