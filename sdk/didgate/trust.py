"""Is this issuer trusted for this type of credential, now? And: true, false or unknown.

Issuers are judged at the block and not at the time of issuing (FORMATS §3), since a BBS credential
holds no issuance time that could be trusted: suspended or not, accredited for the type since when,
its key active, retired until a date, or compromised. What was not read is *unknown*, and unknown
never allows. Whatever depends on time must hold at the block's time and at the caller's clock.

>>> Verdict.TRUE & Verdict.UNKNOWN, Verdict.FALSE & Verdict.UNKNOWN, ~Verdict.UNKNOWN
(<Verdict.UNKNOWN: 'unknown'>, <Verdict.FALSE: 'false'>, <Verdict.UNKNOWN: 'unknown'>)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NoReturn, Protocol

from didgate.chain.facts import Facts, KeyFact, KeyKind, KeyState
from didgate.credentials.verified import CredentialForm, VerifiedCredential


class Verdict(Enum):
    """A truth value of Kleene's three-valued logic, ordered false < unknown < true."""

    FALSE = "false"
    UNKNOWN = "unknown"
    TRUE = "true"

    def __and__(self, other: Verdict) -> Verdict:
        return min(self, other, key=_RANK.__getitem__)

    def __or__(self, other: Verdict) -> Verdict:
        return max(self, other, key=_RANK.__getitem__)

    def __invert__(self) -> Verdict:
        return _NEGATION[self]

    def __bool__(self) -> NoReturn:
        # "if verdict:" would have to take unknown for something that it is not.
        raise TypeError("a verdict is no boolean: compare it with Verdict.TRUE")


