"""A whole world around a gate: an embedded chain, contracts, issuers, holders, and a clock.

Nothing in it is simulated but the time.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from simulator import ManualClock
from starlette.testclient import TestClient

from didgate.bbs.typed import SlotType
from didgate.chain.address_lists import address_list_id
from didgate.chain.calls import Receipt, Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment, deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.snapshot import SnapshotReader
from didgate.client import GateClient
from didgate.credentials import identifiers
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.dids import did_key
from didgate.gate import (
    Gate,
    GateKeys,
    GateStores,
    ServerNonces,
)
from didgate.holder import Wallet
from didgate.issuer import (
    AttributeIssuer,
    IssuanceRecords,
    OnChainStatus,
    SDJWTIssuer,
    key_registration,
)
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.policy import parse_policy, pin
from didgate.resources import resource_id
from didgate.stores import (
    MemoryChallengeStore,
    MemoryQuotaStore,
    MemoryReceiptStore,
    MemoryReplayCache,
    open_engine,
)
from didgate.verifier import RegistrySources

ORIGIN = "https://gate.example"
BADGE = "https://university.example/badge"
MEMBERS = "members"
CHAIN_FILE = "chain.sqlite"
_ATTRIBUTES = (
    Attribute("role", SlotType.TEXT),
    Attribute("clearance", SlotType.INTEGER),
    Attribute("name", SlotType.TEXT),
)
CLEARANCE = AttributeSchema(
    type="https://university.example/clearance", attributes=_ATTRIBUTES, lifetime_days=28
)
LICENCE = AttributeSchema(
    type="https://university.example/licence",
    attributes=_ATTRIBUTES,
    lifetime_days=28,
    status_mode=StatusMode.INDEX,
)
ALICE = {"role": "researcher", "clearance": 4, "name": "Alice Liddell"}
CLEARED = {"role": {"in": ["auditor", "researcher"]}, "clearance": {"atLeast": 3}}


def new_account() -> EthereumAccount:
    return EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


def of_schema(schema: AttributeSchema, **members: Any) -> dict[str, Any]:
    """Return a leaf for attribute credentials that are cleared."""
    leaf = {"schema": "0x" + schema.schema_id.hex(), "issuers": "accredited", "claims": CLEARED}
    return {"credential": leaf | members}


def badge(**members: Any) -> dict[str, Any]:
    """Return a leaf for SD-JWTs that are cleared."""
    leaf = {"vct": BADGE, "issuers": "accredited", "claims": CLEARED}
    return {"credential": leaf | members}


@dataclass
class Keys:
    """Whoever acts in a world; kept while worlds come and go."""

    root: EthereumAccount = field(default_factory=new_account)
    owner: EthereumAccount = field(default_factory=new_account)
    controller: EthereumAccount = field(default_factory=new_account)
    bbs: SoftwareBBSSigner = field(default_factory=SoftwareBBSSigner.generate)
    p256: SoftwareSigner = field(default_factory=lambda: SoftwareSigner.generate(KeyAlgorithm.P256))


class Issuer:
    """An issuer of all types of a world."""

    def __init__(self, world: World, keys: Keys) -> None:
        self.world, self.keys = world, keys
        self.did = did_key.create(keys.p256.public_key)
        self.key_id = f"{self.did}#{self.did.removeprefix('did:key:')}"
        self.issuer_id = identifiers.issuer_id(self.did)
        records = IssuanceRecords(open_engine("sqlite://"))
        status = OnChainStatus(world.client, world.contracts.status, keys.controller)
        self.of = {
            schema.type: AttributeIssuer(
                self.did,
                keys.bbs,
                schema,
                nym_key=bytes(range(32)),
                records=records,
                status=status if schema is LICENCE else None,
                clock=world.clock,
            )
            for schema in (CLEARANCE, LICENCE)
        }
        self.badges = SDJWTIssuer(
            self.did,
            keys.p256,
            BADGE,
            key_id=self.key_id,
            lifetime=timedelta(days=30),
            records=records,
            status=status,
            clock=world.clock,
        )

    def get_accredited(self) -> None:
        """Be accredited for all types, and register both keys."""
        world, keys = self.world, self.keys
        types = (CLEARANCE.schema_id, LICENCE.schema_id, identifiers.vct_type_id(BADGE))
        for type_id in types:
            accredit = world.contracts.issuers.accredit(self.did, type_id, keys.controller.address)
            world.send(keys.root, accredit)
        for signer in (keys.bbs, keys.p256):
            registry, chain_id = world.contracts.issuers, world.client.chain_id
            world.send(keys.controller, key_registration(registry, chain_id, self.did, signer))

    def suspend(self) -> None:
        """Be suspended by the root of the registry, at once."""
        self.world.send(self.keys.root, self.world.contracts.issuers.suspend(self.issuer_id))
        self.world.refresh()


class World:
    """The chain, the contracts, and everyone who acts on them. ``build`` makes one."""

    contracts: Deployment
    issuers: Issuer

    def __init__(self, chain: EmbeddedChain, clock: ManualClock, keys: Keys, folder: Path) -> None:
        self.chain, self.clock, self.keys, self.folder = chain, clock, keys, folder
        self.root, self.owner = keys.root, keys.owner
        self.client = ChainClient.connect(chain)
        self.list_id = address_list_id(self.owner.address, MEMBERS)
        self.readers: list[SnapshotReader] = []
        self.foreign_pins: dict[str, dict[str, str]] = {}

    @classmethod
    def build(cls, folder: Path, *, finality_depth: int = 0, keys: Keys | None = None) -> World:
        """Deploy the contracts on a new chain in ``folder``, and accredit an issuer.

        With the keys of another world everything stands at the same addresses as there.
        """
        clock, keys = ManualClock(), keys or Keys()
        accounts = (keys.root, keys.owner, keys.controller)
        chain = EmbeddedChain.create(
            folder / CHAIN_FILE,
            funded=[each.address for each in accounts],
            clock=clock,
            finality_depth=finality_depth,
        )
        world = cls(chain, clock, keys, folder)
        world.contracts = deploy(world.client, keys.root)
        for schema in (CLEARANCE, LICENCE):
            world.send(keys.root, world.contracts.schemas.register(schema.encode()))
        world.send(keys.owner, world.contracts.address_lists.create(MEMBERS))
        world.issuers = Issuer(world, keys)
        world.issuers.get_accredited()
        for _ in range(1 + finality_depth):
            world.settle()
        return world

    def copy(self, folder: Path) -> World:
        """Return a world of its own in ``folder`` that goes on from here; this one is closed."""
        self.chain.close()
        for file in self.folder.glob(f"{CHAIN_FILE}*"):
            if not file.name.endswith(".lock"):
                shutil.copy(file, folder / file.name)
        clock = ManualClock(self.clock.moment)
        world = World(
            EmbeddedChain.open(folder / CHAIN_FILE, clock=clock), clock, self.keys, folder
        )
        world.contracts = self.contracts
        world.issuers = Issuer(world, self.keys)
        return world

    def send(self, account: EthereumAccount, transaction: Transaction) -> Receipt:
        return self.client.send(account, transaction)

    def settle(self, seconds: int = 60) -> None:
        """Let time pass and a block be made, and have every gate see it."""
        self.clock.advance(timedelta(seconds=seconds))
        self.chain.mine()
        self.refresh()

    def refresh(self) -> None:
        for reader in self.readers:
            reader.refresh()

    def policy(self, allow: Mapping[str, Any], **members: Any) -> dict[str, Any]:
        """Return a policy document with the registries that its tree needs."""
        document = {"didgate": 1, "allow": allow, "grant": {"lifetime": 120}, **members}
        return pin(document, self.contracts.pins() | self.foreign_pins).to_dict()

    def resource(self, allow: Mapping[str, Any], *, uri: str = "", **members: Any) -> bytes:
        """Register a resource and bring a policy for it into force."""
        uri = uri or f"urn:model:{secrets.token_hex(4)}"
        self.send(self.owner, self.contracts.resources.register(uri, delay=0))
        resource = resource_id(self.owner.address, uri)
        self.publish(resource, self.policy(allow, **members))
        return resource

    def publish(self, resource: bytes, document: Mapping[str, Any]) -> None:
        policy, policies = parse_policy(document), self.contracts.policies
        epoch = self.client.read(policies.state_of(resource)).epoch
        self.send(self.owner, policies.publish(resource, policy.to_bytes(), epoch=epoch))
        self.send(self.owner, policies.activate(resource, policy.policy_id))
        self.settle()

    def restrict(self, resource: bytes, allow: Mapping[str, Any]) -> None:
        content = parse_policy(self.policy(allow)).to_bytes()
        self.send(self.owner, self.contracts.policies.restrict(resource, content))
        self.refresh()

    def pause(self, resource: bytes) -> None:
        self.send(self.owner, self.contracts.policies.pause(resource))
        self.refresh()

    def sources(self, client: ChainClient | None = None) -> RegistrySources:
        return RegistrySources.of(client or self.client, self.contracts)

    def gate(self, client: ChainClient | None = None, **changes: Any) -> Gate:
        """Return a gate that has read the chain once; ``refresh`` has it read again."""
        client = client or self.client
        reader = SnapshotReader(
            client, self.contracts, max_staleness=timedelta(seconds=30), clock=self.clock
        )
        self.readers.append(reader)
        reader.refresh()
        signer = SoftwareSigner.generate(KeyAlgorithm.P256)
        arguments: dict[str, Any] = {
            "audience": ORIGIN,
            "client": client,
            "deployment": self.contracts,
            "snapshots": reader,
            "sources": self.sources(client),
            "keys": GateKeys(signer, secrets.token_bytes(32)),
            "stores": self.stores(),
            "nonces": ServerNonces(),
            "clock": self.clock,
        }
        return Gate(**arguments | changes)

    def stores(self) -> GateStores:
        return GateStores(
            challenges=MemoryChallengeStore(clock=self.clock),
            replay=MemoryReplayCache(clock=self.clock),
            quotas=MemoryQuotaStore(),
            receipts=MemoryReceiptStore(),
        )

    def wallet(self, **changes: Any) -> Wallet:
        engine = open_engine("sqlite://")
        key = secrets.token_bytes(32)
        arguments = {"sources": self.sources(), "clock": self.clock} | changes
        return Wallet(engine, key, **arguments)

    def holder(
        self, claims: Mapping[str, Any] = ALICE, *, of: AttributeSchema = CLEARANCE
    ) -> Wallet:
        """Return a wallet with one attribute credential."""
        wallet = self.wallet()
        issued = self.issuers.of[of.type].issue(secrets.token_hex(4), dict(claims))
        wallet.add(issued.to_document())
        return wallet

    def badge_holder(
        self, claims: Mapping[str, Any] = ALICE, *, subject: str | None = None
    ) -> Wallet:
        """Return a wallet with one SD-JWT."""
        wallet = self.wallet()
        key = wallet.keys.create(KeyAlgorithm.P256)
        wallet.add(self.issuers.badges.issue(subject or secrets.token_hex(4), claims, key))
        return wallet

    def member(self) -> Wallet:
        """Return a wallet with an account that is on the list."""
        signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
        wallet = self.wallet()
        wallet.keys.add(signer)
        address = EthereumAccount(signer).address
        self.send(self.owner, self.contracts.address_lists.add(self.list_id, [address]))
        self.settle()
        return wallet

    def visitor(self, wallet: Wallet, http: httpx2.Client, **options: Any) -> GateClient:
        return GateClient(wallet, http, [ORIGIN], clock=self.clock, **options)

    @contextmanager
    def serving(self, app: Any) -> Iterator[httpx2.Client]:
        """Serve an application in this process under the origin of the gate."""
        with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as http:
            yield http
