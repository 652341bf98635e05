"""Issue a credential of each form, disclose a part of both, verify: no chain, no network."""

import secrets
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from didgate.bbs.typed import SlotType
from didgate.credentials.challenge import ACCESS_PATH, Challenge
from didgate.credentials.evidence import IssuerKey
from didgate.credentials.identifiers import issuer_id
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.dids import did_key
from didgate.errors import VerificationError
from didgate.holder import Contact, Wallet
from didgate.issuer import AttributeIssuer, IssuanceRecords, SDJWTIssuer
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.policy import dcql, parse_policy
from didgate.stores import open_engine
from didgate.verifier import gather_evidence, verify_presentation

clearance, badge = "https://university.example/clearance", "https://university.example/badge"
role, level = Attribute("role", SlotType.TEXT), Attribute("level", SlotType.INTEGER)
schema = AttributeSchema(type=clearance, attributes=(role, level), lifetime_days=28)
bbs, p256 = SoftwareBBSSigner.generate(), SoftwareSigner.generate(KeyAlgorithm.P256)
did = did_key.create(p256.public_key)
known = SimpleNamespace(  # what everyone knows of the issuer; in example 02 the chain tells it
    schema={schema.schema_id: schema}.get,
    issuer_key=lambda _key_id: IssuerKey(bbs.public_key, issuer_id(did)),
    document=did_key.resolve,
)

# 1. The issuer issues both; the holder's wallet verifies them and keeps them.
wallet = Wallet(open_engine("sqlite://"), secrets.token_bytes(32), sources=known)
records, key_id = IssuanceRecords(open_engine("sqlite://")), did_key.method_id(did)
clearances = AttributeIssuer(did, bbs, schema, nym_key=secrets.token_bytes(32), records=records)
badges = SDJWTIssuer(did, p256, badge, key_id=key_id, lifetime=timedelta(90), records=records)
wallet.add(clearances.issue("ada", {"role": "researcher", "level": 4}).to_document())
own_key = wallet.keys.create(KeyAlgorithm.P256)
wallet.add(badges.issue("ada", {"name": "Ada", "born": "1984-03-01"}, own_key))

# 2. The verifier asks for what its policy needs; here it pins registries that are not there.
gate, schema_id = "https://gate.example", "0x" + schema.schema_id.hex()
pinned = {"address": f"0x{1:040x}", "codeHash": f"0x{1:064x}"}
cleared = {"schema": schema_id, "issuers": [did], "claims": {"level": {"atLeast": 3}}}
named = {"vct": badge, "issuers": [did], "claims": {"name": {"in": ["Ada", "Boris"]}}}
policy = parse_policy(
    {
        "didgate": 1,
        "registries": {"issuers": pinned, "schemas": pinned, "status": pinned},
        "allow": {"all": [{"credential": cleared}, {"credential": named}], "holder": "any"},
        "grant": {"lifetime": 60},
    }
)
challenge = Challenge(
    audience=gate, response_uri=gate + ACCESS_PATH, resource=bytes(32), resource_uri="urn:model",
    policy=policy.to_bytes(), policy_id=policy.policy_id, dcql=dcql(policy), epoch=1, chain_id=1,
    verifier=pinned["address"], nonce=secrets.token_urlsafe(32), jkt=p256.public_key.thumbprint(),
    deadline=int(datetime.now(UTC).timestamp()) + 300,
)  # fmt: skip

# 3. The holder sees what would be disclosed, and answers.
contact = Contact(f"{gate}/model", challenge.jkt)
plan = wallet.match(challenge, contact)
print(plan.in_words())
presentation = wallet.present(plan, contact)

# 4. The verifier looks up what the answer names, and verifies: pure, no network, no clock.
evidence = gather_evidence(presentation, challenge, known)
verified = verify_presentation(presentation, challenge, evidence, datetime.now(UTC))
print("verified:", [(each.type, each.claims) for each in verified.credentials])

# 5. One claim changed, and nothing holds.
presentation.credentials["c0"]["credentialSubject"]["level"] = 5
try:
    verify_presentation(presentation, challenge, evidence, datetime.now(UTC))
except VerificationError as error:
    print("refused:", error.code)
