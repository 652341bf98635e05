"""Requests to gated resources.

1. A request goes out with a DPoP proof, and with a grant if one is known for its path.
2. A 401 brings a challenge. Any site can make one up, so it is looked at only if it comes from one
   of the origins that the client was made for. The wallet checks that it is this gate's own, for
   this client's key, and finds the least revealing answer; ``approve`` may refuse it.
3. The answer is posted to the gate, which gives a grant, and the request is sent again.

Grants are kept until shortly before they expire, for each gate and resource.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx2

from didgate.client.proof import ProofMaker
from didgate.credentials.challenge import Challenge
from didgate.encoding import strict_json
from didgate.errors import AccessDenied, InvalidInput
from didgate.holder import Contact, Plan, Supplies, Wallet
from didgate.keys import Signer
from didgate.ports import Clock, SystemClock

_MAX_PROBLEM_BYTES: Final = 1024 * 1024
_SPARE: Final = timedelta(seconds=5)
_LONGEST_GRANT: Final = 3600  # seconds
_NONCE_FIELD: Final = "DPoP-Nonce"
_PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
_PROBLEM_TYPE: Final = "urn:didgate:problem:"
_NOTHING: Final = Supplies()


class RefusedByGate(AccessDenied):
    """A gate refused, and said why.

    Attributes:
        status: HTTP status code.
        problem: the whole problem body (RFC 9457): ``reasons`` and ``receipt`` of a denial.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        code, detail = problem.get("code"), problem.get("detail")
        super().__init__(
            code if isinstance(code, str) else "refused",
            detail if isinstance(detail, str) else f"the gate answered with status {status}",
        )
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class GrantHeld:
    """A grant that this client can use.

    Attributes:
        token: the access token, of no use without the client's key.
        expires_at: by this client's clock, aware UTC.
        receipt: the gate's signed receipt of its decision.
    """

    token: str = field(repr=False)
    expires_at: datetime
    receipt: str = field(repr=False)


class GateClient:
    """Sends requests, and gets past gates on the way; not for use by several threads at a time.

    Args:
        wallet: answers challenges.
        http: sends; it is the caller's to close. It must not follow redirects by itself.
        origins: the origins that anything may be disclosed to, such as ``"https://gate.example"``.
        key: the DPoP key, P-256 or Ed25519; by default a fresh P-256 key.
        approve: asked before anything is disclosed; by default everything is approved.
        account: which of the wallet's accounts to use where a policy asks for one.
        supplies: Merkle proofs and attestations beside those that the wallet keeps.
        clock: tells the time.

    Raises:
        InvalidInput: ``invalid_origin``.
    """

    def __init__(
        self,
        wallet: Wallet,
        http: httpx2.Client,
        origins: Collection[str],
        *,
        key: Signer | None = None,
        approve: Callable[[Plan], bool] = lambda _plan: True,
        account: str | None = None,
        supplies: Supplies = _NOTHING,
        clock: Clock | None = None,
    ) -> None:
        self._wallet = wallet
        self._http = http
        self._origins = frozenset(map(_check_origin, origins))
        self._approve = approve
        self._account = account
        self._supplies = supplies
        self._clock = clock or SystemClock()
        self._proofs = ProofMaker(key, clock=self._clock)
        self._nonces: dict[str, str] = {}
        self._resources: dict[str, bytes] = {}
        self._grants: dict[tuple[str, bytes], GrantHeld] = {}

    def get(self, url: str, **options: Any) -> httpx2.Response:
        """Send a GET request; see ``request``."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx2.Response:
        """Send a POST request; see ``request``."""
        return self.request("POST", url, **options)

    def request(
        self, method: str, url: str, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send a request, and answer a challenge if that is what it takes.

        Args:
            method: HTTP method.
            url: absolute URL.
            stream: whether to leave the body of the response unread.
            options: as for ``httpx2.Client.build_request``; a body that cannot be sent twice
                (an iterator) does not survive a challenge.

        Returns:
            The response of the resource, whatever its status.

        Raises:
            RefusedByGate: the gate refused.
            InvalidInput: the challenge is not to be answered, ``untrusted_origin`` before all;
                the wallet has no answer (``cannot_satisfy``), or ``not_approved``.
            httpx2.HTTPError: the gate was not reached.
        """
        target = httpx2.URL(url)

        def send(held: GrantHeld | None) -> httpx2.Response:
            return self._send_twice(method.upper(), target, held, stream=stream, **options)

        held = self.grant_for(url)
        response = send(held)
        challenge = _challenge(response)
        if challenge is None:
            return response
        self._resources[_place(target)] = challenge.resource
        known = self.grant_for(url)
        if known is None or known == held:
            known = self._answer(challenge, target)
        response = send(known)
        if _challenge(response) is not None:
            raise RefusedByGate(response.status_code, _object(response))
        return response

    def grant_for(self, url: str) -> GrantHeld | None:
        """Return the grant that a request to ``url`` would use, if it would use one."""
        target = httpx2.URL(url)
        resource = self._resources.get(_place(target))
        held = None if resource is None else self._grants.get((_origin(target), resource))
        return None if held is None or held.expires_at <= self._clock.now() else held

    def _send_twice(
        self, method: str, url: httpx2.URL, held: GrantHeld | None, **options: Any
    ) -> httpx2.Response:
        """Send a request; once more, if the server wants its nonce of the moment in the proof."""
        token = None if held is None else held.token
        response = self._send(method, url, token=token, **options)
        if response.status_code == 401 and _wants_nonce(response):
            response.close()
            response = self._send(method, url, token=token, **options)
        _raise_refusal(response)
        return response

    def _send(
        self, method: str, url: httpx2.URL, *, token: str | None, stream: bool, **options: Any
    ) -> httpx2.Response:
        """Send one request with a fresh proof, and take note of the server's nonce."""
        origin = _origin(url)
        headers = httpx2.Headers(options.pop("headers", None))
        nonce = self._nonces.get(origin)
        headers["DPoP"] = self._proofs.make(method, str(url), token=token, nonce=nonce)
        if token is not None:
            headers["Authorization"] = f"DPoP {token}"
        request = self._http.build_request(method, url, headers=headers, **options)
        response = self._http.send(request, stream=stream, follow_redirects=False)
        if nonce := response.headers.get(_NONCE_FIELD):
            self._nonces[origin] = nonce
        return response

    def _answer(self, challenge: Challenge, url: httpx2.URL) -> GrantHeld:
        """Get a grant for the resource of a challenge that came from ``url``."""
        if _origin(url) not in self._origins:
            raise InvalidInput("untrusted_origin", "this client discloses nothing to that origin")
        contact = Contact(str(url), self._proofs.thumbprint)
        plan = self._wallet.match(
            challenge, contact, account=self._account, supplies=self._supplies
        )
        if not self._approve(plan):
            raise InvalidInput("not_approved", "the holder does not want to disclose this")
        presentation = self._wallet.present(plan, contact)
        asked_at = self._clock.now()
        target = httpx2.URL(challenge.response_uri)
        body = {"nonce": challenge.nonce, **presentation.to_dict()}
        response = self._send_twice("POST", target, None, stream=False, json=body)
        if response.status_code != 200:
            raise RefusedByGate(response.status_code, _object(response))
        held = _grant_held(_object(response), asked_at)
        self._grants[_origin(url), challenge.resource] = held
        return held


