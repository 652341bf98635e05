from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from simulator import ManualClock, ScriptedEthrNetwork

from didgate.chain.did_registry import (
    AttributeChanged,
    DelegateChanged,
    IdentityEvent,
    OwnerChanged,
)
from didgate.dids import DIDDocument, did_ethr
from didgate.dids.did_ethr import DIDEthr
from didgate.dids.ethr_document import build_document
from didgate.errors import ChainError, InvalidInput, ResolutionError, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import address_of

NOW = 1_800_000_000
LATER = NOW + 1
EARLIER = NOW - 1
KEY = PublicKey(
    KeyAlgorithm.SECP256K1,
    bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
)
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
THIRD = "0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69"
NOBODY = "0x0000000000000000000000000000000000000000"
DID = did_ethr.create(ADDRESS, chain_id=1)
ED25519 = SoftwareSigner.from_private_bytes(KeyAlgorithm.ED25519, b"\x07" * 32).public_key


def delegate(type_: str, address: str, valid_to: int) -> DelegateChanged:
    return DelegateChanged(type_.encode().ljust(32, b"\0"), address, valid_to, 1)


def attribute(name: str, value: bytes, valid_to: int = LATER) -> AttributeChanged:
    return AttributeChanged(name.encode().ljust(32, b"\0"), value, valid_to, 1)


def document(*events: IdentityEvent, did: str = DID) -> dict[str, Any]:
    data = build_document(did_ethr.parse(did), events, NOW)
    DIDDocument.from_dict(data)
    return data


def fragments(data: dict[str, Any], member: str = "verificationMethod") -> list[str]:
    entries = [entry if isinstance(entry, str) else entry["id"] for entry in data.get(member, [])]
    return [entry.removeprefix(f"{data['id']}#") for entry in entries]


def test_identity_speaks_for_itself() -> None:
    data = document()
    assert fragments(data) == ["controller"]
    assert data["verificationMethod"][0]["blockchainAccountId"] == f"eip155:1:{ADDRESS}"
    assert fragments(data, "authentication") == fragments(data, "assertionMethod") == ["controller"]
    assert "service" not in data
    assert "keyAgreement" not in data


def test_new_owner_replaces_the_old_one() -> None:
    data = document(OwnerChanged(OTHER, 1), OwnerChanged(THIRD, 2))
    [method] = data["verificationMethod"]
    assert method["blockchainAccountId"] == f"eip155:1:{THIRD}"


def test_key_of_the_did_is_listed_while_it_owns_itself() -> None:
    did = did_ethr.create(KEY, chain_id=1)
    method_id = f"{did}#controllerKey"
    parsed = DIDDocument.from_dict(document(did=did))
    assert parsed.key(method_id) == parsed.key(method_id, "authentication") == KEY
    assert fragments(document(OwnerChanged(OTHER, 1), did=did)) == ["controller"]
    back = document(OwnerChanged(OTHER, 1), OwnerChanged(ADDRESS, 2), did=did)
    assert fragments(back) == ["controller", "controllerKey"]


@pytest.mark.parametrize(
    "after",
    [
        [],
        # The registry would let the identity go on; the specification does not.
        [OwnerChanged(OTHER, 2)],
        [attribute("did/pub/Ed25519/veriKey", ED25519.raw)],
    ],
)
def test_deactivated_did_is_refused(after: list[IdentityEvent]) -> None:
    with pytest.raises(ResolutionError) as error:
        document(OwnerChanged(NOBODY, 1), *after)
    assert error.value.code == "did_deactivated"


def test_delegates_serve_the_purpose_of_their_type() -> None:
    data = document(delegate("veriKey", OTHER, LATER), delegate("sigAuth", THIRD, LATER))
    assert fragments(data) == ["controller", "delegate-1", "delegate-2"]
    assert fragments(data, "assertionMethod") == ["controller", "delegate-1"]
    assert fragments(data, "authentication") == ["controller", "delegate-2"]
    assert data["verificationMethod"][1]["blockchainAccountId"] == f"eip155:1:{OTHER}"


