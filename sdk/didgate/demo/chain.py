"""The public side: contracts, a registered model, accredited issuers, a published policy.

Four accounts play four parts. The *registrar* is the root of the issuer registry: it says who may
attest what. The *provider* owns the model and decides who may use it. Each *issuer* has an account
that controls its keys and its revocations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from didgate.chain.address_lists import address_list_id
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.encoding import keccak256
from didgate.issuer import key_registration
from didgate.keys import BBSSigner, KeyAlgorithm, Signer, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.policy import Policy, pin
from didgate.resources import Manifest, resource_id

MODEL_URI = "https://models.example/handwritten-digits"
COLLABORATORS = "collaborators"
BADGE_TYPE = "https://university.example/badge"
GRANT_SECONDS = 120


def new_account() -> EthereumAccount:
    """Return an account with a fresh key."""
    return EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


@dataclass(frozen=True, slots=True)
class Administration:
    """What administrators do on the chain; each method is one or more transactions.

    Args:
        client: the chain.
        deployment: where the contracts stand.
        registrar: root of the issuer registry.
        provider: owns the model and the list of collaborators.
    """

    client: ChainClient
    deployment: Deployment
    registrar: EthereumAccount
    provider: EthereumAccount

    @property
    def resource(self) -> bytes:
        """The id by which everyone knows the model."""
        return resource_id(self.provider.address, MODEL_URI)

    @property
    def collaborators(self) -> bytes:
        """The id of the list of accounts that may use the model as they are."""
        return address_list_id(self.provider.address, COLLABORATORS)

    def register_model(self, manifest: Manifest) -> None:
        """Register the model under the digest of its manifest."""
        self.register(MODEL_URI, manifest.digest)

    def register(self, uri: str, manifest_digest: bytes = bytes(32)) -> bytes:
        """Register a resource, and return its id."""
        # A policy for real use waits for hours, so that people can object; not this one.
        registration = self.deployment.resources.register(
            uri, manifest_digest=manifest_digest, delay=0
        )
        self.client.send(self.provider, registration)
        return resource_id(self.provider.address, uri)

    def accredit(self, did: str, type_ids: Iterable[bytes], controller: EthereumAccount) -> None:
        """Say that an issuer may attest credentials of these types."""
        for type_id in type_ids:
            transaction = self.deployment.issuers.accredit(did, type_id, controller.address)
            self.client.send(self.registrar, transaction)

    def register_key(self, did: str, signer: Signer | BBSSigner, account: EthereumAccount) -> None:
        """Register a key that signs an issuer's credentials; its account pays."""
        registry, chain_id = self.deployment.issuers, self.client.chain_id
        self.client.send(account, key_registration(registry, chain_id, did, signer))

    def list_collaborators(self, accounts: Iterable[str]) -> None:
        """Make the list of accounts that may use the model as they are."""
        lists = self.deployment.address_lists
        self.client.send(self.provider, lists.create(COLLABORATORS))
        self.client.send(self.provider, lists.add(self.collaborators, list(accounts)))

    def policy(self, schema_id: bytes) -> Policy:
        """Return the policy: role in a list **and** clearance ≥ 3, **or** an address on a list."""
        cleared = {"role": {"in": ["auditor", "researcher"]}, "clearance": {"atLeast": 3}}
        accredited = {"issuers": "accredited", "claims": cleared}
        return pin(
            {
                "didgate": 1,
                "allow": {
                    "any": [
                        {"credential": {"schema": "0x" + schema_id.hex(), **accredited}},
                        {"credential": {"vct": BADGE_TYPE, **accredited}},
                        {"address": {"list": "0x" + self.collaborators.hex()}},
                    ]
                },
                "grant": {"lifetime": GRANT_SECONDS},
            },
            self.deployment.pins(),
        )

    def publish(self, policy: Policy) -> None:
        """Publish the model's policy and bring it into force."""
        self.bring_into_force(self.resource, policy.to_bytes())

    def bring_into_force(self, resource: bytes, content: bytes) -> None:
        """Publish a policy for a resource, and activate it."""
        policies = self.deployment.policies
        epoch = self.client.read(policies.state_of(resource)).epoch
        self.client.send(self.provider, policies.publish(resource, content, epoch=epoch))
        self.client.send(self.provider, policies.activate(resource, keccak256(content)))
