"""What is behind a gate, used by command: a real service on loopback."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
import uvicorn
from cli_terminal import ISSUER, Terminal
from fastapi import Body, Depends, FastAPI, HTTPException

from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.config import Settings
from didgate.gate import open_gate
from didgate.integrations.fastapi import protect, requires


@pytest.fixture
def service(terminal: Terminal, resource: str, policy_file: Path) -> Iterator[str]:
    """A gated service for cleared researchers; its URL."""
    terminal.json("wallet", "init")
    terminal.json("policy", "publish", resource, policy_file)
    activated = terminal.json("policy", "activate", resource)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with EmbeddedChain.open(terminal.home / "chain.sqlite") as chain, ChainServer(chain):
        app = gated_app(url, activated["resource"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield url
        server.should_exit = True
        thread.join()


def gated_app(url: str, resource: str) -> FastAPI:
    app, gate = FastAPI(), open_gate(url, Settings.from_environment(os.environ))
    protect(app, gate)
    guarded = [Depends(requires(gate, resource))]

    @app.get("/", dependencies=guarded)
    def root() -> str:
        return "here"

    @app.post("/shout", dependencies=guarded)
    def shout(prompt: Annotated[str, Body(embed=True)]) -> str:
        return prompt.upper()

    @app.delete("/", dependencies=guarded)
    def delete() -> None:
        raise HTTPException(409, "not now")

    return app


@pytest.fixture
def holder(terminal: Terminal, issuer: str, schema_id: str) -> Terminal:
    """A terminal whose wallet is to hold a clearance; before the service has the chain."""
    claims = ("--claim", "role=researcher", "--claim", "clearance=4", "--claim", "country=NL")
    whom = ("--schema", schema_id, "--subject", "alice", "--out", terminal.files / "mine.json")
    terminal.json("issue", "--issuer", ISSUER, "--key", "issuer", *whom, *claims)
    return terminal


def test_request_says_what_it_discloses_and_prints_the_answer(
    holder: Terminal, service: str
) -> None:
    holder.json("wallet", "add", holder.files / "mine.json")
    outcome = holder.run("wallet", "request", service, "--yes")
    assert (outcome.code, outcome.out) == (0, '"here"\n')
    assert f"{service} asks on behalf of" in outcome.err
    assert "clearance, role" in outcome.err
    assert "country" not in outcome.err


def test_data_is_posted_as_given_and_from_a_file(holder: Terminal, service: str) -> None:
    holder.json("wallet", "add", holder.files / "mine.json")
    request = ("wallet", "request", f"{service}/shout", "--yes")
    body = '{"prompt": "hello"}'
    assert holder.json(*request, "--data", body) == {"status": 200, "body": "HELLO"}
    file = holder.write("prompt.json", json.loads(body))
    assert holder.json(*request, "--data", f"@{file}")["body"] == "HELLO"


def test_error_of_the_service_is_shown(holder: Terminal, service: str) -> None:
    holder.json("wallet", "add", holder.files / "mine.json")
    outcome = holder.run("wallet", "request", service, "--method", "DELETE", "--yes")
    assert (outcome.code, outcome.out) == (1, '{"detail":"not now"}\n')
    assert "409 Conflict" in outcome.err


def test_error_refused_by_the_gate(holder: Terminal, resource: str, service: str) -> None:
    holder.json("wallet", "add", holder.files / "mine.json")
    holder.json("policy", "pause", resource)
    deadline = time.monotonic() + 20
    while holder.run("wallet", "request", service, "--yes").code == 0:
        assert time.monotonic() < deadline, "the pause went unnoticed"
    assert holder.error("wallet", "request", service, "--yes")["code"] == "paused"


def test_error_consent_is_not_implied_by_json(holder: Terminal, service: str) -> None:
    holder.json("wallet", "add", holder.files / "mine.json")
    assert holder.error("wallet", "request", service)["code"] == "confirmation_needed"


def test_error_nothing_to_show(holder: Terminal, service: str) -> None:
    assert holder.error("wallet", "request", service, "--yes")["code"] == "cannot_satisfy"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("gate.example",), "invalid_url"),
        (("ftp://gate.example/",), "invalid_url"),
        (("http://gate.example:x/",), "invalid_url"),
        (("http://127.0.0.1:9/",), "unreachable"),
        (("http://127.0.0.1:9/", "--data", "{"), "invalid_json"),
        (("http://127.0.0.1:9/", "--data", "@nowhere.json"), "unreadable_file"),
        (("http://127.0.0.1:9/", "--account", "nobody"), "account_missing"),
    ],
    ids=["no_scheme", "scheme", "malformed", "nobody_there", "no_json", "no_file", "account"],
)
def test_error_request_that_cannot_be_sent(
    terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    terminal.json("wallet", "init")
    assert terminal.error("wallet", "request", *words, "--yes")["code"] == code