def test_delegate_of_another_type_is_counted_and_not_listed() -> None:
    data = document(delegate("other", OTHER, LATER), delegate("veriKey", OTHER, LATER))
    assert fragments(data) == ["controller", "delegate-2"]


def test_type_that_is_no_text_is_not_counted() -> None:
    data = document(
        DelegateChanged(b"\xff" * 32, OTHER, LATER, 1),
        AttributeChanged(b"\xff" * 32, b"", LATER, 1),
        attribute("something/else", b""),
        delegate("veriKey", OTHER, LATER),
    )
    assert fragments(data) == ["controller", "delegate-1"]


@pytest.mark.parametrize(("valid_to", "listed"), [(EARLIER, False), (NOW, True), (LATER, True)])
def test_validity_ends_after_its_last_second(valid_to: int, listed: bool) -> None:
    data = document(
        delegate("veriKey", OTHER, valid_to),
        attribute("did/pub/Ed25519/veriKey", ED25519.raw, valid_to),
        attribute("did/svc/Hub", b"https://hub.example", valid_to),
    )
    assert fragments(data) == ["controller", *(["delegate-1", "delegate-2"] if listed else [])]
    assert fragments(data, "service") == (["service-1"] if listed else [])


def test_latest_event_about_a_delegate_decides() -> None:
    longer, shorter = delegate("veriKey", OTHER, LATER), delegate("veriKey", OTHER, EARLIER)
    assert fragments(document(longer, shorter)) == ["controller"]
    assert fragments(document(shorter, longer)) == ["controller", "delegate-2"]
    assert fragments(document(longer, longer)) == ["controller", "delegate-2"]


def test_revoking_one_role_of_a_delegate_leaves_the_other() -> None:
    data = document(
        delegate("veriKey", OTHER, LATER),
        delegate("sigAuth", OTHER, LATER),
        delegate("veriKey", OTHER, EARLIER),
    )
    assert fragments(data) == ["controller", "delegate-2"]
    assert fragments(data, "assertionMethod") == ["controller"]


def test_identifiers_are_stable() -> None:
    # The example of the specification, section "id properties of entries".
    other = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    name = "did/pub/Ed25519/veriKey"
    history: list[IdentityEvent] = [
        attribute(name, ED25519.raw),
        attribute(name, other.raw),
        delegate("veriKey", OTHER, LATER),
        attribute("did/svc/Hub", b"https://hub.example"),
        attribute(name, ED25519.raw, EARLIER),
        delegate("veriKey", THIRD, LATER),
    ]
    data = document(*history)
    assert fragments(data) == ["controller", "delegate-2", "delegate-3", "delegate-5"]
    assert fragments(data, "service") == ["service-1"]


@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
)
def test_declared_multikey_is_usable(algorithm: KeyAlgorithm) -> None:
    key = SoftwareSigner.generate(algorithm).public_key
    prefix = {"Ed25519": b"\xed\x01", "P-256": b"\x80\x24", "secp256k1": b"\xe7\x01"}[algorithm]
    data = document(attribute("did/pub/Multikey/veriKey", prefix + key.raw))
    assert DIDDocument.from_dict(data).key(f"{DID}#delegate-1") == key


def test_uncompressed_key_is_the_same_key() -> None:
    x, y = KEY.coordinates()
    data = document(attribute("did/pub/Secp256k1/sigAuth/hex", b"\x04" + x + y))
    parsed = DIDDocument.from_dict(data)
    assert parsed.key(f"{DID}#delegate-1", "authentication") == KEY
    with pytest.raises(VerificationError) as error:
        parsed.key(f"{DID}#delegate-1", "assertionMethod")
    assert error.value.code == "wrong_purpose"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("did/pub/Secp256k1/veriKey", b""),
        ("did/pub/Secp256k1/veriKey", b"\x02" + b"\xff" * 32),
        ("did/pub/Secp256k1/veriKey", b"\x04" + bytes(64)),
        ("did/pub/Ed25519/other", ED25519.raw),
        ("did/pub/Ed25519", ED25519.raw),
        ("did/pub/Ed25519/", ED25519.raw),
        ("did/pub//veriKey", ED25519.raw),
        ("did/pub/Ed25519/veriKey/hex/more", ED25519.raw),
        ("did/pub/Multikey/veriKey", b"x" * 2049),
    ],
)
def test_attribute_that_is_no_key_is_counted_and_not_listed(name: str, value: bytes) -> None:
    data = document(attribute(name, value), attribute("did/pub/Ed25519/veriKey", ED25519.raw))
    assert fragments(data) == ["controller", "delegate-2"]


