"""The HTTP exchange between client and gate, whatever framework carries it.

A request that shows no grant, or none that still counts, is answered with 401 and, if it bears a
DPoP proof, with a challenge bound to the proof's key. ``answer_challenge`` takes the answer and
gives a grant. What may wait for the chain or the disk runs in a thread; a request with a warm grant
does not leave the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from didgate.errors import DidgateError, InvalidInput, VerificationError
from didgate.gate.access import Gate
from didgate.gate.challenge import MAX_ANSWER_BYTES, PREFIX, Answer
from didgate.gate.decision import Decision
from didgate.gate.dpop import Proof
from didgate.gate.grant import Grant
from didgate.gate.problems import Problem, problem_of, unexpected

JWKS_PATH: Final = f"{PREFIX}/jwks.json"
NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}

_LOG: Final = logging.getLogger(__name__)
_SCHEME: Final = "dpop"


class Refused(Exception):
    """The request does not pass; the client is to be told why.

    Attributes:
        problem: what to answer.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Request:
    """What the gate looks at in a request.

    Attributes:
        method: HTTP method.
        path: the path as the client sent it, percent-encoded, without the query.
        headers: names in lower case and values, repeated fields repeated.
    """

    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]]

    @classmethod
    def of_scope(cls, scope: Mapping[str, Any]) -> Request:
        """Read an ASGI connection scope; a WebSocket handshake is a GET."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        return cls(scope.get("method", "GET"), raw.decode("latin-1"), list(scope["headers"]))

    def field(self, name: bytes) -> str | None:
        """Return the value of a field that must not be repeated, None if it is not there.

        Raises:
            InvalidInput: ``repeated_field`` (RFC 9449 §4.3, check 1).
        """
        values = [value for key, value in self.headers if key == name]
        if len(values) > 1:
            raise InvalidInput("repeated_field", f"the field {name.decode()} stands there twice")
        return values[0].decode("latin-1") if values else None

    def token(self) -> str | None:
        """Return the access token of an ``Authorization`` field of the scheme DPoP."""
        scheme, _, token = (self.field(b"authorization") or "").partition(" ")
        return token.strip() or None if scheme.lower() == _SCHEME else None


def parse_resource_id(resource: str | bytes) -> bytes:
    """Return the 32 bytes of a resource id that may be written as ``0x`` and 64 digits.

    Raises:
        InvalidInput: ``invalid_resource``.
    """
    try:
        raw = bytes.fromhex(resource.removeprefix("0x")) if isinstance(resource, str) else resource
    except ValueError as error:
        raise InvalidInput("invalid_resource", "a resource id is written in hexadecimal") from error
    if len(raw) != 32:
        raise InvalidInput("invalid_resource", "a resource id has 32 bytes")
    return raw


async def admit(gate: Gate, request: Request, resource: bytes) -> Grant:
    """Return the grant of a request that may pass.

    Args:
        gate: decides.
        request: what the client sent.
        resource: 32-byte id of the resource that it asks for.

    Raises:
        Refused: with a challenge, if the client can do something about it.
    """
    try:
        proof = _prove(gate, request, request.token())
        try:
            grant, quota = gate.check(proof, resource)
        except VerificationError as error:
            raise await _challenged(gate, error, resource, proof) from error
        if quota is not None:
            await asyncio.to_thread(gate.count, grant, quota)
    except DidgateError as error:
        raise refusal(gate, error) from error
    return grant


async def answer_challenge(gate: Gate, request: Request, body: bytes) -> Mapping[str, Any]:
    """Take the answer to a challenge; return the token response.

    Args:
        gate: decides.
        request: the POST to ``ACCESS_PATH``.
        body: its body, at most ``MAX_ANSWER_BYTES``.

    Raises:
        Refused: the answer does not lead to a grant.
    """
    try:
        _check_media_type(request)
        proof = _prove(gate, request, None)
        answer = Answer.read(body)
        decision = await asyncio.to_thread(gate.access, answer, proof)
    except DidgateError as error:
        raise refusal(gate, error) from error
    if decision.token is None or decision.grant is None:
        raise Refused(_denial(decision))
    lifetime = decision.grant.expires_at - decision.grant.issued_at
    return {
        "access_token": decision.token,
        "token_type": "DPoP",
        "expires_in": int(lifetime.total_seconds()),
        "receipt": decision.receipt,
    }


def refusal(gate: Gate, error: DidgateError, **extensions: Any) -> Refused:
    """Return what to answer to an error; a 401 carries the nonce that proofs need."""
    problem = problem_of(error, **extensions)
    nonce = gate.dpop_nonce() if problem.status == 401 else None
    if nonce is not None:
        problem = replace(problem, headers={**problem.headers, "DPoP-Nonce": nonce})
    return Refused(problem)


def fault() -> Refused:
    """Return what to answer to an exception that nobody foresaw, which is logged."""
    _LOG.exception("the gate met an unexpected fault")
    return Refused(unexpected())


def too_large() -> InvalidInput:
    """Return the error for a body beyond ``MAX_ANSWER_BYTES``."""
    return InvalidInput("body_too_large", f"an answer has at most {MAX_ANSWER_BYTES} bytes")


def _prove(gate: Gate, request: Request, token: str | None) -> Proof:
    dpop = request.field(b"dpop")
    if dpop is None:
        raise VerificationError("dpop_required", "send a DPoP proof (RFC 9449) with the request")
    url = gate.place.audience + request.path
    return gate.prove(dpop, method=request.method, url=url, token=token)


async def _challenged(
    gate: Gate, error: VerificationError, resource: bytes, proof: Proof
) -> Refused:
    challenge = await asyncio.to_thread(gate.challenge, resource, proof)
    return refusal(gate, error, challenge=challenge.to_dict())


def _check_media_type(request: Request) -> None:
    value = (request.field(b"content-type") or "").partition(";")[0].strip().lower()
    if value != "application/json":
        raise InvalidInput("unsupported_media_type", "an answer is sent as application/json")


def _denial(decision: Decision) -> Problem:
    extensions = {
        "reasons": [reason.to_dict() for reason in decision.reasons],
        "receipt": decision.receipt,
    }
    return Problem(403, decision.code, decision.message, NO_STORE, extensions)
