"""Evaluation: total, fail closed, and only ever narrower by restriction."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.policy_strategies import (
    NOW,
    SECRET,
    facts,
    fewer,
    policies,
    present,
    presentations,
)

from didgate.credentials.verified import VerifiedPresentation, unsafe_verified_credential
from didgate.errors import InvalidInput
from didgate.policy import Policy, Verdict, effective, evaluate
from didgate.policy.tree import leaves

policy_settings = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(st.data())
@settings(policy_settings, max_examples=200)
def test_evaluation_is_total_and_gives_a_reason_per_leaf(data):
    policy = data.draw(policies())
    verified = data.draw(presentations(policy))
    evaluation = evaluate(policy, verified, data.draw(facts(policy, verified)), NOW)
    assert isinstance(evaluation.verdict, Verdict)
    assert len(evaluation.leaves) == len(list(leaves(policy.allow)))
    assert len({leaf.path for leaf in evaluation.leaves}) == len(evaluation.leaves)
    for leaf in evaluation.leaves:
        assert (leaf.code == "holds") is (leaf.verdict is Verdict.TRUE)
        assert SECRET not in leaf.message


@given(st.data())
@settings(policy_settings, max_examples=200)
def test_what_is_not_read_can_only_turn_a_verdict_unknown(data):
    policy = data.draw(policies())
    verified = data.draw(presentations(policy))
    complete = data.draw(facts(policy, verified))
    known = evaluate(policy, verified, complete, NOW).verdict
    partial = evaluate(policy, verified, data.draw(fewer(complete)), NOW).verdict
    assert partial in {known, Verdict.UNKNOWN}


@given(st.data())
@settings(policy_settings, max_examples=150)
def test_showing_less_never_allows_more(data):
    policy = data.draw(policies())
    verified = data.draw(presentations(policy))
    read = data.draw(facts(policy, verified))
    some = partial(filter, lambda _: data.draw(st.booleans()))
    less = present(
        tuple(some(verified.credentials)),
        tuple(some(verified.addresses)),
        contract_accounts=tuple(some(verified.contract_accounts)),
        memberships=frozenset(some(sorted(verified.memberships))),
        attestations=tuple(some(verified.attestations)),
    )
    if evaluate(policy, less, read, NOW).verdict is Verdict.TRUE:
        assert evaluate(policy, verified, read, NOW).verdict is Verdict.TRUE


@given(st.data())
@settings(policy_settings, max_examples=200)
def test_a_restriction_never_turns_a_denial_into_an_allowance(data):
    active, restriction = data.draw(policies()), data.draw(policies())
    try:
        combined = effective(active, [restriction])
    except InvalidInput:
        return
    verified = data.draw(presentations(combined))
    read = data.draw(facts(combined, verified))
    assert combined.grant_lifetime == min(active.grant_lifetime, restriction.grant_lifetime)
    if evaluate(combined, verified, read, NOW).verdict is Verdict.TRUE:
        for part in (active, restriction):
            renamed = renaming(verified, combined, part)
            assert any(
                evaluate(part, choice, read, NOW).verdict is Verdict.TRUE for choice in renamed
            )


def renaming(
    verified: VerifiedPresentation, combined: Policy, part: Policy
) -> list[VerifiedPresentation]:
    """Return the presentation as it answers one part; equal leaves may be answered by either."""
    shown = {credential.leaf: credential for credential in verified.credentials}
    names = list(combined.credentials)
    wanted = list(part.credentials.values())
    runs = [
        names[start : start + len(wanted)]
        for start in range(len(names) - len(wanted) + 1)
        if [combined.credentials[name] for name in names[start : start + len(wanted)]] == wanted
    ]
    return [
        present(
            tuple(
                unsafe_verified_credential(
                    **{f.name: getattr(shown[name], f.name) for f in fields(shown[name])}
                    | {"leaf": f"c{index}"}
                )
                for index, name in enumerate(run)
                if name in shown
            ),
            verified.addresses,
            contract_accounts=verified.contract_accounts,
            memberships=verified.memberships,
            attestations=verified.attestations,
        )
        for run in runs
    ]
