"""From the answer to a challenge to a verdict: steps 2 to 6 of ``gate.access``.

Everything is fixed at the start: the clock is read once, and one snapshot says which two blocks
count. From then on the outcome depends on what was presented, on the evidence and on those blocks.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import EvidenceSources
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import VerifiedPresentation
from didgate.errors import AccessDenied, DidgateError, InvalidInput, VerificationError
from didgate.gate.grant import Grant
from didgate.gate.inputs import FINALIZED, LATEST, Inputs
from didgate.gate.judgement import Judgement, judge, unjudged
from didgate.gate.policies import EffectivePolicy
from didgate.gate.reasons import Reason, reasons
from didgate.ports import Clock
from didgate.verifier import gather_evidence, verify_presentation


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of an answer to a challenge.

    Attributes:
        allowed: whether there is a grant.
        code: ``"allowed"``, or why not.
        message: the same in words, free of claims.
        reasons: the leaves that did not hold, of a denial by the policy.
        receipt: the signed receipt, compact JWS.
        token: the access token, if allowed.
        grant: what it says.
    """

    allowed: bool
    code: str
    message: str
    reasons: tuple[Reason, ...]
    receipt: str
    token: str | None = field(default=None, repr=False)
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a grant may say, now that both blocks allow.

    Attributes:
        policy_id: 32-byte id of the effective policy at the latest block.
        holders: the keys, or account, that were needed; empty where the forms have none.
        lifetime: the most seconds that both policies allow.
        ends: when time alone may end what the verdicts rest on, each exclusive.
    """

    policy_id: bytes
    holders: tuple[str, ...]
    lifetime: int
    ends: tuple[datetime, ...]


class ChainSnapshot(Protocol):
    """The chain at two blocks: as it was read just now, or as it was recorded."""

    @property
    def latest(self) -> Block:
        """The latest block."""
        ...

    @property
    def finalized(self) -> Block:
        """The finalized block, or the latest where the two are one."""
        ...

    def policy_state(self, resource: bytes, block: Block, /) -> PolicyState:
        """Return what the policy registry holds about a resource."""
        ...

    def facts(self, query: FactQuery, block: Block, /) -> Facts:
        """Return facts, all read at one of the two blocks."""
        ...


class Snapshots(Protocol):
    """Where the chain is taken from."""

    def current(self) -> ChainSnapshot:
        """Return the chain as it is now."""
        ...


class Policies(Protocol):
    """Where effective policies are taken from."""

    def of(self, state: PolicyState, /) -> EffectivePolicy:
        """Return what is in force in a policy state."""
        ...


@dataclass(slots=True)
class Hearing:
    """What came to light about one answer.

    Attributes:
        challenge: what was asked.
        now: the gate's clock, read once.
        snapshot: the chain, read once.
        latest: the resource's policy state at the latest block.
        finalized: the same at the finalized block.
        inputs: everything that was seen; personal data.
        judgements: at the latest and at the finalized block.
        reasons: the leaves that did not hold.
        refusal: why not; None exactly if ``allowance`` is there.
        allowance: set by the last step alone.
    """

    challenge: Challenge
    now: datetime
    snapshot: ChainSnapshot = field(repr=False)
    latest: PolicyState = field(repr=False)
    finalized: PolicyState = field(repr=False)
    inputs: Inputs = field(repr=False)
    judgements: tuple[Judgement, Judgement] = field(repr=False)
    reasons: tuple[Reason, ...] = ()
    refusal: DidgateError | None = None
    allowance: Allowance | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """Takes decisions.

    Attributes:
        snapshots: the chain.
        policies: the policies in force.
        sources: where evidence is looked up.
        clock: tells the time.
    """

    snapshots: Snapshots
    policies: Policies
    sources: EvidenceSources
    clock: Clock

    def hear(self, challenge: Challenge, presentation: Presentation) -> Hearing:
        """Decide about the answer to a challenge whose nonce is used up.

        Raises:
            ChainError: the chain cannot be relied upon; nothing was decided.
        """
        hearing = self._open(challenge, presentation)
        try:
            hearing.allowance = self._hear(hearing, presentation)
        except (VerificationError, InvalidInput, AccessDenied) as refusal:
            hearing.refusal = refusal
        return hearing

    def _open(self, challenge: Challenge, presentation: Presentation) -> Hearing:
        """Step 2: fix the two blocks that the decision rests on."""
        now, snapshot = self.clock.now(), self.snapshots.current()
        latest = snapshot.policy_state(challenge.resource, snapshot.latest)
        finalized = snapshot.policy_state(challenge.resource, snapshot.finalized)
        states = {LATEST: latest}
        if finalized.block != latest.block:
            states[FINALIZED] = finalized
        return Hearing(
            challenge=challenge,
            now=now,
            snapshot=snapshot,
            latest=latest,
            finalized=finalized,
            inputs=Inputs(challenge, presentation, now, states),
            judgements=(unjudged(LATEST, latest, now), unjudged(FINALIZED, finalized, now)),
        )

    def _hear(self, hearing: Hearing, presentation: Presentation) -> Allowance:
        """Steps 3 to 6."""
        latest = self._policy_in(hearing, hearing.latest)
        finalized = self._policy_in(hearing, hearing.finalized)
        _check_unchanged(hearing, latest)
        evidence = gather_evidence(
            presentation, hearing.challenge, self.sources, partial(_accredited, hearing)
        )
        hearing.inputs.evidence = evidence
        verified = verify_presentation(presentation, hearing.challenge, evidence, hearing.now)
        first = _judge(LATEST, hearing, hearing.latest, latest, latest, verified)
        if hearing.finalized.block == hearing.latest.block:
            # FORMATS: on chains without finality the two are one.
            second = replace(first, at=FINALIZED)
        else:
            second = _judge(FINALIZED, hearing, hearing.finalized, finalized, latest, verified)
        hearing.judgements = (first, second)
        _check_verdicts(hearing, latest, finalized)
        return _allowance(hearing, latest, finalized)

    def _policy_in(self, hearing: Hearing, state: PolicyState) -> EffectivePolicy:
        effective = self.policies.of(state)
        hearing.inputs.schemas |= effective.schemas
        return effective


def _accredited(
    hearing: Hearing, asked: frozenset[tuple[bytes, bytes]]
) -> Set[tuple[bytes, bytes]]:
    """Return which pairs of issuer and type the registry holds at the latest block."""
    facts = hearing.snapshot.facts(FactQuery(accreditations=asked), hearing.latest.block)
    return {entry for entry, added_at in facts.accreditations.items() if added_at is not None}


def paused() -> AccessDenied:
    """Return the refusal while a resource is paused."""
    return AccessDenied("paused", "the resource is paused by its administrators")


def _check_unchanged(hearing: Hearing, latest: EffectivePolicy) -> None:
    """Step 3: what was asked about must be what is in force."""
    if any(judgement.paused for judgement in hearing.judgements):
        raise paused()
    asked = hearing.challenge.policy_id, hearing.challenge.epoch
    if asked != (latest.policy_id, hearing.latest.epoch):
        raise AccessDenied("policy_changed", "the policy has changed: ask for a new challenge")


def _judge(
    at: str,
    hearing: Hearing,
    state: PolicyState,
    effective: EffectivePolicy,
    asked: EffectivePolicy,
    verified: VerifiedPresentation,
) -> Judgement:
    """Step 6, for one block."""
    judgement = judge(
        at,
        hearing.snapshot,
        state,
        effective.policy,
        asked=asked.policy,
        verified=verified,
        now=hearing.now,
    )
    if judgement.facts is not None and judgement.evaluation is not None:
        hearing.inputs.facts[at] = judgement.facts
        hearing.inputs.verdicts[at] = judgement.evaluation
    return judgement


def _check_verdicts(hearing: Hearing, latest: EffectivePolicy, finalized: EffectivePolicy) -> None:
    """Refuse unless both blocks allow, and say which leaves did not hold."""
    first, second = hearing.judgements
    if not first.allows:
        hearing.reasons = _reasons(first, latest)
        raise AccessDenied("policy_not_satisfied", "the policy does not allow it")
    if not second.allows:
        hearing.reasons = _reasons(second, finalized)
        raise AccessDenied("not_final", "the policy does not allow it at the finalized block yet")


def _reasons(judgement: Judgement, effective: EffectivePolicy) -> tuple[Reason, ...]:
    if judgement.evaluation is None:
        return ()
    return reasons(effective.policy, judgement.evaluation, effective.types)


def _allowance(hearing: Hearing, latest: EffectivePolicy, finalized: EffectivePolicy) -> Allowance:
    ends = (judgement.lasts_until for judgement in hearing.judgements)
    return Allowance(
        policy_id=latest.policy_id,
        holders=hearing.judgements[0].holders,
        lifetime=min(latest.policy.grant_lifetime, finalized.policy.grant_lifetime),
        ends=tuple(end for end in ends if end is not None),
    )
