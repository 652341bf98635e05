"""A small world to judge policies in: registries, issuers, credentials and what the chain says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from didgate.chain.facts import (
    AttestationFact,
    Block,
    Facts,
    IssuerFact,
    KeyFact,
    KeyKind,
    KeyState,
)
from didgate.credentials.identifiers import issuer_id, vct_type_id
from didgate.credentials.schema import Attribute, AttributeSchema, SlotType, StatusMode
from didgate.credentials.verified import (
    CredentialForm,
    VerifiedCredential,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.policy import (
    Evaluation,
    Policy,
    Verdict,
    evaluate,
    facts_needed,
    parse_policy,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADDED_AT = int((NOW - timedelta(days=30)).timestamp())
PINS = {
    kind: {"address": f"0x{number:02x}" + "11" * 19, "codeHash": f"0x{number:02x}" + "22" * 31}
    for number, kind in enumerate(
        ("issuers", "schemas", "status", "addressLists", "attestations"), 1
    )
}


class World:
    """Builds policies, presentations and facts in which everything is in order unless changed."""

    now = NOW
    issuer = "did:web:issuer.example"
    vct = "https://credentials.example/employee"
    account = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    other_account = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
    list_id = bytes([0xAA] * 32)
    root = bytes([0xBB] * 32)
    token = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
    attested = bytes([0xCC] * 32)
    attester = "0x000000000000000000000000000000000000a001"
    schema = AttributeSchema(
        type="https://credentials.example/Clearance",
        attributes=(
            Attribute("role", SlotType.TEXT),
            Attribute("clearance", SlotType.INTEGER),
            Attribute("born", SlotType.DATE, optional=True),
            Attribute("staff", SlotType.BOOLEAN),
            Attribute("wallet", SlotType.ADDRESS, optional=True),
            Attribute("seen", SlotType.DATETIME, optional=True),
            Attribute("badge", SlotType.BYTES, optional=True),
        ),
        lifetime_days=28,
        status_mode=StatusMode.INDEX,
    )

    def __init__(self) -> None:
        self.holder_key = SoftwareSigner.generate(KeyAlgorithm.P256).public_key
        self.other_key = SoftwareSigner.generate(KeyAlgorithm.P256).public_key

    @property
    def schema_id(self) -> str:
        return "0x" + self.schema.schema_id.hex()

    def attribute_leaf(self, **members: Any) -> dict[str, Any]:
        return {"credential": {"schema": self.schema_id, "issuers": "accredited"} | members}

    def sd_jwt_leaf(self, **members: Any) -> dict[str, Any]:
        return {"credential": {"vct": self.vct, "issuers": "accredited"} | members}

    def address_leaf(self, fill: int = 0xAA, **members: Any) -> dict[str, Any]:
        return {"address": {"list": "0x" + f"{fill:02x}" * 32} | members}

    def member_leaf(self, fill: int = 0xBB) -> dict[str, Any]:
        return {"address": {"root": "0x" + f"{fill:02x}" * 32}}

    def token_leaf(self, standard: str = "ERC-20", **numbers: Any) -> dict[str, Any]:
        members = {"standard": standard, "contract": self.token}
        return {"token": members | (numbers or {"atLeast": "5"})}

    def attestation_leaf(self, **members: Any) -> dict[str, Any]:
        required = {"schema": "0x" + self.attested.hex(), "attesters": [self.attester]}
        return {"attestation": required | members}

    def document(self, allow: Any, **members: Any) -> dict[str, Any]:
        """Return a policy document that pins what its tree needs."""
        text = repr(allow)
        needs = {"addressLists": "'list':" in text, "attestations": "'attestation':" in text}
        needs["schemas"] = "{'credential': {'schema':" in text
        needs |= dict.fromkeys(("issuers", "status"), "'credential':" in text)
        pins = {kind: pin for kind, pin in PINS.items() if needs[kind]}
        document = {"didgate": 1, "allow": allow, "grant": {"lifetime": 300}}
        return ({"registries": pins} if pins else {}) | document | members

    def policy(self, allow: Any, **members: Any) -> Policy:
        return parse_policy(self.document(allow, **members))

    def refusal(self, allow: Any, **members: Any) -> tuple[str, str | None]:
        """Return the code and the path of the error that a tree does not compile with."""
        with pytest.raises(InvalidInput) as error:
            parse_policy(self.document(allow, **members))
        return error.value.code, error.value.path

    def attribute(self, leaf: str = "c0", **members: Any) -> VerifiedCredential:
        defaults: dict[str, Any] = {
            "leaf": leaf,
            "form": CredentialForm.ATTRIBUTE,
            "type": self.schema.type,
            "type_id": self.schema.schema_id,
            "schema_id": self.schema.schema_id,
            "issuer": self.issuer,
            "issuer_id": issuer_id(self.issuer),
            "key_id": bytes([7] * 32),
            "claims": {"role": "auditor", "clearance": 3},
            "valid_until": NOW + timedelta(days=7),
            "fresh_since": NOW - timedelta(days=1),
            "status": (bytes([9] * 32), 5),
            "holder_key": None,
        }
        return unsafe_verified_credential(**(defaults | members))

    def sd_jwt(self, leaf: str = "c0", **members: Any) -> VerifiedCredential:
        vct = members.pop("vct", self.vct)
        defaults: dict[str, Any] = {
            "form": CredentialForm.SD_JWT,
            "type": vct,
            "type_id": vct_type_id(vct),
            "schema_id": None,
            "key_id": None,
            "claims": {"level": 3, "address": {"country": "NL"}},
            "status": None,
            "holder_key": self.holder_key,
        }
        return self.attribute(leaf, **(defaults | members))

    def present(
        self, *credentials: VerifiedCredential, accounts: Any = (), **supplied: Any
    ) -> VerifiedPresentation:
        return unsafe_verified_presentation(
            resource=bytes(32),
            audience="https://gate.example",
            nonce="n",
            policy_id=bytes(32),
            epoch=1,
            chain_id=1,
            deadline=0,
            jkt="t",
            credentials=credentials,
            addresses=tuple(accounts),
            **supplied,
        )

    def facts(self, policy: Policy, verified: VerifiedPresentation, **changes: Any) -> Facts:
        """Return facts under which every issuer, key, entry and registry is in order."""
        query = facts_needed(policy, verified)
        owner = {c.key_id: c for c in verified.credentials if c.key_id is not None}
        facts = Facts(
            block=Block(number=1, hash=bytes(32), timestamp=int(NOW.timestamp())),
            issuers={i: IssuerFact(self.account, suspended_until=0) for i in query.issuers},
            accreditations=dict.fromkeys(query.accreditations, ADDED_AT),
            keys={key_id: self.key_fact(owner[key_id]) for key_id in query.keys},
            revoked=dict.fromkeys(query.revoked, False),
            list_entries=dict.fromkeys(query.list_entries, ADDED_AT),
            tokens=dict.fromkeys(query.tokens, 2**256 - 1),
            attestations=dict.fromkeys(query.attestations, self.attestation()),
            contract_signatures=dict.fromkeys(query.contract_signatures, True),
            code_hashes={r.address: r.code_hash for _, r in policy.registries.pinned()},
        )
        return replace(facts, **changes)

    def attestation(self, **members: Any) -> AttestationFact:
        defaults: dict[str, Any] = {
            "schema": self.attested,
            "time": ADDED_AT,
            "expiration": 0,
            "revocation": 0,
            "recipient": self.account,
            "attester": self.attester,
        }
        return AttestationFact(**(defaults | members))

    def key_fact(self, credential: VerifiedCredential, **members: Any) -> KeyFact:
        attribute = credential.form is CredentialForm.ATTRIBUTE
        defaults: dict[str, Any] = {
            "issuer_id": credential.issuer_id,
            "kind": KeyKind.BBS if attribute else KeyKind.P256,
            "state": KeyState.ACTIVE,
            "added_at": ADDED_AT,
            "accepted_until": 0,
            "public_key": b"",
        }
        return KeyFact(**(defaults | members))

    def evaluate(
        self, policy: Policy, verified: VerifiedPresentation, now: datetime = NOW, **changes: Any
    ) -> Evaluation:
        return evaluate(policy, verified, self.facts(policy, verified, **changes), now)

    def reason(self, evaluation: Evaluation) -> tuple[Verdict, str]:
        """Return the verdict and the code of the only leaf."""
        (leaf,) = evaluation.leaves
        assert leaf.verdict is evaluation.verdict
        return leaf.verdict, leaf.code


@pytest.fixture(scope="session")
def world() -> World:
    return World()
