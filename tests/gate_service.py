"""A small application behind a guard, and people who try to use it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from gate_world import ORIGIN, World, badge
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from didgate.client import GateClient, ProofMaker
from didgate.gate import PREFIX, Gate
from didgate.integrations.asgi import GRANT_KEY, Guard

ACCESS = f"{ORIGIN}{PREFIX}/access"
MODEL = f"{ORIGIN}/model"


async def predict(request: Request) -> PlainTextResponse:
    body = await request.body()
    return PlainTextResponse(f"{request.scope[GRANT_KEY].subject} {body.decode()}")


async def events(request: Request) -> StreamingResponse:
    async def pieces() -> Any:
        for number in range(3):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def about(request: Request) -> PlainTextResponse:
    return PlainTextResponse("about")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.scope[GRANT_KEY].subject)
    await socket.close()


def application() -> Starlette:
    return Starlette(
        routes=[
            Route("/model/predict", predict, methods=["GET", "POST"]),
            Route("/model/events", events),
            Route("/about", about),
            Route("/hidden", about),
            Route("/", about),
            WebSocketRoute("/model/talk", talk),
        ]
    )


class Service:
    """A guarded application, and a visitor who may enter."""

    def __init__(
        self, world: World, http: httpx2.Client, guard: Guard, gate: Gate, resource: bytes
    ) -> None:
        self.world, self.http, self.guard = world, http, guard
        self.gate, self.resource = gate, resource

    def visitor(self) -> GateClient:
        return self.world.visitor(self.world.badge_holder(), self.http)


@contextmanager
def served(world: World, allow: dict[str, Any] | None = None, **members: Any) -> Iterator[Service]:
    gate, resource = world.gate(), world.resource(allow or badge(), **members)
    guard = Guard(application(), gate, resources={"/model": resource}, public=["/about"])
    with world.serving(guard) as http:
        yield Service(world, http, guard, gate, resource)


def code(response: httpx2.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"urn:didgate:problem:{body['code']}"
    return str(body["code"])


def proof(world: World, method: str = "GET", url: str = f"{MODEL}/predict", **rest: Any) -> str:
    return ProofMaker(clock=world.clock).make(method, url, **rest)
