"""The guard: the gate's own paths, WebSockets, the application's life, and faults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from gate_service import ACCESS, MODEL, Service, application, code, proof, served
from gate_world import ORIGIN, World, badge
from starlette.testclient import WebSocketDenialResponse

from didgate.client import RefusedByGate
from didgate.gate import PREFIX
from didgate.integrations.asgi import Guard


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    with served(world) as service:
        yield service


def test_an_answer_needs_a_proof(service: Service) -> None:
    response = service.http.post(ACCESS, json={"nonce": "n"})
    assert code(response, 401) == "dpop_required"


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/access", 405, "method_not_allowed"),
        ("POST", "/jwks.json", 405, "method_not_allowed"),
        ("GET", "/other", 404, "not_found"),
        ("GET", "", 404, "not_found"),
    ],
)
def test_the_gate_offers_two_things(
    service: Service, method: str, path: str, status: int, expected: str
) -> None:
    response = service.http.request(method, f"{ORIGIN}{PREFIX}{path}")
    assert code(response, status) == expected


def test_the_keys_are_published(service: Service) -> None:
    response = service.http.get(f"{ORIGIN}{PREFIX}/jwks.json")
    assert response.json() == service.gate.jwks()
    assert "d" not in response.json()["keys"][0]


def test_a_websocket_with_a_grant_is_accepted(service: Service) -> None:
    visitor = service.visitor()
    visitor.get(f"{MODEL}/predict")
    held = visitor.grant_for(f"{MODEL}/predict")
    assert held is not None
    url, nonce = f"{MODEL}/talk", service.gate.dpop_nonce()
    dpop = visitor._proofs.make("GET", url, token=held.token, nonce=nonce)
    headers = {"DPoP": dpop, "Authorization": f"DPoP {held.token}"}
    with service.http.websocket_connect("/model/talk", headers=headers) as socket:  # type: ignore[attr-defined]
        assert socket.receive_text()


def test_a_websocket_without_a_grant_is_refused(service: Service) -> None:
    headers = {"DPoP": proof(service.world, url=f"{MODEL}/talk")}
    connect = service.http.websocket_connect  # type: ignore[attr-defined]
    with pytest.raises(WebSocketDenialResponse) as error, connect("/model/talk", headers=headers):
        pass
    assert code(error.value, 401) == "grant_required"


def test_a_websocket_is_closed_where_the_server_cannot_say_more(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    guard = Guard(application(), gate, resources={"/model": resource})
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/model/talk", "headers": []}
    asyncio.run(guard(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "dpop_required"}]


def test_connections_of_unknown_type_are_refused(world: World) -> None:
    guard = Guard(application(), world.gate(), resources={})
    with pytest.raises(ValueError, match="nothing is known"):
        asyncio.run(guard({"type": "raw"}, None, None))  # type: ignore[arg-type]


def test_an_unexpected_fault_lets_nobody_in(world: World) -> None:
    with served(world) as service:
        service.gate._grants = None  # type: ignore[assignment]
        headers = {"DPoP": proof(world, token="t", nonce=service.gate.dpop_nonce())}
        headers["Authorization"] = "DPoP t"
        response = service.http.get(f"{MODEL}/predict", headers=headers)
    assert code(response, 500) == "internal_error"
    assert "NoneType" not in response.text


def test_a_quota_is_answered_with_429(world: World) -> None:
    with served(world, quota={"limit": 1, "period": 3600}) as service:
        visitor = service.visitor()
        assert visitor.get(f"{MODEL}/predict").status_code == 200
        with pytest.raises(RefusedByGate) as error:
            visitor.get(f"{MODEL}/predict")
    assert (error.value.status, error.value.code) == (429, "quota_exceeded")


def test_a_chain_out_of_reach_keeps_the_service_from_starting(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    world.chain.close()
    guard = Guard(application(), gate, resources={"/model": resource})
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(guard({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]


def test_a_pause_stops_the_next_request(service: Service) -> None:
    visitor = service.visitor()
    assert visitor.get(f"{MODEL}/predict").status_code == 200
    service.world.pause(service.resource)
    with pytest.raises(RefusedByGate) as error:
        visitor.get(f"{MODEL}/predict")
    assert error.value.code == "paused"


def live(guard: Guard, messages: list[str]) -> list[str]:
    """Run the lifespan of a guarded application; return what it sent."""
    sent: list[str] = []
    waiting = [{"type": message} for message in reversed(messages)]

    async def receive() -> dict[str, Any]:
        return waiting.pop()

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(guard({"type": "lifespan"}, receive, send))
    return sent


def test_an_application_without_a_lifespan_is_served(world: World) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"

    gate = world.gate()
    sent = live(Guard(app, gate, resources={}), ["lifespan.startup", "lifespan.shutdown"])
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert not gate._running


def test_an_application_that_fails_to_start_fails(world: World) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed"})
        raise RuntimeError("no model")

    gate = world.gate()
    with pytest.raises(RuntimeError, match="no model"):
        live(Guard(app, gate, resources={}), ["lifespan.startup"])
    assert not gate._running


def test_a_resource_that_does_not_exist_keeps_the_service_from_starting(world: World) -> None:
    gate = world.gate()
    guard = Guard(application(), gate, resources={"/model": bytes(32)})
    assert live(guard, ["lifespan.startup"]) == ["lifespan.startup.failed"]
    assert not gate._running


def test_a_gate_is_started_once(world: World) -> None:
    gate = world.gate()
    gate.start()
    follower = gate._snapshots._follower
    gate.start()
    assert gate._snapshots._follower is follower
    gate.close()
    assert not gate._running


def test_a_client_that_goes_away_is_let_go(service: Service) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"{PREFIX}/access", "headers": []}
    asyncio.run(service.guard(scope, receive, send))
    assert sent[0]["status"] == 400


def test_a_fault_in_an_answer_tells_nothing(service: Service) -> None:
    service.gate._challenges = None  # type: ignore[assignment]
    headers = {"DPoP": proof(service.world, "POST", ACCESS)}
    response = service.http.post(ACCESS, json={"nonce": "n"}, headers=headers)
    assert code(response, 500) == "internal_error"
