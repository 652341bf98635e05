"""The scene is set: a registered model, two accredited issuers, a policy, holders, a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.config import Home
from didgate.credentials.attribute import AttributeCredential
from didgate.demo.chain import Administration, new_account
from didgate.demo.issuing import CLEARANCE, Organisation, Person
from didgate.demo.model import Image, held_out_images, manifest_in, train_into
from didgate.demo.passes import Act
from didgate.demo.people import Holder, open_wallet
from didgate.demo.stage import ServedChain, Stage
from didgate.issuer import IssuanceRecords
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of
from didgate.ports import FixedClock
from didgate.stores import open_engine
from didgate.verifier import RegistrySources

ADA = Person("Ada Okafor", "researcher", 4, "1984-03-01")
BORIS = Person("Boris Lind", "auditor", 3, "1979-11-23")
DORA = Person("Dora Vega", "researcher", 2, "1999-07-15")
FARAH = Person("Farah Haddad", "researcher", 5, "1971-01-30")
INES = Person("Ines Maier", "researcher", 3, "1990-05-09")
PEOPLE = (ADA, BORIS, DORA, FARAH, INES)
SAMPLE = 50
_LONG_AGO = timedelta(days=60)


@dataclass(slots=True)
class World:
    """Everything that scenes need.

    Args:
        stage: the chain and the service, running.
        administration: what the registrar and the model's owner can do.
        university: issues clearances and badges.
        institute: another issuer, to be suspended.
        records: what the two have issued.
        images: what is sent to the model, with the truth about it.
        holders: people by name.
        clearances: some of their credentials, to be shown without a wallet.
        act: what is needed where contracts ask, once they can.
    """

    stage: Stage
    administration: Administration
    university: Organisation
    institute: Organisation
    records: IssuanceRecords
    images: list[Image] = field(default_factory=list)
    holders: dict[str, Holder] = field(default_factory=dict)
    clearances: dict[str, AttributeCredential] = field(default_factory=dict)
    act: Act | None = None

    @property
    def url(self) -> str:
        """The service's origin."""
        return self.stage.url

    def connect(self) -> None:
        """Connect to the chain anew, after it was restarted."""
        client = ChainClient.connect(self.stage.chain.url)
        self.administration = replace(self.administration, client=client)


def begin(root: Path) -> World:
    """Return a world with a chain, contracts and accounts, and nothing else yet.

    Args:
        root: an empty folder.
    """
    registrar, provider = new_account(), new_account()
    university, institute = Organisation(), Organisation()
    accounts = (registrar, provider, university.account, institute.account)
    operator = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    funded = [*(account.address for account in accounts), address_of(operator.public_key)]
    home = Home(root)
    chain = ServedChain.begin(home.chain, funded)
    client = ChainClient.connect(chain.url)
    deployment = deploy(client, registrar)
    deployment.save(home.deployment)
    return World(
        stage=Stage(home, chain, operator),
        administration=Administration(client, deployment, registrar, provider),
        university=university,
        institute=institute,
        records=IssuanceRecords(open_engine(root / "issued.sqlite")),
    )


def register_model(world: World) -> None:
    """Train the model and register it."""
    world.administration.register_model(train_into(world.stage.home.root))
    world.images = held_out_images()[:SAMPLE]


def accredit_issuers(world: World) -> None:
    """Register the schema; accredit both issuers, and register their keys."""
    client, deployment = world.administration.client, world.administration.deployment
    client.send(world.university.account, deployment.schemas.register(CLEARANCE.encode()))
    world.university.get_accredited(world.administration)
    world.institute.get_accredited(world.administration)


def publish_policy(world: World) -> None:
    """List a collaborator's account, and publish the policy."""
    key = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    world.holders["chen"] = _newcomer(world, "chen")
    world.holders["chen"].wallet.keys.add(key)
    world.administration.list_collaborators([address_of(key.public_key)])
    world.administration.publish(world.administration.policy(CLEARANCE.schema_id))


def issue_credentials(world: World) -> None:
    """Issue to everyone what they are to have."""
    clearances = world.university.clearances(world.records)
    for name, person in {"ada": ADA, "dora": DORA}.items():
        _give(world, name, clearances.issue(name, person.attributes()))
    institute = world.institute.clearances(world.records)
    _give(world, "ines", institute.issue("ines", INES.attributes()))

    boris = world.holders["boris"] = _newcomer(world, "boris")
    key = boris.wallet.keys.create(KeyAlgorithm.P256)
    badges = world.university.badges(world.records, world.administration)
    boris.wallet.add(badges.issue("boris", BORIS.claims(), key))

    # Farah's was issued two months ago, for at most one, and never refreshed.
    past = FixedClock(datetime.now(UTC) - _LONG_AGO)
    earlier = world.university.clearances(world.records, clock=past)
    world.clearances["farah"] = earlier.issue("farah", FARAH.attributes())

    emil = world.holders["emil"] = _newcomer(world, "emil")
    emil.wallet.keys.create(KeyAlgorithm.SECP256K1)


def start_service(world: World) -> None:
    """Start the gated service."""
    world.stage.start_service(world.administration.resource)


def open_to_contracts(world: World) -> None:
    """Have the verifier keep the policy, and deploy a contract that mints passes by it."""
    world.act = Act.prepare(
        world.administration,
        world.holders["ada"].wallet,
        world.university,
        manifest_in(world.stage.home.root),
    )


PREPARATIONS: Mapping[str, Callable[[World], None]] = {
    "training a classifier of handwritten digits and registering it": register_model,
    "accrediting two issuers": accredit_issuers,
    "publishing the policy": publish_policy,
    "issuing credentials": issue_credentials,
    "deploying a contract that asks for the same": open_to_contracts,
    "starting the gated service": start_service,
}


def _give(world: World, name: str, credential: AttributeCredential) -> None:
    world.clearances[name] = credential
    world.holders[name] = _newcomer(world, name)
    world.holders[name].wallet.add(credential.to_document())


def _newcomer(world: World, name: str) -> Holder:
    sources = RegistrySources.of(world.administration.client, world.administration.deployment)
    return Holder(open_wallet(world.stage.home.root, name, sources))
