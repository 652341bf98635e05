"""A FastAPI application with gated routes."""

# No postponed annotations here: FastAPI could not resolve ``gate`` and ``resource`` in them.
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from gate_world import ORIGIN, World, badge
from starlette.testclient import WebSocketDenialResponse

from didgate.client import ProofMaker
from didgate.errors import InvalidInput
from didgate.gate import PREFIX, Gate, Grant
from didgate.integrations.fastapi import protect, requires

PREDICT = f"{ORIGIN}/predict"
life: list[str] = []


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    life.append("began")
    yield
    life.append("ended")


def application(gate: Gate, resource: bytes) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    protect(app, gate)

    @app.post("/predict")
    def predict(
        pixels: list[float], grant: Annotated[Grant, Depends(requires(gate, resource))]
    ) -> dict[str, Any]:
        return {"pixels": len(pixels), "subject": grant.subject}

    @app.get("/about")
    def about() -> str:
        return "about"

    @app.websocket("/talk")
    async def talk(
        socket: WebSocket, grant: Annotated[Grant, Depends(requires(gate, resource))]
    ) -> None:
        await socket.accept()
        await socket.send_text(grant.subject)
        await socket.close()

    return app


def test_a_visitor_gets_in(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    with world.serving(application(gate, resource)) as http:
        visitor = world.visitor(world.badge_holder(), http)
        response = visitor.post(PREDICT, json=[0.0, 1.0])
    assert response.status_code == 200
    assert response.json()["pixels"] == 2


def test_a_request_without_proof_is_a_problem(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    with world.serving(application(gate, resource)) as http:
        response = http.post(PREDICT, json=[])
        assert http.get(f"{ORIGIN}/about").status_code == 200
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == 'DPoP algs="ES256 EdDSA"'
    assert response.json()["code"] == "dpop_required"


def test_a_websocket_is_gated(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    with world.serving(application(gate, resource)) as http:
        connect = http.websocket_connect  # type: ignore[attr-defined]
        dpop = ProofMaker(clock=world.clock).make("GET", f"{ORIGIN}/talk")
        with (
            pytest.raises(WebSocketDenialResponse) as error,
            connect("/talk", headers={"DPoP": dpop}),
        ):
            pass
        assert error.value.json()["code"] == "grant_required"
        visitor = world.visitor(world.badge_holder(), http)
        visitor.post(PREDICT, json=[])
        held = visitor.grant_for(PREDICT)
        assert held is not None
        nonce = gate.dpop_nonce()
        dpop = visitor._proofs.make("GET", f"{ORIGIN}/talk", token=held.token, nonce=nonce)
        headers = {"DPoP": dpop, "Authorization": f"DPoP {held.token}"}
        with connect("/talk", headers=headers) as socket:
            assert socket.receive_text()


def test_the_gate_lives_with_the_application(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    life.clear()
    with world.serving(application(gate, resource)):
        assert gate._snapshots._follower is not None
        assert life == ["began"]
    assert gate._snapshots._follower is None
    assert life == ["began", "ended"]


def test_the_api_description_names_the_scheme(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    description = application(gate, resource).openapi()
    [scheme] = description["components"]["securitySchemes"].values()
    assert scheme["type"] == "http"
    assert scheme["scheme"] == "DPoP"
    assert resource.hex() in scheme["description"]
    assert description["paths"]["/predict"]["post"]["security"]
    assert "security" not in description["paths"]["/about"]["get"]
    assert f"{PREFIX}/access" in description["paths"]


def test_a_wrong_resource_is_refused_at_once(world: World) -> None:
    with pytest.raises(InvalidInput) as error:
        requires(world.gate(), "0x1234")
    assert error.value.code == "invalid_resource"
