"""Receipts: signed records of decisions that anyone may read and nobody is named in (FORMATS §5).

A receipt is a JWS of type ``didgate-receipt+jwt``. It says what was decided about which resource,
under which policy, at which two blocks, and commits to every input with a salt; it holds no claim
value and nothing that names the holder. A denial lists the verdict and the reason of each leaf, so
that its receiver can complain. An allowance lists none: the verdicts would tell which branch of an
``any`` the holder used, and that is the holder's to say. They are among the committed inputs, as
are the facts read about issuers, keys and accounts.

``verify_receipt`` establishes that a receipt is *consistent*: signed by the gate, well formed, and
not at odds with itself. It needs no network.

>>> from datetime import UTC, datetime
>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> signer = SoftwareSigner.generate(KeyAlgorithm.P256)
>>> receipt = Receipt(
...     id="AAAA", gate="https://gate.example", allowed=False, code="policy_not_satisfied",
...     resource=bytes(32), chain_id=1, policy_registry="0x" + "00" * 20, judgements=(),
...     commitments={}, decided_at=datetime(2026, 1, 1, tzinfo=UTC))
>>> key = {**signer.public_key.to_jwk(), "kid": signer.public_key.thumbprint()}
>>> verify_receipt(sign_receipt(receipt, signer), {"keys": [key]}) == receipt
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey, Signer
from didgate.keys.jws import JWS, sign_jws, verify_jws

RECEIPT_TYPE: Final = "didgate-receipt+jwt"
VERSION: Final = 1
BLOCKS: Final = ("latest", "finalized")
_ALGORITHMS: Final = ("ES256", "EdDSA")
_T = TypeVar("_T")
_HEX32: Final = re.compile("0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LeafRecord:
    """The verdict on one leaf of the policy, in a denial.

    Attributes:
        path: where the leaf stands, e.g. ``"allow.any[0]"``.
        verdict: ``"true"``, ``"false"`` or ``"unknown"``.
        code: the reason.
    """

    path: str
    verdict: str
    code: str


@dataclass(frozen=True, slots=True)
class JudgementRecord:
    """What was found at one block.

    Attributes:
        at: ``"latest"`` or ``"finalized"``.
        block_number: its number.
        block_hash: its 32-byte hash.
        policy_id: 32-byte id of the active policy there, None before the first.
        restrictions: 32-byte ids of the restrictions in force there.
        epoch: the resource's epoch there.
        paused: whether the resource was paused.
        verdict: of the whole policy: ``"true"``, ``"false"`` or ``"unknown"``.
        registries: the registries that the policy pins: EIP-55 address → whether the pinned code
            stood there.
        leaves: only in a denial.
    """

    at: str
    block_number: int
    block_hash: bytes
    policy_id: bytes | None
    restrictions: tuple[bytes, ...]
    epoch: int
    paused: bool
    verdict: str
    registries: Mapping[str, bool]
    leaves: tuple[LeafRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """A decision, without anything personal.

    Attributes:
        id: random, base64url.
        gate: the origin of the gate that decided.
        allowed: the decision.
        code: ``"allowed"``, or why not.
        resource: 32-byte resource id.
        chain_id: EIP-155 id of the chain that holds the policy.
        policy_registry: EIP-55 address of the contract that holds it.
        judgements: at the latest and at the finalized block; fewer if it never came to that.
        commitments: input → SHA-256(salt ‖ JCS(input)), base64url.
        decided_at: the gate's clock, aware UTC, in whole seconds.
    """

    id: str
    gate: str
    allowed: bool
    code: str
    resource: bytes
    chain_id: int
    policy_registry: str
    judgements: tuple[JudgementRecord, ...]
    commitments: Mapping[str, str]
    decided_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the payload of the JWS."""
        return {
            "receiptVersion": VERSION,
            "id": self.id,
            "gate": self.gate,
            "decision": "allow" if self.allowed else "deny",
            "code": self.code,
            "resource": _hex(self.resource),
            "chainId": self.chain_id,
            "policyRegistry": self.policy_registry,
            "judgements": {each.at: _judgement_to_dict(each) for each in self.judgements},
            "commitments": dict(self.commitments),
            "decidedAt": int(self.decided_at.timestamp()),
        }

    @classmethod
    def from_dict(cls, payload: Mapping[str, Any]) -> Receipt:
        """Read the payload of a JWS whose signature holds.

        Raises:
            VerificationError: ``receipt_malformed``.
        """
        try:
            receipt = _receipt_from_dict(payload)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise VerificationError("receipt_malformed", "the receipt is malformed") from error
        if receipt.to_dict() != dict(payload):
            raise VerificationError("receipt_malformed", "the receipt has members of other kinds")
        return receipt


def sign_receipt(receipt: Receipt, signer: Signer) -> str:
    """Return the receipt as compact JWS, signed by the gate's key."""
    payload = json.dumps(receipt.to_dict(), separators=(",", ":")).encode()
    header = {"typ": RECEIPT_TYPE, "kid": signer.public_key.thumbprint()}
    return sign_jws(signer, payload, header)


