"""Says in words what a way in demands, and how one way in differs from another.

>>> from didgate.policy.tree import AddressLeaf
>>> aged, at_once = (Way(on=frozenset({AddressLeaf(bytes(32), age)})) for age in (60, 0))
>>> for line in Words({}).differences(aged, at_once, Direction.WIDER):
...     print(line)
an entry on address list 0x0000000000000000000000000000000000000000000000000000000000000000 \
counts at once (was: after 1 minute): the registry's owner can admit anyone at once
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from didgate.credentials.verified import DateTime
from didgate.errors import InvalidInput
from didgate.policy.account_words import AT_ONCE, ATTESTER_AT_ONCE, account_text
from didgate.policy.explain import Schemas, condition_text
from didgate.policy.implication import accepts_issuers_of, contains
from didgate.policy.node_bytes import node_bytes
from didgate.policy.tree import (
    AccountLeaf,
    AddressLeaf,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    MerkleLeaf,
    TokenLeaf,
)
from didgate.policy.value_sets import admitted
from didgate.policy.ways import ALWAYS, END_OF_TIME, Shown, Way, Window
from didgate.policy.wording import duration, listed


class Direction(Enum):
    """Whether a difference lets more in, fewer, or others."""

    WIDER = "wider"
    NARROWER = "narrower"
    OTHER = "other"


def _direction(*, wider: bool, narrower: bool) -> Direction:
    if wider == narrower:
        return Direction.OTHER
    return Direction.WIDER if wider else Direction.NARROWER


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two ways in."""

    direction: Direction
    text: str


def closest(way: Way, others: Sequence[Way]) -> Way | None:
    """Return the way in that differs least, of those that have anything in common with it."""
    related = [other for other in others if _related(way, other)]
    return min(related, key=lambda other: len(list(_all(other, way, Words({})))), default=None)


def _related(way: Way, other: Way) -> bool:
    mine, theirs = _subjects(way), _subjects(other)
    return bool(mine & theirs) or not (mine or theirs)


def _subjects(way: Way) -> set[object]:
    return {each.leaf.type_id for each in way.shown} | {_subject(leaf) for leaf in way.on}


@dataclass(frozen=True, slots=True)
class Words:
    """Puts ways in into words.

    Args:
        schemas: schemas by schema id, to name types.
    """

    schemas: Schemas

    def way(self, way: Way) -> str:
        """Return what a way in demands, in one line."""
        return "; and ".join(self._demands(way)) or "anyone, at any time"

    def _demands(self, way: Way) -> Iterator[str]:
        for each in way.shown:
            yield self._credential(each.leaf)
        if any(each.key is not None for each in way.shown):
            yield "credentials under one and the same key"
        for leaf in _ordered(way.on):
            yield f"an account {_being(leaf)}"
        for leaf in _ordered(way.off):
            yield f"not an account {_being(leaf)}"
        if way.when != ALWAYS:
            yield f"at a time {_windows(way.when)}"

    def type_of(self, leaf: CredentialLeaf) -> str:
        """Return the name of a credential's type."""
        if leaf.schema_id is None:
            return f"{leaf.vct}"
        schema = self.schemas.get(leaf.schema_id)
        return schema.type if schema else f"schema 0x{leaf.schema_id.hex()}"

    def _credential(self, leaf: CredentialLeaf) -> str:
        parts = [*map(condition_text, leaf.claims), f"issued by {_issuers(leaf)}"]
        if leaf.min_age:
            parts.append(f"accredited {duration(leaf.min_age)} or longer")
        if leaf.max_age:
            parts.append(f"issued or refreshed less than {duration(leaf.max_age)} ago")
        return f"a credential of {self.type_of(leaf)} ({', '.join(parts)})"

    def cautions(self, way: Way) -> Iterator[str]:
        """Yield what to mind of a way in that is new."""
        for each in way.shown:
            if each.leaf.asks_accreditation and not each.leaf.min_age:
                yield f"{self.type_of(each.leaf)}: {AT_ONCE}"
        for leaf in _ordered(way.on):
            match leaf:
                case AddressLeaf(min_age=0):
                    yield f"an account {account_text(leaf)}: {AT_ONCE}"
                case AttestationLeaf(min_age=0):
                    yield f"an account {account_text(leaf)}: {ATTESTER_AT_ONCE}"

    def differences(self, before: Way, after: Way, direction: Direction) -> Iterator[str]:
        """Yield the differences that go in one direction, or in none."""
        for difference in _all(before, after, self):
            if difference.direction in {direction, Direction.OTHER}:
                yield difference.text


