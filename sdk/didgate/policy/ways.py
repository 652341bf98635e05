"""The ways in: a policy's tree as alternatives, each of which suffices alone.

Kleene's logic is a distributive lattice with De Morgan's laws, so a tree is true exactly where one
of its ways has nothing but true in it. A way says which credentials must be shown, which of them
under one key, what the account must and must not be, and when.

>>> from didgate.policy.tree import AddressLeaf, All, Any_
>>> a, b, c = (AddressLeaf(bytes([n] * 32)) for n in range(3))
>>> [len(way.on) for way in ways_in(All((a, Any_((b, c)))))]
[2, 2]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations, count
from math import comb, prod
from typing import Final

from didgate.policy.tree import (
    AccountLeaf,
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    CredentialLeaf,
    Holder,
    MerkleLeaf,
    Node,
    Not,
    TimeLeaf,
    TokenLeaf,
    children_of,
)

MAX_WAYS: Final = 256
END_OF_TIME: Final = 1 << 64

Window = tuple[int, int]
ALWAYS: Final[tuple[Window, ...]] = ((0, END_OF_TIME),)


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential that has to be shown.

    Args:
        leaf: what it has to be.
        key: number of the key that it must bear together with others; ``None`` for any key.
    """

    leaf: CredentialLeaf
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way in.

    Args:
        shown: the credentials.
        on: what the account must be, e.g. on a list.
        off: what it must not be.
        when: windows in Unix seconds, half open, ascending and apart; both clocks within them.
    """

    shown: tuple[Shown, ...] = ()
    on: frozenset[AccountLeaf] = frozenset()
    off: frozenset[AccountLeaf] = frozenset()
    when: tuple[Window, ...] = ALWAYS

    def __and__(self, other: Way) -> Way:
        """Return the way that demands both."""
        return Way(
            shown=tuple(dict.fromkeys((*self.shown, *other.shown))),
            on=self.on | other.on,
            off=self.off | other.off,
            when=tuple(_intersection(self.when, other.when)),
        )

    @property
    def possible(self) -> bool:
        """Whether it is not at odds with itself."""
        return bool(self.when) and not any(_opposed(a, b) for a in self.on for b in self.off)


def _opposed(on: AccountLeaf, off: AccountLeaf) -> bool:
    """Return whether an account cannot be the one and not be the other."""
    match on, off:
        case AddressLeaf(), AddressLeaf():
            return on.list_id == off.list_id and on.min_age >= off.min_age
        case TokenLeaf(), TokenLeaf():
            return on.question == off.question and on.amount >= off.amount
        case _:
            return False


class TooManyWays(Exception):
    """A tree has more ways in than anyone could read."""


def ways_in(tree: Node) -> list[Way]:
    """Return the ways in of a tree that keeps the rules.

    Raises:
        TooManyWays: there are more than ``MAX_WAYS``, or would be on the way there.
    """
    found = _Expansion().ways(tree, negated=False, key=None)
    return list(dict.fromkeys(map(_with_shared_keys, found)))


class _Expansion:
    """Expands one tree; numbers the keys of ``holder: same``."""

    def __init__(self) -> None:
        self._keys = count()

    def ways(self, node: Node, *, negated: bool, key: int | None) -> list[Way]:
        match node:
            case CredentialLeaf():
                return [Way(shown=(Shown(node, key),))]
            case AddressLeaf() | MerkleLeaf() | TokenLeaf() | AttestationLeaf():
                return [Way(off=frozenset({node})) if negated else Way(on=frozenset({node}))]
            case TimeLeaf():
                return _of_time(node, negated=negated)
            case Not():
                return self.ways(node.child, negated=not negated, key=key)
            case _:
                return self._of_children(node, negated=negated, key=key)

    def _of_children(self, node: Node, *, negated: bool, key: int | None) -> list[Way]:
        if isinstance(node, All | AtLeast) and node.holder is Holder.SAME and key is None:
            key = next(self._keys)
        parts = [self.ways(child, negated=negated, key=key) for child in children_of(node)]
        return _choose(parts, _needed(node, negated=negated))


def _needed(node: Node, *, negated: bool) -> int:
    """Return how many children decide; of a negation, how many must not hold."""
    total = len(children_of(node))
    need = {All: total, Any_: 1}.get(type(node), node.need if isinstance(node, AtLeast) else 1)
    return total - need + 1 if negated else need


def _choose(parts: Sequence[list[Way]], need: int) -> list[Way]:
    """Return the ways to fulfil ``need`` of the parts."""
    if comb(len(parts), need) > MAX_WAYS:
        raise TooManyWays
    ways: list[Way] = []
    for chosen in combinations(parts, need):
        if prod(map(len, chosen)) > MAX_WAYS:
            raise TooManyWays
        both: list[Way] = reduce(_product, chosen)
        ways += both
        if len(ways) > MAX_WAYS:
            raise TooManyWays
    return ways


def _product(left: list[Way], right: list[Way]) -> list[Way]:
    both = (a & b for a in left for b in right)
    return [way for way in both if way.possible]


def _of_time(leaf: TimeLeaf, *, negated: bool) -> list[Way]:
    start = leaf.start.seconds if leaf.start else 0
    end = leaf.end.seconds if leaf.end else END_OF_TIME
    windows = ((0, start), (end, END_OF_TIME)) if negated else ((start, end),)
    when = tuple(window for window in windows if window[0] < window[1])
    return [Way(when=when)] if when else []


def _intersection(left: Sequence[Window], right: Sequence[Window]) -> Iterator[Window]:
    for a, b in left:
        for c, d in right:
            if max(a, c) < min(b, d):
                yield max(a, c), min(b, d)


def _with_shared_keys(way: Way) -> Way:
    """Forget a key that only one credential has to bear, and number the others from 0."""
    uses = Counter(each.key for each in way.shown)
    shared = (key for key, number in uses.items() if key is not None and number > 1)
    numbers: dict[int | None, int] = {key: number for number, key in enumerate(shared)}
    shown = (replace(each, key=numbers.get(each.key)) for each in way.shown)
    return replace(way, shown=tuple(dict.fromkeys(shown)))
