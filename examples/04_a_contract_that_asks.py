"""A contract that asks for a proof itself: whoever satisfies the policy gets a pass, once.

No gate and no server is in it. The contract is ``contracts/src/consumers/UsePass.sol``, of twenty
lines; how to write another one is told in ``docs/how-to/verify-on-chain.md``.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from didgate.bbs.typed import SlotType
from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.presentation_verifier import SESSION, SessionPredicate, UsePass
from didgate.chain.revert import Reverted
from didgate.credentials.identifiers import key_id
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.holder import Wallet
from didgate.holder.on_chain import Contracts
from didgate.issuer import AttributeIssuer, IssuanceRecords, key_registration
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.policy import pin
from didgate.resources import resource_id
from didgate.stores import open_engine
from didgate.verifier import RegistrySources

MODEL, DID = "https://models.example/handwritten-digits", "did:web:university.example"
TYPE = "https://university.example/clearance"
role, level = Attribute("role", SlotType.TEXT), Attribute("level", SlotType.INTEGER)
clearance = AttributeSchema(type=TYPE, attributes=(role, level), lifetime_days=28)
claims = {"role": {"equals": "researcher"}, "level": {"atLeast": 3}}
leaf = {"schema": f"0x{clearance.schema_id.hex()}", "issuers": "accredited", "claims": claims}
draft = {"didgate": 1, "allow": {"credential": leaf}, "grant": {"lifetime": 300}}

owner, ada, relay, thief = (
    EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1)) for _ in range(4)
)
chain = EmbeddedChain.create(None, funded=[each.address for each in (owner, ada, relay, thief)])
client = ChainClient.connect(chain)  # any EVM network with EIP-2537 will do: pass its URL
at = deploy(client, owner)


def send(by: EthereumAccount, transaction: Transaction) -> str:
    """Send a transaction; return what it cost, or the error by which a contract refused."""
    try:
        return f"{client.send(by, transaction).gas_used // 1000}k gas"
    except Reverted as error:
        return f"refused: {error.reason}"


# 1. An issuer is accredited, a policy is in force. Example 02 and the quickstart do the same.
key = SoftwareBBSSigner.generate()
client.send(owner, at.schemas.register(clearance.encode()))
client.send(owner, at.issuers.accredit(DID, clearance.schema_id, owner.address))
client.send(owner, key_registration(at.issuers, client.chain_id, DID, key))
model, policy = resource_id(owner.address, MODEL), pin(draft, at.pins())
client.send(owner, at.resources.register(MODEL, delay=0))
client.send(owner, at.policies.publish(model, policy.to_bytes(), epoch=1))
client.send(owner, at.policies.activate(model, policy.policy_id))

# 2. The verifier checks the policy and keeps it; what all proofs share is computed once.
print("admit:", send(relay, at.verifier.admit(model)))
pinning = at.attribute_verifier.pin(policy.to_bytes(), 0, key_id(key.public_key))
print("pin:", send(relay, pinning))

# 3. The contracts that ask are deployed: one mints passes, one knows of sessions.
creation = UsePass.deployment(verifier=at.verifier.address, resource=model)
passes = UsePass(client.send(owner, creation).contract_address)
creation = SessionPredicate.deployment(verifier=at.verifier.address, resource=model)
predicate = SessionPredicate(client.send(owner, creation).contract_address)

# 4. The issuer issues. Ada's wallet shows the contract what it asks for, and hides the rest.
records, nym_key = IssuanceRecords(open_engine("sqlite://")), secrets.token_bytes(32)
issuer = AttributeIssuer(DID, key, clearance, nym_key=nym_key, records=records)
sources = RegistrySources.of(client, at)
wallet = Wallet(open_engine("sqlite://"), secrets.token_bytes(32), sources=sources)
wallet.add(issuer.issue("ada", {"role": "researcher", "level": 4}).to_document())
statements = Contracts(client, at.policies, at.resources, at.verifier)
request = statements.request(
    model,
    account=ada.address,
    consumer=passes.address,
    action=UsePass.MINT,
    now=datetime.now(UTC),
)
plan = wallet.match_statement(request)
print(plan.in_words())
presentation = wallet.present_statement(plan)

# 5. Anyone may send it, and nobody can make anything else of it.
stolen = replace(request.access, account=thief.address)
print("thief:", send(thief, passes.mint(stolen, presentation)))
print("relay:", send(relay, passes.mint(request.access, presentation)))
print("again:", send(relay, passes.mint(request.access, presentation)))
print("owner of pass 1 is Ada:", client.read(passes.owner_of(1)) == ada.address)

# 6. A session lasts as long as a grant, and tells a registry of tools (ERC-8257) what it asks.
request = statements.request(
    model, account=ada.address, consumer=ada.address, action=SESSION, now=datetime.now(UTC)
)
presentation = wallet.present_statement(wallet.match_statement(request))
print("session:", send(ada, at.verifier.consume(request.access, presentation)))
for name, account in {"Ada": ada, "thief": thief}.items():
    print(f"tool open to {name}:", client.read(predicate.has_access(1, account.address)))
chain.close()