@pytest.mark.parametrize(
    ("name", "type_", "member", "value"),
    [
        ("did/pub/Custom/veriKey", "Custom", "publicKeyHex", "0102"),
        ("did/pub/Custom/veriKey/hex", "Custom", "publicKeyHex", "0102"),
        ("did/pub/Custom/veriKey/base64", "Custom", "publicKeyBase64", "AQI="),
        ("did/pub/Custom/veriKey/base58", "Custom", "publicKeyBase58", "5T"),
        ("did/pub/Ed25519/veriKey/hex", "Ed25519VerificationKey2020", "publicKeyMultibase", None),
    ],
)
def test_other_keys_are_listed_and_unusable(
    name: str, type_: str, member: str, value: str | None
) -> None:
    data = document(attribute(name, b"\x01\x02"))
    method = data["verificationMethod"][1]
    assert method["type"] == type_
    assert value in (None, method[member])
    with pytest.raises(VerificationError) as error:
        DIDDocument.from_dict(data).key(f"{DID}#delegate-1")
    assert error.value.code == "unusable_key"


def test_attribute_cannot_pass_for_an_account() -> None:
    name = "did/pub/EcdsaSecp256k1RecoveryMethod2020/veriKey"
    data = document(attribute(name[:32], bytes(20)))
    assert "blockchainAccountId" not in str(data["verificationMethod"][1:])


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        (b"https://hub.example", "https://hub.example"),
        (b'{"uri": "https://hub.example"}', {"uri": "https://hub.example"}),
        (b'{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
    ],
)
def test_service_is_listed(value: bytes, endpoint: object) -> None:
    data = document(attribute("did/svc/Hub", value))
    assert data["service"] == [
        {"id": f"{DID}#service-1", "type": "Hub", "serviceEndpoint": endpoint}
    ]


def test_service_that_is_no_text_is_not_listed() -> None:
    assert "service" not in document(attribute("did/svc/Hub", b"\xff"))


def test_context_names_what_the_document_holds() -> None:
    data = document(
        attribute("did/pub/Ed25519/veriKey", ED25519.raw),
        attribute("did/pub/Custom/veriKey", b"\x01"),
    )
    assert data["@context"] == [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
        "https://w3id.org/security/suites/ed25519-2020/v1",
        {"publicKeyHex": "https://w3id.org/security#publicKeyHex"},
    ]


def test_endless_history_is_refused() -> None:
    with pytest.raises(ResolutionError) as error:
        document(*[OwnerChanged(OTHER, 1)] * 1025)
    assert error.value.code == "history_too_long"


@pytest.mark.parametrize(
    ("did", "chain_id"),
    [
        (f"did:ethr:{ADDRESS}", 1),
        (f"did:ethr:mainnet:{ADDRESS}", 1),
        (f"did:ethr:sepolia:{ADDRESS}", 11_155_111),
        (f"did:ethr:0x1:{ADDRESS.lower()}", 1),
        (f"did:ethr:0x89:0x{ADDRESS[2:].upper()}", 137),
        (f"did:ethr:0x{KEY.raw.hex()}", 1),
        (f"did:ethr:0xAa36a7:0x{KEY.raw.hex().upper()}", 11_155_111),
    ],
)
def test_did_is_read(did: str, chain_id: int) -> None:
    subject = did_ethr.parse(did)
    assert (subject.did, subject.chain_id, subject.address) == (did, chain_id, ADDRESS)
    assert subject.public_key in (None, KEY)


