"""The service: a model behind a FastAPI endpoint that only holders of a grant can call.

``application`` is all that a service has to write. It runs as a process of its own: its first line
of output says where it listens, everything else it needs is in ``DIDGATE_HOME``.

    python -m didgate.demo.service RESOURCE [PORT]
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.config import Settings
from didgate.demo.model import BRIGHTEST, PIXELS, PREDICT, Classifier, manifest_in, model_in
from didgate.errors import VerificationError
from didgate.gate import open_gate
from didgate.integrations.fastapi import protect, requires

HOST = "127.0.0.1"

_Brightness = Annotated[int, Field(ge=0, le=BRIGHTEST)]
_Pixels = Annotated[list[_Brightness], Field(min_length=PIXELS, max_length=PIXELS)]


class Images(BaseModel):
    """What a client sends."""

    images: Annotated[list[_Pixels], Field(min_length=1, max_length=100)]


class Digits(BaseModel):
    """What it gets back, in the same order."""

    digits: list[int]


def application(audience: str, resource: bytes, settings: Settings) -> FastAPI:
    """Return the gated service.

    Args:
        audience: its origin as clients see it.
        resource: the id under which the model is registered.
        settings: where model, keys and chain are.
    """
    classifier = load_registered(resource, settings)
    gate = open_gate(audience, settings)
    app = FastAPI(title="handwritten digits")
    protect(app, gate)

    @app.post(PREDICT, dependencies=[Depends(requires(gate, resource))])
    def predict(request: Images) -> Digits:
        return Digits(digits=classifier.classify(request.images))

    return app


def load_registered(resource: bytes, settings: Settings) -> Classifier:
    """Return the model, if it is byte for byte the one that is registered.

    Raises:
        VerificationError: ``manifest_mismatch``, or which file was changed.
    """
    client = ChainClient.connect(*settings.rpc_urls)
    resources = Deployment.load(settings.home.deployment, client).resources
    current = client.read(resources.version_count(resource)) - 1
    manifest = manifest_in(settings.home.root)
    if manifest.digest != client.read(resources.version_at(resource, current)).digest:
        raise VerificationError("manifest_mismatch", "the manifest is not the registered one")
    manifest.verify(model_in(settings.home.root))
    return Classifier.load(model_in(settings.home.root))


def main(resource: str, port: str = "0") -> None:
    """Serve on the loopback interface; on a free port if none is given."""
    listening = socket.create_server((HOST, int(port)))
    audience = f"http://{HOST}:{listening.getsockname()[1]}"
    print(audience, flush=True)
    settings = Settings.from_environment(os.environ)
    app = application(audience, bytes.fromhex(resource), settings)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
