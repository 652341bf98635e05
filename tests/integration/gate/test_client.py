"""The client: it answers its own gate's challenges, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from gate_world import ALICE, CLEARANCE, ORIGIN, World, badge, of_schema
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from didgate.client import GateClient, RefusedByGate
from didgate.client.gate_client import _grant_held
from didgate.errors import AccessDenied, InvalidInput
from didgate.gate import PREFIX, Gate, ServerNonces
from didgate.integrations.asgi import Guard
from didgate.keys import KeyAlgorithm, SoftwareSigner

MODEL = f"{ORIGIN}/model"
Change = Callable[[dict[str, Any]], object]


class Line:
    """A connection that counts requests, and may alter challenges on the way."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self.requests: list[tuple[str, str]] = []
        self.alter: Change = lambda _problem: None

    def build_request(self, *arguments: Any, **options: Any) -> httpx2.Request:
        return self._http.build_request(*arguments, **options)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        self.requests.append((request.method, request.url.path))
        response = self._http.send(request, **options)
        if response.status_code == 401:
            response.read()
            problem = response.json()
            self.alter(problem)
            return httpx2.Response(401, json=problem, headers=_kept(response))
        return response


def _kept(response: httpx2.Response) -> dict[str, str]:
    names = ("content-type", "dpop-nonce", "www-authenticate")
    return {name: response.headers[name] for name in names if name in response.headers}


@pytest.fixture
def gate(world: World) -> Gate:
    return world.gate(nonces=ServerNonces(window=20))


@pytest.fixture
def resource(world: World, gate: Gate) -> bytes:
    return world.resource(badge())


@pytest.fixture
def line(world: World, gate: Gate, resource: bytes) -> Iterator[Line]:
    async def reply(request: Any) -> PlainTextResponse:
        return PlainTextResponse(request.url.path, status_code=200)

    async def own_refusal(request: Any) -> JSONResponse:
        return JSONResponse({"detail": "not yours"}, status_code=403)

    routes = [
        Route("/model/refusal", own_refusal),
        Route("/{rest:path}", reply, methods=["GET", "POST"]),
    ]
    other = world.resource(of_schema(CLEARANCE))
    guard = Guard(Starlette(routes=routes), gate, resources={"/model": resource, "/other": other})
    with world.serving(guard) as http:
        yield Line(http)


