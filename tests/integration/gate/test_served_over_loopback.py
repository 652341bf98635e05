"""Everything real: uvicorn on loopback, the chain by JSON-RPC, a client over TCP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from gate_world import CLEARANCE, World, of_schema

from didgate.chain.embedded import ChainServer
from didgate.client import GateClient, RefusedByGate
from didgate.config import Home, PassphraseSource, Settings
from didgate.gate import open_gate, verify_receipt
from didgate.integrations.fastapi import protect, requires
from didgate.ports import SystemClock


@contextmanager
def running(app: Any, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


def refusal(visitor: GateClient, url: str) -> str:
    """Try for ten seconds; return why the gate refused at last."""
    for _ in range(100):
        try:
            visitor.get(url)
        except RefusedByGate as refused:
            return refused.code
        time.sleep(0.1)
    return "never"


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Iterator[Settings]:
    home = Home(tmp_path / "home")
    home.create()
    world.clock.moment = datetime.now(UTC) - timedelta(minutes=5)
    world.settle(0)
    world.contracts.save(home.deployment)
    passphrase = PassphraseSource("correct horse battery staple")
    with ChainServer(world.chain) as server:
        yield Settings(home=home, passphrase=passphrase, rpc_urls=(server.url,))


def test_a_stranger_a_visitor_and_a_pause(world: World, settings: Settings) -> None:
    resource = world.resource(of_schema(CLEARANCE))
    holder = world.holder()
    listening = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    gate = open_gate(origin, replace(settings, max_staleness=timedelta(seconds=30)))
    app = FastAPI()
    protect(app, gate)

    @app.get("/stream", dependencies=[Depends(requires(gate, resource))])
    def stream() -> StreamingResponse:
        return StreamingResponse(
            iter(["data: 1\n\n", "data: 2\n\n"]), media_type="text/event-stream"
        )

    with running(app, listening), httpx2.Client() as http:
        assert http.get(f"{origin}/stream").status_code == 401
        holder._clock = SystemClock()
        visitor = GateClient(holder, http, [origin])
        response = visitor.get(f"{origin}/stream", stream=True)
        assert response.status_code == 200
        assert b"".join(response.iter_bytes()) == b"data: 1\n\ndata: 2\n\n"
        held = visitor.grant_for(f"{origin}/stream")
        assert held is not None
        jwks = http.get(f"{origin}/.well-known/didgate/jwks.json").json()
        assert verify_receipt(held.receipt, jwks).allowed
        world.pause(resource)
        assert refusal(visitor, f"{origin}/stream") == "paused"
    gate.close()
