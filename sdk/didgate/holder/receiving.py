"""From what an issuer sent to what a wallet keeps: verified against sources the holder trusts.

What is kept holds schema and issuer's key as well, so that presenting needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didgate.credentials import attribute, identifiers
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.evidence import Evidence, EvidenceSources
from didgate.credentials.schema import AttributeSchema
from didgate.credentials.sd_jwt import ReceivedSDJWT, SDJWTCredential, verify_issued
from didgate.credentials.verified import CredentialForm
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import VerificationError
from didgate.keys import PublicKey


def receive(credential: Mapping[str, Any] | str, sources: EvidenceSources) -> dict[str, Any]:
    """Look up what a credential names, and return what to keep of it.

    The signature is verified by ``restore``, as each time that the kept form is opened.

    Raises:
        VerificationError: the credential is malformed, or names what the sources do not hold.
    """
    if isinstance(credential, str):
        return _receive_sd_jwt(credential, sources)
    origin = attribute.origin(credential)
    found, key = sources.schema(origin.schema_id), sources.issuer_key(origin.key_id)
    evidence = Evidence(
        schemas={} if found is None else {origin.schema_id: found},
        keys={} if key is None else {origin.key_id: key},
    )
    issuer_id = identifiers.issuer_id(origin.issuer)
    return {
        "form": CredentialForm.ATTRIBUTE.value,
        "document": dict(credential),
        "schema": b64url_encode(evidence.schema(origin.schema_id).encode()),
        "key": evidence.issuer_key(origin.key_id, issuer_id).to_multikey(),
    }


def _receive_sd_jwt(token: str, sources: EvidenceSources) -> dict[str, Any]:
    received = ReceivedSDJWT.parse(token)
    if received.sd_jwt.key_binding is not None:
        # RFC 9901 §7.2: an issuer sends no key binding; this is somebody's presentation.
        raise VerificationError("unexpected_key_binding", "this is a presentation")
    document = sources.document(received.issuer)
    evidence = Evidence(documents={} if document is None else {received.issuer: document})
    key = evidence.document(received.issuer).key(received.key_id)
    return {"form": CredentialForm.SD_JWT.value, "token": token, "key": key.to_multikey()}


def restore(content: Mapping[str, Any]) -> AttributeCredential | SDJWTCredential:
    """Open what was kept, and verify the issuer's signature.

    Raises:
        VerificationError: the signature or the form does not hold.
    """
    key = PublicKey.from_multikey(content["key"])
    if content["form"] == CredentialForm.SD_JWT.value:
        return verify_issued(ReceivedSDJWT.parse(content["token"]), key)
    schema = AttributeSchema.decode(b64url_decode(content["schema"]))
    return AttributeCredential.from_document(content["document"], schema, key)
