from __future__ import annotations

from typing import Any

import pytest

from didgate.dids import DIDDocument, Purpose, VerificationMethod
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner

DID = "did:example:alice"
KEYS = {
    algorithm: SoftwareSigner.generate(algorithm).public_key
    for algorithm in (KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1)
}
KEYS[KeyAlgorithm.BLS12_381] = SoftwareBBSSigner.generate().public_key
ED25519 = KEYS[KeyAlgorithm.ED25519]
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def method(name: str = "#a", **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": ED25519.to_multikey(),
        **changes,
    }


def document(*methods: Any, **changes: Any) -> dict[str, Any]:
    return {"id": DID, "verificationMethod": list(methods), **changes}


def invalid(data: object) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        DIDDocument.from_dict(data)
    return error.value


def refusal(data: object, method_id: str, purpose: Purpose = "assertionMethod") -> str:
    with pytest.raises(VerificationError) as error:
        DIDDocument.from_dict(data).key(method_id, purpose)
    return error.value.code


@pytest.mark.parametrize("algorithm", KEYS)
def test_multikey_is_read(algorithm: KeyAlgorithm) -> None:
    key = KEYS[algorithm]
    data = document(method(publicKeyMultibase=key.to_multikey()), assertionMethod=["#a"])
    assert DIDDocument.from_dict(data).key(f"{DID}#a") == key


@pytest.mark.parametrize("type_", ["JsonWebKey", "JsonWebKey2020"])
@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
)
def test_json_web_key_is_read(algorithm: KeyAlgorithm, type_: str) -> None:
    entry = method(type=type_, publicKeyJwk=KEYS[algorithm].to_jwk())
    del entry["publicKeyMultibase"]
    parsed = DIDDocument.from_dict(document(entry, assertionMethod=[f"{DID}#a"]))
    assert parsed.key(f"{DID}#a") == KEYS[algorithm]


def test_older_types_are_read() -> None:
    secp256k1 = KEYS[KeyAlgorithm.SECP256K1]
    older = method("#b", type="EcdsaSecp256k1VerificationKey2019", publicKeyJwk=secp256k1.to_jwk())
    del older["publicKeyMultibase"]
    data = document(
        method(type="Ed25519VerificationKey2020"), older, authentication=["#a", f"{DID}#b"]
    )
    parsed = DIDDocument.from_dict(data)
    assert parsed.key(f"{DID}#a", "authentication") == ED25519
    assert parsed.key(f"{DID}#b", "authentication") == secp256k1


def test_embedded_method_serves_its_purpose_only() -> None:
    data = document(authentication=[method("#embedded")])
    parsed = DIDDocument.from_dict(data)
    assert parsed.key(f"{DID}#embedded", "authentication") == ED25519
    assert refusal(data, f"{DID}#embedded") == "wrong_purpose"


def test_key_listed_for_another_purpose_is_refused() -> None:
    data = document(method(), authentication=["#a"], keyAgreement=["#a"])
    assert refusal(data, f"{DID}#a") == "wrong_purpose"
    assert refusal(data, f"{DID}#a", "capabilityInvocation") == "wrong_purpose"


@pytest.mark.parametrize("method_id", [f"{DID}#b", "#a", f"{DID}#A", "a", "", DID])
def test_unknown_method_is_refused(method_id: str) -> None:
    data = document(method(), assertionMethod=["#a"])
    assert refusal(data, method_id) == "unknown_verification_method"


def test_method_of_another_did_is_refused() -> None:
    # The document of a thief that claims to define a key of its victim.
    victim = "did:example:victim#a"
    data = document(method(victim), assertionMethod=[victim])
    assert refusal(data, victim) == "unknown_verification_method"


def test_method_of_a_did_with_the_same_beginning_is_refused() -> None:
    other = f"{DID}:b#a"
    data = document(method(other), assertionMethod=[other])
    assert refusal(data, other) == "unknown_verification_method"


def test_method_under_another_controller_is_refused() -> None:
    data = document(method(controller="did:example:bob"), assertionMethod=["#a"])
    assert refusal(data, f"{DID}#a") == "foreign_controller"


def test_reference_to_a_method_elsewhere_is_kept_but_holds_no_key_here() -> None:
    elsewhere = "did:example:bob#b"
    data = document(assertionMethod=[elsewhere])
    assert DIDDocument.from_dict(data).purposes["assertionMethod"] == {elsewhere}
    assert refusal(data, elsewhere) == "unknown_verification_method"