def _grant_held(members: Mapping[str, Any], asked_at: datetime) -> GrantHeld:
    match members:
        case {
            "access_token": str(token),
            "token_type": "DPoP",
            "expires_in": int(seconds),
            "receipt": str(receipt),
        } if 0 < seconds <= _LONGEST_GRANT:
            lifetime = timedelta(seconds=seconds)
            return GrantHeld(token, asked_at + lifetime - min(_SPARE, lifetime / 2), receipt)
    raise InvalidInput("invalid_grant", "the gate's answer is not a grant")


def _challenge(response: httpx2.Response) -> Challenge | None:
    """Return the challenge of a 401, None of any other response."""
    if response.status_code != 401 or not _is_problem(response):
        return None
    challenge = _object(response).get("challenge")
    return None if challenge is None else Challenge.from_dict(challenge)


def _raise_refusal(response: httpx2.Response) -> None:
    """Raise if it is the gate, and not the resource, that refuses, and no challenge helps."""
    if response.is_error and _is_problem(response):
        problem = _object(response)
        ours = str(problem.get("type", "")).startswith(_PROBLEM_TYPE)
        if ours and "challenge" not in problem:
            raise RefusedByGate(response.status_code, problem)


def _wants_nonce(response: httpx2.Response) -> bool:
    # RFC 9449 9: a resource server says so in WWW-Authenticate.
    authenticate = response.headers.get("WWW-Authenticate", "")
    return "use_dpop_nonce" in authenticate and _NONCE_FIELD in response.headers


def _is_problem(response: httpx2.Response) -> bool:
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() == _PROBLEM_MEDIA_TYPE


def _object(response: httpx2.Response) -> Mapping[str, Any]:
    """Return the JSON object that is the body of a response."""
    members = strict_json.loads(response.read(), max_bytes=_MAX_PROBLEM_BYTES)
    if not isinstance(members, dict):
        raise InvalidInput("invalid_response", "the gate's answer is not a JSON object")
    return members


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _check_origin(origin: str) -> str:
    """Return an origin in the spelling that ``_origin`` has."""
    try:
        url = httpx2.URL(origin)
    except httpx2.InvalidURL as error:
        raise InvalidInput("invalid_origin", "the origin is not a URL") from error
    if url.scheme not in {"http", "https"} or str(url).removesuffix("/") != _origin(url):
        raise InvalidInput("invalid_origin", "an origin has scheme, host and port, no more")
    return _origin(url)


def _place(url: httpx2.URL) -> str:
    return _origin(url) + url.path
