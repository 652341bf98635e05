"""What a receipt says, and its one form in JSON.

Reading is strict: every member is of its kind, in its one spelling, and there is no other. What the
members say to each other is the matter of ``didgate.gate.receipt_rules``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from didgate.encoding import b64url_decode, checksum_address, parse_address
from didgate.errors import InvalidInput, VerificationError
from didgate.gate.challenge import check_origin
from didgate.gate.inputs import BLOCKS, NAMES

VERSION: Final = 2
_MAX_UINT64: Final = 2**64 - 1
_T = TypeVar("_T")
_ID: Final = re.compile("[A-Za-z0-9_-]{1,64}")
_CODE: Final = re.compile("[a-z][a-z0-9_]{0,63}")
_PATH: Final = re.compile(r"allow([.\[\]A-Za-z0-9]{0,255})")
_HEX32: Final = re.compile("0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AnchorPlace:
    """Where, and by which account, a gate anchors the log of its receipts.

    Attributes:
        contract: EIP-55 address of a ``ReceiptAnchor`` on the receipt's chain.
        account: EIP-55 address of the gate's account.
    """

    contract: str
    account: str


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
        judgements: at the latest and at the finalized block.
        commitments: input → SHA-256(salt ‖ JCS(input)), base64url.
        decided_at: the gate's clock, aware UTC, in whole seconds.
        anchor: where the gate anchors its log, if it does; its own statement.
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
    anchor: AnchorPlace | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the payload of the JWS."""
        members = {
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
        if self.anchor is not None:
            members["anchor"] = {"contract": self.anchor.contract, "account": self.anchor.account}
        return members

    @classmethod
    def from_dict(cls, payload: Mapping[str, Any]) -> Receipt:
        """Read the payload of a JWS whose signature holds.

        Raises:
            VerificationError: ``receipt_malformed``.
        """
        try:
            receipt = _receipt_from_dict(payload)
        except (
            KeyError, TypeError, ValueError, AttributeError, OverflowError, InvalidInput
        ) as error:  # fmt: skip
            raise VerificationError("receipt_malformed", "the receipt is malformed") from error
        if receipt.to_dict() != dict(payload):
            raise VerificationError("receipt_malformed", "the receipt has members of other kinds")
        return receipt


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
        id=_matching(_ID, payload["id"]),
        gate=check_origin(_typed(payload, "gate", str)),
        allowed=payload["decision"] == "allow",
        code=_matching(_CODE, payload["code"]),
        resource=_bytes32(payload["resource"]),
        chain_id=_uint64(payload, "chainId"),
        policy_registry=_address(payload["policyRegistry"]),
        judgements=tuple(
            _judgement_from_dict(at, judgements[at]) for at in BLOCKS if at in judgements
        ),
        commitments=_commitments(_typed(payload, "commitments", dict)),
        decided_at=datetime.fromtimestamp(_uint64(payload, "decidedAt"), UTC),
        anchor=_anchor(payload["anchor"]) if "anchor" in payload else None,
    )


def _anchor(members: Mapping[str, Any]) -> AnchorPlace:
    return AnchorPlace(_address(members["contract"]), _address(members["account"]))


def _commitments(members: Mapping[str, Any]) -> dict[str, str]:
    for name, value in members.items():
        if name not in NAMES or len(b64url_decode(value)) != 32:
            raise ValueError(name)
    return dict(members)


def _judgement_from_dict(at: str, members: Mapping[str, Any]) -> JudgementRecord:
    registries = _typed(members, "registries", dict)
    return JudgementRecord(
        at=at,
        block_number=_uint64(members["block"], "number"),
        block_hash=_bytes32(members["block"]["hash"]),
        policy_id=None if members["policy"] is None else _bytes32(members["policy"]),
        restrictions=tuple(_bytes32(each) for each in members["restrictions"]),
        epoch=_uint64(members, "epoch"),
        paused=_typed(members, "paused", bool),
        verdict=_verdict(members["verdict"]),
        registries={_address(each): _typed(registries, each, bool) for each in registries},
        leaves=tuple(
            LeafRecord(
                _matching(_PATH, leaf["path"]),
                _verdict(leaf["verdict"]),
                _matching(_CODE, leaf["code"]),
            )
            for leaf in members.get("leaves", ())
        ),
    )


def _typed(members: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    value = members[name]
    if type(value) is not kind:
        raise TypeError(name)
    return value


def _uint64(members: Mapping[str, Any], name: str) -> int:
    value = _typed(members, name, int)
    if not 0 <= value <= _MAX_UINT64:
        raise ValueError(name)
    return value


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(pattern.pattern)
    return text


def _verdict(text: str) -> str:
    if text not in {"true", "false", "unknown"}:
        raise ValueError(text)
    return text


def _address(text: str) -> str:
    if checksum_address(parse_address(text)) != text:
        raise ValueError(text)
    return text


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _bytes32(text: str) -> bytes:
    if not _HEX32.fullmatch(text):
        raise ValueError(len(text))
    return bytes.fromhex(text[2:])