@pytest.mark.parametrize(
    "entry",
    [
        method(type="X25519KeyAgreementKey2020"),
        method(type="Multikey", publicKeyMultibase=5),
        method(type="Multikey", publicKeyMultibase="z6Mk"),
        method(type="Multikey", publicKeyMultibase="u" + ED25519.to_multikey()[1:]),
        method(type="JsonWebKey"),
        method(publicKeyJwk=ED25519.to_jwk()),
        method(publicKeyHex="00"),
        method(blockchainAccountId=f"eip155:1:{ADDRESS}"),
        method(
            type="Ed25519VerificationKey2020",
            publicKeyMultibase=KEYS[KeyAlgorithm.P256].to_multikey(),
        ),
    ],
)
def test_unusable_key_is_refused(entry: dict[str, Any]) -> None:
    data = document(entry, assertionMethod=["#a"])
    assert refusal(data, f"{DID}#a") == "unusable_key"


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        [],
        {},
        {**ED25519.to_jwk(), "d": "AAAA"},
        {**ED25519.to_jwk(), "use": "enc"},
        {"kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"},
        KEYS[KeyAlgorithm.P256].to_jwk() | {"y": "A" * 43},
    ],
)
def test_unusable_json_web_key_is_refused(jwk: Any) -> None:
    entry = method(type="JsonWebKey", publicKeyJwk=jwk)
    del entry["publicKeyMultibase"]
    data = document(entry, assertionMethod=["#a"])
    assert refusal(data, f"{DID}#a") == "unusable_key"


def test_unknown_members_are_kept() -> None:
    data = document(
        method(future=[1]), service=[{"id": "#s", "type": "T", "serviceEndpoint": "https://x"}]
    )
    parsed = DIDDocument.from_dict(data)
    copied = parsed.to_dict()
    assert copied == data
    copied["service"].clear()
    assert parsed.to_dict() == data


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, ""),
        ([], ""),
        ("did:example:alice", ""),
        ({}, "id"),
        ({"id": 5}, "id"),
        (document(controller=5), "controller"),
        (document(controller=[DID, 5]), "controller"),
        (document(controller={"id": DID}), "controller"),
        ({"id": DID, "verificationMethod": {}}, "verificationMethod"),
        ({"id": DID, "verificationMethod": None}, "verificationMethod"),
        (document(authentication=f"{DID}#a"), "authentication"),
        (document("did:example:alice#a"), "verificationMethod[0]"),
        (document(method(), method("#b", id=None)), "verificationMethod[1]"),
        (document(method(type=["Multikey"])), "verificationMethod[0]"),
        (document(method(controller=None)), "verificationMethod[0]"),
        (document(method(controller=[DID])), "verificationMethod[0]"),
        (document(keyAgreement=["#a", 5]), "keyAgreement[1]"),
        (document(method(), method()), "verificationMethod"),
        (document(method(), assertionMethod=[method()]), "verificationMethod"),
        (document(method(), method(f"{DID}#a")), "verificationMethod"),
    ],
)
def test_malformed_document_is_refused(data: object, path: str) -> None:
    error = invalid(data)
    assert error.code == "invalid_did_document"
    assert (error.path or "") == path


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"id": "alice"}, "invalid_did"),
        ({"id": f"{DID}#a"}, "invalid_did"),
        (document(controller="alice"), "invalid_did"),
        (document(method(controller="alice")), "invalid_did"),
        (document(method("a")), "invalid_did_url"),
        (document(method("")), "invalid_did_url"),
        (document(method("#")), "invalid_did_url"),
        (document(method("https://example.com/#a")), "invalid_did_url"),
        (document(assertionMethod=["a"]), "invalid_did_url"),
        (document(assertionMethod=[DID]), "invalid_did_url"),
    ],
)
def test_malformed_identifier_is_refused(data: object, code: str) -> None:
    assert invalid(data).code == code


def account_method(**changes: Any) -> VerificationMethod:
    data = {
        "id": "#a",
        "type": "EcdsaSecp256k1RecoveryMethod2020",
        "controller": DID,
        "blockchainAccountId": f"eip155:1:{ADDRESS}",
        **changes,
    }
    return VerificationMethod.from_dict(data, DID, path="")


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.lower()])
def test_account_is_read_with_its_checksum(address: str) -> None:
    found = account_method(blockchainAccountId=f"eip155:5:{address}")
    assert found.account == f"eip155:5:{ADDRESS}"


def test_account_is_no_key() -> None:
    with pytest.raises(InvalidInput) as error:
        account_method().public_key  # noqa: B018
    assert error.value.code == "unsupported_verification_method"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "Multikey"}, "unsupported_verification_method"),
        ({"ethereumAddress": ADDRESS}, "ambiguous_verification_method"),
        ({"blockchainAccountId": 5}, "invalid_account"),
        ({"blockchainAccountId": ADDRESS}, "invalid_account"),
        ({"blockchainAccountId": f"eip155:01:{ADDRESS}"}, "invalid_account"),
        ({"blockchainAccountId": f"cosmos:1:{ADDRESS}"}, "invalid_account"),
        ({"blockchainAccountId": f"{ADDRESS}@eip155:1"}, "invalid_account"),
        ({"blockchainAccountId": f"eip155:1:0x7e{ADDRESS[4:]}"}, "invalid_address"),
    ],
)
def test_malformed_account_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        account_method(**changes).account  # noqa: B018
    assert error.value.code == code
