"""The document of a did:ethr, out of the history of its identity.

The did:ethr specification, "Enumerating Contract Events to build the DID Document". The latest
event about a delegate or an attribute decides; identifiers count all events, so that a key keeps
its name whatever happens to the others. Where the reference implementation goes further than the
specification, the specification is followed: a ``sigAuth`` key authenticates and asserts nothing,
and a key whose purpose is not known serves none.

>>> address = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
>>> subject = Subject(f"did:ethr:0x1:{address}", 1, address, None)
>>> build_document(subject, [], now=0)["verificationMethod"][0]["blockchainAccountId"]
'eip155:1:0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from didgate.chain.did_registry import (
    AttributeChanged,
    DelegateChanged,
    IdentityEvent,
    OwnerChanged,
)
from didgate.dids.ethr_keys import Material, material, secp256k1_method
from didgate.encoding import strict_json
from didgate.errors import InvalidInput, ResolutionError
from didgate.keys import PublicKey

_MAX_EVENTS = 1024
_NOBODY = f"0x{0:040}"
_KEY = re.compile(r"did/pub/(\w+)/(veriKey|sigAuth|enc)(?:/(\w+))?", re.ASCII)
_SERVICE = re.compile(r"did/svc/(\w+)", re.ASCII)
_PURPOSES = {
    "veriKey": "assertionMethod",
    "sigAuth": "authentication",
    "enc": "keyAgreement",
}
_DELEGATE_TYPES = frozenset({"veriKey", "sigAuth"})
_BASE_CONTEXTS = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
)
_CONTEXTS = {
    "EcdsaSecp256k1VerificationKey2019": "https://w3id.org/security/v2",
    "Ed25519VerificationKey2020": "https://w3id.org/security/suites/ed25519-2020/v1",
    "X25519KeyAgreementKey2020": "https://w3id.org/security/suites/x25519-2020/v1",
    "Multikey": "https://w3id.org/security/multikey/v1",
}
# Terms that the document needs to define itself.
_TERMS: Mapping[str, Any] = {
    "publicKeyJwk": {"@id": "https://w3id.org/security#publicKeyJwk", "@type": "@json"},
    "publicKeyHex": "https://w3id.org/security#publicKeyHex",
    "publicKeyBase58": "https://w3id.org/security#publicKeyBase58",
    "publicKeyBase64": "https://w3id.org/security#publicKeyBase64",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a did:ethr says by itself.

    Args:
        did: the DID as it is written.
        chain_id: the chain whose registry counts.
        address: EIP-55 address of the identity in the registry.
        public_key: the secp256k1 key that the DID holds, if it holds one.
    """

    did: str
    chain_id: int
    address: str
    public_key: PublicKey | None


def build_document(subject: Subject, events: Sequence[IdentityEvent], now: int) -> dict[str, Any]:
    """Return the document of a did:ethr.

    Args:
        subject: the DID.
        events: the history of its identity, oldest first.
        now: Unix seconds; what was declared until then still counts.

    Raises:
        ResolutionError: ``did_deactivated`` or ``history_too_long``.
    """
    if len(events) > _MAX_EVENTS:
        raise ResolutionError("history_too_long", f"the DID changed more than {_MAX_EVENTS} times")
    controllers = _controllers(subject, _owner(subject, events))
    declarations = _Declarations(subject, now)
    for event in events:
        declarations.apply(event)
    declared = list(declarations.methods.values())
    methods = [*controllers, *(method for method, _ in declared)]
    document: dict[str, Any] = {
        "@context": _context(methods),
        "id": subject.did,
        "verificationMethod": methods,
        "authentication": [method["id"] for method in controllers],
        "assertionMethod": [method["id"] for method in controllers],
    }
    for method, purpose in declared:
        document.setdefault(purpose, []).append(method["id"])
    if declarations.services:
        document["service"] = list(declarations.services.values())
    return document