_RANK = {Verdict.FALSE: 0, Verdict.UNKNOWN: 1, Verdict.TRUE: 2}
_NEGATION = {
    Verdict.FALSE: Verdict.TRUE,
    Verdict.UNKNOWN: Verdict.UNKNOWN,
    Verdict.TRUE: Verdict.FALSE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement and its reason.

    Args:
        verdict: true, false or unknown.
        code: stable identifier of the reason, e.g. ``"issuer_suspended"``; ``"holds"`` if true.
        message: the reason in words; it holds no claim value.
    """

    verdict: Verdict
    code: str
    message: str


HOLDS = Finding(Verdict.TRUE, "holds", "holds")


def false(code: str, message: str) -> Finding:
    """Return a finding that something does not hold."""
    return Finding(Verdict.FALSE, code, message)


def unknown(code: str, message: str) -> Finding:
    """Return a finding that nothing can be said."""
    return Finding(Verdict.UNKNOWN, code, message)


def conjunction(findings: Iterable[Finding]) -> Finding:
    """Return the finding that decides: the first that is false, else the first unknown one."""
    return min(findings, key=lambda finding: _RANK[finding.verdict], default=HOLDS)


def disjunction(findings: Iterable[Finding]) -> Finding:
    """Return the best finding: the first that is true, else the first unknown, else the first."""
    return max(findings, key=lambda finding: _RANK[finding.verdict])


class IssuerRule(Protocol):
    """What a policy's credential leaf says of issuers."""

    @property
    def issuers(self) -> tuple[str, ...] | None:
        """Accepted DIDs, or ``None`` for whoever the registry accredits for the type."""

    @property
    def min_age(self) -> int:
        """Seconds that an accreditation and a key must have stood in the registry."""

    @property
    def asks_accreditation(self) -> bool:
        """Whether the issuer must be accredited for the type, named or not."""


def moments(facts: Facts, now: datetime) -> tuple[int, int]:
    """Return the two times at which a condition must hold, in Unix seconds: block and clock."""
    return facts.block.timestamp, math.floor(now.timestamp())


@dataclass(frozen=True, slots=True)
class _Demands:
    """What a rule asks of the issuer of one credential; see ``IssuerRule``."""

    issuers: tuple[str, ...] | None
    min_age: int
    accreditation: bool
    registered_key: bool


def judge_issuer(
    rule: IssuerRule,
    credential: VerifiedCredential,
    facts: Facts,
    now: datetime,
    *,
    registry_alone: bool = False,
) -> Finding:
    """Judge whether the issuer of a credential is trusted for its type.

    Args:
        rule: which issuers count, and how long they must have stood in the registry.
        credential: a verified credential.
        facts: what the issuer registry holds, read at one block.
        now: the caller's clock, aware UTC.
        registry_alone: whether no DID document vouches for any key, as on chain. Then every issuer
            must be accredited and every key registered: whoever may accredit issuers for some
            other type could enter a key under any DID that is not registered yet.

    Returns:
        The finding that decides: first what is false, then what is unknown.
    """
    times = moments(facts, now)
    attribute = credential.form is CredentialForm.ATTRIBUTE
    demands = _Demands(
        issuers=rule.issuers,
        min_age=rule.min_age,
        accreditation=rule.asks_accreditation or registry_alone,
        # Nothing else vouches for an attribute credential; only a registered key has an age.
        registered_key=attribute or bool(rule.min_age) or registry_alone,
    )
    return conjunction(
        (
            *_judge_standing(demands, credential, facts, times),
            *_judge_accreditation(demands, credential, facts, times),
            *_judge_key(demands, credential, facts, times),
        )
    )


def _judge_standing(
    demands: _Demands, credential: VerifiedCredential, facts: Facts, times: tuple[int, int]
) -> Iterator[Finding]:
    if demands.issuers is not None and credential.issuer not in demands.issuers:
        yield false("issuer_not_accepted", "the policy does not accept this issuer")
    if credential.issuer_id not in facts.issuers:
        yield unknown("issuer_unread", "the issuer's record could not be read")
        return
    issuer = facts.issuers[credential.issuer_id]
    if issuer is None:
        # A named issuer of SD-JWTs need not be registered; what is, can be suspended.
        if demands.accreditation:
            yield false("issuer_unregistered", "the registry does not know this issuer")
    elif min(times) < issuer.suspended_until:
        yield false("issuer_suspended", "the issuer is suspended")


def _judge_accreditation(
    demands: _Demands, credential: VerifiedCredential, facts: Facts, times: tuple[int, int]
) -> Iterator[Finding]:
    if not demands.accreditation:
        return
    entry = (credential.issuer_id, credential.type_id)
    if entry not in facts.accreditations:
        yield unknown("accreditation_unread", "the issuer's accreditation could not be read")
        return
    added_at = facts.accreditations[entry]
    if added_at is None:
        yield false("issuer_not_accredited", "the issuer is not accredited for this type")
    elif min(times) < added_at + demands.min_age:
        yield false("accreditation_too_young", "the issuer's accreditation is too young")


_KEY_KINDS: Mapping[CredentialForm, KeyKind] = {
    CredentialForm.ATTRIBUTE: KeyKind.BBS,
    CredentialForm.SD_JWT: KeyKind.P256,
}


def _judge_key(
    demands: _Demands, credential: VerifiedCredential, facts: Facts, times: tuple[int, int]
) -> Iterator[Finding]:
    key_id = credential.key_id
    if key_id is not None and key_id not in facts.keys:
        yield unknown("key_unread", "the issuer's key could not be read")
        return
    key = None if key_id is None else facts.keys[key_id]
    if key is not None:
        yield from _judge_registered_key(demands, credential, key, times)
    # Else the issuer's DID document vouches for a key that no registry holds.
    elif demands.registered_key:
        yield false("key_unregistered", "the registry does not hold the issuer's key")


def _judge_registered_key(
    demands: _Demands, credential: VerifiedCredential, key: KeyFact, times: tuple[int, int]
) -> Iterator[Finding]:
    if key.issuer_id != credential.issuer_id:
        yield false("key_of_another_issuer", "the key is registered for another issuer")
    if key.kind != _KEY_KINDS[credential.form]:
        yield false("key_kind", "the key is registered for another scheme")
    if key.state is KeyState.COMPROMISED:
        yield false("key_compromised", "the issuer's key is compromised")
    if key.state is KeyState.RETIRED and max(times) >= key.accepted_until:
        yield false("key_retired", "the issuer's key is retired")
    if min(times) < key.added_at + demands.min_age:
        yield false("key_too_young", "the issuer's key is too young")
