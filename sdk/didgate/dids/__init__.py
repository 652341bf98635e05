"""Decentralized identifiers: from a DID to the keys that may speak for it.

>>> from didgate.dids import did_jwk, did_key
>>> resolver = Resolver({"key": did_key.resolve, "jwk": did_jwk.resolve})
>>> resolver.key("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
...              "#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").algorithm.value
'Ed25519'
"""

from __future__ import annotations

from didgate.dids.did_web import DIDWeb
from didgate.dids.document import DIDDocument, Purpose
from didgate.dids.methods import VerificationMethod
from didgate.dids.resolver import DIDMethod, Resolver
from didgate.dids.syntax import did_of, parse_did

__all__ = [
    "DIDDocument",
    "DIDMethod",
    "DIDWeb",
    "Purpose",
    "Resolver",
    "VerificationMethod",
    "did_of",
    "parse_did",
]
