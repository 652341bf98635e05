"""What a wallet checks about a challenge before it considers an answer.

>>> origin("https://Gate.example:443/models/digits")
('https', 'gate.example', 443)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from didgate import policy as policies
from didgate.credentials.challenge import ACCESS_PATH, Challenge
from didgate.errors import InvalidInput
from didgate.policy import Policy
from didgate.query import Query, parse_query

MAX_VALIDITY = timedelta(minutes=15)

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the holder's client is in fact talking to, and with which key.

    Args:
        url: the URL that was requested and answered with the challenge.
        jkt: RFC 7638 thumbprint of the client's own DPoP key.
    """

    url: str
    jkt: str


def check_challenge(
    challenge: Challenge, contact: Contact, now: datetime
) -> tuple[Policy, Query | None]:
    """Check that a challenge is the contacted gate's own, for this client, and asks no more.

    A gate could pass on another gate's challenge to be let in there itself: audience, answer
    address and key must therefore be those of the contact.

    Args:
        challenge: as received.
        contact: whom the client talks to.
        now: aware UTC time.

    Returns:
        The policy, and the query that it compiles to; None where it asks for no credential.

    Raises:
        InvalidInput: ``audience_mismatch``, ``response_uri_mismatch``, ``jkt_mismatch``,
            ``challenge_expired``, ``deadline_too_far``, ``query_exceeds_policy``, or why the
            policy's bytes do not decode.
    """
    contacted = origin(contact.url)
    _require(origin(challenge.audience) == contacted, "audience_mismatch", "is another gate's")
    _require(
        challenge.response_uri == challenge.audience + ACCESS_PATH,
        "response_uri_mismatch",
        "wants its answer elsewhere",
    )
    _require(challenge.jkt == contact.jkt, "jkt_mismatch", "is for another client's key")
    _require(now < challenge.deadline_time, "challenge_expired", "has expired")
    _require(
        challenge.deadline_time <= now + MAX_VALIDITY, "deadline_too_far", "is open for too long"
    )
    policy = policies.decode(challenge.policy)
    query = policies.dcql(policy)
    # The holder consents to the policy; a query for anything else would go round that.
    asked = parse_query(challenge.dcql) if challenge.dcql else None
    own = parse_query(query) if query else None
    _require(asked == own, "query_exceeds_policy", "asks for something else than its policy")
    return policy, own


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL.

    Raises:
        InvalidInput: ``invalid_url`` unless it is an http or https URL with a host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise InvalidInput("invalid_url", "not an http or https URL") from error
    if not parts.hostname or parts.username is not None:
        raise InvalidInput("invalid_url", "the URL has no host, or names a user")
    return parts.scheme, parts.hostname, port


def _require(holds: bool, code: str, message: str) -> None:  # noqa: FBT001 - a condition, no option
    if not holds:
        raise InvalidInput(code, f"the challenge {message}")