def test_the_first_request_costs_three(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    assert line.requests == [("GET", "/model/a"), ("POST", f"{PREFIX}/access"), ("GET", "/model/a")]


def test_a_grant_is_kept_for_the_path_and_found_for_others(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    line.requests.clear()
    assert visitor.get(f"{MODEL}/a?again").status_code == 200
    assert line.requests == [("GET", "/model/a")]
    assert visitor.get(f"{MODEL}/b").status_code == 200
    assert line.requests == [("GET", "/model/a"), ("GET", "/model/b"), ("GET", "/model/b")]


def test_a_grant_is_renewed_before_it_expires(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    first = visitor.grant_for(f"{MODEL}/a")
    world.settle(116)
    assert visitor.grant_for(f"{MODEL}/a") is None
    assert visitor.get(f"{MODEL}/a").status_code == 200
    assert visitor.grant_for(f"{MODEL}/a") != first


def test_a_fresh_nonce_is_taken_up(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    line.requests.clear()
    world.settle(45)
    assert visitor.get(f"{MODEL}/a").status_code == 200
    assert line.requests == [("GET", "/model/a")] * 2


def test_a_changed_policy_is_answered_anew(world: World, line: Line, resource: bytes) -> None:
    wallet = world.badge_holder()
    visitor = world.visitor(wallet, line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    first = visitor.grant_for(f"{MODEL}/a")
    world.send(world.owner, world.contracts.policies.bump_epoch(resource))
    world.refresh()
    assert visitor.get(f"{MODEL}/a").status_code == 200
    assert visitor.grant_for(f"{MODEL}/a") != first


def test_each_resource_has_its_grant(world: World, line: Line) -> None:
    wallet = world.badge_holder()
    wallet.add(world.issuers.of[CLEARANCE.type].issue("alice", ALICE).to_document())
    visitor = world.visitor(wallet, line)  # type: ignore[arg-type]
    assert visitor.get(f"{MODEL}/a").status_code == 200
    assert visitor.get(f"{ORIGIN}/other").status_code == 200
    assert visitor.grant_for(f"{MODEL}/a") != visitor.grant_for(f"{ORIGIN}/other")


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_the_key_may_be_one_s_own(world: World, line: Line, algorithm: KeyAlgorithm) -> None:
    key = SoftwareSigner.generate(algorithm)
    visitor = world.visitor(world.badge_holder(), line, key=key)  # type: ignore[arg-type]
    assert visitor.post(f"{MODEL}/a", content=b"x").status_code == 200


def test_a_stream_is_left_unread(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    response = visitor.get(f"{MODEL}/a", stream=True)
    assert not response.is_stream_consumed
    assert response.read() == b"/model/a"


def test_an_ungated_response_is_handed_on(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    response = visitor.get(f"{MODEL}/refusal")
    assert (response.status_code, response.json()) == (403, {"detail": "not yours"})


def test_a_refusal_is_raised_with_the_gate_s_problem(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    world.issuers.suspend()
    with pytest.raises(AccessDenied) as error:
        visitor.get(f"{MODEL}/a")
    assert isinstance(error.value, RefusedByGate)
    assert (error.value.status, error.value.code) == (403, "policy_not_satisfied")
    assert error.value.problem["reasons"][0]["code"] == "issuer_suspended"
    assert error.value.problem["receipt"]


def test_a_wallet_without_an_answer_says_so(world: World, line: Line) -> None:
    visitor = world.visitor(world.wallet(), line)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as error:
        visitor.get(f"{MODEL}/a")
    assert error.value.code == "cannot_satisfy"


def test_nothing_is_disclosed_without_approval(world: World, line: Line) -> None:
    plans = []

    def approve(plan: Any) -> bool:
        plans.append(plan)
        return False

    visitor = world.visitor(world.badge_holder(), line, approve=approve)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as error:
        visitor.get(f"{MODEL}/a")
    assert error.value.code == "not_approved"
    assert set(plans[0].disclosures[0].claims) == {"role", "clearance"}
    assert len(line.requests) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: c.update(client_id="https://other.example"), "audience_mismatch"),
        (
            lambda c: c.update(response_uri="https://other.example/.well-known/didgate/access"),
            "response_uri_mismatch",
        ),
        (lambda c: c["didgate"].update(jkt="A" * 43), "jkt_mismatch"),
        (lambda c: c["didgate"].update(deadline=1), "challenge_expired"),
        (lambda c: c["didgate"].update(deadline=2**35), "deadline_too_far"),
        (lambda c: c["dcql_query"]["credentials"][0]["claims"].pop(), "query_exceeds_policy"),
        (lambda c: c.pop("nonce"), "invalid_challenge"),
        (lambda c: c.update(extra=1), "invalid_challenge"),
    ],
)
def test_a_challenge_of_someone_else_is_not_answered(
    world: World, line: Line, change: Change, code: str
) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    line.alter = lambda problem: change(problem["challenge"])
    with pytest.raises(InvalidInput) as error:
        visitor.get(f"{MODEL}/a")
    assert error.value.code == code
    assert len(line.requests) == 1


@pytest.mark.parametrize("origins", [[], ["https://other.example"], ["http://gate.example"]])
def test_an_origin_that_was_not_named_is_told_nothing(
    world: World, line: Line, origins: list[str]
) -> None:
    """Any site can make up a challenge about itself that the wallet would find in order."""
    asked = []
    visitor = GateClient(
        world.badge_holder(),
        line,
        origins,
        clock=world.clock,
        approve=asked.append,  # type: ignore[arg-type]
    )
    with pytest.raises(InvalidInput) as error:
        visitor.get(f"{MODEL}/a")
    assert error.value.code == "untrusted_origin"
    assert asked == []
    assert len(line.requests) == 1
    assert visitor.get(f"{ORIGIN}{PREFIX}/jwks.json").status_code == 200


@pytest.mark.parametrize("origin", [ORIGIN, f"{ORIGIN}/", "https://GATE.example:443"])
def test_an_origin_may_be_spelt_otherwise(world: World, line: Line, origin: str) -> None:
    wallet = world.badge_holder()
    visitor = GateClient(wallet, line, [origin], clock=world.clock)  # type: ignore[arg-type]
    assert visitor.get(f"{MODEL}/a").status_code == 200


@pytest.mark.parametrize(
    "origins",
    [
        ORIGIN,  # text is a collection of texts, too
        ["gate.example"],
        [""],
        ["https://"],
        ["ftp://gate.example"],
        [f"{ORIGIN}/model"],
        [f"{ORIGIN}?x"],
        [f"{ORIGIN}#x"],
        ["https://user@gate.example"],
        ["https://gate.example:x"],
    ],
)
def test_what_is_no_origin_is_refused(world: World, line: Line, origins: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        GateClient(world.wallet(), line, origins)  # type: ignore[arg-type]
    assert error.value.code == "invalid_origin"


@pytest.mark.parametrize("field", ["access_token", "token_type", "expires_in", "receipt"])
def test_an_answer_that_is_no_grant_is_refused(world: World, field: str) -> None:
    members = {"access_token": "t", "token_type": "DPoP", "expires_in": 60, "receipt": "r"}
    now = world.clock.now()
    assert _grant_held(members, now).expires_at == now + timedelta(seconds=55)
    with pytest.raises(InvalidInput) as error:
        _grant_held(members | {field: None}, now)
    assert error.value.code == "invalid_grant"


@pytest.mark.parametrize("seconds", [0, -1, 3601, 10**18])
def test_a_grant_of_another_age_than_grants_have_is_refused(world: World, seconds: int) -> None:
    members = {"access_token": "t", "token_type": "DPoP", "expires_in": seconds, "receipt": "r"}
    with pytest.raises(InvalidInput) as error:
        _grant_held(members, world.clock.now())
    assert error.value.code == "invalid_grant"


def test_neither_token_nor_receipt_is_shown(world: World, line: Line) -> None:
    visitor = world.visitor(world.badge_holder(), line)  # type: ignore[arg-type]
    visitor.get(f"{MODEL}/a")
    held = visitor.grant_for(f"{MODEL}/a")
    assert held is not None
    assert held.token not in repr(held)
