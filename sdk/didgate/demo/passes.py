"""What stands on a chain for contracts that ask: they mint a pass for what opens the gate.

The policy is the same, and so is the credential; only who verifies is another: the chain itself.
``Act`` needs nothing but a chain with the model's policy on it, so it plays on any.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple, Self

from didgate.chain.calls import Receipt, Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.presentation_verifier import ChainPresentation, UsePass
from didgate.credentials.chain_access import ChainAccess
from didgate.credentials.identifiers import key_id
from didgate.demo.chain import Administration, new_account
from didgate.demo.issuing import CLEARANCE, Organisation
from didgate.holder import Wallet
from didgate.holder.on_chain import ChainPlan, Contracts
from didgate.keys.ethereum import EthereumAccount
from didgate.resources import Manifest

_POCKET_MONEY = 10**18
_CLEARANCE_LEAF = "c0"


class Shown(NamedTuple):
    """A statement, what is shown for it, and what its holder consented to."""

    access: ChainAccess
    presentation: ChainPresentation
    plan: ChainPlan


@dataclass(frozen=True, slots=True)
class Site:
    """A chain on which a contract mints passes for the model.

    Args:
        administration: the chain, and what the model's owner can do there.
        passes: mints a pass to whoever satisfies the model's policy.
    """

    administration: Administration
    passes: UsePass

    @classmethod
    def open(cls, administration: Administration, publisher: EthereumAccount) -> Self:
        """Have the verifier check and keep the policy in force, and deploy the contract."""
        admit = administration.deployment.verifier.admit(administration.resource)
        administration.client.send(publisher, admit)
        passes = deploy_passes(administration, publisher, administration.resource)
        return cls(administration, passes)

    @property
    def client(self) -> ChainClient:
        """The chain."""
        return self.administration.client

    def send(self, by: EthereumAccount, transaction: Transaction) -> Receipt:
        """Send a transaction.

        Raises:
            Reverted: with the name of the error by which a contract refuses.
        """
        return self.client.send(by, transaction)

    def statements(self) -> Contracts:
        """Return what statements are made from."""
        at = self.administration.deployment
        return Contracts(self.client, at.policies, at.resources, at.verifier)


@dataclass(slots=True)
class Act:
    """Ada before contracts, and who else is about.

    Args:
        site: where it plays.
        wallet: Ada's, with her clearance and no key of an account.
        university: issued it.
        manifest: of the model.
        publisher: deploys the contracts that mint passes.
        ada: her account.
        relay: sends what others sign, and pays.
        thief: sees all transactions, and may be faster.
    """

    site: Site
    wallet: Wallet
    university: Organisation
    manifest: Manifest
    publisher: EthereumAccount
    ada: EthereumAccount = field(default_factory=new_account)
    relay: EthereumAccount = field(default_factory=new_account)
    thief: EthereumAccount = field(default_factory=new_account)

    @classmethod
    def prepare(
        cls,
        administration: Administration,
        wallet: Wallet,
        university: Organisation,
        manifest: Manifest,
    ) -> Self:
        """Open the site, and give everyone something to pay with."""
        publisher = new_account()
        _give(administration, publisher)
        site = Site.open(administration, publisher)
        act = cls(site, wallet, university, manifest, publisher)
        for account in (act.ada, act.relay, act.thief):
            _give(administration, account)
        act._pin()
        return act

    def shown(self, consumer: str, action: bytes, *, site: Site | None = None) -> Shown:
        """Have Ada's wallet state that a consumer may act for her once, and show what it takes."""
        place = site or self.site
        request = place.statements().request(
            place.administration.resource,
            account=self.ada.address,
            consumer=consumer,
            action=action,
            now=datetime.now(UTC),
        )
        plan = self.wallet.match_statement(request)
        return Shown(request.access, self.wallet.present_statement(plan), plan)

    @contextmanager
    def second_chain(self) -> Iterator[Site]:
        """Yield a chain with all the same at the same addresses: only its number is another."""
        first = self.site.administration
        accounts = (first.registrar, first.provider, self.university.account, self.publisher)
        funded = [account.address for account in (*accounts, self.relay)]
        with EmbeddedChain.create(None, funded=funded) as chain:
            client = ChainClient.connect(chain)
            there = replace(first, client=client, deployment=deploy(client, first.registrar))
            there.register_model(self.manifest)
            client.send(first.provider, there.deployment.schemas.register(CLEARANCE.encode()))
            self.university.get_accredited(there)
            there.publish(there.policy(CLEARANCE.schema_id))
            yield Site.open(there, self.publisher)

    def _pin(self) -> None:
        """Have what all proofs with the university's key have in common computed once."""
        at, client = self.site.administration.deployment, self.site.client
        policy_id, _ = client.read(at.verifier.effective_policy(self.site.administration.resource))
        policy = client.read(at.verifier.policy_bytes(policy_id))
        leaf, key = int(_CLEARANCE_LEAF[1:]), key_id(self.university.bbs.public_key)
        self.site.send(self.publisher, at.attribute_verifier.pin(policy, leaf, key))


def deploy_passes(
    administration: Administration, publisher: EthereumAccount, resource: bytes
) -> UsePass:
    """Deploy a contract that mints passes for a resource."""
    verifier = administration.deployment.verifier.address
    creation = UsePass.deployment(verifier=verifier, resource=resource)
    address = administration.client.send(publisher, creation).contract_address
    assert address is not None, "it was created"
    return UsePass(address)


def _give(administration: Administration, account: EthereumAccount) -> None:
    gift = Transaction(account.address, b"", value=_POCKET_MONEY)
    administration.client.send(administration.provider, gift)
