"""The project's vectors: this implementation makes them, and an independent verifier takes them."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from vectors import generate_attribute, independent_attribute_verifier

from didgate.credentials import attribute, identifiers, slots
from didgate.credentials.account_proofs import AddressProof
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence, IssuerKey
from didgate.credentials.presentation import Presentation
from didgate.credentials.schema import AttributeSchema
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner
from didgate.verifier import verify_presentation

FILE = Path(__file__).parents[2] / "vectors" / "attribute.json"
VECTORS = json.loads(FILE.read_text())["vectors"]


@pytest.fixture(params=VECTORS, ids=lambda vector: vector["name"])
def vector(request) -> dict[str, Any]:
    return copy.deepcopy(request.param)


def schema_of(vector: dict[str, Any]) -> AttributeSchema:
    return AttributeSchema.decode(bytes.fromhex(vector["schemaBytes"]))


def independently(vector: dict[str, Any], document: Any) -> bytes:
    key = bytes.fromhex(vector["issuer"]["publicKey"])
    return independent_attribute_verifier.verify(
        vector["schema"], key, vector["challenge"], document
    )


def test_schema(vector):
    schema = schema_of(vector)
    assert schema.schema_id.hex() == vector["schemaId"]
    assert generate_attribute.schema_members(schema) == vector["schema"]
    assert independent_attribute_verifier.schema_bytes(vector["schema"]) == schema.encode()


def test_issuer(vector):
    key = PublicKey(KeyAlgorithm.BLS12_381, bytes.fromhex(vector["issuer"]["publicKey"]))
    assert identifiers.issuer_id(vector["issuer"]["did"]).hex() == vector["issuer"]["issuerId"]
    assert identifiers.registered_key_bytes(key).hex() == vector["issuer"]["registeredKey"]
    assert identifiers.key_id(key).hex() == vector["issuer"]["keyId"]


def test_issuing_gives_these_bytes(vector):
    schema = schema_of(vector)
    secret = attribute.derive_holder_secret(
        bytes.fromhex(vector["holder"]["nymKey"]), schema.schema_id, vector["holder"]["subject"]
    )
    assert f"{secret:064x}" == vector["holder"]["secret"]
    credential = attribute.issue(
        SoftwareBBSSigner.from_private_bytes(bytes.fromhex(vector["issuer"]["secretKey"])),
        schema,
        vector["issuer"]["did"],
        slots.claims_from_json(schema, vector["claims"]),
        holder_secret=secret,
        now=datetime.fromisoformat(vector["issuedAt"]),
        status_index=vector["statusIndex"],
    )
    assert credential.header.hex() == vector["header"]
    assert [f"{message:064x}" for message in credential.messages()] == vector["messages"]
    assert credential.signature.hex() == vector["signature"]
    assert credential.to_document() == vector["stored"]
    assert AttributeCredential.from_document(vector["stored"], schema, credential.key) == credential


def test_presentation_verifies(vector):
    challenge = Challenge.from_dict(vector["challenge"])
    issuer = vector["issuer"]
    key = PublicKey(KeyAlgorithm.BLS12_381, bytes.fromhex(issuer["publicKey"]))
    evidence = Evidence(
        schemas={bytes.fromhex(vector["schemaId"]): schema_of(vector)},
        keys={bytes.fromhex(issuer["keyId"]): IssuerKey(key, bytes.fromhex(issuer["issuerId"]))},
    )
    shown = vector["presentation"]
    presentation = Presentation(
        {"c0": shown["document"]}, (AddressProof.from_dict(shown["addressProof"]),)
    )
    now = challenge.deadline_time - timedelta(minutes=1)
    verified = verify_presentation(presentation, challenge, evidence, now)
    assert verified.addresses == ("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",)


def test_an_independent_verifier_takes_the_presentation(vector):
    shown = vector["presentation"]
    assert independently(vector, shown["document"]).hex() == shown["digest"]


def test_an_independent_verifier_computes_the_same_messages(vector):
    messages = {i: int(message, 16) for i, message in enumerate(vector["messages"])}
    shown = vector["presentation"]
    found = independent_attribute_verifier.disclosed(vector["schema"], shown["document"])
    assert found == {slot: messages[slot] for slot in shown["disclosed"]}


def test_an_independent_verifier_refuses_what_was_changed(vector):
    document = vector["presentation"]["document"]
    document["validUntil"] = "2027-01-07T00:00:00Z"
    with pytest.raises(AssertionError):
        independently(vector, document)


def test_an_independent_verifier_refuses_another_challenge(vector):
    vector["challenge"]["nonce"] += "x"
    with pytest.raises(AssertionError):
        independently(vector, vector["presentation"]["document"])


def test_the_file_is_what_the_generator_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(generate_attribute, "OUTPUT", tmp_path / "attribute.json")
    generate_attribute.main()
    written = json.loads((tmp_path / "attribute.json").read_text())["vectors"]
    assert [fixed(vector) for vector in written] == [fixed(vector) for vector in VECTORS]


def fixed(vector: dict[str, Any]) -> dict[str, Any]:
    """Return a vector without its proof, which is another each time."""
    rest = copy.deepcopy(vector)
    del rest["presentation"]["document"]["proof"]["proofValue"]
    return rest
