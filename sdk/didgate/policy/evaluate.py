"""Evaluates a policy in Kleene's three-valued logic: true, false or unknown (FORMATS §3).

Only true allows. An error, a fact that was not read or cannot be relied upon is unknown, and so is
``not`` of it. Two choices are the presenter's, and made for the best outcome: which of the accounts
shown is the one that all leaves on accounts judge, and, below ``holder: same``, which confirmation
key is the one key that all credentials counted there must bear.

The function is pure and total. The gate calls it at the finalized and at the latest block, and
allows only if both say true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_

from didgate.chain.facts import Facts
from didgate.credentials.verified import VerifiedCredential, VerifiedPresentation
from didgate.errors import InvalidInput
from didgate.keys import PublicKey
from didgate.policy.judge import Context, judge_credential, judge_time
from didgate.policy.judge_account import Account, judge_account
from didgate.policy.model import Policy
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    CredentialLeaf,
    Holder,
    Leaf,
    MerkleLeaf,
    Node,
    Not,
    TimeLeaf,
    TokenLeaf,
    child_path,
    children_of,
    located_leaves,
)
from didgate.trust import Finding, Verdict, false

_ASCENDING = (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE)


@dataclass(frozen=True, slots=True)
class LeafResult:
    """The judgement of one leaf.

    Args:
        path: where the leaf stands in the policy in canonical order, e.g. ``allow.any[1]``.
        verdict: true, false or unknown.
        code: stable identifier of the reason; ``"holds"`` if true.
        message: the reason in words, without any claim value.
    """

    path: str
    verdict: Verdict
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a policy says to a presentation; only ``Verdict.TRUE`` allows.

    Args:
        verdict: of the whole policy.
        leaves: of each leaf, in canonical pre-order.
        account: EIP-55 address that the leaves on accounts judged, or ``None`` where none was
            shown.
        carried: whether the verdict is true and a credential, a list entry, a Merkle proof or an
            attestation is among what makes it so. What token balances or the time alone make true
            is not carried: inside one transaction a balance can be borrowed.
    """

    verdict: Verdict
    leaves: tuple[LeafResult, ...]
    account: str | None = None
    carried: bool = False


def evaluate(
    policy: Policy,
    verified: VerifiedPresentation,
    facts: Facts,
    now: datetime,
    *,
    registry_alone: bool = False,
) -> Evaluation:
    """Evaluate a policy on a verified presentation.

    Args:
        policy: the effective policy.
        verified: what the verifier established; its credentials answer leaves of this policy.
        facts: facts read at one block, at least those that ``facts_needed`` names.
        now: the caller's clock, aware.
        registry_alone: whether nothing but the registries vouches for issuers and keys, as where a
            contract evaluates; see ``evaluate_on_chain``.

    Returns:
        The verdict, with the judgement of each leaf.

    Raises:
        InvalidInput: ``naive_time``; nothing else, whatever policy, presentation and facts are.
    """
    if now.tzinfo is None:
        raise InvalidInput("naive_time", "the time must be aware of its time zone")
    context = Context.of(policy.registries, verified, facts, now)
    case = _Case(presented(policy, verified), replace(context, registry_alone=registry_alone))
    return _best(
        replace(case.judge(policy.allow, "allow", _Bound(account)), account=account.address)
        if account
        else case.judge(policy.allow, "allow", _Bound(None))
        for account in _accounts(verified) or (None,)
    )


def evaluate_on_chain(policy: Policy, verified: VerifiedPresentation, facts: Facts) -> Evaluation:
    """Evaluate a policy as a contract does in a block, where only ``carried`` verdicts allow.

    The time is the block's. No DID document can be read there, so every issuer must be accredited
    and every key registered.

    Args:
        policy: the effective policy.
        verified: what the contract would verify, with one account at most.
        facts: facts read at one block; see ``facts_needed``.
    """
    now = datetime.fromtimestamp(facts.block.timestamp, UTC)
    return evaluate(policy, verified, facts, now, registry_alone=True)


def _accounts(verified: VerifiedPresentation) -> tuple[Account, ...]:
    proved = map(Account, verified.addresses)
    return (*proved, *(Account(each.address, each) for each in verified.contract_accounts))