def verify_receipt(jws: str, jwks: Mapping[str, Any]) -> Receipt:
    """Establish that a receipt is consistent, offline.

    1. The signature is by a key of ``jwks``, of the type and algorithm of receipts.
    2. The payload has exactly the members of a receipt.
    3. The finalized block is the latest or below it.
    4. An allowance rests on the verdict ``true`` at both blocks, neither of them paused, with the
       pinned code in every registry, and names no leaf; whatever else it says, it would not be one.

    Args:
        jws: the receipt.
        jwks: the JWK Set that the gate publishes, from a source that is trusted.

    Raises:
        VerificationError: ``receipt_signature``, ``receipt_malformed`` or
            ``receipt_inconsistent``.
    """
    receipt = Receipt.from_dict(_verified(jws, jwks).claims())
    _check_blocks(receipt)
    if receipt.allowed:
        _check_allowance(receipt)
    elif receipt.code == "allowed":
        raise VerificationError("receipt_inconsistent", "a denial gives no reason")
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


def _check_blocks(receipt: Receipt) -> None:
    """Refuse a finalized block ahead of the latest, and two blocks of one height."""
    by_name = {each.at: each for each in receipt.judgements}
    if by_name.keys() != set(BLOCKS):
        return
    latest, finalized = by_name["latest"], by_name["finalized"]
    same_height = latest.block_number == finalized.block_number
    same_block = latest.block_hash == finalized.block_hash
    if finalized.block_number > latest.block_number or same_height != same_block:
        raise VerificationError("receipt_inconsistent", "its two blocks are of no one chain")


def _check_allowance(receipt: Receipt) -> None:
    sound = (
        receipt.code == "allowed"
        and tuple(each.at for each in receipt.judgements) == BLOCKS
        and all(each.verdict == "true" and not each.paused for each in receipt.judgements)
        and all(each.policy_id is not None for each in receipt.judgements)
        and all(all(each.registries.values()) for each in receipt.judgements)
        and not any(each.leaves for each in receipt.judgements)
    )
    if not sound:
        raise VerificationError("receipt_inconsistent", "an allowance without its reasons")


def _judgement_to_dict(judgement: JudgementRecord) -> dict[str, Any]:
    members: dict[str, Any] = {
        "block": {"number": judgement.block_number, "hash": _hex(judgement.block_hash)},
        "policy": None if judgement.policy_id is None else _hex(judgement.policy_id),
        "restrictions": [_hex(restriction) for restriction in judgement.restrictions],
        "epoch": judgement.epoch,
        "paused": judgement.paused,
        "verdict": judgement.verdict,
        "registries": dict(judgement.registries),
    }
    if judgement.leaves:
        members["leaves"] = [
            {"path": leaf.path, "verdict": leaf.verdict, "code": leaf.code}
            for leaf in judgement.leaves
        ]
    return members


def _receipt_from_dict(payload: Mapping[str, Any]) -> Receipt:
    judgements = _typed(payload, "judgements", dict)
    return Receipt(
        id=_typed(payload, "id", str),
        gate=_typed(payload, "gate", str),
        allowed=payload["decision"] == "allow",
        code=_typed(payload, "code", str),
        resource=_bytes32(payload["resource"]),
        chain_id=_typed(payload, "chainId", int),
        policy_registry=_typed(payload, "policyRegistry", str),
        judgements=tuple(
            _judgement_from_dict(at, judgements[at]) for at in BLOCKS if at in judgements
        ),
        commitments=_typed(payload, "commitments", dict),
        decided_at=datetime.fromtimestamp(_typed(payload, "decidedAt", int), UTC),
    )


def _judgement_from_dict(at: str, members: Mapping[str, Any]) -> JudgementRecord:
    if members["verdict"] not in {"true", "false", "unknown"}:
        raise ValueError(members["verdict"])
    return JudgementRecord(
        at=at,
        block_number=_typed(members["block"], "number", int),
        block_hash=_bytes32(members["block"]["hash"]),
        policy_id=None if members["policy"] is None else _bytes32(members["policy"]),
        restrictions=tuple(_bytes32(each) for each in members["restrictions"]),
        epoch=_typed(members, "epoch", int),
        paused=_typed(members, "paused", bool),
        verdict=members["verdict"],
        registries={
            address: _typed(members["registries"], address, bool)
            for address in _typed(members, "registries", dict)
        },
        leaves=tuple(
            LeafRecord(
                _typed(leaf, "path", str), _typed(leaf, "verdict", str), _typed(leaf, "code", str)
            )
            for leaf in members.get("leaves", ())
        ),
    )


def _typed(members: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    value = members[name]
    if type(value) is not kind:
        raise TypeError(name)
    return value


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _bytes32(text: str) -> bytes:
    if not _HEX32.fullmatch(text):
        raise ValueError(len(text))
    return bytes.fromhex(text[2:])
