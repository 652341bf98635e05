"""Problem bodies, statuses and WWW-Authenticate."""

from __future__ import annotations

import pytest

from didgate.errors import (
    AccessDenied,
    ChainError,
    DidgateError,
    InvalidInput,
    ResolutionError,
    VerificationError,
)
from didgate.gate.problems import problem_of, unexpected


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("invalid_answer", "m"), 400),
        (InvalidInput("body_too_large", "m"), 413),
        (InvalidInput("unsupported_media_type", "m"), 415),
        (InvalidInput("path_not_gated", "m"), 404),
        (InvalidInput("method_not_allowed", "m"), 405),
        (VerificationError("dpop_required", "m"), 401),
        (VerificationError("dpop_replayed", "m"), 401),
        (VerificationError("grant_expired", "m"), 401),
        (VerificationError("nonce_unknown", "m"), 403),
        (AccessDenied("paused", "m"), 403),
        (AccessDenied("quota_exceeded", "m"), 429),
        (AccessDenied("store_full", "m"), 503),
        (ResolutionError("unreachable", "m"), 503),
        (ChainError("stale_chain", "m"), 503),
        (ChainError("unknown_resource", "m"), 404),
        (DidgateError("store_failed", "m"), 503),
        (DidgateError("something_new", "m"), 500),
    ],
)
def test_status(error: DidgateError, status: int) -> None:
    problem = problem_of(error)
    assert problem.status == problem.to_dict()["status"] == status
    assert problem.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("dpop_required", 'DPoP algs="ES256 EdDSA"'),
        ("grant_required", 'DPoP algs="ES256 EdDSA"'),
        ("dpop_nonce_required", 'DPoP error="use_dpop_nonce", algs="ES256 EdDSA"'),
        ("dpop_url", 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"'),
        ("grant_epoch", 'DPoP error="invalid_token", algs="ES256 EdDSA"'),
    ],
)
def test_www_authenticate(code: str, value: str) -> None:
    assert problem_of(VerificationError(code, "m")).headers["WWW-Authenticate"] == value


def test_a_denial_asks_for_no_authentication() -> None:
    assert "WWW-Authenticate" not in problem_of(AccessDenied("paused", "m")).headers


@pytest.mark.parametrize("error", [AccessDenied("quota_exceeded", "m"), ChainError("stale", "m")])
def test_what_passes_says_when_to_come_again(error: DidgateError) -> None:
    assert int(problem_of(error).headers["Retry-After"]) > 0


def test_the_body_is_that_of_rfc_9457() -> None:
    body = problem_of(AccessDenied("paused", "the resource is paused"), receipt="jws").to_dict()
    assert body == {
        "type": "urn:didgate:problem:paused",
        "title": "Access is denied",
        "status": 403,
        "detail": "the resource is paused",
        "code": "paused",
        "receipt": "jws",
    }


def test_an_unexpected_fault_tells_nothing() -> None:
    assert unexpected().to_dict()["detail"] == "the gate met an unexpected fault"
