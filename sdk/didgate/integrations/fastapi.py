"""A gate inside a FastAPI application: one call, and a dependency for each gated route.

    gate = open_gate("https://gate.example")
    app = FastAPI()
    protect(app, gate)

    @app.post("/predict")
    def predict(image: Image, grant: Annotated[Grant, Depends(requires(gate, "0x…"))]) -> Digit:
        ...

Routes without the dependency are open; ``didgate.integrations.asgi.Guard`` gates whole
applications and refuses by default.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.models import HTTPBase
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from didgate.gate.access import Gate
from didgate.gate.challenge import PREFIX
from didgate.gate.grant import Grant
from didgate.gate.problems import MEDIA_TYPE, Problem
from didgate.integrations import asgi, exchange
from didgate.integrations.exchange import Refused

_PROBLEM: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {MEDIA_TYPE: {}}}
    for status, description in {
        400: "The answer is malformed",
        401: "The DPoP proof does not hold",
        403: "The policy does not allow it; with a receipt, and a reason for each leaf",
        503: "The chain cannot be relied upon at the moment",
    }.items()
}


def protect(app: FastAPI, gate: Gate) -> None:
    """Give an application the gate's own routes, its problems, and its start and stop.

    Args:
        app: the application; its own lifespan is kept.
        gate: decides.
    """
    app.include_router(didgate_router(gate))
    app.add_exception_handler(Refused, refused)


def didgate_router(gate: Gate) -> APIRouter:
    """Return the gate's own routes; the gate starts and stops with the router's application."""

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        await asyncio.to_thread(gate.start)
        try:
            yield
        finally:
            await asyncio.to_thread(gate.stop)

    router = APIRouter(prefix=PREFIX, tags=["didgate"], lifespan=lifespan)

    @router.post("/access", summary="Answer a challenge", responses=_PROBLEM)
    async def access() -> Response:
        return _GateResponse(gate)

    @router.get("/jwks.json", summary="Keys that verify grants and receipts")
    async def jwks() -> Response:
        return _GateResponse(gate)

    return router


def requires(gate: Gate, resource: str | bytes) -> Requirement:
    """Return a dependency that lets a request pass only with a grant, and gives that grant.

    Args:
        gate: decides.
        resource: resource id, 32 bytes or ``0x`` and 64 hexadecimal digits.

    Raises:
        InvalidInput: ``invalid_resource``.
    """
    return Requirement(gate, exchange.parse_resource_id(resource))


class Requirement(SecurityBase):
    """The dependency that ``requires`` returns, for HTTP routes and WebSockets."""

    def __init__(self, gate: Gate, resource: bytes) -> None:
        self.model = HTTPBase(
            scheme="DPoP",
            description=f"A grant for resource 0x{resource.hex()}, bound to the client's key",
        )
        self.scheme_name = f"didgate 0x{resource.hex()[:8]}"
        self._gate = gate
        self._resource = resource
        gate.watch(resource)

    async def __call__(self, connection: HTTPConnection) -> Grant:
        """Return the request's grant, or raise ``Refused``."""
        request = exchange.Request.of_scope(connection.scope)
        return await exchange.admit(self._gate, request, self._resource)


async def refused(_connection: Request, error: Exception) -> Response:
    """Answer a ``Refused``: the exception handler that ``protect`` installs."""
    assert isinstance(error, Refused), "installed for no other exception"
    return _ProblemResponse(error.problem)


class _GateResponse(Response):
    """Has the gate answer the request itself."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await asgi.answer_for_gate(self._gate, scope, receive, send)


class _ProblemResponse(Response):
    """Tells the client of a problem, by HTTP or as answer to a WebSocket handshake."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self._problem = problem

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await asgi.refuse(self._problem, scope, receive, send)
