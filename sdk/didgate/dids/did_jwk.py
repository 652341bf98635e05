"""did:jwk: the DID is a JSON Web Key, base64url of its JSON text.

One key has many such DIDs, because JSON can be written in many ways: compare the DIDs, never the
keys, when asking whether two are the same.

>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> key = SoftwareSigner.generate(KeyAlgorithm.P256).public_key
>>> did = create(key)
>>> resolve(did).key(method_id(did)) == key
True
"""

from __future__ import annotations

from typing import Any

from didgate.dids.document import DIDDocument
from didgate.dids.syntax import parse_did
from didgate.encoding import b64url_decode, b64url_encode, canonicalize, strict_json
from didgate.errors import InvalidInput
from didgate.keys import PublicKey

_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
_SIGNING = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")
_ENCRYPTING = ("keyAgreement",)
# The value of "use" decides what the key may be used for.
_PURPOSES = {None: _SIGNING + _ENCRYPTING, "sig": _SIGNING, "enc": _ENCRYPTING}
# Keys that are valid, but none of ours: their DIDs resolve, and the keys are refused when used.
_FOREIGN = frozenset({"unsupported_key_algorithm", "jwk_not_for_signatures"})


def create(public_key: PublicKey) -> str:
    """Return the DID of a public key, with its JWK in canonical JSON (RFC 8785).

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` if the key has no JWK form.
    """
    return f"did:jwk:{b64url_encode(canonicalize(public_key.to_jwk()))}"


def method_id(did: str) -> str:
    """Return the identifier of the one verification method of a did:jwk."""
    return f"{did}#0"


def resolve(did: str) -> DIDDocument:
    """Return the document of a did:jwk.

    Raises:
        InvalidInput: ``invalid_did``, or what is wrong with the JWK.
    """
    jwk = _jwk(did)
    use = jwk.get("use")
    if use is not None and use not in ("sig", "enc"):
        raise InvalidInput("invalid_did", "the use of the JWK is not known")
    method = {
        "id": method_id(did),
        "type": "JsonWebKey2020",
        "controller": did,
        "publicKeyJwk": jwk,
    }
    return DIDDocument.from_dict(
        {
            "@context": _CONTEXT,
            "id": did,
            "verificationMethod": [method],
            **{purpose: [method["id"]] for purpose in _PURPOSES[use]},
        }
    )


def _jwk(did: str) -> dict[str, Any]:
    name, identifier = parse_did(did)
    if name != "jwk":
        raise InvalidInput("invalid_did", "the DID is not a did:jwk")
    jwk = strict_json.loads(b64url_decode(identifier))
    if not isinstance(jwk, dict):
        raise InvalidInput("invalid_did", "the DID does not hold a JWK")
    try:
        PublicKey.from_jwk(jwk)
    except InvalidInput as error:
        if error.code not in _FOREIGN:
            raise
    return jwk
