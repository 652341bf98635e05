"""did:key against the vectors of its specification and against didkit.

The vectors write keys in forms that have been replaced since, so they serve to check which key a
DID stands for, not what its document looks like.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from didgate.dids import did_key
from didgate.encoding import base58btc_decode
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner

SUPPORTED = {
    "ed25519-x25519.json": 5,
    "secp256k1.json": 6,
    "nist-curves.json": 3,
    "bls12381.json": 5,
}
UNSUPPORTED = ("z82L", "z2J9", "z4MX", "zggh", "z5Tc")  # P-384, P-521, RSA, BLS G1 and G2 together


def vectors_in(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for did, vector in json.loads((folder / "did-key" / name).read_text()).items():
        yield did, vector["didDocument"]


@pytest.mark.parametrize("name", SUPPORTED)
def test_key_is_the_one_of_the_vector(vectors: Path, name: str) -> None:
    checked = 0
    for did, document in vectors_in(vectors, name):
        if did.removeprefix("did:key:").startswith(UNSUPPORTED):
            continue
        key = did_key.resolve(did).key(did_key.method_id(did), "authentication")
        expected = document["verificationMethod"][0]
        assert expected["id"] == did_key.method_id(did)
        if "publicKeyBase58" in expected:
            assert key.raw == base58btc_decode(expected["publicKeyBase58"])
        else:
            assert key == PublicKey.from_jwk(expected["publicKeyJwk"])
        assert did_key.create(key) == did
        checked += 1
    assert checked == SUPPORTED[name]


@pytest.mark.parametrize("name", ["nist-curves.json", "rsa.json", "bls12381.json"])
def test_key_of_another_kind_is_refused(vectors: Path, name: str) -> None:
    dids = [
        did
        for did, _ in vectors_in(vectors, name)
        if did.removeprefix("did:key:").startswith(UNSUPPORTED)
    ]
    assert dids
    for did in dids:
        with pytest.raises(InvalidInput) as error:
            did_key.resolve(did)
        assert error.value.code in {"unsupported_key_algorithm", "invalid_base58"}


def test_encryption_key_is_refused(vectors: Path) -> None:
    documents = json.loads((vectors / "did-key" / "x25519.json").read_text())["didDocument"]
    for did in documents:
        with pytest.raises(InvalidInput) as error:
            did_key.resolve(did)
        assert error.value.code == "unsupported_key_algorithm"


@pytest.mark.parametrize(
    "did",
    [
        "did:key:",
        "did:key:z",
        "did:key:z6Mk",
        "did:key:uZGlkZ2F0ZQ",
        # base64url of a valid Ed25519 key: a second spelling
        "did:key:u7QEub_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOQ",
        "did:key:1.1:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:web:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    ],
)
def test_malformed_did_key_is_refused(did: str) -> None:
    with pytest.raises(InvalidInput):
        did_key.resolve(did)


@pytest.mark.peer
@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
)
def test_didkit_finds_the_same_key(algorithm: KeyAlgorithm) -> None:
    didkit = pytest.importorskip("didkit")

    async def resolve(did: str) -> Any:
        return json.loads(await didkit.resolve_did(did, "{}"))

    for _ in range(5):
        key = SoftwareSigner.generate(algorithm).public_key
        did = did_key.create(key)
        document = asyncio.run(resolve(did))
        [method] = document["verificationMethod"]
        assert document["id"] == did
        assert method["id"] == did_key.method_id(did)
        assert PublicKey.from_jwk(method["publicKeyJwk"]) == key
        assert document["assertionMethod"] == [method["id"]]
