"""DID documents (DID Core 1.0, Controlled Identifiers 1.0): which key may be used for what.

A document is kept as it was received (``raw``), with everything that is not understood. What is
read out of it is read strictly: a key counts only if the document it stands in is its controller's
and lists it for the purpose at hand (Controlled Identifiers 3.3, retrieve verification method).
Without these checks anyone could claim another's key, or use a key for what it was never meant for.

>>> document = DIDDocument.from_dict({
...     "id": "did:example:1",
...     "assertionMethod": [{
...         "id": "did:example:1#a", "type": "Multikey", "controller": "did:example:1",
...         "publicKeyMultibase": "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"}]})
>>> document.key("did:example:1#a", "assertionMethod").algorithm.value
'Ed25519'
>>> document.key("did:example:1#a", "authentication")
Traceback (most recent call last):
didgate.errors.VerificationError: the key is not meant for authentication [wrong_purpose]
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args

from didgate.dids.methods import VerificationMethod, absolute_method_id
from didgate.dids.syntax import parse_did
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey

Purpose = Literal[
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
]
_PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@dataclass(frozen=True, slots=True)
class DIDDocument:
    """A DID document.

    Args:
        id: the DID.
        methods: the verification methods that stand in it.
        purposes: for each purpose the identifiers of the methods listed for it; some of them may
            stand in other documents.
        raw: the document as it was received; not to be changed.
    """

    id: str
    methods: tuple[VerificationMethod, ...]
    purposes: Mapping[Purpose, frozenset[str]] = field(hash=False)
    raw: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a document.

        Args:
            data: parsed JSON.

        Raises:
            InvalidInput: ``invalid_did_document``, ``invalid_did``, ``invalid_did_url``, with the
                path of the fault.
        """
        if not isinstance(data, dict):
            raise _invalid("the document is not an object", "")
        did = data.get("id")
        if not isinstance(did, str):
            raise _invalid("the document has no id", "id")
        parse_did(did)
        _check_controller(data)
        methods = [
            VerificationMethod.from_dict(entry, did, path=f"verificationMethod[{index}]")
            for index, entry in enumerate(_array(data, "verificationMethod"))
        ]
        purposes: dict[Purpose, frozenset[str]] = {}
        for purpose in _PURPOSES:
            purposes[purpose], embedded = _read_purpose(data, purpose, did)
            methods += embedded
        if len({method.id for method in methods}) < len(methods):
            raise _invalid("two verification methods have the same id", "verificationMethod")
        return cls(did, tuple(methods), purposes, data)

    def to_dict(self) -> dict[str, Any]:
        """Return the document as it was received, as a copy."""
        return deepcopy(dict(self.raw))

    def method(self, method_id: str, purpose: Purpose = "assertionMethod") -> VerificationMethod:
        """Return the verification method of an identifier, if it may be used for a purpose.

        Args:
            method_id: absolute DID URL.
            purpose: what it is to be used for.

        Raises:
            VerificationError: ``unknown_verification_method``, ``foreign_controller`` if the
                method's controller is not this document's DID, ``wrong_purpose``.
        """
        found = [method for method in self.methods if method.id == method_id]
        # A method of another DID's name is not this document's to define.
        if not found or not method_id.startswith(f"{self.id}#"):
            raise VerificationError(
                "unknown_verification_method", "the DID document has no such verification method"
            )
        if found[0].controller != self.id:
            raise VerificationError("foreign_controller", "the key is controlled by another DID")
        if method_id not in self.purposes[purpose]:
            raise VerificationError("wrong_purpose", f"the key is not meant for {purpose}")
        return found[0]

    def key(self, method_id: str, purpose: Purpose = "assertionMethod") -> PublicKey:
        """Return the public key of a verification method, if it may be used for a purpose.

        Args:
            method_id: absolute DID URL.
            purpose: what the key is to be used for.

        Raises:
            VerificationError: as :meth:`method`, or ``unusable_key`` if the method holds no valid
                key of a known kind.
        """
        method = self.method(method_id, purpose)
        try:
            return method.public_key
        except InvalidInput as error:
            raise VerificationError("unusable_key", "the method holds no usable key") from error


def _read_purpose(
    data: Mapping[str, Any], purpose: Purpose, did: str
) -> tuple[frozenset[str], list[VerificationMethod]]:
    references: list[str] = []
    embedded: list[VerificationMethod] = []
    for index, entry in enumerate(_array(data, purpose)):
        path = f"{purpose}[{index}]"
        if isinstance(entry, str):
            references.append(absolute_method_id(entry, did))
        else:
            embedded.append(VerificationMethod.from_dict(entry, did, path=path))
    return frozenset([*references, *(method.id for method in embedded)]), embedded


def _array(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name, [])
    if not isinstance(value, list):
        raise _invalid(f"{name} is not an array", name)
    return value


def _check_controller(data: Mapping[str, Any]) -> None:
    controllers = data.get("controller", [])
    if isinstance(controllers, str):
        controllers = [controllers]
    if not isinstance(controllers, list) or not all(isinstance(c, str) for c in controllers):
        raise _invalid("the controller is neither a DID nor an array of them", "controller")
    for controller in controllers:
        parse_did(controller)


def _invalid(message: str, path: str) -> InvalidInput:
    return InvalidInput("invalid_did_document", message, path=path)
