"""Whatever a stranger sends, the gate answers with a problem and never with a fault of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from gate_actors import Caller
from gate_service import ACCESS, MODEL, Service, code, proof, served
from gate_world import World

from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import sign_jws


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    with served(world) as service:
        yield service


@pytest.mark.parametrize(
    ("body", "headers", "status", "expected"),
    [
        (b"{}", {}, 400, "invalid_answer"),
        (b'{"nonce":7}', {}, 400, "invalid_answer"),
        (b"[]", {}, 400, "invalid_answer"),
        (b"{", {}, 400, "invalid_json"),
        (b'{"nonce":"a","nonce":"b"}', {}, 400, "json_duplicate_member"),
        (b'{"nonce":"unknown"}', {}, 403, "nonce_unknown"),
        (b'{"nonce":"\\u0000"}', {}, 403, "nonce_unknown"),
        (b'{"nonce":"x","n":1' + b"0" * 4000 + b"}", {}, 403, "nonce_unknown"),
        (b'{"nonce":"x","n":1' + b"0" * 5000 + b"}", {}, 400, "invalid_json"),
        (b'{"nonce":"x","n":1e999}', {}, 400, "json_not_finite"),
        (b'{"nonce":"x","n":NaN}', {}, 400, "json_not_finite"),
        (b'{"nonce":"\\ud800"}', {}, 400, "json_lone_surrogate"),
        (b"[" * 100_000, {}, 400, "json_too_deep"),
        (b"\xff\xfe", {}, 400, "invalid_json"),
        (b"", {}, 400, "invalid_json"),
        (b"x" * 300_000, {}, 413, "body_too_large"),
        (b"{}", {"content-type": "text/plain"}, 415, "unsupported_media_type"),
    ],
)
def test_a_bad_answer_is_refused(
    service: Service, body: bytes, headers: dict[str, str], status: int, expected: str
) -> None:
    dpop = {"DPoP": proof(service.world, "POST", ACCESS), "content-type": "application/json"}
    response = service.http.post(ACCESS, content=body, headers=dpop | headers)
    assert code(response, status) == expected


NAUGHTY: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 10**4000, 1e300, -0.0, "", "x", "c0", [], {}, [[]], [None],
    {"": []}, "é\u2028", "~", "a.b.c~", ".." * 9, {"id": 10**400},
)  # fmt: skip


@pytest.mark.parametrize(
    "member", ["vp_token", "c0", "credential", "addressProofs", "merkleProofs", "attestations"]
)
def test_whatever_is_presented_is_refused_in_words(service: Service, member: str) -> None:
    caller = Caller(service.world, service.gate)
    for value in NAUGHTY:
        answer: dict[str, Any] = {
            "vp_token": {"vp_token": value},
            "c0": {"vp_token": {"c0": value}},
            "credential": {"vp_token": {"c0": [value]}},
            "addressProofs": {"vp_token": {}, "addressProofs": value},
            "merkleProofs": {"vp_token": {}, "merkleProofs": value},
            "attestations": {"vp_token": {}, "attestations": value},
        }[member]
        body = json.dumps({"nonce": caller.challenge(service.resource).nonce, **answer})
        headers = {
            "DPoP": caller.proofs.make("POST", ACCESS),
            "content-type": "application/json",
        }
        response = service.http.post(ACCESS, content=body, headers=headers)
        assert response.status_code == 403, (value, response.text)
        malformed = code(response, 403) == "presentation_malformed"
        # Only what is a presentation is decided about.
        assert malformed != ("receipt" in response.json())


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ('"iat": 1' + "0" * 400, "dpop_invalid"),
        ('"iat": -1' + "0" * 18, "dpop_invalid"),
        ('"iat": 1e300', "dpop_invalid"),
        ('"iat": 1' + "0" * 5000, "dpop_invalid"),
        ('"htu": "https://[/"', "dpop_url"),
        ('"htu": "https://gate.example:99999/"', "dpop_url"),
        ('"htu": 10' + "0" * 400, "dpop_url"),
        ('"htm": {}', "dpop_method"),
        ('"jti": {}', "dpop_invalid"),
        ('"nonce": []', "dpop_nonce_required"),
    ],
)
def test_a_naughty_proof_is_refused(service: Service, claims: str, expected: str) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    iat = int(service.world.clock.now().timestamp())
    usual = {"jti": '"x"', "htm": '"GET"', "htu": f'"{MODEL}/predict"', "iat": str(iat)}
    name = claims.split('"')[1]
    members = [f'"{key}": {value}' for key, value in usual.items() if key != name]
    payload = "{" + ", ".join([*members, claims]) + "}"
    header = {"typ": "dpop+jwt", "jwk": signer.public_key.to_jwk()}
    headers = {"DPoP": sign_jws(signer, payload.encode(), header)}
    assert code(service.http.get(f"{MODEL}/predict", headers=headers), 401) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"DPoP": "é".encode()},
        {"DPoP": b"\xff.\xff.\xff"},
        {"DPoP": b"." * 7000},
        {"DPoP": b""},
    ],
)
def test_a_proof_that_is_none_is_refused(service: Service, headers: dict[str, bytes]) -> None:
    assert code(service.http.get(f"{MODEL}/predict", headers=headers), 401) == "dpop_invalid"


@pytest.mark.parametrize("token", [b"\xe9", b"a.b.c", b"." * 9000, b"a b", b"e30.e30.AA"])
def test_a_token_that_is_none_is_refused(service: Service, token: bytes) -> None:
    caller = Caller(service.world, service.gate)
    text = token.decode("latin-1")
    dpop = caller.proofs.make(
        "GET", f"{MODEL}/predict", token=text, nonce=service.gate.dpop_nonce()
    )
    headers = {"DPoP": dpop.encode(), "Authorization": b"DPoP " + token}
    response = service.http.get(f"{MODEL}/predict", headers=headers)
    assert code(response, 401) in {"grant_invalid", "dpop_token_hash"}
