"""The guard: who passes, by which proof, under which path; bodies and streams untouched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from gate_actors import Caller
from gate_service import ACCESS, MODEL, Service, application, code, proof, served
from gate_world import ALICE, CLEARANCE, ORIGIN, World, badge, of_schema

from didgate.client import ProofMaker
from didgate.errors import InvalidInput
from didgate.gate import PREFIX
from didgate.integrations.asgi import Guard


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    with served(world) as service:
        yield service


def test_a_visitor_gets_in_and_the_application_sees_the_grant(service: Service) -> None:
    visitor = service.visitor()
    response = visitor.post(f"{MODEL}/predict?x=1", content=b"hello")
    assert response.status_code == 200
    assert response.text.endswith(" hello")


def test_a_request_without_proof_is_told_to_send_one(service: Service) -> None:
    response = service.http.get(f"{MODEL}/predict")
    assert code(response, 401) == "dpop_required"
    assert response.headers["www-authenticate"] == 'DPoP algs="ES256 EdDSA"'
    assert "challenge" not in response.json()


def test_a_request_without_grant_gets_a_challenge_for_its_key(service: Service) -> None:
    maker = ProofMaker(clock=service.world.clock)
    dpop = maker.make("GET", f"{MODEL}/predict")
    response = service.http.get(f"{MODEL}/predict", headers={"DPoP": dpop})
    assert code(response, 401) == "grant_required"
    assert response.headers["www-authenticate"] == 'DPoP algs="ES256 EdDSA"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["dpop-nonce"]
    challenge = response.json()["challenge"]
    assert challenge["client_id"] == ORIGIN
    assert challenge["response_uri"] == ACCESS
    assert challenge["didgate"]["jkt"] == maker.thumbprint
    assert challenge["didgate"]["deadline"] <= service.world.clock.now().timestamp() + 300


def test_a_bearer_token_is_no_grant(service: Service) -> None:
    headers = {"DPoP": proof(service.world), "Authorization": "Bearer abc"}
    assert code(service.http.get(f"{MODEL}/predict", headers=headers), 401) == "grant_required"


def test_two_proofs_are_refused(service: Service) -> None:
    headers = [("DPoP", proof(service.world)), ("DPoP", proof(service.world))]
    assert code(service.http.get(f"{MODEL}/predict", headers=headers), 400) == "repeated_field"


def test_a_proof_for_another_path_is_refused(service: Service) -> None:
    headers = {"DPoP": proof(service.world, url=f"{MODEL}/other")}
    response = service.http.get(f"{MODEL}/predict", headers=headers)
    assert code(response, 401) == "dpop_url"
    assert 'error="invalid_dpop_proof"' in response.headers["www-authenticate"]


def test_a_proof_counts_for_the_path_as_the_client_spelt_it(service: Service) -> None:
    headers = {"DPoP": proof(service.world, url=f"{MODEL}/pre%64ict")}
    response = service.http.get(f"{MODEL}/pre%64ict", headers=headers)
    assert code(response, 401) == "grant_required"


def test_a_stolen_grant_is_refused_with_a_challenge(service: Service) -> None:
    visitor = service.visitor()
    visitor.get(f"{MODEL}/predict")
    held = visitor.grant_for(f"{MODEL}/predict")
    assert held is not None
    nonce = service.gate.dpop_nonce()
    headers = {
        "DPoP": proof(service.world, token=held.token, nonce=nonce),
        "Authorization": f"DPoP {held.token}",
    }
    response = service.http.get(f"{MODEL}/predict", headers=headers)
    assert code(response, 401) == "grant_key"
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert "challenge" in response.json()


def test_a_grant_needs_the_nonce_in_its_proof(service: Service) -> None:
    visitor = service.visitor()
    visitor.get(f"{MODEL}/predict")
    held = visitor.grant_for(f"{MODEL}/predict")
    assert held is not None
    headers = {
        "DPoP": proof(service.world, token=held.token),
        "Authorization": f"DPoP {held.token}",
    }
    response = service.http.get(f"{MODEL}/predict", headers=headers)
    assert code(response, 401) == "dpop_nonce_required"
    assert 'error="use_dpop_nonce"' in response.headers["www-authenticate"]
    assert response.headers["dpop-nonce"] == service.gate.dpop_nonce()


def test_events_pass_one_by_one(service: Service) -> None:
    response = service.visitor().get(f"{MODEL}/events")
    assert response.text == "data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert response.headers["content-type"].startswith("text/event-stream")


def test_neither_body_is_buffered(world: World) -> None:
    """The application answers before the request's body has ended, and is heard at once."""
    gate, resource = world.gate(), world.resource(badge())
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        seen.append((await receive())["body"].decode())
        await send({"type": "http.response.body", "body": b"second"})

    guard = Guard(app, gate, resources={"/model": resource})
    caller = Caller(world, gate)
    token = caller.enter(world.badge_holder(), resource).token or ""
    dpop = caller.proofs.make("POST", MODEL, token=token, nonce=gate.dpop_nonce())
    headers = [(b"dpop", dpop.encode()), (b"authorization", b"DPoP " + token.encode())]
    scope = {"type": "http", "method": "POST", "path": "/model", "headers": headers}
    sent: list[bytes] = []

    async def receive() -> dict[str, Any]:
        assert sent == [b"", b"first"], "the response came before the body was asked for"
        return {"type": "http.request", "body": b"later", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    asyncio.run(guard(scope, receive, send))
    assert sent == [b"", b"first", b"second"]
    assert seen == ["later"]


def test_public_paths_are_open(service: Service) -> None:
    assert service.http.get(f"{ORIGIN}/about").text == "about"


@pytest.mark.parametrize(
    "path",
    [
        "/hidden",
        "/",
        "/models/predict",
        "/aboutness",
        "/about/../model/predict",
        "//model/predict",
        "/about//model",
        "/about/.",
        "/about\\..\\model",
        "/about/x\0",
    ],
)
def test_what_is_not_named_is_refused(service: Service, path: str) -> None:
    # A client would tidy such paths up; a server hands them on, decoded, as they came.
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    asyncio.run(service.guard(scope, None, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 404
    assert b"path_not_gated" in sent[1]["body"]


def test_the_longest_prefix_counts(world: World) -> None:
    gate = world.gate()
    outer, inner = world.resource(badge()), world.resource(of_schema(CLEARANCE))
    guard = Guard(
        application(), gate, resources={"/": outer, "/model/predict": inner}, public=["/model"]
    )
    assert guard._resource("/model/predict") == inner
    assert guard._resource("/model/predict/x") == inner
    assert guard._resource("/model/other") is None
    assert guard._resource("/elsewhere") == outer
    assert guard._resource("/") == outer


@pytest.mark.parametrize("prefix", ["model", "/model/", "", f"{PREFIX}/x"])
def test_a_wrong_prefix_is_refused(world: World, prefix: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Guard(application(), world.gate(), resources={prefix: bytes(32)})
    assert error.value.code == "invalid_prefix"


def test_a_prefix_cannot_be_gated_and_public(world: World) -> None:
    with pytest.raises(InvalidInput) as error:
        Guard(application(), world.gate(), resources={"/a": bytes(32)}, public=["/a"])
    assert error.value.code == "invalid_prefix"


@pytest.mark.parametrize("resource", ["0x00", "urn:model", bytes(31)])
def test_a_wrong_resource_is_refused(world: World, resource: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        Guard(application(), world.gate(), resources={"/a": resource})
    assert error.value.code == "invalid_resource"


def test_a_denial_gives_reasons_and_a_receipt(world: World) -> None:
    with served(world, of_schema(CLEARANCE)) as service:
        caller = Caller(world, service.gate)
        challenge = caller.challenge(service.resource)
        holder = world.holder(ALICE | {"clearance": 1})
        body = {"nonce": challenge.nonce, **caller.present(holder, challenge)}
        headers = {"DPoP": caller.proofs.make("POST", ACCESS)}
        response = service.http.post(ACCESS, json=body, headers=headers)
    assert code(response, 403) == "policy_not_satisfied"
    problem = response.json()
    assert problem["reasons"][0]["needed"].startswith("a credential of type")
    assert problem["receipt"].count(".") == 2
    assert "researcher" not in response.text.replace('\\"researcher\\"', "")
    assert "www-authenticate" not in response.headers
