"""A model behind FastAPI, gated in ten lines, and a client that gets in: runs and ends by itself.

Needs ``pip install 'didgate[demo]'``. What is prepared here in code, commands do as well: ``didgate
chain deploy``, ``didgate issuer accredit``, ``didgate policy publish``, ``didgate issue``.
"""

import secrets
import socket
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx2
import uvicorn
from fastapi import Depends, FastAPI

from didgate.bbs.eip2537 import g1_to_eip2537
from didgate.bbs.typed import SlotType
from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.facts import KeyKind
from didgate.chain.issuer_registry import possession_message
from didgate.client import GateClient
from didgate.config import Home, PassphraseSource, Settings
from didgate.credentials.identifiers import issuer_id, registered_key_bytes
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.demo.model import Classifier, held_out_images
from didgate.errors import InvalidInput
from didgate.gate import Grant, open_gate
from didgate.gate.opening import resolver
from didgate.holder import Wallet
from didgate.integrations.fastapi import protect, requires
from didgate.issuer import AttributeIssuer, IssuanceRecords
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.policy import parse_policy
from didgate.resources import resource_id
from didgate.stores import open_engine
from didgate.verifier import RegistrySources

MODEL = "https://models.example/handwritten-digits"
UNIVERSITY = "did:web:university.example"
CLEARANCE = AttributeSchema(
    type="https://university.example/clearance",
    attributes=(Attribute("role", SlotType.TEXT), Attribute("level", SlotType.INTEGER)),
    lifetime_days=28,
)


def prepare(home: Home) -> tuple[bytes, Wallet]:
    """Begin a chain, publish a policy, issue a credential; return the resource and a wallet.

    One account plays all parts here: it owns the model, and accredits and controls the issuer.
    """
    owner = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    bbs, resource = SoftwareBBSSigner.generate(), resource_id(owner.address, MODEL)
    with EmbeddedChain.create(home.chain, funded=[owner.address]) as chain:
        client = ChainClient.connect(chain)
        contracts = deploy(client, owner)
        contracts.save(home.deployment)

        # An issuer is accredited for a type of credential, and proves that it has its key.
        key = registered_key_bytes(bbs.public_key)
        message = possession_message(
            chain_id=client.chain_id,
            registry=contracts.issuers.address,
            issuer=issuer_id(UNIVERSITY),
            public_key=key,
        )
        proof = g1_to_eip2537(bbs.prove_possession(message))
        type_id = CLEARANCE.schema_id
        client.send(owner, contracts.schemas.register(CLEARANCE.encode()))
        client.send(owner, contracts.issuers.accredit(UNIVERSITY, type_id, owner.address))
        client.send(
            owner,
            contracts.issuers.register_key(issuer_id(UNIVERSITY), KeyKind.BBS, key, proof),
        )

        # The model's owner says who may use it.
        at = contracts.to_dict()["contracts"]
        policy = parse_policy(
            {
                "didgate": 1,
                "registries": {
                    "issuers": at["IssuerRegistry"],
                    "schemas": at["SchemaRegistry"],
                    "status": at["StatusRegistry"],
                },
                "allow": {
                    "credential": {
                        "schema": "0x" + type_id.hex(),
                        "issuers": "accredited",
                        "claims": {"level": {"atLeast": 3}},
                    }
                },
                "grant": {"lifetime": 300},
            }
        )
        client.send(owner, contracts.resources.register(MODEL, delay=0))
        epoch = client.read(contracts.policies.state_of(resource)).epoch
        client.send(owner, contracts.policies.publish(resource, policy.to_bytes(), epoch=epoch))
        client.send(owner, contracts.policies.activate(resource, policy.policy_id))

        # The issuer issues, and the holder's wallet checks what it gets against the registries.
        records = IssuanceRecords(open_engine("sqlite://"))
        nym_key = secrets.token_bytes(32)
        issuer = AttributeIssuer(UNIVERSITY, bbs, CLEARANCE, nym_key=nym_key, records=records)
        sources = RegistrySources(
            client, contracts.issuers, contracts.schemas, resolver(client, contracts)
        )
        wallet = Wallet(open_engine("sqlite://"), secrets.token_bytes(32), sources=sources)
        wallet.add(issuer.issue("ada", {"role": "researcher", "level": 4}).to_document())
    return resource, wallet


def gated_app(url: str, settings: Settings, resource: bytes) -> FastAPI:
    """Return the service: these are the ten lines."""
    classifier = Classifier.train()
    gate = open_gate(url, settings)
    app = FastAPI()
    protect(app, gate)

    @app.post("/digits")
    def read(
        images: list[list[int]], grant: Annotated[Grant, Depends(requires(gate, resource))]
    ) -> dict[str, list[int] | str]:
        return {"digits": classifier.classify(images), "for": grant.subject}

    return app


def main() -> None:
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        home = Home(Path(folder))
        resource, wallet = prepare(home)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(home, passphrase=PassphraseSource(secrets.token_urlsafe()))
        app = gated_app(url, settings, resource)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            use(url, wallet)
        finally:
            server.should_exit = True
            thread.join()


def use(url: str, wallet: Wallet) -> None:
    """Be a client: have the model read ten images."""
    images = held_out_images()[:10]
    with httpx2.Client() as http:
        client = GateClient(wallet, http)
        response = client.post(f"{url}/digits", json=[image.pixels for image in images])
        print("was drawn:", [image.digit for image in images])
        print("was read: ", response.json()["digits"])

        for credential in wallet.list():
            wallet.remove(credential.id)
        try:
            GateClient(wallet, http).post(f"{url}/digits", json=[])
        except InvalidInput as error:
            print("without a credential:", error.code)


if __name__ == "__main__":
    main()