@pytest.mark.parametrize(
    ("did", "code"),
    [
        ("did:ethr:", "invalid_did"),
        (f"did:ethr:{ADDRESS[2:]}", "invalid_did"),
        (f"did:ethr:{ADDRESS}00", "invalid_did"),
        (f"did:ethr:1:{ADDRESS}", "invalid_did"),
        (f"did:ethr:0x0:{ADDRESS}", "invalid_did"),
        (f"did:ethr:0x:{ADDRESS}", "invalid_did"),
        (f"did:ethr:a:b:{ADDRESS}", "invalid_did"),
        (f"did:ethr:0x{'1' * 17}:{ADDRESS}", "invalid_did"),
        (f"did:pkh:{ADDRESS}", "invalid_did"),
        (f"did:ethr:0x05{'0' * 64}", "invalid_public_key"),
    ],
)
def test_malformed_did_ethr_is_refused(did: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        did_ethr.parse(did)
    assert error.value.code == code


def test_unknown_network_name_is_refused() -> None:
    with pytest.raises(ResolutionError) as error:
        did_ethr.parse(f"did:ethr:elsewhere:{ADDRESS}")
    assert error.value.code == "unknown_network"


def test_did_is_created_in_lower_case() -> None:
    assert did_ethr.create(ADDRESS, chain_id=137) == f"did:ethr:0x89:{ADDRESS.lower()}"
    assert did_ethr.create(KEY, chain_id=1) == f"did:ethr:0x1:0x{KEY.raw.hex()}"
    assert address_of(KEY) == ADDRESS


@pytest.mark.parametrize(
    ("account", "chain_id", "code"),
    [
        ("0x12", 1, "invalid_address"),
        (ED25519, 1, "unsupported_key_algorithm"),
        (ADDRESS, 0, "invalid_did"),
        (ADDRESS, -1, "invalid_did"),
    ],
)
def test_senseless_did_is_not_created(account: Any, chain_id: int, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        did_ethr.create(account, chain_id=chain_id)
    assert error.value.code == code


def test_registry_of_the_chain_is_asked() -> None:
    network, elsewhere = ScriptedEthrNetwork(), ScriptedEthrNetwork()
    network.events[ADDRESS] = [OwnerChanged(OTHER, 1)]
    resolver = DIDEthr({1: network, 137: elsewhere})
    assert resolver.resolve(DID).method(f"{DID}#controller").account == f"eip155:1:{OTHER}"
    did = did_ethr.create(ADDRESS, chain_id=137)
    assert resolver.resolve(did).method(f"{did}#controller").account == f"eip155:137:{ADDRESS}"


@pytest.mark.parametrize(
    ("block_time", "clock_time"), [(EARLIER - 100, LATER), (LATER, EARLIER - 100)]
)
def test_declaration_ends_when_either_block_or_clock_is_past_it(
    block_time: int, clock_time: int
) -> None:
    network = ScriptedEthrNetwork(block_time)
    network.events[ADDRESS] = [delegate("veriKey", OTHER, NOW)]
    clock = ManualClock(datetime.fromtimestamp(clock_time, UTC))
    resolved = DIDEthr({1: network}, clock=clock).resolve(DID)
    assert [method.id for method in resolved.methods] == [f"{DID}#controller"]


def test_network_without_registry_is_refused() -> None:
    with pytest.raises(ResolutionError) as error:
        DIDEthr({137: ScriptedEthrNetwork()}).resolve(DID)
    assert error.value.code == "unknown_network"


def test_unreadable_chain_is_refused() -> None:
    network = ScriptedEthrNetwork()
    network.failure = ChainError("unreachable", "the node does not answer")
    with pytest.raises(ResolutionError) as error:
        DIDEthr({1: network}).resolve(DID)
    assert error.value.code == "chain_unreadable"
