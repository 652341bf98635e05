"""What a proposed policy would have decided, about decisions that were recorded.

With opened evidence the decision is taken again (``didgate.gate.simulation``). Without it there is
the receipt alone, and what follows from it: a denial names the verdict of each leaf; an allowance
says that the policy of the time held; block and clock say whether a time window was open. What does
not follow is *unknown*. Nothing is guessed: "same" and "changes" are certain.

The presentation is taken as it was made. Who would have shown something else, had it been asked
for, is in nobody's records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from didgate.gate.inputs import Inputs
from didgate.gate.receipt_form import JudgementRecord, Receipt
from didgate.gate.receipt_rules import BY_VERDICT
from didgate.gate.simulation import DEPENDS_ON_POLICY, FactSource, decide_with, was_not_shown
from didgate.policy import CredentialLeaf, Policy, TimeLeaf, Verdict
from didgate.policy.compare import compare
from didgate.policy.evaluate import combine
from didgate.policy.implication import stricter
from didgate.policy.node_bytes import node_bytes
from didgate.policy.registries import needed_by
from didgate.policy.tree import (
    All,
    AtLeast,
    Holder,
    Leaf,
    Node,
    Not,
    children_of,
    located_leaves,
)

PolicySource = Callable[[JudgementRecord], Policy | None]
"""Returns the effective policy that a judgement names, if its bytes can be had."""

TimeSource = Callable[[JudgementRecord], int | None]
"""Returns the time of a judgement's block in Unix seconds, if it can be had."""

_NOT_ABOUT_ACCESS: Final = frozenset(
    {"longer_grant", "shorter_grant", "looser_quota", "tighter_quota"}
)
Bounds = tuple[Verdict, Verdict]
_OPEN: Final[Bounds] = (Verdict.FALSE, Verdict.TRUE)


class Outcome(Enum):
    """What a proposal does to a recorded decision."""

    SAME = "same"
    CHANGES = "changes"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a proposed policy would have decided.

    Args:
        receipt: of the recorded decision.
        verdict: true where it would have allowed, false where it would have denied.
        rests_on: ``"evidence"`` or ``"receipt"``.
        why: in words.
    """

    receipt: Receipt
    verdict: Verdict
    rests_on: str
    why: str

    @property
    def outcome(self) -> Outcome:
        """What that means for the decision."""
        if self.verdict is Verdict.UNKNOWN:
            return Outcome.UNKNOWN
        allowed = self.verdict is Verdict.TRUE
        return Outcome.SAME if allowed == self.receipt.allowed else Outcome.CHANGES

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        would = {Verdict.TRUE: "allow", Verdict.FALSE: "deny", Verdict.UNKNOWN: None}
        return {
            "id": self.receipt.id,
            "decidedAt": int(self.receipt.decided_at.timestamp()),
            "was": "allow" if self.receipt.allowed else "deny",
            "code": self.receipt.code,
            "would": would[self.verdict],
            "outcome": self.outcome.value,
            "restsOn": self.rests_on,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Foresight:
    """Puts a proposed policy to recorded decisions.

    Args:
        proposal: the whole policy that would hold.
        policies: the policies of the time.
        times: the times of blocks.
        read: reads facts at past blocks; None leaves what was not recorded unknown.
    """

    proposal: Policy
    policies: PolicySource
    times: TimeSource
    read: FactSource | None = None

    def foresee(self, receipt: Receipt, inputs: Inputs | None = None) -> Foreseen:
        """Return what the proposal would have decided.

        Args:
            receipt: verified, or from a store that is trusted.
            inputs: its evidence, opened by ``didgate.gate.replay.open_inputs``; None without.

        Raises:
            ChainError: the chain cannot be read.
        """
        if any(each.paused for each in receipt.judgements):
            return Foreseen(receipt, Verdict.FALSE, "receipt", "the resource was paused")
        if inputs is not None:
            simulated = decide_with(inputs, self.proposal, read=self.read)
            if simulated.verdict is not Verdict.UNKNOWN:
                why = f"decided again on the evidence: {simulated.code}"
                return Foreseen(receipt, simulated.verdict, "evidence", why)
        verdict, why = self._from_receipt(receipt)
        return Foreseen(receipt, verdict, "receipt", why)

    def _from_receipt(self, receipt: Receipt) -> tuple[Verdict, str]:
        code = receipt.code
        asked_elsewhere = code in DEPENDS_ON_POLICY or code in {"policy_changed", "no_policy"}
        if code not in BY_VERDICT and not asked_elsewhere:
            return Verdict.FALSE, "what was presented did not verify, which no policy mends"
        bounds = [self._at(receipt, judgement) for judgement in receipt.judgements]
        if all(low is Verdict.TRUE for low, _ in bounds):
            return Verdict.TRUE, "it follows from the verdicts of the receipt"
        if any(high is not Verdict.TRUE for _, high in bounds):
            return Verdict.FALSE, "it follows from the verdicts of the receipt, and from the time"
        return Verdict.UNKNOWN, "it depends on what only the evidence tells"

    def _at(self, receipt: Receipt, judgement: JudgementRecord) -> Bounds:
        """Return between which verdicts the proposal's lies, at one block."""
        was = self.policies(judgement) if receipt.code in BY_VERDICT else None
        recorded = Verdict(judgement.verdict)
        # What was asked for was the latest block's policy: another one at the finalized block
        # says nothing about what could have been shown for its leaves.
        asked = was if _one_policy(receipt) else None
        if asked is not None and _equal(asked, self.proposal):
            return recorded, recorded
        known = _Known(asked, self.proposal, self._moments(receipt, judgement), judgement)
        low, high = known.bounds(self.proposal.allow)
        if was is not None and recorded is Verdict.TRUE and _no_loss(was, self.proposal):
            low = Verdict.TRUE
        return low, high

    def _moments(self, receipt: Receipt, judgement: JudgementRecord) -> set[int]:
        """Return the two times that count, or none where the block's is not known."""
        time = self.times(judgement)
        return set() if time is None else {time, int(receipt.decided_at.timestamp())}