def _all(before: Way, after: Way, words: Words) -> Iterator[Difference]:
    yield from _of_credentials(before.shown, after.shown, words)
    yield from _of_accounts(before.on, after.on)
    yield from _of_exclusions(before.off, after.off)
    yield from _of_time(before.when, after.when)


def _of_credentials(
    before: Sequence[Shown], after: Sequence[Shown], words: Words
) -> Iterator[Difference]:
    left = list(before)
    for each in after:
        alike = [one for one in left if one.leaf.type_id == each.leaf.type_id]
        if not alike:
            text = f"a credential of {words.type_of(each.leaf)} is asked for besides"
            yield Difference(Direction.NARROWER, text)
            continue
        partner = min(alike, key=lambda one: len(list(_of_leaf(one.leaf, each.leaf))))
        left.remove(partner)
        yield from _of_leaf(partner.leaf, each.leaf)
        yield from _of_key(partner.key, each.key)
    for each in left:
        text = f"a credential of {words.type_of(each.leaf)} is no longer asked for"
        yield Difference(Direction.WIDER, text)


def _of_key(before: int | None, after: int | None) -> Iterator[Difference]:
    if before is not None and after is None:
        yield Difference(Direction.WIDER, "it need not be under the same key as another")
    if before is None and after is not None:
        yield Difference(Direction.NARROWER, "it must be under the same key as another")


def _of_leaf(before: CredentialLeaf, after: CredentialLeaf) -> Iterator[Difference]:
    yield from _of_issuers(before, after)
    yield from _of_age(before.min_age, after.min_age, "accreditation and key count", AT_ONCE)
    yield from _of_freshness(before.max_age, after.max_age)
    was, now = ({c.claim: c for c in leaf.claims} for leaf in (before, after))
    for claim in sorted(was.keys() | now.keys()):
        yield from _of_claim(was.get(claim), now.get(claim))


def _of_issuers(before: CredentialLeaf, after: CredentialLeaf) -> Iterator[Difference]:
    if before.issuers is None or after.issuers is None:
        if before.issuers is not after.issuers:
            wider, narrower = accepts_issuers_of(after, before), accepts_issuers_of(before, after)
            text = f"accepted is {_issuers(after)} (was: {_issuers(before)})"
            yield Difference(_direction(wider=wider, narrower=narrower), text)
        return
    yield from _of_names(before.issuers, after.issuers, "issuer")


def _of_names(before: Iterable[str], after: Iterable[str], role: str) -> Iterator[Difference]:
    was, now = set(before), set(after)
    for name in sorted(now - was):
        yield Difference(Direction.WIDER, f"{role} {name} is accepted as well")
    for name in sorted(was - now):
        yield Difference(Direction.NARROWER, f"{role} {name} is no longer accepted")


def _of_age(before: int, after: int, subject: str, at_once: str) -> Iterator[Difference]:
    if before == after:
        return
    caution = "" if after else f": {at_once}"
    text = f"{subject} {_after(after)} (was: {_after(before)}){caution}"
    yield Difference(Direction.WIDER if after < before else Direction.NARROWER, text)


def _of_freshness(before: int, after: int) -> Iterator[Difference]:
    if before == after:
        return
    text = f"it counts {_fresh(after)} (was: {_fresh(before)})"
    wider = after == 0 or 0 < before < after
    yield Difference(Direction.WIDER if wider else Direction.NARROWER, text)


def _of_claim(before: Condition | None, after: Condition | None) -> Iterator[Difference]:
    if before is not None and after is not None:
        was, now = admitted(before), admitted(after)
        if was != now:
            text = f"{condition_text(after)} (was: {condition_text(before)})"
            yield Difference(_direction(wider=was <= now, narrower=now <= was), text)
    elif before is not None:
        text = f"no longer demanded: {condition_text(before)}"
        yield Difference(Direction.WIDER, text)
    elif after is not None:
        yield Difference(Direction.NARROWER, f"demanded besides: {condition_text(after)}")


