"""Choose the least revealing way to satisfy a policy.

What is revealed is counted in this order: things by which presentations can be linked (an account
counts twice, since its whole history is public), claims and attestations, credentials. Whether an
issuer is trusted, or an account on a list or in possession of a token, is not known here; the gate
will say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from didgate.credentials.account_proofs import MAX_ATTESTATIONS, MAX_MEMBERSHIPS, MerkleProof
from didgate.credentials.verified import DateTime
from didgate.holder.held import Held
from didgate.holder.supplies import Supplies
from didgate.keys import PublicKey
from didgate.policy import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    CredentialLeaf,
    Holder,
    MerkleLeaf,
    Not,
    Policy,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.tree import AccountLeaf, Node, children_of
from didgate.query.dcql import ClaimsPath

Cost: TypeAlias = tuple[int, int, int]
Pick: TypeAlias = tuple[Held, tuple[ClaimsPath, ...]]
"""A credential, and the claims of it that one leaf needs."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to satisfy a part of a policy.

    Args:
        picks: by leaf id.
        accounts: addresses whose control is to be proved.
        memberships: Merkle proofs about them.
        attestations: UIDs of attestations about them.
    """

    picks: Mapping[str, Pick] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset()
    memberships: frozenset[MerkleProof] = frozenset()
    attestations: frozenset[bytes] = frozenset()

    def cost(self) -> Cost:
        """Return what it reveals, comparable."""
        linkable = {held.id for held, _ in self.picks.values() if held.is_linkable}
        claims = sum(len(paths) for _, paths in self.picks.values()) + len(self.attestations)
        return len(linkable) + 2 * len(self.accounts), claims, len(self.picks)

    def join(self, other: Choice) -> Choice:
        """Return both together."""
        return Choice(
            {**self.picks, **other.picks},
            self.accounts | other.accounts,
            self.memberships | other.memberships,
            self.attestations | other.attestations,
        )

    def fits(self) -> bool:
        """Tell whether one presentation can hold what it supplies."""
        return (
            len(self.memberships) <= MAX_MEMBERSHIPS and len(self.attestations) <= MAX_ATTESTATIONS
        )


def choose(
    policy: Policy,
    answers: Mapping[str, Sequence[Pick]],
    accounts: Sequence[str],
    supplies: Supplies,
    now: datetime,
) -> Choice | None:
    """Return the least revealing way to satisfy a policy, or None if there is none.

    Args:
        policy: the effective policy.
        answers: for each credential leaf, the credentials that meet its conditions.
        accounts: of which one is to be used where the policy asks for an account; of those that
            do equally well the first.
        supplies: what is at hand about them.
        now: aware UTC time.
    """
    tree = _number(policy.allow, iter(policy.credentials))
    moment = DateTime(int(now.timestamp()))
    ways = (
        _Chooser(answers, account, supplies, moment).best(tree, None)
        for account in accounts or (None,)
    )
    return _least(way for way in ways if way is not None and way.fits())


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A node with the id of its credential leaf, if it is one."""

    node: Node
    leaf: str
    children: tuple[_Numbered, ...]

    def leaves(self) -> Iterator[str]:
        yield from [self.leaf] if self.leaf else ()
        for child in self.children:
            yield from child.leaves()


def _number(node: Node, names: Iterator[str]) -> _Numbered:
    leaf = next(names) if isinstance(node, CredentialLeaf) else ""
    return _Numbered(node, leaf, tuple(_number(child, names) for child in children_of(node)))


@dataclass(frozen=True, slots=True)
class _Chooser:
    answers: Mapping[str, Sequence[Pick]]
    account: str | None
    supplies: Supplies
    now: DateTime

    def best(self, numbered: _Numbered, key: PublicKey | None) -> Choice | None:
        """Return the best choice below a node; with a key, only credentials that confirm it."""
        match numbered.node:
            case CredentialLeaf():
                return self._credential(numbered.leaf, key)
            case AddressLeaf() | TokenLeaf() | MerkleLeaf() | AttestationLeaf() as leaf:
                return None if self.account is None else self._account(leaf, self.account)
            case TimeLeaf() as window:
                return Choice() if self._is_open(window) else None
            case Not():
                return Choice()  # nothing that is presented can make it hold
            case Any_():
                return _least(self.best(child, key) for child in numbered.children)
            case All(holder=Holder.SAME) | AtLeast(holder=Holder.SAME) if key is None:
                return _least(self._counted(numbered, shared) for shared in self._keys(numbered))
            case _:
                return self._counted(numbered, key)

    def _counted(self, numbered: _Numbered, key: PublicKey | None) -> Choice | None:
        node = numbered.node
        need = node.need if isinstance(node, AtLeast) else len(numbered.children)
        found = [self.best(child, key) for child in numbered.children]
        ways = sorted((way for way in found if way is not None), key=Choice.cost)[:need]
        return _joined(ways) if len(ways) == need else None

    def _credential(self, leaf: str, key: PublicKey | None) -> Choice | None:
        return _least(
            Choice({leaf: (held, paths)})
            for held, paths in self.answers.get(leaf, ())
            if key is None or held.holder_key == key
        )

    def _account(self, leaf: AccountLeaf, account: str) -> Choice | None:
        accounts = frozenset({account})
        match leaf:
            case MerkleLeaf():
                proof = self.supplies.membership(leaf.root, account)
                return Choice(accounts=accounts, memberships=frozenset({proof})) if proof else None
            case AttestationLeaf():
                uids = frozenset(self.supplies.attested(leaf, account))
                return Choice(accounts=accounts, attestations=uids) if uids else None
            case _:
                return Choice(accounts=accounts)

    def _keys(self, numbered: _Numbered) -> list[PublicKey]:
        held = [held for leaf in numbered.leaves() for held, _ in self.answers.get(leaf, ())]
        return list(dict.fromkeys(each.holder_key for each in held if each.holder_key is not None))

    def _is_open(self, window: TimeLeaf) -> bool:
        begun = window.start is None or window.start <= self.now
        return begun and (window.end is None or self.now < window.end)


def _least(choices: Iterable[Choice | None]) -> Choice | None:
    return min((each for each in choices if each is not None), key=Choice.cost, default=None)


def _joined(choices: Iterable[Choice]) -> Choice:
    whole = Choice()
    for choice in choices:
        whole = whole.join(choice)
    return whole