def presented(policy: Policy, verified: VerifiedPresentation) -> dict[str, VerifiedCredential]:
    """Return the presented credentials by the path of the leaf that each answers."""
    answers = {credential.leaf: credential for credential in verified.credentials}
    paths = [
        path for path, leaf in located_leaves(policy.allow) if isinstance(leaf, CredentialLeaf)
    ]
    named = ((path, answers.get(f"c{index}")) for index, path in enumerate(paths))
    return {path: credential for path, credential in named if credential is not None}


@dataclass(frozen=True, slots=True)
class _Bound:
    """The presenter's choices so far: the account, and below ``same`` the confirmation key."""

    account: Account | None
    same: bool = False
    key: PublicKey | None = None

    def admits(self, credential: VerifiedCredential) -> bool:
        return not self.same or (self.key is not None and credential.holder_key == self.key)


def _best(evaluations: Iterable[Evaluation]) -> Evaluation:
    """Return the first that is true and carried, else true, else unknown, else the first."""
    return max(evaluations, key=lambda each: (_ASCENDING.index(each.verdict), each.carried))


@dataclass(frozen=True, slots=True)
class _Case:
    """One policy on one presentation: credentials by the path of their leaf, facts and clock."""

    presented: Mapping[str, VerifiedCredential]
    context: Context

    def judge(self, node: Node, path: str, bound: _Bound) -> Evaluation:
        match node:
            case CredentialLeaf():
                return _of_leaf(node, path, self._judge_credential(node, path, bound))
            case AddressLeaf() | MerkleLeaf() | TokenLeaf() | AttestationLeaf():
                return _of_leaf(node, path, judge_account(node, bound.account, self.context))
            case TimeLeaf():
                return _of_leaf(node, path, judge_time(node, self.context))
            case All(holder=Holder.SAME) | AtLeast(holder=Holder.SAME) if not bound.same:
                keys = self._keys_below(path)
                choices = (replace(bound, same=True, key=key) for key in keys)
                return _best(self._judge_children(node, path, choice) for choice in choices)
            case _:
                return self._judge_children(node, path, bound)

    def _judge_credential(self, leaf: CredentialLeaf, path: str, bound: _Bound) -> Finding:
        credential = self.presented.get(path)
        if credential is not None and not bound.admits(credential):
            return false("other_holder", "the credential is held by another key than the rest")
        return judge_credential(leaf, credential, self.context)

    def _keys_below(self, path: str) -> Sequence[PublicKey | None]:
        """Return the confirmation keys shown below a path; ``None``: count no credential."""
        below = (c.holder_key for where, c in self.presented.items() if where.startswith(path))
        return (*dict.fromkeys(key for key in below if key is not None), None)

    def _judge_children(self, node: Node, path: str, bound: _Bound) -> Evaluation:
        children = [
            self.judge(child, child_path(node, path, index), bound)
            for index, child in enumerate(children_of(node))
        ]
        verdict = combine(node, [child.verdict for child in children])
        carried = verdict is Verdict.TRUE and any(child.carried for child in children)
        results = tuple(leaf for child in children for leaf in child.leaves)
        # Below a "not" nothing that is true makes it true.
        return Evaluation(verdict, results, carried=carried and not isinstance(node, Not))


def _of_leaf(leaf: Leaf, path: str, finding: Finding) -> Evaluation:
    result = LeafResult(path, finding.verdict, finding.code, finding.message)
    carries = finding.verdict is Verdict.TRUE and not isinstance(leaf, TokenLeaf | TimeLeaf)
    return Evaluation(finding.verdict, (result,), carried=carries)


def combine(node: Node, verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a node that has children, from theirs."""
    match node:
        case Not():
            return ~verdicts[0]
        case Any_():
            return reduce(or_, verdicts)
        case AtLeast():
            # True if enough hold; false if not even the unknown ones could make it enough.
            ranked = sorted(verdicts, key=(Verdict.TRUE, Verdict.UNKNOWN, Verdict.FALSE).index)
            return ranked[node.need - 1]
        case _:
            return reduce(and_, verdicts)