def _of_accounts(
    before: frozenset[AccountLeaf], after: frozenset[AccountLeaf]
) -> Iterator[Difference]:
    was, now = ({_subject(leaf): leaf for leaf in _ordered(leaves)} for leaves in (before, after))
    for subject in (each for each in was if each not in now):
        text = f"the account need no longer be one {_being(was[subject])}"
        yield Difference(Direction.WIDER, text)
    for subject in (each for each in now if each not in was):
        yield Difference(Direction.NARROWER, f"the account must be one {_being(now[subject])}")
    for subject in (each for each in was if each in now):
        yield from _of_account(was[subject], now[subject])


def _of_account(before: AccountLeaf, after: AccountLeaf) -> Iterator[Difference]:
    """Yield the differences between leaves about the same list, token or schema."""
    match before, after:
        case AddressLeaf(), AddressLeaf():
            subject = f"an entry {account_text(after)} counts"
            yield from _of_age(before.min_age, after.min_age, subject, AT_ONCE)
        case TokenLeaf(), TokenLeaf() if before.amount != after.amount:
            direction = _direction(
                wider=after.amount < before.amount, narrower=before.amount < after.amount
            )
            text = f"an account {account_text(after)} (was: {before.amount})"
            yield Difference(direction, text)
        case AttestationLeaf(), AttestationLeaf():
            subject = "an attestation counts"
            yield from _of_names(before.attesters, after.attesters, "attester")
            yield from _of_age(before.min_age, after.min_age, subject, ATTESTER_AT_ONCE)
            yield from _of_freshness(before.max_age, after.max_age)


def _of_exclusions(
    before: frozenset[AccountLeaf], after: frozenset[AccountLeaf]
) -> Iterator[Difference]:
    for leaf in _ordered(before - after):
        yield Difference(Direction.WIDER, f"no longer kept out is an account {_being(leaf)}")
    for leaf in _ordered(after - before):
        yield Difference(Direction.NARROWER, f"kept out is an account {_being(leaf)}")


def _of_time(before: Sequence[Window], after: Sequence[Window]) -> Iterator[Difference]:
    if before != after:
        direction = _direction(wider=contains(after, before), narrower=contains(before, after))
        yield Difference(direction, f"open {_windows(after)} (was: {_windows(before)})")


def _subject(leaf: AccountLeaf) -> object:
    """Return what a leaf is about, whatever it asks of it."""
    match leaf:
        case AddressLeaf():
            return leaf.list_id
        case MerkleLeaf():
            return leaf.root
        case TokenLeaf():
            return leaf.question
        case AttestationLeaf():
            return (leaf.schema, "attestation")


def _ordered(leaves: frozenset[AccountLeaf]) -> list[AccountLeaf]:
    return sorted(leaves, key=node_bytes)


def _issuers(leaf: CredentialLeaf) -> str:
    if leaf.issuers is None:
        return "whoever is accredited for it"
    return listed(leaf.issuers, "or")


def _being(leaf: AccountLeaf) -> str:
    """Return what an account has to be, with everything that is demanded of it."""
    parts = [account_text(leaf)]
    if isinstance(leaf, AttestationLeaf):
        parts.append(f"by {listed(leaf.attesters, 'or')}")
        if leaf.max_age:
            parts.append(f"made less than {duration(leaf.max_age)} ago")
    if isinstance(leaf, AddressLeaf | AttestationLeaf) and leaf.min_age:
        parts.append(f"for {duration(leaf.min_age)} or longer")
    return " ".join(parts)


def _after(seconds: int) -> str:
    return f"after {duration(seconds)}" if seconds else "at once"


def _fresh(seconds: int) -> str:
    return f"for {duration(seconds)} after it is issued or refreshed" if seconds else "at any age"


def _windows(windows: Sequence[Window]) -> str:
    return ", or ".join(_window(*window) for window in windows)


def _window(start: int, end: int) -> str:
    sides = [
        f"from {_moment(start)}" if start else "",
        f"until just before {_moment(end)}" if end < END_OF_TIME else "",
    ]
    return " ".join(filter(None, sides)) or "at any time"


def _moment(seconds: int) -> str:
    try:
        return str(DateTime(seconds))
    except InvalidInput:  # after the year 9999
        return f"{seconds} seconds after 1970"
