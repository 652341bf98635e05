"""The 32-byte identifiers by which the registries name issuers and status lists.

>>> issuer_id("did:web:issuer.example").hex()[:8]
'59492e7c'
"""

from __future__ import annotations

from didgate.encoding import keccak256


def issuer_id(did: str) -> bytes:
    """Return the id of an issuer: keccak256 of its DID."""
    return keccak256(did.encode("utf-8"))


def status_list_id(issuer: bytes, type_id: bytes) -> bytes:
    """Return the id of the status list that an issuer keeps for one type of credential.

    Args:
        issuer: 32-byte issuer id.
        type_id: 32 bytes: a schema id, or the id of a ``vct``.
    """
    return keccak256(issuer + type_id)  # abi.encode of two bytes32 is their concatenation
