"""Where schemas and issuers' keys come from: what a credential is checked against.

``EvidenceSources`` is the port; ``RegistrySources`` asks the registries on chain and resolves DIDs.
A holder asks the same sources before storing a credential as a verifier does before checking one.

Sources say what *is* a schema or a key. Whether a key still counts is judged later, at one block,
by ``didgate.trust``. So what never changes may be cached here for ever: a schema by its id, and a
key by its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, Self, TypeVar

from didgate.bbs.eip2537 import g2_from_eip2537
from didgate.chain.calls import Call
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.facts import KeyFact, KeyKind
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.chain.schema_registry import SchemaRegistry
from didgate.credentials.schema import AttributeSchema
from didgate.dids import DIDDocument, Resolver, standard
from didgate.encoding import keccak256
from didgate.errors import ChainError, DidgateError, InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey

Result = TypeVar("Result")

_CACHED = 1024


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key and whose it is.

    Args:
        public_key: a BBS or P-256 key.
        issuer_id: 32 bytes, keccak256 of the DID of its one owner.
    """

    public_key: PublicKey
    issuer_id: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a presentation is verified against. What is not in it is unknown, and refused.

    Args:
        schemas: by 32-byte schema id.
        keys: issuers' BBS keys by 32-byte key id, from the issuer registry.
        documents: issuers' DID documents by DID, for SD-JWT.
    """

    schemas: Mapping[bytes, AttributeSchema] = field(default_factory=dict)
    keys: Mapping[bytes, IssuerKey] = field(default_factory=dict)
    documents: Mapping[str, DIDDocument] = field(default_factory=dict)

    def schema(self, schema_id: bytes) -> AttributeSchema:
        """Return a schema.

        Raises:
            VerificationError: ``unknown_schema``.
        """
        schema = self.schemas.get(schema_id)
        if schema is None or schema.schema_id != schema_id:
            raise VerificationError("unknown_schema", "the registry does not hold the schema")
        return schema

    def issuer_key(self, key_id: bytes, issuer_id: bytes) -> PublicKey:
        """Return an issuer's BBS key.

        Raises:
            VerificationError: ``unknown_key``, or ``key_of_another_issuer``.
        """
        key = self.keys.get(key_id)
        if key is None:
            raise VerificationError("unknown_key", "the registry does not hold the issuer's key")
        if key.issuer_id != issuer_id:
            raise VerificationError("key_of_another_issuer", "the key is another issuer's")
        return key.public_key

    def document(self, did: str) -> DIDDocument:
        """Return an issuer's DID document.

        Raises:
            VerificationError: ``unknown_issuer``.
        """
        document = self.documents.get(did)
        if document is None or document.id != did:
            raise VerificationError("unknown_issuer", "the issuer's DID did not resolve")
        return document


class EvidenceSources(Protocol):
    """Looks up what a credential names; ``None`` where it is not to be found."""

    def schema(self, schema_id: bytes) -> AttributeSchema | None:
        """Return the schema with this id."""
        ...

    def issuer_key(self, key_id: bytes) -> IssuerKey | None:
        """Return the key with this id, and its owner."""
        ...

    def document(self, did: str) -> DIDDocument | None:
        """Return the DID document of an issuer."""
        ...


class ChainReader(Protocol):
    """The part of ``didgate.chain`` client that is needed here."""

    def read(self, call: Call[Result], *, at: bytes | None = None) -> Result:
        """Ask a contract."""
        ...


class RegistrySources:
    """Asks the registries on chain, and resolves DIDs.

    Args:
        chain: reads contracts.
        issuers: the issuer registry.
        schemas: the schema registry.
        resolver: resolves the DIDs of SD-JWT issuers, with a cache of its own.
    """

    def __init__(
        self,
        chain: ChainReader,
        issuers: IssuerRegistry,
        schemas: SchemaRegistry,
        resolver: Resolver,
    ) -> None:
        self._chain = chain
        self._issuers = issuers
        self._schemas = schemas
        self._resolver = resolver
        self._cached_schema = _remember_found(self._read_schema)
        self._cached_key = _remember_found(self._read_key)

    @classmethod
    def of(cls, client: ChainClient, deployment: Deployment) -> Self:
        """Return the sources of a deployment, with the standard resolver of DIDs.

        Args:
            client: reads the chain.
            deployment: where the registries stand.
        """
        resolver = standard.resolver(client, deployment.dids)
        return cls(client, deployment.issuers, deployment.schemas, resolver)

    def schema(self, schema_id: bytes) -> AttributeSchema | None:
        """Return the schema with this id.

        Raises:
            ChainError: the chain cannot be asked, or ``schema_mismatch``.
        """
        return self._cached_schema(schema_id)

    def issuer_key(self, key_id: bytes) -> IssuerKey | None:
        """Return the key with this id.

        Raises:
            ChainError: the chain cannot be asked, or ``key_mismatch``.
        """
        return self._cached_key(key_id)

    def document(self, did: str) -> DIDDocument | None:
        """Return the DID document of an issuer, or None if the DID does not resolve."""
        try:
            return self._resolver.resolve(did)
        except DidgateError:
            # Whoever presents chooses the DID: that it leads nowhere is their fault, not ours.
            return None

    def _read_schema(self, schema_id: bytes) -> AttributeSchema | None:
        if not self._chain.read(self._schemas.exists(schema_id)):
            return None
        encoded = self._chain.read(self._schemas.schema_bytes(schema_id))
        if keccak256(encoded) != schema_id:
            raise ChainError("schema_mismatch", "the registry returned another schema")
        try:
            return AttributeSchema.decode(encoded)
        except InvalidInput:
            # The contract checks less than we do, and anyone may register: no schema to us.
            return None

    def _read_key(self, key_id: bytes) -> IssuerKey | None:
        fact = self._chain.read(self._issuers.key(key_id))
        if fact is None:
            return None
        if keccak256(fact.public_key) != key_id:
            raise ChainError("key_mismatch", "the registry returned another key")
        return IssuerKey(decode_key(fact), fact.issuer_id)


def decode_key(fact: KeyFact) -> PublicKey:
    """Return the key that the issuer registry holds.

    Raises:
        InvalidInput: ``invalid_point`` or ``invalid_public_key`` for bytes that are no key.
    """
    if fact.kind == KeyKind.BBS:
        return PublicKey(KeyAlgorithm.BLS12_381, g2_from_eip2537(fact.public_key))
    x, y = fact.public_key[:32], fact.public_key[32:]
    return PublicKey.from_coordinates(KeyAlgorithm.P256, x, y)


class _NotFound(Exception):
    """Keeps a miss out of the cache: what is unknown now may be registered the next moment."""


Found = TypeVar("Found")


def _remember_found(look_up: Callable[[bytes], Found | None]) -> Callable[[bytes], Found | None]:
    @lru_cache(maxsize=_CACHED)
    def found(name: bytes) -> Found:
        result = look_up(name)
        if result is None:
            raise _NotFound
        return result

    def look_up_once(name: bytes) -> Found | None:
        try:
            return found(name)
        except _NotFound:
            return None

    return look_up_once