def _one_policy(receipt: Receipt) -> bool:
    return len({(each.policy_id, each.restrictions) for each in receipt.judgements}) == 1


def _equal(was: Policy, proposal: Policy) -> bool:
    same_tree = node_bytes(was.allow) == node_bytes(proposal.allow)
    return same_tree and was.registries == proposal.registries


def _no_loss(was: Policy, proposal: Policy) -> bool:
    """Tell whether everyone whom one policy lets in is let in by another."""
    diff = compare(was, proposal)
    losses = {change.code for change in diff.losses} - _NOT_ABOUT_ACCESS
    return not losses and not diff.unclear


@dataclass(frozen=True, slots=True)
class _Known:
    """What a receipt tells about the leaves of a proposal, at one block.

    Args:
        was: the policy of the time, if it is known and came to a verdict.
        proposal: the policy that was proposed.
        moments: the block's time and the gate's, or none if they are not known.
        judgement: the verdicts of a denial.
    """

    was: Policy | None
    proposal: Policy
    moments: set[int]
    judgement: JudgementRecord

    def bounds(self, node: Node, *, same: bool = False) -> Bounds:
        """Return between which verdicts that of a tree lies."""
        if isinstance(node, Leaf):
            return self._leaf(node, same=same)
        same = same or (isinstance(node, All | AtLeast) and node.holder is Holder.SAME)
        below = [self.bounds(child, same=same) for child in children_of(node)]
        lows, highs = [low for low, _ in below], [high for _, high in below]
        if isinstance(node, Not):
            lows, highs = highs, lows
        return combine(node, lows), combine(node, highs)

    def _leaf(self, leaf: Leaf, *, same: bool) -> Bounds:
        if isinstance(leaf, TimeLeaf):
            return self._time(leaf)
        if not isinstance(leaf, CredentialLeaf):
            # Another of the accounts that were shown may serve another policy better.
            return _OPEN
        low, high = _OPEN
        for found in self._credential(leaf):
            low, high = max(low, found[0], key=_rank), min(high, found[1], key=_rank)
        # Which key would have been the one that all credentials bear is not recorded.
        return (Verdict.FALSE if same else low), high

    def _time(self, leaf: TimeLeaf) -> Bounds:
        start = leaf.start.seconds if leaf.start else 0
        inside = {
            start <= moment and (leaf.end is None or moment < leaf.end.seconds)
            for moment in self.moments
        }
        if not inside:
            return _OPEN
        found = Verdict.UNKNOWN
        if len(inside) == 1:
            found = Verdict.TRUE if inside == {True} else Verdict.FALSE
        return found, found

    def _credential(self, leaf: CredentialLeaf) -> Iterator[Bounds]:
        """Yield what the recorded verdicts on leaves of its type say about a leaf."""
        alike = list(self._alike(leaf))
        if len(alike) != 1:
            # Which of the credentials would have been shown for it is not recorded.
            return
        path, other = alike[0]
        record = next((each for each in self.judgement.leaves if each.path == path), None)
        if record is None or was_not_shown(record.code):
            return
        verdict = Verdict(record.verdict)
        if node_bytes(other) == node_bytes(leaf):
            yield verdict, verdict
        elif verdict is Verdict.TRUE and stricter(other, leaf):
            yield Verdict.TRUE, Verdict.TRUE
        elif verdict is not Verdict.TRUE and stricter(leaf, other):
            yield Verdict.FALSE, Verdict.UNKNOWN

    def _alike(self, leaf: CredentialLeaf) -> Iterable[tuple[str, CredentialLeaf]]:
        """Yield the leaves of the same type that were judged by the same registries."""
        if self.was is None:
            return
        pins = self.was.registries, self.proposal.registries
        if any(pins[0].get(kind) != pins[1].get(kind) for kind in needed_by(leaf)):
            return
        for path, other in located_leaves(self.was.allow):
            if isinstance(other, CredentialLeaf) and other.type_id == leaf.type_id:
                yield path, other


def _rank(verdict: Verdict) -> int:
    return (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE).index(verdict)


def summarize(foreseen: Iterable[Foreseen]) -> Mapping[Outcome, list[Foreseen]]:
    """Return what was foreseen by outcome, each in the order given."""
    found: dict[Outcome, list[Foreseen]] = {outcome: [] for outcome in Outcome}
    for each in foreseen:
        found[each.outcome].append(each)
    return found
