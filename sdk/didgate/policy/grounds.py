"""What a verdict of *true* rests on: which leaves decide it, and until when they do.

Several branches may hold at once. The grounds are one smallest set of leaves that suffices, chosen
in canonical order: of ``all`` every child, of ``any`` the first that holds, of ``atLeast n`` the
first ``n``. Below a ``not`` it is the other way round, for there a verdict of *false* is needed.
A leaf that holds in a branch that does not is no ground, so nothing that is shown without need can
take the place of what was needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from didgate.chain.facts import Facts, KeyState
from didgate.credentials.verified import VerifiedCredential, VerifiedPresentation
from didgate.policy.evaluate import Evaluation, combine, presented
from didgate.policy.judge import Context
from didgate.policy.judge_account import attestation_ends
from didgate.policy.model import Policy
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    CredentialLeaf,
    Leaf,
    Node,
    Not,
    TimeLeaf,
    child_path,
    children_of,
)
from didgate.trust import Verdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MOMENT = 253_402_300_799  # 9999-12-31T23:59:59Z; a later end is as good as none


@dataclass(frozen=True, slots=True)
class Ground:
    """A leaf that a verdict rests on.

    Args:
        path: where it stands, e.g. ``allow.any[1]``.
        leaf: the leaf.
        verdict: what it has to stay: true, or below a ``not`` false.
    """

    path: str
    leaf: Leaf
    verdict: Verdict


def grounds(policy: Policy, evaluation: Evaluation) -> tuple[Ground, ...]:
    """Return the leaves that the verdict *true* rests on, in canonical order.

    Args:
        policy: the policy that was evaluated.
        evaluation: what came of it.

    Returns:
        The grounds; none where the verdict is not true.
    """
    if evaluation.verdict is not Verdict.TRUE:
        return ()
    verdicts = {leaf.path: leaf.verdict for leaf in evaluation.leaves}
    return tuple(_grounds(policy.allow, "allow", Verdict.TRUE, verdicts))


def _grounds(
    node: Node, path: str, verdict: Verdict, verdicts: Mapping[str, Verdict]
) -> Iterator[Ground]:
    """Yield what gives ``node`` the verdict, true or false, that it is known to have."""
    if isinstance(node, Leaf):
        yield Ground(path, node, verdict)
        return
    wanted = ~verdict if isinstance(node, Not) else verdict
    deciding = (
        (child, where)
        for child, where in _located_children(node, path)
        if _verdict(child, where, verdicts) is wanted
    )
    for child, where in islice(deciding, _enough(node, verdict)):
        yield from _grounds(child, where, wanted, verdicts)


def _enough(node: Node, verdict: Verdict) -> int:
    """Return how many children it takes to decide that a node holds, or that it does not."""
    count, holds = len(children_of(node)), verdict is Verdict.TRUE
    match node:
        case All():
            return count if holds else 1
        case Any_():
            return 1 if holds else count
        case AtLeast():
            return node.need if holds else count - node.need + 1
        case _:
            return 1


def _verdict(node: Node, path: str, verdicts: Mapping[str, Verdict]) -> Verdict:
    if path in verdicts:
        return verdicts[path]
    return combine(
        node, [_verdict(child, where, verdicts) for child, where in _located_children(node, path)]
    )


def _located_children(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    for index, child in enumerate(children_of(node)):
        yield child, child_path(node, path, index)


def lasts_until(
    policy: Policy,
    verified: VerifiedPresentation,
    facts: Facts,
    now: datetime,
    evaluation: Evaluation,
) -> datetime | None:
    """Return until when time alone cannot make a verdict of *true* another one.

    Windows close, credentials and attestations expire and go stale, keys that are retired stop to
    count; and below a ``not``, windows open and list entries come of age.

    Args:
        policy: the policy that was evaluated.
        verified: the presentation that it was evaluated on.
        facts: the facts it was evaluated on.
        now: the clock it was evaluated by, aware.
        evaluation: what came of it.

    Returns:
        The moment from which on it may not hold, aware UTC; None if there is none.
    """
    answers = presented(policy, verified)
    context = Context.of(policy.registries, verified, facts, now)
    ends = [
        end
        for ground in grounds(policy, evaluation)
        for end in _ends(ground, answers.get(ground.path), evaluation.account, context)
        # A beginning that has passed changes nothing any more.
        if ground.verdict is Verdict.TRUE or end > now.timestamp()
    ]
    soonest = min(ends, default=_LAST_MOMENT + 1)
    return datetime.fromtimestamp(soonest, UTC) if soonest <= _LAST_MOMENT else None


def _ends(
    ground: Ground, credential: VerifiedCredential | None, account: str | None, context: Context
) -> Iterator[int]:
    """Yield the moments, in Unix seconds, that may change the verdict of a leaf."""
    match ground.leaf:
        case TimeLeaf(start=start, end=end):
            edge = end if ground.verdict is Verdict.TRUE else start
            if edge is not None:
                yield edge.seconds
        case AddressLeaf(list_id=list_id, min_age=min_age):
            added_at = (
                None if account is None else context.facts.list_entries.get((list_id, account))
            )
            if added_at is not None and ground.verdict is Verdict.FALSE:
                yield added_at + min_age
        case AttestationLeaf() if account is not None:
            last = attestation_ends(ground.leaf, account, context)
            if last is not None:
                yield last
        case CredentialLeaf() if credential is not None:
            yield from _ends_of_credential(ground.leaf, credential, context.facts)


def _ends_of_credential(
    leaf: CredentialLeaf, credential: VerifiedCredential, facts: Facts
) -> Iterator[int]:
    yield _seconds(credential.valid_until)
    if leaf.max_age and credential.fresh_since is not None:
        yield _seconds(credential.fresh_since) + leaf.max_age
    key = None if credential.key_id is None else facts.keys.get(credential.key_id)
    if key is not None and key.state is KeyState.RETIRED:
        yield key.accepted_until


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)
