"""Receipts: signed records of decisions that anyone may read and nobody is named in (FORMATS §5).

A receipt is a JWS of type ``didgate-receipt+jwt``. It says what was decided about which resource,
under which policy, at which two blocks, and commits to every input with a salt; it holds no claim
value and nothing that names the holder. A denial lists the verdict and the reason of each leaf, so
that its receiver can complain. An allowance lists none: the verdicts would tell which branch of an
``any`` the holder used, and that is the holder's to say. They are among the committed inputs, as
are the facts read about issuers, keys and accounts.

``verify_receipt`` establishes that a receipt is *consistent* as far as the receipt alone goes:
signed by the gate, well formed, and not at odds with itself. It needs no network.
``didgate.gate.audit`` goes on from there: log, anchor, chain and evidence.

>>> from datetime import UTC, datetime
>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> signer = SoftwareSigner.generate(KeyAlgorithm.P256)
>>> unseen = {"policy_id": bytes(32), "restrictions": (), "epoch": 1, "paused": False,
...           "verdict": "unknown", "registries": {}, "block_number": 7, "block_hash": bytes(32)}
>>> names = ("challenge", "presentation", "now", "schemas", "state.latest")
>>> receipt = Receipt(
...     id="AAAA", gate="https://gate.example", allowed=False, code="policy_changed",
...     resource=bytes(32), chain_id=1, policy_registry="0x" + "00" * 20,
...     judgements=tuple(JudgementRecord(at=at, **unseen) for at in ("latest", "finalized")),
...     commitments={name: "A" * 43 for name in names}, decided_at=datetime(2026, 1, 1, tzinfo=UTC))
>>> key = {**signer.public_key.to_jwk(), "kid": signer.public_key.thumbprint()}
>>> verify_receipt(sign_receipt(receipt, signer), {"keys": [key]}) == receipt
True
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from didgate.errors import InvalidInput, VerificationError
from didgate.gate.receipt_form import AnchorPlace, JudgementRecord, LeafRecord, Receipt
from didgate.gate.receipt_rules import check_consistency
from didgate.keys import PublicKey, Signer
from didgate.keys.jws import JWS, sign_jws, verify_jws

__all__ = [
    "RECEIPT_TYPE",
    "AnchorPlace",
    "JudgementRecord",
    "LeafRecord",
    "Receipt",
    "sign_receipt",
    "verify_receipt",
]

RECEIPT_TYPE: Final = "didgate-receipt+jwt"
_ALGORITHMS: Final = ("ES256", "EdDSA")


def sign_receipt(receipt: Receipt, signer: Signer) -> str:
    """Return the receipt as compact JWS, signed by the gate's key."""
    payload = json.dumps(receipt.to_dict(), separators=(",", ":")).encode()
    header = {"typ": RECEIPT_TYPE, "kid": signer.public_key.thumbprint()}
    return sign_jws(signer, payload, header)


def verify_receipt(jws: str, jwks: Mapping[str, Any]) -> Receipt:
    """Establish that a receipt is consistent, offline.

    1. The signature is by a key of ``jwks``, of the type and algorithm of receipts.
    2. The payload has exactly the members of a receipt, each in its one form.
    3. They do not contradict each other (``didgate.gate.receipt_rules``).

    Args:
        jws: the receipt.
        jwks: the JWK Set that the gate publishes, from a source that is trusted.

    Raises:
        VerificationError: ``receipt_signature``, ``receipt_malformed`` or
            ``receipt_inconsistent``.
    """
    receipt = Receipt.from_dict(_verified(jws, jwks).claims())
    check_consistency(receipt)
    return receipt


def _verified(jws: str, jwks: Mapping[str, Any]) -> JWS:
    def key_named(header: Mapping[str, Any]) -> PublicKey:
        keys = jwks.get("keys")
        for key in keys if isinstance(keys, list) else []:
            if isinstance(key, dict) and "kid" in key and key["kid"] == header.get("kid"):
                return PublicKey.from_jwk(key)
        raise VerificationError("receipt_signature", "no key of the set signed it")

    try:
        return verify_jws(jws, key_named, algorithms=_ALGORITHMS, typ=RECEIPT_TYPE)
    except (VerificationError, InvalidInput) as error:
        raise VerificationError("receipt_signature", f"the receipt: {error.message}") from error
