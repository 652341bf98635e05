"""Where schemas and keys come from: what is found, what is not, and what is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from parties import SCHEMA

from didgate.chain.facts import KeyFact, KeyKind, KeyState
from didgate.credentials import identifiers
from didgate.credentials.evidence import Evidence, IssuerKey, RegistrySources, decode_key
from didgate.dids import Resolver, did_key
from didgate.encoding import keccak256
from didgate.errors import ChainError, InvalidInput, VerificationError


class Registries:
    """Answers reads as the two registries would; implements ``ChainReader`` and both of them."""

    def __init__(self, parties) -> None:
        self.schemas = {SCHEMA.schema_id: SCHEMA.encode()}
        key = parties.bbs.public_key
        stored = identifiers.registered_key_bytes(key)
        self.keys = {
            identifiers.key_id(key): KeyFact(
                parties.issuer_id, KeyKind.BBS, KeyState.ACTIVE, 0, 0, stored
            )
        }
        self.reads = 0
        self.reachable = True

    def read(self, call: Any, *, at: bytes | None = None) -> Any:
        assert at is None
        if not self.reachable:
            raise ChainError("unreachable", "the chain cannot be reached")
        self.reads += 1
        return call

    def exists(self, schema_id: bytes) -> Any:
        return schema_id in self.schemas

    def schema_bytes(self, schema_id: bytes) -> Any:
        return self.schemas[schema_id]

    def key(self, key_id: bytes) -> Any:
        return self.keys.get(key_id)


@pytest.fixture
def registries(parties) -> Registries:
    return Registries(parties)


@pytest.fixture
def sources(registries) -> RegistrySources:
    resolver = Resolver({"key": did_key.resolve})
    return RegistrySources(registries, registries, registries, resolver)


def test_finds_schemas_and_keys(sources, parties):
    key = parties.bbs.public_key
    assert sources.schema(SCHEMA.schema_id) == SCHEMA
    assert sources.issuer_key(identifiers.key_id(key)) == IssuerKey(key, parties.issuer_id)
    assert sources.document(parties.did) == parties.did_document


def test_what_is_unknown_is_none(sources):
    assert sources.schema(bytes(32)) is None
    assert sources.issuer_key(bytes(32)) is None
    assert sources.document("did:web:nowhere.example") is None
    assert sources.document("not a did") is None


def test_what_was_found_is_not_asked_for_again(sources, registries):
    sources.schema(SCHEMA.schema_id)
    reads = registries.reads
    sources.schema(SCHEMA.schema_id)
    assert registries.reads == reads


def test_what_was_not_found_is_asked_for_again(sources, registries):
    del registries.schemas[SCHEMA.schema_id]
    assert sources.schema(SCHEMA.schema_id) is None
    registries.schemas[SCHEMA.schema_id] = SCHEMA.encode()
    assert sources.schema(SCHEMA.schema_id) == SCHEMA


def test_a_chain_out_of_reach_is_no_unknown_schema(sources, registries):
    registries.reachable = False
    with pytest.raises(ChainError):
        sources.schema(SCHEMA.schema_id)


def test_refuses_another_schema_than_was_asked_for(sources, registries):
    registries.schemas[bytes(32)] = SCHEMA.encode()
    with pytest.raises(ChainError) as error:
        sources.schema(bytes(32))
    assert error.value.code == "schema_mismatch"


def test_refuses_another_key_than_was_asked_for(sources, registries):
    (registries.keys[bytes(32)],) = registries.keys.values()
    with pytest.raises(ChainError) as error:
        sources.issuer_key(bytes(32))
    assert error.value.code == "key_mismatch"


def test_what_the_contract_takes_for_a_schema_need_not_be_one(sources, registries):
    encoded = SCHEMA.encode().replace(b"clearance", b"cl_ar nce")
    registries.schemas[keccak256(encoded)] = encoded
    assert sources.schema(keccak256(encoded)) is None


def test_decodes_p256_keys(parties):
    key = parties.jwt.public_key
    stored = identifiers.registered_key_bytes(key)
    fact = KeyFact(bytes(32), KeyKind.P256, KeyState.ACTIVE, 0, 0, stored)
    assert decode_key(fact) == key


@pytest.mark.parametrize(("kind", "size"), [(KeyKind.BBS, 256), (KeyKind.P256, 64)])
def test_refuses_stored_bytes_that_are_no_key(kind, size):
    with pytest.raises(InvalidInput):
        decode_key(KeyFact(bytes(32), kind, KeyState.ACTIVE, 0, 0, bytes(size)))


def test_evidence_refuses_what_it_does_not_hold(parties):
    evidence = parties.evidence
    key_id = identifiers.key_id(parties.bbs.public_key)
    for look_up, code in (
        (lambda: evidence.schema(bytes(32)), "unknown_schema"),
        (lambda: evidence.issuer_key(bytes(32), parties.issuer_id), "unknown_key"),
        (lambda: evidence.issuer_key(key_id, bytes(32)), "key_of_another_issuer"),
        (lambda: evidence.document("did:example:other"), "unknown_issuer"),
    ):
        with pytest.raises(VerificationError) as error:
            look_up()
        assert error.value.code == code


def test_evidence_refuses_entries_under_another_name(parties):
    evidence = Evidence({bytes(32): SCHEMA}, {}, {"did:example:x": parties.did_document})
    with pytest.raises(VerificationError):
        evidence.schema(bytes(32))
    with pytest.raises(VerificationError):
        evidence.document("did:example:x")
