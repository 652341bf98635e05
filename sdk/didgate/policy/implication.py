"""When one demand is at least as strict as another: of leaves, of ways in, and of whole trees.

Every answer of *true* is a proof: whoever fulfils the first fulfils the second, whatever is
presented and whatever the registries hold, as long as both pin the same ones. *False* only says
that there is no proof here.

>>> from didgate.policy.tree import AddressLeaf
>>> at_once, aged = AddressLeaf(bytes(32)), AddressLeaf(bytes(32), min_age=60)
>>> stricter(aged, at_once), stricter(at_once, aged)
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import Final

from didgate.policy.node_bytes import node_bytes
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
)
from didgate.policy.value_sets import ValueSet, admitted
from didgate.policy.ways import ALWAYS, Shown, Way, Window

MAX_CELLS: Final = 1024


def stricter(left: Node, right: Node) -> bool:
    """Return whether a leaf holds only where another leaf holds as well."""
    match left, right:
        case CredentialLeaf(), CredentialLeaf():
            return _stricter_credential(left, right)
        case AddressLeaf(), AddressLeaf():
            return left.list_id == right.list_id and left.min_age >= right.min_age
        case TokenLeaf(), TokenLeaf():
            return left.question == right.question and left.amount >= right.amount
        case MerkleLeaf(), MerkleLeaf():
            return left.root == right.root
        case AttestationLeaf(), AttestationLeaf():
            return (
                left.schema == right.schema
                and set(left.attesters) <= set(right.attesters)
                and left.min_age >= right.min_age
                and _no_staler(left.max_age, right.max_age)
            )
        case TimeLeaf(), TimeLeaf():
            return contains(_window(right), _window(left))
        case _:
            return False


def _window(leaf: TimeLeaf) -> tuple[Window, ...]:
    start, end = leaf.start, leaf.end
    return ((start.seconds if start else 0, end.seconds if end else ALWAYS[0][1]),)


def _stricter_credential(left: CredentialLeaf, right: CredentialLeaf) -> bool:
    demanded = {condition.claim: admitted(condition) for condition in left.claims}
    return (
        left.form is right.form
        and left.type_id == right.type_id
        and accepts_issuers_of(right, left)
        and left.min_age >= right.min_age
        and _no_staler(left.max_age, right.max_age)
        and all(
            condition.claim in demanded and demanded[condition.claim] <= admitted(condition)
            for condition in right.claims
        )
    )


def _no_staler(left: int, right: int) -> bool:
    """Compare ages up to which something counts; 0 stands for any age."""
    return right == 0 or 0 < left <= right


def accepts_issuers_of(leaf: CredentialLeaf, other: CredentialLeaf) -> bool:
    """Return whether a leaf accepts every issuer that another leaf of the same form accepts."""
    if leaf.issuers is None:
        # A named issuer of SD-JWTs need not be accredited for the type.
        return other.asks_accreditation
    return other.issuers is not None and set(other.issuers) <= set(leaf.issuers)


def contains(outer: Sequence[Window], inner: Sequence[Window]) -> bool:
    """Return whether windows lie within other windows."""
    return all(any(a <= c and d <= b for a, b in outer) for c, d in inner)


def within(way: Way, other: Way) -> bool:
    """Return whether everyone who can take one way in can take another."""
    return (
        contains(other.when, way.when)
        and all(any(stricter(a, b) for a in way.on) for b in other.on)
        # Who has not been on a list for a day has not been on it for two.
        and all(any(stricter(b, a) for a in way.off) for b in other.off)
        and _answered(way.shown, other.shown)
    )


def _answered(shown: Sequence[Shown], asked: Sequence[Shown]) -> bool:
    """Return whether credentials can be assigned to everything that is asked, keys included."""
    options = [[each for each in shown if stricter(each.leaf, one.leaf)] for one in asked]
    return any(_share_keys(asked, choice) for choice in islice(product(*options), MAX_CELLS))


def _share_keys(asked: Sequence[Shown], choice: Sequence[Shown]) -> bool:
    bearers: dict[int, set[Shown | int]] = {}
    for one, each in zip(asked, choice, strict=True):
        if one.key is not None:
            bearers.setdefault(one.key, set()).add(each if each.key is None else each.key)
    return all(len(bearing) == 1 for bearing in bearers.values())


class TooManyCells(Exception):
    """A way would have to be cut into more cells than are compared."""


def uncovered(way: Way, others: Sequence[Way]) -> list[Way]:
    """Return the parts of a way that lie within none of other ways; none where all do.

    The way is cut wherever a condition or a list of issuers of the others divides it, so that
    several of them may cover it together.

    Raises:
        TooManyCells: the parts are too many to be looked at.
    """
    if any(within(way, other) for other in others):
        return []
    return [cell for cell in _cells(way, others) if not any(within(cell, o) for o in others)]


def _cells(way: Way, others: Sequence[Way]) -> Iterator[Way]:
    leaves = [each.leaf for other in others for each in other.shown]
    accounts = [leaf for other in others for leaf in other.on]
    pieces = [list(_pieces(each, leaves)) for each in way.shown]
    bound = [list(_attested_pieces(leaf, accounts)) for leaf in way.on]
    _check_number([*pieces, *bound])
    return (
        replace(way, shown=shown, on=frozenset(on))
        for shown, on in product(product(*pieces), product(*bound))
    )


def _check_number(options: Iterable[Sized]) -> None:
    if prod(map(len, options)) > MAX_CELLS:
        raise TooManyCells


def _pieces(shown: Shown, leaves: Sequence[CredentialLeaf]) -> Iterator[Shown]:
    leaf = shown.leaf
    alike = [each for each in leaves if each.type_id == leaf.type_id and each.form is leaf.form]
    cut = [admitted(c).cut_by(_conditions_on(c.claim, alike)) for c in leaf.claims]
    issuers = _issuer_groups(leaf, alike)
    _check_number([issuers, *cut])
    for names, sets in product(issuers, product(*cut)):
        claims = (each.condition(c.claim) for c, each in zip(leaf.claims, sets, strict=True))
        yield Shown(replace(leaf, issuers=names, claims=tuple(claims)), shown.key)


def _conditions_on(claim: str, leaves: Sequence[CredentialLeaf]) -> list[ValueSet]:
    return [admitted(c) for leaf in leaves for c in leaf.claims if c.claim == claim]


def _issuer_groups(
    leaf: CredentialLeaf, leaves: Sequence[CredentialLeaf]
) -> Sequence[tuple[str, ...] | None]:
    """Return the accepted issuers in groups that every other leaf accepts or refuses whole."""
    if leaf.issuers is None:
        return [None]
    return _groups(leaf.issuers, [each.issuers or () for each in leaves])


def _attested_pieces(leaf: AccountLeaf, leaves: Sequence[AccountLeaf]) -> Iterator[AccountLeaf]:
    """Yield an attestation leaf by groups of attesters; any other leaf is whole."""
    if not isinstance(leaf, AttestationLeaf):
        yield leaf
        return
    accepted = [each.attesters for each in leaves if isinstance(each, AttestationLeaf)]
    for attesters in _groups(leaf.attesters, accepted):
        yield replace(leaf, attesters=attesters)


def _groups(names: Iterable[str], others: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in names:
        groups.setdefault(tuple(name in other for other in others), []).append(name)
    return [tuple(group) for group in groups.values()]


def implies(left: Node, right: Node) -> bool:
    """Return whether a tree can be seen, by its shape, to hold only where another holds.

    This needs no list of ways, so it serves trees that have too many of them. Below ``holder:
    same`` on the right nothing is compared but the bytes.
    """
    if node_bytes(left) == node_bytes(right) or stricter(left, right):
        return True
    if isinstance(left, Not) and isinstance(right, Not):
        return implies(right.child, left.child)
    return (
        _by_parts_of_right(left, right)
        or (isinstance(left, Any_) and all(implies(child, right) for child in left.children))
        or (isinstance(left, All) and any(implies(child, right) for child in left.children))
        or _counts_as_many(left, right)
    )


def _by_parts_of_right(left: Node, right: Node) -> bool:
    match right:
        case All(children=children, holder=holder) if holder is not Holder.SAME:
            return all(implies(left, child) for child in children)
        case Any_(children=children):
            return any(implies(left, child) for child in children)
        case _:
            return False


def _counts_as_many(left: Node, right: Node) -> bool:
    """Compare ``atLeast`` with ``atLeast``: how many of the shared children must hold."""
    if not (isinstance(left, AtLeast) and isinstance(right, AtLeast)):
        return False
    shared = set(map(node_bytes, right.children))
    others = sum(1 for child in left.children if node_bytes(child) not in shared)
    return right.holder is not Holder.SAME and left.need - others >= right.need
