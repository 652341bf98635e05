"""Registering an issuer's key: the key itself signs that this issuer registers it here."""

from __future__ import annotations

from didgate.bbs.eip2537 import g1_to_eip2537
from didgate.chain.calls import Transaction
from didgate.chain.facts import KeyKind
from didgate.chain.issuer_registry import IssuerRegistry, possession_message
from didgate.credentials.identifiers import issuer_id, registered_key_bytes
from didgate.keys import BBSSigner, Signer


def key_registration(
    registry: IssuerRegistry, chain_id: int, did: str, signer: Signer | BBSSigner
) -> Transaction:
    """Return the transaction that registers an issuer's key, for its controller to send.

    Args:
        registry: where to register it.
        chain_id: number of the registry's chain, which the proof of possession names.
        did: the issuer, which must be accredited before.
        signer: the key: BLS12-381 for attribute credentials, P-256 for SD-JWT VCs.

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` for other keys.
    """
    issuer, public_key = issuer_id(did), registered_key_bytes(signer.public_key)
    message = possession_message(
        chain_id=chain_id, registry=registry.address, issuer=issuer, public_key=public_key
    )
    kind, proof = _prove(signer, message)
    return registry.register_key(issuer, kind, public_key, proof)


def _prove(signer: Signer | BBSSigner, message: bytes) -> tuple[KeyKind, bytes]:
    if hasattr(signer, "prove_possession"):
        return KeyKind.BBS, g1_to_eip2537(signer.prove_possession(message))
    return KeyKind.P256, signer.sign(message)
