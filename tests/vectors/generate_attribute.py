"""Writes ``attribute.json``: attribute credentials with every intermediate value.

Run it from the root of the repository after a change of the format:

    python tests/vectors/generate_attribute.py

Keys and all values but the proofs are fixed, so only the proofs differ from run to run. What it
writes is read by the tests of this implementation and by ``independent_attribute_verifier.py``,
which shares no code with it.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from parties import challenge_for, policy_of

from didgate.bbs.typed import SlotType
from didgate.credentials import attribute, identifiers, slots
from didgate.credentials.address import prove_address
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.credentials.verified import Address, Date, DateTime
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner

OUTPUT = Path(__file__).parent / "attribute.json"
ISSUER = "did:web:issuer.example"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SECRET_KEY = bytes.fromhex("2b" * 31 + "01")
NYM_KEY = bytes(range(32))
SUBJECT = "subject 17"
ACCOUNT_KEY = (1).to_bytes(32)

CLEARANCE = AttributeSchema(
    type="https://credentials.example/Clearance",
    lifetime_days=28,
    attributes=(
        Attribute("role", SlotType.TEXT),
        Attribute("clearance", SlotType.INTEGER),
        Attribute("staff", SlotType.BOOLEAN),
        Attribute("born", SlotType.DATE),
        Attribute("trained", SlotType.DATETIME),
        Attribute("wallet", SlotType.ADDRESS),
        Attribute("badge", SlotType.BYTES),
        Attribute("team", SlotType.TEXT, optional=True),
    ),
)
MEMBERSHIP = AttributeSchema(
    type="https://credentials.example/Membership",
    lifetime_days=365,
    granularity_days=1,
    status_mode=StatusMode.INDEX,
    attributes=(Attribute("tier", SlotType.TEXT),),
)
CLEARANCE_CLAIMS = {
    "role": "Prüferin",
    "clearance": -3,
    "staff": True,
    "born": Date.parse("1969-12-31"),
    "trained": DateTime.parse("2025-05-04T03:02:01Z"),
    "wallet": Address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
    "badge": bytes.fromhex("00ff"),
    "team": None,
}


def main() -> None:
    """Write the file."""
    vectors = [
        vector("epoch mode, all types, an absent attribute", CLEARANCE, CLEARANCE_CLAIMS, None,
               ["role", "clearance", "born", "team"]),
        vector("epoch mode, nothing disclosed but the end", CLEARANCE, CLEARANCE_CLAIMS, None, []),
        vector("index mode", MEMBERSHIP, {"tier": "gold"}, 94567, ["tier"]),
    ]  # fmt: skip
    document = {"comment": "Written by tests/vectors/generate_attribute.py", "vectors": vectors}
    OUTPUT.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def vector(
    name: str,
    schema: AttributeSchema,
    claims: dict[str, Any],
    status_index: int | None,
    shown: list[str],
) -> dict[str, Any]:
    """Return one credential and one presentation of it."""
    secret = attribute.derive_holder_secret(NYM_KEY, schema.schema_id, SUBJECT)
    credential = attribute.issue(
        SoftwareBBSSigner.from_private_bytes(SECRET_KEY), schema, ISSUER, claims,
        holder_secret=secret, now=NOW, status_index=status_index,
    )  # fmt: skip
    return {
        "name": name,
        "schema": schema_members(schema),
        "schemaBytes": schema.encode().hex(),
        "schemaId": schema.schema_id.hex(),
        "issuer": issuer_members(credential),
        "holder": {"subject": SUBJECT, "nymKey": NYM_KEY.hex(), "secret": f"{secret:064x}"},
        "issuedAt": NOW.isoformat(),
        "statusIndex": status_index,
        "claims": {key: slots.to_json(value) for key, value in claims.items()},
        "header": credential.header.hex(),
        "messages": [f"{message:064x}" for message in credential.messages()],
        "signature": credential.signature.hex(),
        "stored": credential.to_document(),
        **presented(credential, shown),
    }


def schema_members(schema: AttributeSchema) -> dict[str, Any]:
    """Return a schema as JSON."""
    return {
        "type": schema.type,
        "statusMode": int(schema.status_mode),
        "nymMode": int(schema.nym_mode),
        "granularityDays": schema.granularity_days,
        "lifetimeDays": schema.lifetime_days,
        "attributes": [
            {"name": each.name, "type": each.type.name.lower(), "optional": each.optional}
            for each in schema.attributes
        ],
    }


def issuer_members(credential: AttributeCredential) -> dict[str, Any]:
    """Return the issuer's identifiers and its key, which no one must use for anything else."""
    return {
        "did": credential.issuer,
        "issuerId": identifiers.issuer_id(credential.issuer).hex(),
        "secretKey": SECRET_KEY.hex(),
        "publicKey": credential.key.raw.hex(),
        "registeredKey": identifiers.registered_key_bytes(credential.key).hex(),
        "keyId": identifiers.key_id(credential.key).hex(),
    }


def presented(credential: AttributeCredential, shown: list[str]) -> dict[str, Any]:
    """Return a challenge, a presentation for it, and an account that takes part."""
    leaf = {"schema": "0x" + credential.schema.schema_id.hex(), "issuers": "accredited"}
    challenge = challenge_for(policy_of({"credential": leaf}))
    issuer_id = identifiers.issuer_id(credential.issuer)
    disclosed = credential.disclosed_slots(shown)
    bundle = bundle_hash([Disclosed("c0", credential.schema.schema_id, issuer_id, disclosed)])
    digest = gate_access_digest(challenge, bundle, 0)
    account = SoftwareSigner.from_private_bytes(KeyAlgorithm.SECP256K1, ACCOUNT_KEY)
    return {
        "challenge": challenge.to_dict(),
        "presentation": {
            "disclosed": list(disclosed),
            "bundle": bundle.hex(),
            "digest": digest.hex(),
            "document": credential.derive(shown, digest),
            "addressProof": prove_address(account, challenge, bundle).to_dict(),
        },
    }


if __name__ == "__main__":
    main()
