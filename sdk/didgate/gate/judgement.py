"""One policy, one block, one verdict: the half of a decision that is repeated for each block.

To allow, the policy is judged at the latest and at the finalized block, each time with the policy
and the facts of that one block (FORMATS §3). Between the two the policy may have changed. The
presentation answers the latest one; its credentials are then carried over to the equal leaves of
the other policy, and to no other leaf.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.credentials.verified import (
    VerifiedCredential,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.gate.grant import is_paused
from didgate.gate.receipt import JudgementRecord, LeafRecord
from didgate.policy import Evaluation, Policy, evaluate, facts_needed, grounds, lasts_until
from didgate.policy.evaluate import presented
from didgate.policy.tree import AccountLeaf
from didgate.trust import Verdict


class FactSource(Protocol):
    """Where facts are read, at one block each."""

    def facts(self, query: FactQuery, block: Block, /) -> Facts:
        """Return the facts asked for, all of that block."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found at one block.

    Attributes:
        at: ``"latest"`` or ``"finalized"``.
        state: what the policy registry said there.
        facts: what the other registries said there; None if it did not come to that.
        evaluation: the verdict; None if it did not come to that.
        paused: whether the resource was paused.
        registries: pinned registry → whether the pinned code stands there.
        holders: what names the holder, if the verdict is true.
        lasts_until: when time alone may change a verdict of true; None for never.
    """

    at: str
    state: PolicyState
    facts: Facts | None
    evaluation: Evaluation | None
    paused: bool
    registries: dict[str, bool]
    holders: tuple[str, ...] = ()
    lasts_until: datetime | None = None

    @property
    def allows(self) -> bool:
        """Whether this block gives no reason to refuse."""
        return (
            not self.paused
            and self.evaluation is not None
            and self.evaluation.verdict is Verdict.TRUE
        )

    def record(self, *, with_leaves: bool) -> JudgementRecord:
        """Return what a receipt says of it; the leaves only where they give nobody away."""
        evaluation = self.evaluation
        leaves = evaluation.leaves if evaluation is not None and with_leaves else ()
        return JudgementRecord(
            at=self.at,
            block_number=self.state.block.number,
            block_hash=self.state.block.hash,
            policy_id=self.state.active,
            restrictions=tuple(restriction for restriction, _ in self.state.restrictions),
            epoch=self.state.epoch,
            paused=self.paused,
            verdict=(Verdict.UNKNOWN if evaluation is None else evaluation.verdict).value,
            registries=self.registries,
            leaves=tuple(LeafRecord(leaf.path, leaf.verdict.value, leaf.code) for leaf in leaves),
        )


def judge(
    at: str,
    snapshot: FactSource,
    state: PolicyState,
    policy: Policy,
    *,
    asked: Policy,
    verified: VerifiedPresentation,
    now: datetime,
) -> Judgement:
    """Evaluate the policy in force at one block on the facts of that block.

    Args:
        at: which block it is, ``"latest"`` or ``"finalized"``.
        snapshot: reads the facts.
        state: the resource's policy state at that block.
        policy: the policy in force in ``state``.
        asked: the policy whose leaves the presentation answers.
        verified: what the verifier made of the presentation.
        now: the gate's clock.

    Raises:
        ChainError: a fact could not be read.
    """
    carried = carried_over(verified, asked, policy)
    facts = snapshot.facts(facts_needed(policy, carried), state.block)
    evaluation = evaluate(policy, carried, facts, now)
    return Judgement(
        at=at,
        state=state,
        facts=facts,
        evaluation=evaluation,
        paused=is_paused(state, now),
        registries={
            registry.address: facts.code_hashes.get(registry.address) == registry.code_hash
            for _, registry in policy.registries.pinned()
        },
        holders=holders_of(policy, carried, evaluation),
        lasts_until=lasts_until(policy, carried, facts, now, evaluation),
    )


def unjudged(at: str, state: PolicyState, now: datetime) -> Judgement:
    """Return the judgement of a block at which there was nothing to evaluate."""
    return Judgement(at, state, None, None, is_paused(state, now), {})


def carried_over(
    verified: VerifiedPresentation, asked: Policy, policy: Policy
) -> VerifiedPresentation:
    """Return the presentation with its credentials named by the leaves of another policy.

    A credential whose leaf the other policy does not have, word for word, is left out.
    """
    if asked == policy:
        return verified
    answers = {
        asked.credentials[credential.leaf]: credential
        for credential in verified.credentials
        if credential.leaf in asked.credentials
    }
    credentials = tuple(
        unsafe_verified_credential(**_members(answers[leaf]) | {"leaf": name})
        for name, leaf in policy.credentials.items()
        if leaf in answers
    )
    members = _members(verified) | {"credentials": credentials}
    return unsafe_verified_presentation(**members)


def holders_of(
    policy: Policy, verified: VerifiedPresentation, evaluation: Evaluation
) -> tuple[str, ...]:
    """Return what names the holder, for pseudonyms and quotas: every key that was needed.

    Only the grounds of the verdict count (``didgate.policy.grounds``): neither what is shown
    besides, nor a leaf that holds in a branch that does not. Whoever satisfies a second branch as
    well could have shown that one alone, so taking the first gains nobody anything. *All* keys of
    the branch are named, because one of them may be easy to come by: with the first alone, a fresh
    newsletter badge beside the same old diploma would be a fresh holder.

    Returns:
        Confirmation keys as Multikey in canonical order of their leaves, then the account, if one
        was needed, as EIP-55 address; each once. Empty where the forms have neither.
    """
    answers = presented(policy, verified)
    keys: dict[str, None] = {}
    accounts: dict[str, None] = {}
    for ground in grounds(policy, evaluation):
        credential = answers.get(ground.path)
        if credential is not None and credential.holder_key is not None:
            keys[credential.holder_key.to_multikey()] = None
        judges_account = isinstance(ground.leaf, AccountLeaf) and ground.verdict is Verdict.TRUE
        if judges_account and evaluation.account is not None:
            accounts[evaluation.account] = None
    return (*keys, *accounts)


def _members(verified: VerifiedCredential | VerifiedPresentation) -> dict[str, Any]:
    return {field.name: getattr(verified, field.name) for field in fields(verified)}
