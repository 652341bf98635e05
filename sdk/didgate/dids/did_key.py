"""did:key: the DID is the public key itself.

Ed25519, P-256 and secp256k1 as the did:key specification has them, BLS12-381 G2 (96 bytes
compressed) for issuers of BBS credentials. Such a DID has no history: whoever loses the key, or
loses it to someone else, needs another DID.

>>> did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
>>> key = resolve(did).key(method_id(did))
>>> create(key) == did
True
"""

from __future__ import annotations

from didgate.dids.document import DIDDocument
from didgate.dids.syntax import parse_did
from didgate.errors import InvalidInput
from didgate.keys import PublicKey

_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
_PURPOSES = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def create(public_key: PublicKey) -> str:
    """Return the DID of a public key."""
    return f"did:key:{public_key.to_multikey()}"


def method_id(did: str) -> str:
    """Return the identifier of the one verification method of a did:key.

    Raises:
        InvalidInput: ``invalid_did``.
    """
    return f"{did}#{_multikey(did)}"


def resolve(did: str) -> DIDDocument:
    """Return the document of a did:key.

    Raises:
        InvalidInput: ``invalid_did``, or what is wrong with the key.
    """
    multikey = _multikey(did)
    # A Multikey has one spelling, so each key has one did:key and is one holder or issuer.
    PublicKey.from_multikey(multikey)
    method = {
        "id": method_id(did),
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": multikey,
    }
    return DIDDocument.from_dict(
        {
            "@context": _CONTEXT,
            "id": did,
            "verificationMethod": [method],
            **{purpose: [method["id"]] for purpose in _PURPOSES},
        }
    )


def _multikey(did: str) -> str:
    name, identifier = parse_did(did)
    if name != "key" or ":" in identifier:
        raise InvalidInput("invalid_did", "the DID is not a did:key")
    return identifier
