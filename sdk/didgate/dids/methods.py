"""Verification methods: the entries of a DID document that hold a key or name an account.

Controlled Identifiers 1.0 2.2 (Multikey, JsonWebKey) and the older types that did:ethr writes. A
key is decoded when it is asked for: a document may hold keys of kinds that are not known here.

>>> method = VerificationMethod.from_dict({
...     "id": "#controller", "type": "EcdsaSecp256k1RecoveryMethod2020",
...     "controller": "did:example:1",
...     "blockchainAccountId": "eip155:1:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
... }, "did:example:1", path="verificationMethod[0]")
>>> method.id, method.account
('did:example:1#controller', 'eip155:1:0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from didgate.dids.syntax import did_of, parse_did
from didgate.encoding import checksum_address, parse_address
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey

# Each of these would say what the key is; a method with two of them says two things.
_MATERIAL = frozenset(
    {
        "publicKeyMultibase",
        "publicKeyJwk",
        "publicKeyBase58",
        "publicKeyBase64",
        "publicKeyHex",
        "publicKeyPem",
        "blockchainAccountId",
        "ethereumAddress",
    }
)
# CAIP-10 with the eip155 namespace of CAIP-2.
_ACCOUNT = re.compile(r"eip155:([1-9][0-9]{0,31}):(0x[0-9a-fA-F]{40})")


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A verification method.

    Args:
        id: absolute DID URL.
        type: what kind of method, e.g. ``Multikey``.
        controller: the DID whose key it is.
        raw: the entry as it was received; not to be changed.
    """

    id: str
    type: str
    controller: str
    raw: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def from_dict(cls, data: object, did: str, *, path: str) -> Self:
        """Read a verification method.

        Args:
            data: parsed JSON.
            did: of the document it stands in.
            path: where in the document it stands, for errors.

        Raises:
            InvalidInput: ``invalid_did_document``, ``invalid_did`` or ``invalid_did_url``.
        """
        if not isinstance(data, dict):
            raise InvalidInput("invalid_did_document", "the entry is not an object", path=path)
        for name in ("id", "type", "controller"):
            if not isinstance(data.get(name), str):
                raise InvalidInput("invalid_did_document", f"the text {name} is missing", path=path)
        parse_did(data["controller"])
        return cls(absolute_method_id(data["id"], did), data["type"], data["controller"], data)

    @property
    def public_key(self) -> PublicKey:
        """The key.

        Raises:
            InvalidInput: ``unsupported_verification_method``, ``ambiguous_verification_method``, or
                whatever is wrong with the key.
        """
        if self.type not in _READERS:
            raise InvalidInput(
                "unsupported_verification_method", f"{self.type} holds no key that is known here"
            )
        name, read, algorithm = _READERS[self.type]
        key = read(self._material(name))
        if algorithm not in {None, key.algorithm}:
            raise InvalidInput("invalid_public_key", f"{self.type} holds another kind of key")
        return key

    @property
    def account(self) -> str:
        """The Ethereum account that signs, as CAIP-10: ``eip155:``, chain id, EIP-55 address.

        Raises:
            InvalidInput: ``unsupported_verification_method`` if the method names no account,
                ``ambiguous_verification_method``, ``invalid_account`` or ``invalid_address``.
        """
        if self.type != "EcdsaSecp256k1RecoveryMethod2020":
            raise InvalidInput("unsupported_verification_method", f"{self.type} names no account")
        text = self._material("blockchainAccountId")
        match = _ACCOUNT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InvalidInput("invalid_account", "the account is not an Ethereum account")
        return f"eip155:{match[1]}:{checksum_address(parse_address(match[2]))}"

    def _material(self, name: str) -> Any:
        if _MATERIAL & self.raw.keys() != {name}:
            raise InvalidInput(
                "ambiguous_verification_method", f"{self.type} needs {name} and no other key"
            )
        return self.raw[name]


def absolute_method_id(text: str, did: str) -> str:
    """Return the identifier of a verification method as an absolute DID URL.

    Args:
        text: as it stands in a document: absolute, or relative as ``#`` and a fragment.
        did: of the document.

    Raises:
        InvalidInput: ``invalid_did_url``.
    """
    method_id = did + text if text.startswith("#") else text
    did_of(method_id)
    return method_id


def _read_multikey(text: Any) -> PublicKey:
    if not isinstance(text, str):
        raise InvalidInput("invalid_multikey", "publicKeyMultibase is not text")
    return PublicKey.from_multikey(text)


def _read_jwk(members: Any) -> PublicKey:
    if not isinstance(members, dict):
        raise InvalidInput("invalid_jwk", "publicKeyJwk is not an object")
    return PublicKey.from_jwk(members)


_Reader = Callable[[Any], PublicKey]

# type -> where the key stands, how to read it, which kind it must be of
_READERS: Mapping[str, tuple[str, _Reader, KeyAlgorithm | None]] = {
    "Multikey": ("publicKeyMultibase", _read_multikey, None),
    "JsonWebKey": ("publicKeyJwk", _read_jwk, None),
    "JsonWebKey2020": ("publicKeyJwk", _read_jwk, None),
    "Ed25519VerificationKey2020": (
        "publicKeyMultibase",
        _read_multikey,
        KeyAlgorithm.ED25519,
    ),
    "EcdsaSecp256k1VerificationKey2019": ("publicKeyJwk", _read_jwk, KeyAlgorithm.SECP256K1),
}