def _owner(subject: Subject, events: Sequence[IdentityEvent]) -> str:
    owners = [event.owner for event in events if isinstance(event, OwnerChanged)]
    # The registry takes an identity without an owner for its own once more, and would let it
    # declare further things; the specification says that nothing after this counts.
    if _NOBODY in owners:
        raise ResolutionError("did_deactivated", "the DID was deactivated")
    return owners[-1] if owners else subject.address


def _controllers(subject: Subject, owner: str) -> list[dict[str, Any]]:
    controllers = [_method(subject, "controller", _account(subject, owner))]
    if subject.public_key and owner == subject.address:
        controllers.append(_method(subject, "controllerKey", secp256k1_method(subject.public_key)))
    return controllers


class _Declarations:
    """The keys and services in force, each under what it is about."""

    def __init__(self, subject: Subject, now: int) -> None:
        self.methods: dict[tuple[str, ...], tuple[dict[str, Any], str]] = {}
        self.services: dict[tuple[str, ...], dict[str, Any]] = {}
        self._subject = subject
        self._now = now
        self._keys_counted = 0
        self._services_counted = 0

    def apply(self, event: IdentityEvent) -> None:
        if isinstance(event, DelegateChanged):
            if (name := _text(event.delegate_type)) is not None:
                self._delegate(event, name)
        elif isinstance(event, AttributeChanged):
            name = _text(event.name) or ""
            if name.startswith("did/pub/"):
                self._key(event, name)
            elif name.startswith("did/svc/"):
                self._service(event, name)

    def _delegate(self, event: DelegateChanged, name: str) -> None:
        self._keys_counted += 1
        about = ("delegate", name, event.delegate)
        self.methods.pop(about, None)
        if event.valid_to >= self._now and name in _DELEGATE_TYPES:
            self._add(about, _account(self._subject, event.delegate), name)

    def _key(self, event: AttributeChanged, name: str) -> None:
        self._keys_counted += 1
        about = ("key", name, event.value.hex())
        self.methods.pop(about, None)
        match = _KEY.fullmatch(name)
        if event.valid_to < self._now or match is None:
            return
        algorithm, purpose, hint = match.groups()
        if found := material(algorithm, event.value, hint=hint):
            self._add(about, found, purpose)

    def _add(self, about: tuple[str, ...], found: Material, name: str) -> None:
        method = _method(self._subject, f"delegate-{self._keys_counted}", found)
        self.methods[about] = (method, _PURPOSES[name])

    def _service(self, event: AttributeChanged, name: str) -> None:
        self._services_counted += 1
        about = ("service", name, event.value.hex())
        self.services.pop(about, None)
        match = _SERVICE.fullmatch(name)
        endpoint = _endpoint(event.value)
        if event.valid_to >= self._now and match and endpoint is not None:
            self.services[about] = {
                "id": f"{self._subject.did}#service-{self._services_counted}",
                "type": match[1],
                "serviceEndpoint": endpoint,
            }


def _text(name: bytes) -> str | None:
    # Whatever is not text was not written for a DID document, and is not counted either.
    try:
        return name.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _endpoint(value: bytes) -> Any:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    try:
        return strict_json.loads(text)
    except InvalidInput:
        return text


def _account(subject: Subject, address: str) -> Material:
    account = f"eip155:{subject.chain_id}:{address}"
    return "EcdsaSecp256k1RecoveryMethod2020", "blockchainAccountId", account


def _method(subject: Subject, fragment: str, found: Material) -> dict[str, Any]:
    type_, name, value = found
    return {
        "id": f"{subject.did}#{fragment}",
        "type": type_,
        "controller": subject.did,
        name: value,
    }


def _context(methods: Sequence[Mapping[str, Any]]) -> list[Any]:
    types = {method["type"] for method in methods}
    terms = {name: _TERMS[name] for name in _TERMS if any(name in method for method in methods)}
    return [
        *_BASE_CONTEXTS,
        *(context for type_, context in _CONTEXTS.items() if type_ in types),
        *([terms] if terms else []),
    ]
