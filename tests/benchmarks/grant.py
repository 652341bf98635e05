"""A request with a warm grant, in process, beside a PyJWT and DPoP check written by hand.

The peer does what RFC 9068 and RFC 9449 ask of a resource server and nothing else: it knows no
policy, no epoch, no pause and no chain.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
from benchmarks.measure import Row, measure
from gate_actors import Caller
from gate_world import CLEARANCE, ORIGIN, World, of_schema

from didgate.client import ProofMaker
from didgate.integrations.asgi import Guard
from didgate.ports import Clock

URL = f"{ORIGIN}/model"


def _thumbprint(jwk: dict[str, str]) -> str:
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


class HandWritten:
    """The resource server that one writes without didgate."""

    def __init__(self, key: dict[str, Any], clock: Clock) -> None:
        self._key = jwt.PyJWK(key).key
        self._clock = clock
        self._seen: dict[str, float] = {}

    def check(self, token: str, proof: str) -> None:
        """Verify a grant and the proof beside it, or raise."""
        claims = self._decode(token, self._key, audience=ORIGIN, issuer=ORIGIN)
        jwk = jwt.get_unverified_header(proof)["jwk"]
        shown = self._decode(proof, jwt.PyJWK(jwk).key)
        ath = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        now = self._clock.now().timestamp()
        fresh = (
            abs(now - shown["iat"]) < 60 and shown["jti"] not in self._seen and now < claims["exp"]
        )
        bound = claims["cnf"]["jkt"] == _thumbprint(jwk) and shown["ath"] == ath
        if not (fresh and bound and shown["htm"] == "GET" and shown["htu"] == URL):
            raise PermissionError
        self._seen[shown["jti"]] = shown["iat"]

    def _decode(self, token: str, key: Any, **expected: str) -> dict[str, Any]:
        # The world's clock is not the computer's, so the two times are compared by hand.
        options = {"verify_exp": False, "verify_iat": False}
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["ES256"], options=options, **expected
        )
        return claims


async def model(scope: Any, receive: Any, send: Any) -> None:
    """Answer at once."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"7"})


def request(app: Any, token: str, proof: str) -> Any:
    """Return one request to an ASGI application, as a coroutine."""
    headers = [(b"host", b"gate.example"), (b"authorization", f"DPoP {token}".encode())]
    scope = {
        "type": "http", "method": "GET", "scheme": "https", "path": "/model", "raw_path": b"/model",
        "query_string": b"", "headers": [*headers, (b"dpop", proof.encode())],
        "server": ("gate.example", 443), "root_path": "", "http_version": "1.1",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise PermissionError(message)

    return app(scope, receive, send)


def rows(repetitions: int) -> Iterator[Row]:
    """Yield one row: a guarded ASGI application against the check alone."""
    with tempfile.TemporaryDirectory() as folder:
        world = World.build(Path(folder))
        gate = world.gate()
        resource = world.resource(of_schema(CLEARANCE))
        guard = Guard(model, gate, resources={"/model": resource})
        yield _row(world, gate, guard, resource, repetitions)


def _row(world: World, gate: Any, guard: Guard, resource: bytes, repetitions: int) -> Row:
    caller = Caller(world, gate)
    token = caller.enter(world.holder(), resource).token
    proofs = ProofMaker(caller.proofs._signer, clock=world.clock)
    count = repetitions + 2
    ready = [
        proofs.make("GET", URL, token=token, nonce=gate.dpop_nonce()) for _ in range(2 * count)
    ]
    supply = iter(ready)
    peer = HandWritten(gate.jwks()["keys"][0], world.clock)
    loop = asyncio.new_event_loop()
    ours = measure(
        lambda: loop.run_until_complete(request(guard, token, next(supply))),
        repetitions=repetitions,
    )
    other = measure(lambda: peer.check(token, next(supply)), repetitions=repetitions)
    loop.close()
    return Row(
        "request with a warm grant, ASGI in process",
        ours.median,
        None,
        {"PyJWT + DPoP by hand": other.median},
        {"PyJWT + DPoP by hand": 1.0},
        ours.p99,
    )
