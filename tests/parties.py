"""Issuers, holders and a gate for tests of credentials: everything real, nothing looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from didgate import policy as policies
from didgate.bbs.typed import SlotType
from didgate.credentials import attribute, identifiers, sd_jwt
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence, IssuerKey
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.credentials.verified import Address, Date, DateTime
from didgate.dids import DIDDocument, did_key
from didgate.encoding import keccak256
from didgate.holder import Contact
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.policy import Policy, parse_policy

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
GATE = "https://gate.example"
CONTACT = Contact(url=f"{GATE}/models/digits", jkt="q" * 42 + "w")
VCT = "https://example.org/Badge"

SCHEMA = AttributeSchema(
    type="https://example.org/Clearance",
    lifetime_days=28,
    attributes=(
        Attribute("role", SlotType.TEXT),
        Attribute("clearance", SlotType.INTEGER),
        Attribute("staff", SlotType.BOOLEAN),
        Attribute("born", SlotType.DATE),
        Attribute("trained", SlotType.DATETIME, optional=True),
        Attribute("wallet", SlotType.ADDRESS, optional=True),
        Attribute("badge", SlotType.BYTES, optional=True),
    ),
)
INDEXED = AttributeSchema(
    type="https://example.org/Membership",
    lifetime_days=365,
    status_mode=StatusMode.INDEX,
    attributes=(Attribute("tier", SlotType.TEXT),),
)
CLAIMS = {
    "role": "researcher",
    "clearance": 3,
    "staff": True,
    "born": Date.parse("1984-02-29"),
    "trained": DateTime.parse("2025-05-04T03:02:01Z"),
    "wallet": Address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
    "badge": b"\x00\xff",
}
SD_CLAIMS: dict[str, Any] = {
    "role": "auditor",
    "level": 5,
    "address": {"country": "NL", "city": "Utrecht"},
}
PINS = {
    kind: {"address": f"0x{number:02x}" + "11" * 19, "codeHash": f"0x{number:02x}" + "22" * 31}
    for number, kind in enumerate(
        ("issuers", "schemas", "status", "addressLists", "attestations"), 1
    )
}
ATTESTED = bytes([0xCC] * 32)
ATTESTER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
TOKEN = "0x6B175474E89094C44Da98b954EedeAC495271d0F"


class Parties:
    """An issuer of both forms, a holder and a gate that trusts the issuer's registries."""

    def __init__(self, jwt_algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> None:
        self.bbs = SoftwareBBSSigner.generate()
        self.jwt = SoftwareSigner.generate(jwt_algorithm)
        self.holder = SoftwareSigner.generate(KeyAlgorithm.P256)
        self.account = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
        self.did = did_key.create(self.jwt.public_key)
        self.issuer_id = identifiers.issuer_id(self.did)
        self.did_document = did_key.resolve(self.did)
        self.jwt_key_id = did_key.method_id(self.did)
        self.schemas = {schema.schema_id: schema for schema in (SCHEMA, INDEXED)}
        self.keys = {
            identifiers.key_id(self.bbs.public_key): IssuerKey(self.bbs.public_key, self.issuer_id)
        }

    @property
    def evidence(self) -> Evidence:
        return Evidence(dict(self.schemas), dict(self.keys), {self.did: self.did_document})

    # EvidenceSources

    def schema(self, schema_id: bytes) -> AttributeSchema | None:
        return self.schemas.get(schema_id)

    def issuer_key(self, key_id: bytes) -> IssuerKey | None:
        return self.keys.get(key_id)

    def document(self, did: str) -> DIDDocument | None:
        return self.did_document if did == self.did else None

    # Issuing

    def attributes(
        self,
        claims: Mapping[str, Any] = CLAIMS,
        *,
        schema: AttributeSchema = SCHEMA,
        now: datetime = NOW,
        status_index: int | None = None,
        holder_secret: int = 0xC0FFEE,
    ) -> AttributeCredential:
        return attribute.issue(
            self.bbs,
            schema,
            self.did,
            claims,
            holder_secret=holder_secret,
            now=now,
            status_index=status_index,
        )

    def membership(self, index: int = 7, **options: Any) -> AttributeCredential:
        return self.attributes({"tier": "gold"}, schema=INDEXED, status_index=index, **options)

    def badge(self, claims: Mapping[str, Any] = SD_CLAIMS, **changes: Any) -> str:
        options: dict[str, Any] = {
            "holder_key": self.holder.public_key,
            "now": NOW,
            "valid_until": NOW + timedelta(days=30),
            "key_id": self.jwt_key_id,
        } | changes
        return sd_jwt.issue(self.jwt, self.did, VCT, claims, **options).serialize()

    # Asking

    def challenge(self, allow: Any, **changes: Any) -> Challenge:
        return challenge_for(policy_of(allow), **changes)


def policy_of(allow: Any) -> Policy:
    """Parse a policy with exactly those registries pinned that its leaves need."""
    text = str(allow)
    needs = {
        "issuers": "'credential'" in text,
        "schemas": "{'credential': {'schema'" in text,
        "status": "'credential'" in text,
        "addressLists": "'list'" in text,
        "attestations": "'attestation'" in text,
    }
    registries = {kind: PINS[kind] for kind, needed in needs.items() if needed}
    document: dict[str, Any] = {"didgate": 1, "allow": allow, "grant": {"lifetime": 300}}
    return parse_policy(document | ({"registries": registries} if registries else {}))


def challenge_for(policy: Policy, **changes: Any) -> Challenge:
    content = policies.encode(policy)
    challenge = Challenge(
        resource=bytes([1] * 32),
        resource_uri="https://models.example/digits",
        audience=GATE,
        nonce="0123456789abcdef0123",
        policy_id=keccak256(content),
        epoch=4,
        chain_id=31337,
        verifier="0x5FbDB2315678afecb367f032d93F642f64180aa3",
        deadline=int((NOW + timedelta(minutes=5)).timestamp()),
        jkt=CONTACT.jkt,
        dcql=policies.dcql(policy),
        policy=content,
        response_uri=f"{GATE}/.well-known/didgate/access",
    )
    return replace(challenge, **changes)


def clearance_leaf(**claims: Any) -> dict[str, Any]:
    """Return a credential leaf on ``SCHEMA``, by default: role researcher, clearance 3 or more."""
    asked = claims or {"role": {"in": ["auditor", "researcher"]}, "clearance": {"atLeast": 3}}
    return {
        "credential": {
            "schema": "0x" + SCHEMA.schema_id.hex(),
            "issuers": "accredited",
            "claims": asked,
        }
    }


def membership_leaf() -> dict[str, Any]:
    return {
        "credential": {
            "schema": "0x" + INDEXED.schema_id.hex(),
            "issuers": "accredited",
            "claims": {"tier": {"equals": "gold"}},
        }
    }


def badge_leaf(**claims: Any) -> dict[str, Any]:
    asked = claims or {"role": {"equals": "auditor"}}
    return {"credential": {"vct": VCT, "issuers": "accredited", "claims": asked}}


def address_leaf(number: int = 0xAA) -> dict[str, Any]:
    return {"address": {"list": "0x" + bytes([number] * 32).hex()}}


def member_leaf(root: bytes) -> dict[str, Any]:
    return {"address": {"root": "0x" + root.hex()}}


def token_leaf() -> dict[str, Any]:
    return {"token": {"standard": "ERC-20", "contract": TOKEN, "atLeast": "5"}}


def attestation_leaf(schema: bytes = ATTESTED) -> dict[str, Any]:
    return {"attestation": {"schema": "0x" + schema.hex(), "attesters": [ATTESTER]}}
