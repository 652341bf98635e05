"""A guard around any ASGI application: HTTP, streams and WebSockets (ASGI 3.0).

Paths are gated by prefix, the longest that fits; what is neither gated nor public is refused, and
so is every path that guard and application might understand differently. All paths are those below
the application's root (ASGI's ``root_path``), as the application itself matches them. The guard
answers below ``/.well-known/didgate`` itself. Neither the application's request nor its response is
buffered: events and streams pass as they come. The application finds the grant in
``scope["didgate.grant"]``. A stream or WebSocket that has begun goes on when its grant expires.

    app = Guard(app, open_gate("https://gate.example"), resources={"/models/digits": "0x…"})
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from functools import partial
from typing import Any, Final

from didgate.credentials.challenge import ACCESS_PATH
from didgate.errors import DidgateError, InvalidInput
from didgate.gate.access import Gate
from didgate.gate.challenge import MAX_ANSWER_BYTES, PREFIX
from didgate.gate.problems import MEDIA_TYPE, Problem
from didgate.integrations.exchange import (
    JWKS_PATH,
    NO_STORE,
    Refused,
    Request,
    admit,
    answer_challenge,
    fault,
    parse_resource_id,
    refusal,
    too_large,
)
from didgate.integrations.paths import check_root, route_path

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

GRANT_KEY: Final = "didgate.grant"
_JWKS_HEADERS: Final = {"Cache-Control": "public, max-age=300"}


class Guard:
    """Lets only requests with a grant reach an application.

    Args:
        app: the application.
        gate: decides; it is started and stopped with the application.
        resources: path prefix → resource id (32 bytes, or ``0x`` and 64 hexadecimal digits).
        public: path prefixes that anyone may reach.

    Raises:
        InvalidInput: ``invalid_resource``, ``invalid_prefix``, or ``application_root_path`` for an
            application that sets a root of its own.
    """

    def __init__(
        self,
        app: Application,
        gate: Gate,
        *,
        resources: Mapping[str, str | bytes],
        public: Collection[str] = (),
    ) -> None:
        check_root(app)
        self._app = app
        self._gate = gate
        gated = {_prefix(path): parse_resource_id(resource) for path, resource in resources.items()}
        self._rules: dict[str, bytes | None] = {_prefix(path): None for path in public} | gated
        if len(self._rules) != len(resources) + len(public):
            raise InvalidInput("invalid_prefix", "a prefix is named twice")
        for resource in gated.values():
            gate.watch(resource)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        match scope["type"]:
            case "lifespan":
                await self._live(scope, receive, send)
            case "http" | "websocket":
                await self._guard(scope, receive, send)
            case other:
                raise ValueError(f"nothing is known of connections of type {other}")

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            serve, scope = await self._admit(scope)
        except Refused as refused:
            await refuse(refused.problem, scope, receive, send)
        except DidgateError as error:
            await refuse(refusal(self._gate, error).problem, scope, receive, send)
        except Exception:  # noqa: BLE001  # whatever it is, it must not let anyone in
            await refuse(fault().problem, scope, receive, send)
        else:
            await serve(scope, receive, send)

    async def _admit(self, scope: Scope) -> tuple[Application, Scope]:
        """Return who is to serve a connection that may pass, and the scope to hand on."""
        path = route_path(scope)
        if scope["type"] == "http" and _below(path, PREFIX):
            return partial(answer_for_gate, self._gate), scope
        resource = self._resource(path)
        if resource is None:
            return self._app, scope
        grant = await admit(self._gate, Request.of_scope(scope), resource)
        return self._app, {**scope, GRANT_KEY: grant}

    def _resource(self, path: str) -> bytes | None:
        """Return the resource behind a path, None if it is public."""
        for prefix in _prefixes(path):
            if prefix in self._rules:
                return self._rules[prefix]
        raise InvalidInput("path_not_gated", "nothing is offered under this path")

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start the gate before the application, and stop it after."""
        startup = await receive()
        try:
            await asyncio.to_thread(self._gate.start)
        except DidgateError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        try:
            await _live(self._app, scope, startup, receive, send)
        finally:
            await asyncio.to_thread(self._gate.stop)


async def _live(
    app: Application, scope: Scope, startup: Message, receive: Receive, send: Send
) -> None:
    """Run the application's lifespan; in its place, if it knows of none."""
    pending = [startup]
    answered = False

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    async def send_noticing(message: Message) -> None:
        nonlocal answered
        answered = True
        await send(message)

    try:
        await app(scope, receive_again, send_noticing)
    except Exception:
        # ASGI lifespan: an application that does not support it raises before it answers.
        if answered:
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def answer_for_gate(gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request to the gate itself."""
    try:
        content, headers = await _answer_for_gate(gate, scope, receive)
        await respond(send, 200, content, headers)
    except Refused as refused:
        await refuse(refused.problem, scope, receive, send)
    except DidgateError as error:
        await refuse(refusal(gate, error).problem, scope, receive, send)
    except Exception:  # noqa: BLE001  # the client learns nothing of it
        await refuse(fault().problem, scope, receive, send)


async def _answer_for_gate(
    gate: Gate, scope: Scope, receive: Receive
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Return body and headers of what the gate answers for itself."""
    match scope["method"], route_path(scope):
        case "POST", str(path) if path == ACCESS_PATH:
            body = await _read_body(receive)
            content = await answer_challenge(gate, Request.of_scope(scope), body)
            nonce = gate.dpop_nonce()
            return content, {**NO_STORE, "DPoP-Nonce": nonce} if nonce else NO_STORE
        case "GET" | "HEAD", str(path) if path == JWKS_PATH:
            return gate.jwks(), _JWKS_HEADERS
        case _, str(path) if path in {ACCESS_PATH, JWKS_PATH}:
            raise InvalidInput("method_not_allowed", "the method has no meaning here")
        case _:
            raise InvalidInput("not_found", "the gate offers nothing here")


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem; to a WebSocket handshake as far as the server can."""
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()  # the handshake
        if "websocket.http.response" not in scope.get("extensions", {}):
            # RFC 6455 10.1: the server then answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
            return
        kind = "websocket.http.response"
    headers = {**problem.headers, "Content-Type": MEDIA_TYPE}
    await respond(send, problem.status, problem.to_dict(), headers, kind=kind)


async def respond(
    send: Send,
    status: int,
    content: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    kind: str = "http.response",
) -> None:
    """Send a JSON response whole."""
    body = json.dumps(content, separators=(",", ":")).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": f"{kind}.start", "status": status, "headers": encoded})
    await send({"type": f"{kind}.body", "body": body})


async def _read_body(receive: Receive) -> bytes:
    """Read a request's body up to the limit.

    Raises:
        InvalidInput: ``body_too_large``, or ``disconnected`` if the client went away.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise InvalidInput("disconnected", "the client went away")
        body += message.get("body", b"")
        if len(body) > MAX_ANSWER_BYTES:
            raise too_large()
        more = message.get("more_body", False)
    return bytes(body)


def _prefix(path: str) -> str:
    if not path.startswith("/") or (path != "/" and path.endswith("/")) or _below(path, PREFIX):
        message = "a prefix begins with a slash, ends without one, and is not the gate's own"
        raise InvalidInput("invalid_prefix", message)
    return path


def _prefixes(path: str) -> list[str]:
    """Return the path and everything it stands below, the longest first.

    >>> _prefixes("/a/b")
    ['/a/b', '/a', '/']
    """
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:length]) for length in range(len(parts), -1, -1)]


def _below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
