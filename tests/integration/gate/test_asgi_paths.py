"""Guard and application never take a request for two different paths."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from gate_service import ACCESS, application, code, proof
from gate_world import ORIGIN, World, badge
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route
from starlette.testclient import TestClient

from didgate.errors import InvalidInput
from didgate.gate import PREFIX, Gate
from didgate.integrations.asgi import Guard
from didgate.integrations.fastapi import protect


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


def inner() -> Starlette:
    return Starlette(
        routes=[Route("/model", answer), Route("/model/x", answer), Route("/{rest:path}", answer)]
    )


@pytest.fixture
def gate(world: World) -> Gate:
    return world.gate()


@pytest.fixture
def guard(world: World, gate: Gate) -> Guard:
    """One prefix is gated, all the rest is public: whoever slips by is let in."""
    return Guard(inner(), gate, resources={"/model": world.resource(badge())}, public=["/"])


def status(app: Any, path: str, *, root: str = "", raw: bytes | None = None) -> int:
    """Return the status of a request as a server hands it on: decoded, nothing tidied up."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "root_path": root, "headers": [],
        "query_string": b"", "scheme": "https", "server": ("gate.example", 443),
    }  # fmt: skip
    if raw is not None:
        scope["raw_path"] = raw
    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("/model", "", 401),
        ("/model/", "", 401),
        ("/model/x", "", 401),
        ("/other", "", 200),
        # uvicorn --root-path /api: the path comes whole, the application cuts the root off
        ("/api/model/x", "/api", 401),
        ("/api/model", "/api", 401),
        ("/api/other", "/api", 200),
        # behind a proxy that cut the root off before
        ("/model/x", "/api", 401),
        ("/other", "/api", 200),
        # a root that is no whole segment: some cut it off, some do not
        ("/apimodel/x", "/api", 404),
        ("/apis/model/x", "/api", 404),
        ("/api/model/x", "/api/", 404),
        ("/api//model/x", "/api/", 401),
        ("/api", "/api", 404),
        ("/api//model/x", "/api", 404),
        ("/model/model/x", "/model", 401),
    ],
)
def test_the_root_is_cut_off_as_the_application_does(
    guard: Guard, path: str, root: str, expected: int
) -> None:
    assert status(guard, path, root=root) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "*",
        "model",
        "//model/x",
        "/other//model",
        "/model//",
        "/.",
        "/..",
        "/other/../model/x",
        "/other/..",
        "/./model/x",
        "/other\\..\\model",
        "/model\n",
        "/model\r\n",
        "/model\x00",
        "/model\x7f",
        "/model/\u2028x",
        "/other/\udcff",
        "/mod%65l/x",
        "/other%2f..%2fmodel",
    ],
)
def test_a_path_with_two_meanings_has_none(guard: Guard, path: str) -> None:
    assert status(guard, path) == 404


def test_a_line_feed_at_the_end_would_reach_the_route_without_it(guard: Guard) -> None:
    """Why it is refused: to a pattern that ends in a dollar sign the two are one."""
    assert status(inner(), "/model\n") == 200
    assert status(guard, "/model\n") == 404


@pytest.mark.parametrize("raw", [b"/other%2Fx", b"/other%2fx", b"/other%5Cx"])
def test_a_separator_in_disguise_is_refused(guard: Guard, raw: bytes) -> None:
    assert status(guard, "/other/x", raw=raw) == 404
    assert status(guard, "/other/x", raw=b"/other/x") == 200
    assert status(guard, "/oth er", raw=b"/oth%20er") == 200


def test_a_guard_may_be_mounted(guard: Guard) -> None:
    outer = Starlette(routes=[Mount("/below", app=guard)])
    assert status(outer, "/below/model/x") == 401
    assert status(outer, "/below/other") == 200


def test_an_application_may_mount_others(world: World, gate: Gate) -> None:
    resources = {"/sub/model": world.resource(badge())}
    app = Starlette(routes=[Mount("/sub", app=inner())])
    guard = Guard(app, gate, resources=resources, public=["/"])
    assert status(guard, "/sub/model/x") == 401
    assert status(guard, "/base/sub/model/x", root="/base") == 401
    assert status(guard, "/sub/other") == 200


@pytest.fixture
def rooted() -> FastAPI:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return FastAPI(root_path="/api")


def _included(app: FastAPI) -> FastAPI:
    router, outer = APIRouter(), FastAPI()
    router.mount("/x", app)
    outer.include_router(router)
    return outer


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda app: app, id="itself"),
        pytest.param(GZipMiddleware, id="middleware"),
        pytest.param(lambda app: Starlette(routes=[Mount("/", app=app)]), id="mount"),
        pytest.param(lambda app: Starlette(routes=[Host("a.example", app=app)]), id="host"),
        pytest.param(_included, id="included router"),
    ],
)
def test_an_application_with_a_root_of_its_own_is_not_wrapped(
    gate: Gate, rooted: FastAPI, wrapped: Any
) -> None:
    with pytest.raises(InvalidInput) as error:
        Guard(wrapped(rooted), gate, resources={"/model": bytes(32)}, public=["/"])
    assert error.value.code == "application_root_path"


def test_a_guard_within_an_application_sees_its_root(
    world: World, gate: Gate, rooted: FastAPI
) -> None:
    resources = {"/model": world.resource(badge())}
    rooted.add_api_route("/model", lambda: "reached")
    rooted.add_api_route("/other", lambda: "reached")
    rooted.add_middleware(Guard, gate=gate, resources=resources, public=["/"])
    assert [status(rooted, path) for path in ("/api/model", "/model")] == [401, 401]
    assert [status(rooted, path) for path in ("/api/other", "/other")] == [200, 200]


def test_an_attribute_of_another_meaning_is_no_root(gate: Gate) -> None:
    class Flask:
        root_path = "/usr/lib/application"

    Guard(Flask(), gate, resources={})  # type: ignore[arg-type]


@pytest.fixture(params=["guard", "fastapi"])
def below_a_root(request: Any, world: World, gate: Gate) -> Iterator[TestClient]:
    app: Any = Guard(application(), gate, resources={"/model": world.resource(badge())})
    if request.param == "fastapi":
        app = FastAPI()
        protect(app, gate)
    with TestClient(app, base_url=ORIGIN, root_path="/api") as http:
        yield http


def test_the_gate_answers_below_the_root(world: World, below_a_root: TestClient) -> None:
    assert below_a_root.get(f"{PREFIX}/jwks.json").json()["keys"]
    headers = {"DPoP": proof(world, "POST", ACCESS)}
    response: Any = below_a_root.post(f"{PREFIX}/access", json={"nonce": "n"}, headers=headers)
    assert code(response, 403) == "nonce_unknown"
