"""Problem bodies (RFC 9457) and the ``WWW-Authenticate`` field (RFC 6750 §3, RFC 9449 §7.1).

Whatever goes wrong at the gate leaves as one JSON object with a stable ``code``. The words come
from errors and policies alone, so that no problem body can carry a claim value.

>>> from didgate.errors import ChainError
>>> problem = problem_of(ChainError("stale_chain", "the chain was last read too long ago"))
>>> problem.status, problem.to_dict()["type"]
(503, 'urn:didgate:problem:stale_chain')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from didgate.errors import (
    AccessDenied,
    ChainError,
    DidgateError,
    InvalidInput,
    ResolutionError,
    VerificationError,
)

MEDIA_TYPE: Final = "application/problem+json"
ALGORITHMS: Final = ("ES256", "EdDSA")
"""JOSE algorithms accepted for DPoP proofs, in the order they are offered."""

RETRY_AFTER_SECONDS: Final = 5

_TITLES: Final = {
    400: "The request is malformed",
    401: "Authentication is needed",
    403: "Access is denied",
    404: "There is no such resource",
    405: "The method is not allowed here",
    413: "The body is too large",
    415: "The media type is not supported",
    429: "The quota is used up",
    500: "The gate failed",
    503: "The gate cannot decide at the moment",
}

# Faults of the two halves of a DPoP-bound grant, and the error code the client is told.
_AUTHENTICATE_ERRORS: Final = {
    "dpop_nonce_required": "use_dpop_nonce",
    "dpop_invalid": "invalid_dpop_proof",
    "dpop_signature": "invalid_dpop_proof",
    "dpop_method": "invalid_dpop_proof",
    "dpop_url": "invalid_dpop_proof",
    "dpop_time": "invalid_dpop_proof",
    "dpop_replayed": "invalid_dpop_proof",
    "dpop_token_hash": "invalid_dpop_proof",
    "grant_invalid": "invalid_token",
    "grant_expired": "invalid_token",
    "grant_audience": "invalid_token",
    "grant_resource": "invalid_token",
    "grant_epoch": "invalid_token",
    "grant_key": "invalid_token",
}
_MISSING_CREDENTIALS: Final = frozenset({"dpop_required", "grant_required"})
_STATUS_BY_CODE: Final = {
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "unknown_resource": 404,
    "path_not_gated": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "quota_exceeded": 429,
    "store_full": 503,
    "store_failed": 503,
}
_STATUS_BY_CLASS: Final[tuple[tuple[type[DidgateError], int], ...]] = (
    (InvalidInput, 400),
    (VerificationError, 403),
    (AccessDenied, 403),
    (ResolutionError, 503),
    (ChainError, 503),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the gate answers instead of letting a request pass.

    Attributes:
        status: HTTP status code.
        code: stable identifier of the fault.
        detail: one sentence for people, free of claims.
        headers: response fields beside ``Content-Type``.
        extensions: further members of the body: ``challenge``, ``reasons``, ``receipt``.
    """

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    extensions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of RFC 9457."""
        return {
            "type": f"urn:didgate:problem:{self.code}",
            "title": _TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extensions,
        }


def problem_of(error: DidgateError, **extensions: Any) -> Problem:
    """Return the problem that tells a client of ``error``.

    Args:
        error: what the gate raised.
        extensions: further members of the body.
    """
    status = _status_of(error)
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = authenticate(error.code)
    if status in {429, 503}:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Problem(status, error.code, error.message, headers, extensions)


def unexpected() -> Problem:
    """Return the problem for a fault of the gate itself; its details go to the log alone."""
    return Problem(
        500, "internal_error", "the gate met an unexpected fault", {"Cache-Control": "no-store"}
    )


def authenticate(code: str) -> str:
    """Return the value of ``WWW-Authenticate`` for the fault ``code``.

    A request that showed no credentials is told the scheme without an error (RFC 6750 §3.1).

    >>> authenticate("grant_expired")
    'DPoP error="invalid_token", algs="ES256 EdDSA"'
    >>> authenticate("grant_required")
    'DPoP algs="ES256 EdDSA"'
    """
    algorithms = f'algs="{" ".join(ALGORITHMS)}"'
    error = _AUTHENTICATE_ERRORS.get(code)
    return f'DPoP error="{error}", {algorithms}' if error else f"DPoP {algorithms}"


def _status_of(error: DidgateError) -> int:
    if error.code in _AUTHENTICATE_ERRORS or error.code in _MISSING_CREDENTIALS:
        return 401
    if error.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[error.code]
    return next((status for kind, status in _STATUS_BY_CLASS if isinstance(error, kind)), 500)
