"""The challenge of a gate: what to prove, to whom, until when, for which key (OpenID4VP 1.0 §5).

On the wire it is an authorization request with a DCQL query. What OpenID4VP has no member for
stands under ``didgate``: resource, policy, chain and the thumbprint of the key that will use the
grant. The policy travels as its canonical bytes, so that the wallet can explain it and need not
believe the query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from didgate.encoding import (
    b64url_decode,
    b64url_encode,
    is_checksum_address,
    keccak256,
)
from didgate.errors import InvalidInput

MAX_UINT64 = 2**64 - 1
LAST_MOMENT = 253_402_300_799
"""9999-12-31T23:59:59Z in Unix seconds: the latest deadline that ``datetime`` can express."""
MAX_POLICY_BYTES = 16384
RESPONSE_MODE = "didgate_post"
ACCESS_PATH = "/.well-known/didgate/access"
"""Where every gate takes its answers, below its origin."""

_HEX32 = re.compile(r"0x[0-9a-f]{64}")
_OUTER = frozenset({
    "response_type", "response_mode", "client_id", "nonce", "response_uri", "dcql_query", "didgate",
})  # fmt: skip
_INNER = frozenset({
    "resource", "resourceUri", "policyId", "policy", "epoch", "chainId", "policyRegistry",
    "deadline", "jkt",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Challenge:
    """One request for a presentation.

    Args:
        resource: 32-byte id of the resource.
        resource_uri: the resource's URI, for people.
        audience: the gate's URL, to which the presentation is bound.
        nonce: at least 16 characters, never used before.
        policy_id: 32 bytes, keccak256 of ``policy``.
        epoch: the resource's epoch.
        chain_id: the EVM chain that the policy stands on.
        verifier: EIP-55 address of the policy registry there.
        deadline: Unix seconds from which on no answer is accepted.
        jkt: RFC 7638 thumbprint of the key that will use the grant.
        dcql: the DCQL query.
        policy: canonical bytes of the effective policy.
        response_uri: where to post the presentation.

    Raises:
        InvalidInput: ``invalid_challenge``, with the member's name as the path.
    """

    resource: bytes
    resource_uri: str
    audience: str
    nonce: str
    policy_id: bytes
    epoch: int
    chain_id: int
    verifier: str
    deadline: int
    jkt: str
    dcql: Mapping[str, Any] = field(repr=False)
    policy: bytes = field(repr=False)
    response_uri: str

    def __post_init__(self) -> None:
        for name in ("resource", "policy_id"):
            _require(name, len(getattr(self, name)) == 32)
        for name in ("epoch", "chain_id", "deadline"):
            _require(name, _is_uint64(getattr(self, name)))
        _require("deadline", self.deadline <= LAST_MOMENT)
        for name in ("resource_uri", "audience", "response_uri"):
            _require(name, _is_text(getattr(self, name)))
        _require("nonce", _is_text(self.nonce) and len(self.nonce) >= 16)
        _require("jkt", _is_thumbprint(self.jkt))
        _require("verifier", is_checksum_address(self.verifier))
        _require("dcql_query", isinstance(self.dcql, Mapping))
        _require("policy", 0 < len(self.policy) <= MAX_POLICY_BYTES)
        # What the holder reads and consents to must be what the proof is bound to.
        _require("policy_id", keccak256(self.policy) == self.policy_id)

    @property
    def deadline_time(self) -> datetime:
        """The deadline as aware UTC time."""
        return datetime.fromtimestamp(self.deadline, UTC)

    def to_dict(self) -> dict[str, Any]:
        """Return the request as JSON."""
        return {
            "response_type": "vp_token",
            "response_mode": RESPONSE_MODE,
            "client_id": self.audience,
            "nonce": self.nonce,
            "response_uri": self.response_uri,
            "dcql_query": dict(self.dcql),
            "didgate": {
                "resource": _hex(self.resource),
                "resourceUri": self.resource_uri,
                "policyId": _hex(self.policy_id),
                "policy": b64url_encode(self.policy),
                "epoch": self.epoch,
                "chainId": self.chain_id,
                "policyRegistry": self.verifier,
                "deadline": self.deadline,
                "jkt": self.jkt,
            },
        }

    @classmethod
    def from_dict(cls, members: Any) -> Challenge:
        """Read a request; a member that we do not know could mean anything, and is refused.

        Args:
            members: parsed JSON.

        Raises:
            InvalidInput: ``invalid_challenge``.
        """
        outer = _members(members, _OUTER, "challenge")
        inner = _members(outer["didgate"], _INNER, "didgate")
        _require("response_type", outer["response_type"] == "vp_token")
        _require("response_mode", outer["response_mode"] == RESPONSE_MODE)
        return cls(
            resource=_bytes32(inner, "resource"),
            resource_uri=inner["resourceUri"],
            audience=outer["client_id"],
            nonce=outer["nonce"],
            policy_id=_bytes32(inner, "policyId"),
            epoch=inner["epoch"],
            chain_id=inner["chainId"],
            verifier=inner["policyRegistry"],
            deadline=inner["deadline"],
            jkt=inner["jkt"],
            dcql=outer["dcql_query"],
            policy=_base64url(inner, "policy"),
            response_uri=outer["response_uri"],
        )


def _fail(name: str) -> InvalidInput:
    return InvalidInput("invalid_challenge", "missing or of the wrong form", path=name)


def _require(name: str, holds: object) -> None:
    if not holds:
        raise _fail(name)


def _is_uint64(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_UINT64


def _is_text(value: Any) -> bool:
    # Line breaks and control characters could forge what a wallet shows its holder.
    return isinstance(value, str) and 0 < len(value) <= 2048 and value.isprintable()


def _is_thumbprint(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(b64url_decode(value)) == 32
    except InvalidInput:
        return False


def _members(value: Any, names: frozenset[str], path: str) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != names:
        raise _fail(path)
    return value


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes32(members: Mapping[str, Any], name: str) -> bytes:
    value = members[name]
    _require(name, isinstance(value, str) and _HEX32.fullmatch(value))
    return bytes.fromhex(value[2:])


def _base64url(members: Mapping[str, Any], name: str) -> bytes:
    value = members[name]
    try:
        return b64url_decode(value if isinstance(value, str) else "=")
    except InvalidInput as error:
        raise _fail(name) from error
