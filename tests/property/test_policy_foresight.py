"""What is foreseen from receipts alone is what comes out when the presentation is at hand."""

from __future__ import annotations

from dataclasses import fields
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from near_policies import compiles, few_leaves, many, variants
from property.policy_strategies import NOW, SECONDS, facts, pin, presentations, trees

from didgate.chain.facts import Block, Facts, IssuerFact, KeyFact, KeyKind, KeyState
from didgate.credentials.verified import (
    DateTime,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.gate.proposal import Foresight
from didgate.gate.receipt_form import JudgementRecord, LeafRecord, Receipt
from didgate.policy import (
    All,
    Any_,
    Condition,
    CredentialLeaf,
    Evaluation,
    Holder,
    LeafResult,
    Operator,
    Policy,
    TimeLeaf,
    Verdict,
    evaluate,
    facts_needed,
)
from didgate.policy.rules import shows_two_credentials
from didgate.policy.tree import located_leaves


def receipt_of(evaluation: Evaluation) -> Receipt:
    allowed = evaluation.verdict is Verdict.TRUE
    leaves = (
        ()
        if allowed
        else tuple(LeafRecord(e.path, e.verdict.value, e.code) for e in evaluation.leaves)
    )
    latest, finalized = (
        JudgementRecord(
            at=at,
            block_number=1,
            block_hash=bytes(32),
            policy_id=bytes(32),
            restrictions=(),
            epoch=1,
            paused=False,
            verdict=evaluation.verdict.value,
            registries={},
            leaves=leaves,
        )
        for at in ("latest", "finalized")
    )
    return Receipt(
        id="AAAA",
        gate="https://gate.example",
        allowed=allowed,
        code="allowed" if allowed else "policy_not_satisfied",
        resource=bytes(32),
        chain_id=1,
        policy_registry="0x" + "00" * 20,
        judgements=(latest, finalized),
        commitments={},
        decided_at=NOW,
    )


def could_allow(policy: Policy, verified: VerifiedPresentation, read: Facts) -> bool:
    """Whether what was shown satisfies a policy, whichever credential is taken for which leaf."""
    shown = [{f.name: getattr(c, f.name) for f in fields(c)} for c in verified.credentials]
    options = [
        [None, *({**c, "leaf": name} for c in shown if c["type_id"] == leaf.type_id)]
        for name, leaf in policy.credentials.items()
    ]
    rest = {f.name: getattr(verified, f.name) for f in fields(verified)}
    return any(
        evaluate(
            policy,
            unsafe_verified_presentation(
                **rest
                | {"credentials": tuple(unsafe_verified_credential(**c) for c in choice if c)}
            ),
            read,
            NOW,
        ).verdict
        is Verdict.TRUE
        for choice in product(*options)
    )


def shown_leaf(name: str, *levels: int) -> CredentialLeaf:
    claims = tuple(Condition("level", Operator.AT_LEAST, (level,)) for level in levels)
    return CredentialLeaf(None, claims, vct=f"urn:{name}")


POOL = (shown_leaf("a"), shown_leaf("a", 3), shown_leaf("a", 5), shown_leaf("b"))
CLOSED = TimeLeaf(end=DateTime(SECONDS - 100))


@st.composite
def of_few_types(draw: st.DrawFn) -> Any:
    """Return a tree in which one credential may answer several leaves."""
    some = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=3, unique=True))
    some += [CLOSED] if draw(st.booleans()) else []
    if len(some) == 1:
        return some[0]
    if draw(st.booleans()):
        return Any_(tuple(some))
    two = shows_two_credentials(tuple(some), len(some))
    return All(tuple(some), draw(st.sampled_from(Holder)) if two else None)


@given(st.data())
@settings(many, max_examples=600)
def test_what_is_foreseen_from_a_receipt_is_certain(data: st.DataObject) -> None:
    tree = data.draw(few_leaves | trees)
    other = data.draw(variants(tree) | variants(tree) | few_leaves)
    check(data, tree, other if compiles(other) else tree)


@given(st.data())
@settings(many, max_examples=800)
def test_which_credential_answers_which_leaf_is_not_guessed(data: st.DataObject) -> None:
    check(data, data.draw(of_few_types()), data.draw(of_few_types()), good_facts)


def good_facts(policy: Policy, verified: VerifiedPresentation) -> st.SearchStrategy[Facts]:
    """Return facts that speak for everyone."""
    query, owner = facts_needed(policy, verified), {c.key_id: c for c in verified.credentials}
    keys = {
        each: KeyFact(owner[each].issuer_id, KeyKind.P256, KeyState.ACTIVE, 0, 0, b"")
        for each in query.keys
    }
    return st.just(
        Facts(
            block=Block(1, bytes(32), SECONDS),
            issuers=dict.fromkeys(query.issuers, IssuerFact("0x", 0)),
            accreditations=dict.fromkeys(query.accreditations, 0),
            keys=keys,
            revoked=dict.fromkeys(query.revoked, False),
            code_hashes={r.address: r.code_hash for _, r in policy.registries.pinned()},
        )
    )


def check(data: st.DataObject, tree: Any, other: Any, read_facts: Any = facts) -> None:
    old, new = (Policy(each, 60, None, pin(each)) for each in (tree, other))
    verified = data.draw(presentations(old))
    read = data.draw(read_facts(old, verified))
    receipt = receipt_of(evaluate(old, verified, read, NOW))
    known = data.draw(st.booleans())
    foresight = Foresight(
        new, lambda _judgement: old, lambda _judgement: read.block.timestamp if known else None
    )
    foreseen = foresight.foresee(receipt)
    if foreseen.verdict is Verdict.TRUE:
        assert could_allow(new, verified, read)
    if foreseen.verdict is Verdict.FALSE and old.allow != new.allow:
        assert not could_allow(new, verified, read)
    if old.allow == new.allow:
        assert foreseen.outcome.value == "same"
    assert int(receipt.decided_at.timestamp()) == SECONDS


def test_one_key_is_not_inferred_from_two_verdicts() -> None:
    pair = (shown_leaf("a"), shown_leaf("b"))
    old = Policy(All((*pair, CLOSED), Holder.ANY), 60, None, pin(All(pair, Holder.ANY)))
    held = {CredentialLeaf: Verdict.TRUE, TimeLeaf: Verdict.FALSE}
    found = tuple(
        LeafResult(path, held[type(leaf)], "holds" if held[type(leaf)] is Verdict.TRUE else "x", "")
        for path, leaf in located_leaves(old.allow)
    )
    receipt = receipt_of(Evaluation(Verdict.FALSE, found))
    for holder, verdict in ((Holder.SAME, Verdict.UNKNOWN), (Holder.ANY, Verdict.TRUE)):
        new = Policy(All(pair, holder), 60, None, old.registries)
        foresight = Foresight(new, lambda _judgement: old, lambda _judgement: SECONDS)
        assert foresight.foresee(receipt).verdict is verdict
