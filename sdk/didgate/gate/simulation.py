"""What another policy would have said to a recorded decision.

The recorded presentation answered the policy of its time, and shows no more than that one asked
for. So what was *not shown* says nothing about the holder: a credential, a claim or an account that
is missing in it is **unknown** here, where the gate calls it false. What was shown and does not
satisfy stays false; a fact that was not read then is unknown, unless ``read`` reads it now, at the
recorded block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from didgate.chain.facts import Block, FactQuery, Facts
from didgate.credentials.verified import (
    VerifiedCredential,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.errors import InvalidInput, VerificationError
from didgate.gate.inputs import Inputs
from didgate.policy import (
    CredentialLeaf,
    Evaluation,
    LeafResult,
    Policy,
    Verdict,
    decode,
    evaluate,
    facts_needed,
)
from didgate.policy.combined import combined
from didgate.policy.conditions import failed_conditions
from didgate.policy.evaluate import presented
from didgate.verifier import verify_presentation

FactSource = Callable[[FactQuery, Block], Facts]
"""Reads facts at a past block, such as ``didgate.gate.audit.facts_at`` does."""

DEPENDS_ON_POLICY: Final = frozenset(
    {
        "form_mismatch",
        "type_not_asked",
        "issuer_not_accepted",
        "leaf_not_asked",
        "unknown_schema",
        "root_not_asked",
        "attestation_not_asked",
    }
)
# Beside those whose names say that something was not shown. What was shown for another leaf decided
# who counts here; nobody asked for a place in this tree, or for an attestation of this kind.
_NOT_FOR_IT: Final = frozenset(
    {
        "other_holder",
        "not_a_member",
        "attestation_unknown",
        "attestation_schema",
        "attestation_recipient",
        "attester_not_accepted",
    }
)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a policy would have said.

    Args:
        verdict: true where it would have allowed, false where it would not, else unknown.
        code: ``"judged"``; ``"not_verified"`` where the recorded decision ended before anything was
            verified; or why the presentation did not verify, which no policy mends.
        evaluations: by the name of the block; empty unless judged.
    """

    verdict: Verdict
    code: str
    evaluations: Mapping[str, Evaluation]


def decide_with(inputs: Inputs, policy: Policy, *, read: FactSource | None = None) -> Simulated:
    """Evaluate another policy on the recorded inputs of a decision.

    Args:
        inputs: from ``didgate.gate.replay.open_inputs``.
        policy: the whole policy, with what restrictions are to stand beside it.
        read: reads facts that were not recorded; None leaves them unknown.

    Returns:
        Both blocks' verdicts, and what they come to together. Epoch, pause and the challenge's own
        policy play no part: the question is about the policy alone.
    """
    if inputs.evidence is None:
        return Simulated(Verdict.UNKNOWN, "not_verified", {})
    try:
        verified = verify_presentation(
            inputs.presentation, inputs.challenge, inputs.evidence, inputs.now
        )
    except (VerificationError, InvalidInput) as error:
        mended = error.code in DEPENDS_ON_POLICY
        return Simulated(Verdict.UNKNOWN if mended else Verdict.FALSE, error.code, {})
    shown = shown_for(policy, verified, decode(inputs.challenge.policy))
    found = {
        at: _judge(policy, shown, _facts(policy, shown, facts, read), inputs)
        for at, facts in _recorded(inputs).items()
    }
    verdict = Verdict.TRUE
    for evaluation in found.values():
        verdict &= evaluation.verdict
    return Simulated(verdict, "judged", found)


def shown_for(
    policy: Policy, verified: VerifiedPresentation, asked: Policy
) -> VerifiedPresentation:
    """Return a presentation with its credentials named by the leaves of another policy.

    A leaf that the policy asked about has word for word keeps its credential. Any other takes the
    credential of its type that fails the fewest of its conditions.
    """
    answers = {
        name: credential
        for name, leaf in policy.credentials.items()
        if (credential := _best(leaf, verified, asked)) is not None
    }
    credentials = tuple(
        unsafe_verified_credential(**_members(credential) | {"leaf": name})
        for name, credential in answers.items()
    )
    return unsafe_verified_presentation(**_members(verified) | {"credentials": credentials})


def _best(
    leaf: CredentialLeaf, verified: VerifiedPresentation, asked: Policy
) -> VerifiedCredential | None:
    of_type = [
        each
        for each in verified.credentials
        if (each.form, each.type_id) == (leaf.form, leaf.type_id)
    ]
    return min(
        of_type,
        key=lambda each: (
            asked.credentials.get(each.leaf) != leaf,
            len(list(failed_conditions(leaf, each.claims))),
        ),
        default=None,
    )


def _recorded(inputs: Inputs) -> dict[str, Facts]:
    """Return facts by block; none but the block itself where it did not come to a verdict."""
    return {at: inputs.facts.get(at, Facts(state.block)) for at, state in inputs.state.items()}


def _facts(
    policy: Policy, shown: VerifiedPresentation, recorded: Facts, read: FactSource | None
) -> Facts:
    if read is None:
        return recorded
    found = read(facts_needed(policy, shown), recorded.block)
    # What was recorded counts: it is what the gate saw, and the receipt commits to it.
    both: dict[str, Any] = {
        name: {**getattr(found, name), **getattr(recorded, name)} for name in FactQuery().asked()
    }
    return replace(found, **both)


def _judge(policy: Policy, shown: VerifiedPresentation, facts: Facts, inputs: Inputs) -> Evaluation:
    evaluation = evaluate(policy, shown, facts, inputs.now)
    answers = presented(policy, shown)
    leaves = tuple(_softened(each, policy, answers) for each in evaluation.leaves)
    verdicts = {leaf.path: leaf.verdict for leaf in leaves}
    return replace(evaluation, verdict=combined(policy.allow, verdicts), leaves=leaves)


def _softened(
    result: LeafResult, policy: Policy, answers: Mapping[str, VerifiedCredential]
) -> LeafResult:
    """Make unknown what is false only because it was not shown."""
    if result.verdict is not Verdict.FALSE or not was_not_shown(result.code):
        return result
    if result.code == "claim_absent" and _mismatches(result.path, policy, answers):
        return result
    return replace(result, verdict=Verdict.UNKNOWN)


def was_not_shown(code: str) -> bool:
    """Tell whether a leaf's reason is that something was not shown, or could not count."""
    return code.endswith(("_missing", "_absent")) or code in _NOT_FOR_IT


def _mismatches(path: str, policy: Policy, answers: Mapping[str, VerifiedCredential]) -> bool:
    """Tell whether a claim that was shown is not as required, beside one that was not."""
    credential = answers[path]
    findings = failed_conditions(policy.credentials[credential.leaf], credential.claims)
    return any(finding.code == "claim_mismatch" for finding in findings)


def _members(verified: VerifiedCredential | VerifiedPresentation) -> dict[str, Any]:
    return {each.name: getattr(verified, each.name) for each in fields(verified)}
