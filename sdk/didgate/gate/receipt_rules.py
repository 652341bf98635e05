"""What the members of a receipt say to each other: a receipt at odds with itself is none.

Each rule follows from how the gate decides (``didgate.gate.decision``); a receipt that breaks one
was not made by it, whoever signed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from didgate.errors import VerificationError
from didgate.gate.inputs import BLOCKS, FINALIZED, JUDGED, LATEST
from didgate.gate.receipt_form import JudgementRecord, Receipt

ALLOWED: Final = "allowed"
_NOT_SATISFIED: Final = "policy_not_satisfied"
_NOT_FINAL: Final = "not_final"
BY_VERDICT: Final = frozenset({ALLOWED, _NOT_SATISFIED, _NOT_FINAL})
"""The codes of decisions that came to a verdict."""
_SEEN: Final = frozenset({"challenge", "presentation", "now", "schemas", "state.latest"})
_TRUE: Final = "true"


def check_consistency(receipt: Receipt) -> None:
    """Refuse a receipt that contradicts itself.

    1. It judges at both blocks; the finalized one is the latest or below it, and where they are one
       the judgements are, too.
    2. The decision follows from its code, and the code from the judgements: ``no_policy`` and
       ``paused`` from what they say, a verdict's code from the verdicts, any other from none.
    3. An allowance rests on the pinned code in every registry and names no leaf; a denial by
       verdict names each, with a reason that fits.
    4. It commits to what a decision that came so far has seen.

    Raises:
        VerificationError: ``receipt_inconsistent``.
    """
    for fault in _faults(receipt):
        raise VerificationError("receipt_inconsistent", fault)


def _faults(receipt: Receipt) -> Iterator[str]:
    if tuple(each.at for each in receipt.judgements) != BLOCKS:
        yield "it does not judge at both blocks"
        return
    latest, finalized = receipt.judgements
    yield from _faults_of_blocks(latest, finalized)
    yield from _faults_of_code(receipt, latest, finalized)
    for judgement in receipt.judgements:
        yield from _faults_of_leaves(receipt, judgement)
    yield from _faults_of_commitments(receipt, latest, finalized)


def _faults_of_blocks(latest: JudgementRecord, finalized: JudgementRecord) -> Iterator[str]:
    same_height = latest.block_number == finalized.block_number
    if finalized.block_number > latest.block_number or same_height != _same(latest, finalized):
        yield "its two blocks are of no one chain"
    elif same_height and _without_name(latest) != _without_name(finalized):
        yield "it judges twice at one block, and not alike"


def _same(latest: JudgementRecord, finalized: JudgementRecord) -> bool:
    return latest.block_hash == finalized.block_hash


def _without_name(judgement: JudgementRecord) -> object:
    return (
        judgement.policy_id, judgement.restrictions, judgement.epoch, judgement.paused,
        judgement.verdict, judgement.registries, judgement.leaves,
    )  # fmt: skip


def _faults_of_code(
    receipt: Receipt, latest: JudgementRecord, finalized: JudgementRecord
) -> Iterator[str]:
    code, judgements = receipt.code, (latest, finalized)
    if receipt.allowed != (code == ALLOWED):
        yield "the decision is not the one that its reason gives"
    if (code == "no_policy") != any(each.policy_id is None for each in judgements):
        yield "there was a policy, and there was none"
    paused = any(each.paused for each in judgements)
    if (paused and code not in {"paused", "no_policy"}) or (code == "paused" and not paused):
        yield "the resource was paused, and it was not"
    if not _follows(code, latest.verdict, finalized.verdict):
        yield "the reason does not follow from the verdicts"


def _follows(code: str, latest: str, finalized: str) -> bool:
    """Tell whether a decision with these two verdicts has this code."""
    match code:
        case "allowed":
            return latest == finalized == _TRUE
        case "policy_not_satisfied":
            return latest != _TRUE
        case "not_final":
            return latest == _TRUE != finalized
        case _:
            return latest == finalized == "unknown"


def _faults_of_leaves(receipt: Receipt, judgement: JudgementRecord) -> Iterator[str]:
    by_verdict = receipt.code in BY_VERDICT
    if bool(judgement.leaves) != (by_verdict and not receipt.allowed):
        yield "a denial by verdict names the leaves, and nothing else does"
    if judgement.registries and not by_verdict:
        yield "registries were looked at for no verdict"
    if receipt.allowed and not all(judgement.registries.values()):
        yield "an allowance rests on other code than the pinned"
    if any((leaf.code == "holds") != (leaf.verdict == _TRUE) for leaf in judgement.leaves):
        yield "a leaf's reason is not that of its verdict"


def _faults_of_commitments(
    receipt: Receipt, latest: JudgementRecord, finalized: JudgementRecord
) -> Iterator[str]:
    expected = set(JUDGED if receipt.code in BY_VERDICT else _SEEN)
    if not _same(latest, finalized):
        names = [name for name in expected if name.endswith(f".{LATEST}")]
        expected |= {name.replace(LATEST, FINALIZED) for name in names}
    # Only verification, between the two, may end before or after evidence was gathered, and issuers
    # were looked up for it.
    optional = set() if receipt.code in BY_VERDICT else {"evidence", f"facts.{LATEST}"}
    if receipt.commitments.keys() - optional != expected - optional:
        yield "it does not commit to what such a decision has seen"
