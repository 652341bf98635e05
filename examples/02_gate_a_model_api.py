"""A model behind FastAPI, gated in ten lines, and a client that gets in: runs and ends by itself.

Needs ``pip install 'didgate[demo]'``. What is prepared here in code, commands do as well: see
``docs/quickstart.md``. One account plays all parts: it owns the model and controls the issuer.
"""

import secrets
import socket
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import uvicorn
from fastapi import Depends, FastAPI

from didgate.bbs.typed import SlotType
from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.client import GateClient
from didgate.config import Home, PassphraseSource, Settings
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.demo.model import Classifier, held_out_images
from didgate.errors import InvalidInput
from didgate.gate import open_gate
from didgate.holder import Wallet
from didgate.integrations.fastapi import protect, requires
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


def prepare(home: Home) -> tuple[bytes, Wallet]:
    """Do what administrator, issuer and holder do; return the resource, and the holder's wallet."""
    owner = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    with EmbeddedChain.create(home.chain, funded=[owner.address]) as chain:
        client = ChainClient.connect(chain)
        at = deploy(client, owner)
        at.save(home.deployment)

        # The issuer's schema and key are registered, and it is accredited for that schema.
        key = SoftwareBBSSigner.generate()
        client.send(owner, at.schemas.register(clearance.encode()))
        client.send(owner, at.issuers.accredit(DID, clearance.schema_id, owner.address))
        client.send(owner, key_registration(at.issuers, client.chain_id, DID, key))

        # The model's owner says who may use it; what is new is in epoch 1.
        model, policy = resource_id(owner.address, MODEL), pin(draft, at.pins())
        client.send(owner, at.resources.register(MODEL, delay=0))
        client.send(owner, at.policies.publish(model, policy.to_bytes(), epoch=1))
        client.send(owner, at.policies.activate(model, policy.policy_id))

        # The issuer issues; the holder's wallet checks against the registries what it gets.
        records, nym_key = IssuanceRecords(open_engine("sqlite://")), secrets.token_bytes(32)
        issuer = AttributeIssuer(DID, key, clearance, nym_key=nym_key, records=records)
        sources = RegistrySources.of(client, at)
        wallet = Wallet(open_engine("sqlite://"), secrets.token_bytes(32), sources=sources)
        wallet.add(issuer.issue("ada", {"role": "researcher", "level": 4}).to_document())
    return model, wallet


def gated_app(url: str, settings: Settings, model: bytes) -> FastAPI:
    """Return the service: these are the ten lines."""
    classifier = Classifier.train()
    gate = open_gate(url, settings)
    app = FastAPI()
    protect(app, gate)

    @app.post("/digits", dependencies=[Depends(requires(gate, model))])
    def read(images: list[list[int]]) -> list[int]:
        return classifier.classify(images)

    return app


def use(url: str, wallet: Wallet) -> None:
    """Be a client: have the model read ten images, with a credential and without."""
    images = held_out_images()[:10]
    with httpx2.Client() as http:
        client = GateClient(wallet, http, origins=[url])
        answer = client.post(f"{url}/digits", json=[image.pixels for image in images])
        print("was drawn:", [image.digit for image in images])
        print("was read: ", answer.json())
        wallet.remove(wallet.list()[0].id)
        try:
            GateClient(wallet, http, origins=[url]).post(f"{url}/digits", json=[])
        except InvalidInput as error:
            print("without a credential:", error.code)


with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
    model, wallet = prepare(Home(Path(folder)))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(Home(Path(folder)), passphrase=PassphraseSource(secrets.token_urlsafe()))
    app = gated_app(url, settings, model)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        use(url, wallet)
    finally:
        server.should_exit = True
        thread.join()
