"""did:jwk against the examples of its specification and against didkit."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from didgate.dids import did_jwk
from didgate.encoding import b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner

P256_DID = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6"
    "OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
P256_JWK = {
    "crv": "P-256",
    "kty": "EC",
    "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0",
    "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
}
X25519_DID = (
    "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdP"
    "UTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9"
)
X25519_JWK = {
    "kty": "OKP",
    "crv": "X25519",
    "use": "enc",
    "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
}
CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
SIGNING = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")


def expected(did: str, jwk: dict[str, str], purposes: tuple[str, ...]) -> dict[str, Any]:
    method = {
        "id": f"{did}#0",
        "type": "JsonWebKey2020",
        "controller": did,
        "publicKeyJwk": jwk,
    }
    return {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": [method],
        **{purpose: [f"{did}#0"] for purpose in purposes},
    }


def did_of_jwk(jwk: object) -> str:
    return f"did:jwk:{b64url_encode(json.dumps(jwk).encode())}"


def test_example_with_p256() -> None:
    document = did_jwk.resolve(P256_DID)
    assert document.to_dict() == expected(P256_DID, P256_JWK, (*SIGNING, "keyAgreement"))
    assert document.key(f"{P256_DID}#0") == PublicKey.from_jwk(P256_JWK)
    assert did_jwk.create(PublicKey.from_jwk(P256_JWK)) == P256_DID


def test_example_with_x25519_resolves_and_signs_nothing() -> None:
    document = did_jwk.resolve(X25519_DID)
    assert document.to_dict() == expected(X25519_DID, X25519_JWK, ("keyAgreement",))
    with pytest.raises(VerificationError) as error:
        document.key(f"{X25519_DID}#0")
    assert error.value.code == "wrong_purpose"
    with pytest.raises(VerificationError) as error:
        document.key(f"{X25519_DID}#0", "keyAgreement")
    assert error.value.code == "unusable_key"


def test_key_for_signatures_agrees_on_no_keys() -> None:
    did = did_of_jwk({**P256_JWK, "use": "sig"})
    document = did_jwk.resolve(did)
    assert document.key(f"{did}#0", "authentication") == PublicKey.from_jwk(P256_JWK)
    assert "keyAgreement" not in document.to_dict()


def test_kid_is_not_the_fragment() -> None:
    did = did_of_jwk({**P256_JWK, "kid": "mine"})
    with pytest.raises(VerificationError) as error:
        did_jwk.resolve(did).key(f"{did}#mine")
    assert error.value.code == "unknown_verification_method"


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.SECP256K1])
def test_did_of_a_key_resolves_to_it(algorithm: KeyAlgorithm) -> None:
    key = SoftwareSigner.generate(algorithm).public_key
    did = did_jwk.create(key)
    assert did_jwk.resolve(did).key(did_jwk.method_id(did)) == key


def test_key_without_jwk_has_no_did() -> None:
    with pytest.raises(InvalidInput) as error:
        did_jwk.create(SoftwareBBSSigner.generate().public_key)
    assert error.value.code == "unsupported_key_algorithm"


@pytest.mark.parametrize(
    ("jwk", "code"),
    [
        ({**P256_JWK, "d": "AAAA"}, "private_jwk"),
        ({"kty": "RSA", "n": "AAAA", "e": "AQAB", "d": "AAAA"}, "private_jwk"),
        ({"kty": "oct", "k": "AAAA"}, "private_jwk"),
        ({**P256_JWK, "y": P256_JWK["x"]}, "invalid_public_key"),
        ({**P256_JWK, "use": "both"}, "invalid_did"),
        ({**P256_JWK, "use": ["sig"]}, "invalid_did"),
        ({"crv": "P-256"}, "invalid_jwk"),
        ([], "invalid_did"),
        ("text", "invalid_did"),
    ],
)
def test_unfit_jwk_is_refused(jwk: object, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        did_jwk.resolve(did_of_jwk(jwk))
    assert error.value.code == code


@pytest.mark.parametrize(
    ("did", "code"),
    [
        (f"{P256_DID}=", "invalid_did"),
        (f"{P256_DID[:-1]}", "invalid_base64url"),
        ("did:jwk:bm90IGpzb24", "invalid_json"),
        (P256_DID.replace("jwk", "key", 1), "invalid_did"),
        (f"{P256_DID}:x", "invalid_base64url"),
    ],
)
def test_malformed_did_jwk_is_refused(did: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        did_jwk.resolve(did)
    assert error.value.code == code


@pytest.mark.peer
@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
)
def test_didkit_finds_the_same_key(algorithm: KeyAlgorithm) -> None:
    didkit = pytest.importorskip("didkit")

    async def resolve(did: str) -> Any:
        return json.loads(await didkit.resolve_did(did, "{}"))

    key = SoftwareSigner.generate(algorithm).public_key
    did = did_jwk.create(key)
    document = asyncio.run(resolve(did))
    [method] = document["verificationMethod"]
    assert method["id"] == did_jwk.method_id(did)
    assert PublicKey.from_jwk(method["publicKeyJwk"]) == key
