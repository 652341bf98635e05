"""did:ethr against the examples of its specification and against didkit."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from simulator import ScriptedEthrNetwork

from didgate.chain.did_registry import AttributeChanged
from didgate.dids import DIDDocument, Purpose
from didgate.dids.did_ethr import DIDEthr, create
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import address_of

ADDRESS = "0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74"
PURPOSES: tuple[Purpose, ...] = ("authentication", "assertionMethod")
DID = f"did:ethr:{ADDRESS.lower()}"

BLS_VALUE = (
    "eb01b3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7"
    "eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930"
    "373e454c"
)
BLS_MULTIKEY = (
    "zUC7JkTsCUqQiiKUJeoAXPxS8sidWURud3191d4g4WZPgvGHKQTuXrS7GiJLuyii948C8KLhb5AxQYpCKQNJikPpwjHRZv"
    "Jpv8YbwaisLPNhhSSUzfCjNnGuyqSkm53jHXa7Gwu"
)


def resolve(name: str, value: str) -> dict[str, Any]:
    network = ScriptedEthrNetwork()
    network.events[ADDRESS] = [
        AttributeChanged(name.encode().ljust(32, b"\0"), bytes.fromhex(value), 1 << 40, 1)
    ]
    return DIDEthr({1: network}).resolve(DID).to_dict()


@pytest.mark.parametrize(
    ("name", "value", "type_", "member", "written"),
    [
        (
            "did/pub/Secp256k1/veriKey",
            "02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71",
            "EcdsaSecp256k1VerificationKey2019",
            "publicKeyJwk",
            # The x and y printed in the specification are not those of this key.
            PublicKey(
                KeyAlgorithm.SECP256K1,
                bytes.fromhex("02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71"),
            ).to_jwk(),
        ),
        (
            "did/pub/CustomKeyType/veriKey/hex",
            "02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71",
            "CustomKeyType",
            "publicKeyHex",
            "02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71",
        ),
        (
            "did/pub/Ed25519/veriKey",
            "c642b35757cc36906fa75fa0338bf33e5210c5bce4769324801fd64276d69d07",
            "Ed25519VerificationKey2020",
            "publicKeyMultibase",
            "z6MksoBm2hUcoKLLHsUQ77iA5YXxwNskXJ9fs7V7z8edniop",
        ),
        (
            "did/pub/X25519/enc",
            "118557777ffb078774371a52b00fed75561dcf975e61c47553e664a617661052",
            "X25519KeyAgreementKey2020",
            "publicKeyMultibase",
            "z6LScra2Lg8mSU6TkMX1AKJSn6ApwneQkfXgJZpj48hCp3N1",
        ),
        (
            "did/pub/Multikey/veriKey",
            "e70102b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71",
            "Multikey",
            "publicKeyMultibase",
            "zQ3shZtr1sUnrETvXPDa4gYSNE3gpJhdTkVmpYoWBuAiBsJ4G",
        ),
        (
            "did/pub/Multikey/veriKey",
            BLS_VALUE,
            "Multikey",
            "publicKeyMultibase",
            BLS_MULTIKEY,
        ),
    ],
)
def test_example_of_a_key(name: str, value: str, type_: str, member: str, written: object) -> None:
    document = resolve(name, value)
    assert document["verificationMethod"][1] == {
        "id": f"{DID}#delegate-1",
        "type": type_,
        "controller": DID,
        member: written,
    }
    purpose = "keyAgreement" if name.endswith("enc") else "assertionMethod"
    assert document[purpose][-1] == f"{DID}#delegate-1"


def test_example_of_a_service() -> None:
    document = resolve("did/svc/HubService", "68747470733a2f2f687562732e75706f72742e6d65")
    assert document["service"] == [
        {
            "id": f"{DID}#service-1",
            "type": "HubService",
            "serviceEndpoint": "https://hubs.uport.me",
        }
    ]


@pytest.mark.peer
@pytest.mark.parametrize("by_key", [False, True])
def test_didkit_makes_the_same_default_document(by_key: bool) -> None:
    didkit = pytest.importorskip("didkit")

    async def peer(did: str) -> Any:
        return json.loads(await didkit.resolve_did(did, "{}"))

    key = SoftwareSigner.generate(KeyAlgorithm.SECP256K1).public_key
    did = create(key if by_key else address_of(key), chain_id=1)
    ours = DIDEthr({1: ScriptedEthrNetwork()}).resolve(did)
    theirs = DIDDocument.from_dict(asyncio.run(peer(did)))
    # didkit lists one method more, Eip712Method2021, of which the specification knows nothing.
    for document in (ours, theirs):
        assert document.id == did
        for purpose in PURPOSES:
            method = document.method(f"{did}#controller", purpose)
            assert method.account == f"eip155:1:{address_of(key)}"
            if by_key:
                assert document.key(f"{did}#controllerKey", purpose) == key
