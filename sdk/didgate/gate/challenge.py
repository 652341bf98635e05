"""Challenges: what a gate asks of a presenter, given out and taken back exactly once.

A challenge says which presentation is wanted (a DCQL query derived from the policy in force), by
whom, for which key, until when, and bears a fresh nonce. It is stored under that nonce; ``consume``
takes it back before anything in the answer is looked at, so that whatever the answer is, there is
no second one.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from didgate.chain.facts import PolicyState
from didgate.credentials.challenge import ACCESS_PATH, Challenge
from didgate.encoding import b64url_encode, strict_json
from didgate.errors import InvalidInput, VerificationError
from didgate.gate.dpop import normal_url
from didgate.gate.policies import EffectivePolicy
from didgate.stores import ChallengeStore

PREFIX: Final = ACCESS_PATH.removesuffix("/access")
"""Where a gate answers for itself, below its origin."""

LIFETIME: Final = timedelta(minutes=5)
MAX_ANSWER_BYTES: Final = 256 * 1024
_MAX_RECORD_BYTES: Final = 1024 * 1024
_NONCE_BYTES: Final = 32
_NONCE: Final = re.compile("[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where this gate stands; what is proved to it is proved to nothing else.

    Attributes:
        audience: the gate's origin as clients see it, e.g. ``"https://gate.example"``.
        chain_id: EIP-155 id of the chain that holds the policies.
        policy_registry: EIP-55 address of the contract that holds them.
    """

    audience: str
    chain_id: int
    policy_registry: str


def check_origin(url: str) -> str:
    """Return ``url`` if it is an origin in normal form, such as ``"https://gate.example:8443"``.

    Raises:
        InvalidInput: ``invalid_audience``.
    """
    try:
        normal = normal_url(url).removesuffix("/")
    except InvalidInput as error:
        raise InvalidInput("invalid_audience", "the audience is not an http(s) origin") from error
    if normal != url or normal.count("/") != 2:
        raise InvalidInput("invalid_audience", f"the audience must be an origin, like {normal}")
    return url


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a challenge, unverified.

    Attributes:
        nonce: names the challenge.
        members: the presentation, still JSON.
    """

    nonce: str
    members: dict[str, Any]

    @classmethod
    def read(cls, body: bytes) -> Answer:
        """Read the body of a request: a presentation with the member ``nonce``.

        Raises:
            InvalidInput: ``invalid_answer``, or what ``strict_json`` refuses.
        """
        members = strict_json.loads(body, max_bytes=MAX_ANSWER_BYTES)
        nonce = members.pop("nonce", None) if isinstance(members, dict) else None
        if not isinstance(nonce, str):
            raise InvalidInput("invalid_answer", "the answer names no nonce", path="nonce")
        return cls(nonce, members)


class Challenges:
    """Gives out challenges and takes them back.

    Args:
        store: shared by all replicas that are to accept each other's challenges.
        place: where the gate stands.
    """

    def __init__(self, store: ChallengeStore, place: Place) -> None:
        self._store = store
        self._place = place

    def give(
        self, state: PolicyState, effective: EffectivePolicy, uri: str, jkt: str, now: datetime
    ) -> Challenge:
        """Make a challenge and remember it.

        Args:
            state: the resource's policy state at the latest block.
            effective: the policy in force in ``state``.
            uri: the resource's URI.
            jkt: thumbprint of the DPoP key that asks, and that alone may answer.
            now: the gate's clock.

        Raises:
            AccessDenied: ``store_full``.
        """
        challenge = Challenge(
            resource=state.resource,
            resource_uri=uri,
            audience=self._place.audience,
            nonce=b64url_encode(secrets.token_bytes(_NONCE_BYTES)),
            policy_id=effective.policy_id,
            epoch=state.epoch,
            chain_id=self._place.chain_id,
            verifier=self._place.policy_registry,
            deadline=int((now + LIFETIME).timestamp()),
            jkt=jkt,
            dcql=effective.query,
            policy=effective.content,
            response_uri=f"{self._place.audience}{ACCESS_PATH}",
        )
        record = json.dumps(challenge.to_dict(), separators=(",", ":")).encode()
        expires = datetime.fromtimestamp(challenge.deadline, UTC)
        self._store.put(challenge.nonce, record, expires)
        return challenge

    def consume(self, nonce: str) -> Challenge:
        """Take a challenge back; from now on nobody can answer it.

        Raises:
            VerificationError: ``nonce_unknown``: never given out, answered before, or expired;
                ``challenge_elsewhere``: given out by a gate elsewhere that shares the store.
        """
        if not _NONCE.fullmatch(nonce):
            # What no gate gives out need not reach the database.
            raise VerificationError("nonce_unknown", "the nonce is unknown, used up or expired")
        record = self._store.consume(nonce)
        challenge = Challenge.from_dict(strict_json.loads(record, max_bytes=_MAX_RECORD_BYTES))
        if Place(challenge.audience, challenge.chain_id, challenge.verifier) != self._place:
            raise VerificationError("challenge_elsewhere", "another gate gave the challenge")
        return challenge
