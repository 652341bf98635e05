"""Says in words what a way in demands, and how one way in differs from another.

>>> from didgate.policy.tree import AddressLeaf
>>> aged, at_once = (Way(on=frozenset({AddressLeaf(bytes(32), age)})) for age in (60, 0))
>>> for line in Words({}).differences(aged, at_once, Direction.WIDER):
...     print(line)
an entry on address list 0x0000000000000000000000000000000000000000000000000000000000000000 \
counts at once (was: after 1 minute): the registry's owner can admit anyone at once
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from didgate.credentials.verified import DateTime
from didgate.errors import InvalidInput
from didgate.policy.explain import AT_ONCE, Schemas, condition_text, duration, listed
from didgate.policy.implication import accepts_issuers_of, contains
from didgate.policy.tree import AddressLeaf, Condition, CredentialLeaf
from didgate.policy.value_sets import admitted
from didgate.policy.ways import ALWAYS, END_OF_TIME, Shown, Way, Window


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


def _subjects(way: Way) -> set[bytes]:
    return {each.leaf.type_id for each in way.shown} | {leaf.list_id for leaf in way.on}


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
            yield f"an account {_on(leaf)}"
        for leaf in _ordered(way.off):
            yield f"the account not {_on(leaf)}"
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
            if not leaf.min_age:
                yield f"address list 0x{leaf.list_id.hex()}: {AT_ONCE}"

    def differences(self, before: Way, after: Way, direction: Direction) -> Iterator[str]:
        """Yield the differences that go in one direction, or in none."""
        for difference in _all(before, after, self):
            if difference.direction in {direction, Direction.OTHER}:
                yield difference.text


def _all(before: Way, after: Way, words: Words) -> Iterator[Difference]:
    yield from _of_credentials(before.shown, after.shown, words)
    yield from _of_lists(before.on, after.on)
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
    yield from _of_age(before.min_age, after.min_age, "accreditation and key count")
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
    was, now = set(before.issuers), set(after.issuers)
    for issuer in sorted(now - was):
        yield Difference(Direction.WIDER, f"issuer {issuer} is accepted as well")
    for issuer in sorted(was - now):
        yield Difference(Direction.NARROWER, f"issuer {issuer} is no longer accepted")


def _of_age(before: int, after: int, subject: str) -> Iterator[Difference]:
    if before == after:
        return
    caution = "" if after else f": {AT_ONCE}"
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


def _of_lists(
    before: frozenset[AddressLeaf], after: frozenset[AddressLeaf]
) -> Iterator[Difference]:
    was, now = _oldest(before), _oldest(after)
    for list_id in sorted(was.keys() | now.keys()):
        name = f"address list 0x{list_id.hex()}"
        if list_id not in now:
            yield Difference(Direction.WIDER, f"the account need not be on {name}")
        elif list_id not in was:
            yield Difference(Direction.NARROWER, f"the account must be on {name}")
        else:
            yield from _of_age(was[list_id], now[list_id], f"an entry on {name} counts")


def _of_exclusions(
    before: frozenset[AddressLeaf], after: frozenset[AddressLeaf]
) -> Iterator[Difference]:
    for leaf in _ordered(before - after):
        yield Difference(Direction.WIDER, f"nobody is kept out for being {_on(leaf)}")
    for leaf in _ordered(after - before):
        yield Difference(Direction.NARROWER, f"kept out is whoever is {_on(leaf)}")


def _of_time(before: Sequence[Window], after: Sequence[Window]) -> Iterator[Difference]:
    if before != after:
        direction = _direction(wider=contains(after, before), narrower=contains(before, after))
        yield Difference(direction, f"open {_windows(after)} (was: {_windows(before)})")


def _oldest(leaves: frozenset[AddressLeaf]) -> Mapping[bytes, int]:
    """Return the strictest minimum age by list."""
    return {leaf.list_id: leaf.min_age for leaf in sorted(leaves, key=lambda leaf: leaf.min_age)}


def _ordered(leaves: frozenset[AddressLeaf]) -> list[AddressLeaf]:
    return sorted(leaves, key=lambda leaf: (leaf.list_id, leaf.min_age))


def _issuers(leaf: CredentialLeaf) -> str:
    if leaf.issuers is None:
        return "whoever is accredited for it"
    return listed(leaf.issuers, "or")


def _on(leaf: AddressLeaf) -> str:
    age = f" for {duration(leaf.min_age)} or longer" if leaf.min_age else ""
    return f"on address list 0x{leaf.list_id.hex()}{age}"


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
