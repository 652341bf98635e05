"""Who gains and who loses, if one policy takes the place of another (FORMATS §4).

Each way in of the new policy is held against the ways in of the old one, and the other way round.
What is reported of one side is complete: where nothing is said to gain, nobody gains, whatever is
presented and whatever the registries hold. What is reported may be more than what happens: a way
that is called new may be open to nobody. Quotas are compared as ``effective`` combines them:
a smaller number in a longer period is narrower.

>>> from didgate.policy.model import Policy
>>> from didgate.policy.parse import parse_policy
>>> def until(year):
...     return parse_policy({"didgate": 1, "grant": {"lifetime": 60},
...         "allow": {"time": {"until": f"{year}-01-01T00:00:00Z"}}})
>>> diff = compare(until(2027), until(2028))
>>> diff.conclusion
<Conclusion.WIDENS: 'widens only'>
>>> print(diff)
Widens only: nobody loses access.
Gains:
  - a way in is wider: at a time until just before 2028-01-01T00:00:00Z
      open until just before 2028-01-01T00:00:00Z (was: until just before 2027-01-01T00:00:00Z)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from didgate.policy.change_words import Direction, Words, closest
from didgate.policy.explain import Schemas, registry_text
from didgate.policy.implication import TooManyCells, implies, uncovered
from didgate.policy.model import Policy, Quota
from didgate.policy.ways import TooManyWays, Way, ways_in
from didgate.policy.wording import duration


class Conclusion(Enum):
    """What a comparison comes to."""

    EQUAL = "equal"
    NARROWS = "narrows only"
    WIDENS = "widens only"
    BOTH = "both"
    CANNOT_TELL = "cannot tell"


_IN_WORDS: Final = {
    Conclusion.EQUAL: "Equal: nobody gains or loses access.",
    Conclusion.NARROWS: "Narrows only: nobody gains access.",
    Conclusion.WIDENS: "Widens only: nobody loses access.",
    Conclusion.BOTH: "Both: some may gain access and some may lose it.",
    Conclusion.CANNOT_TELL: "Cannot tell: somebody may gain access.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes.

    Args:
        code: stable name of the kind of change, e.g. ``"new_way"``.
        sentence: what changes, in words.
        details: the differences one by one, in words.
    """

    code: str
    sentence: str
    details: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"code": self.code, "sentence": self.sentence, "details": list(self.details)}


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What changes from one policy to another.

    Args:
        gains: who or what is let in that was not.
        losses: who or what is let in no longer.
        unclear: what could not be compared; anyone may gain or lose by it.
    """

    gains: tuple[Change, ...] = ()
    losses: tuple[Change, ...] = ()
    unclear: tuple[Change, ...] = ()

    @property
    def conclusion(self) -> Conclusion:
        """What it comes to; safe to act on where it says that nobody gains, or nobody loses."""
        if self.gains and self.losses:
            return Conclusion.BOTH
        if self.unclear:
            return Conclusion.CANNOT_TELL
        if self.gains:
            return Conclusion.WIDENS
        return Conclusion.NARROWS if self.losses else Conclusion.EQUAL

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the comparison in words, line by line."""
        yield _IN_WORDS[self.conclusion]
        parts = (("Gains:", self.gains), ("Loses:", self.losses), ("Unclear:", self.unclear))
        for heading, changes in parts:
            if changes:
                yield heading
            for change in changes:
                yield f"  - {change.sentence}"
                yield from (f"      {detail}" for detail in change.details)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "conclusion": self.conclusion.value,
            "gains": [change.to_dict() for change in self.gains],
            "losses": [change.to_dict() for change in self.losses],
            "unclear": [change.to_dict() for change in self.unclear],
        }


def compare(
    old: Policy | None, new: Policy | None, *, schemas: Schemas | None = None
) -> PolicyDiff:
    """Compare two effective policies.

    Args:
        old: the policy that holds; ``None`` where nobody has access.
        new: the policy that would; ``None`` where nobody would have access.
        schemas: schemas by schema id, to name types.
    """
    if old == new:
        return PolicyDiff()
    words = Words(schemas or {})
    if old is None or new is None:
        return _opened_or_closed(new, words)
    found = _Comparison(old, new, words)
    found.tree()
    found.registries()
    found.grant()
    return PolicyDiff(tuple(found.gains), tuple(found.losses), tuple(found.unclear))


def _opened_or_closed(new: Policy | None, words: Words) -> PolicyDiff:
    if new is None:
        return PolicyDiff(losses=(Change("closed", "everyone: nobody has access any more"),))
    text = "whoever satisfies the policy: so far nobody has access"
    return PolicyDiff(gains=(Change("opened", text, tuple(_ways(new, words))),))


def _ways(policy: Policy, words: Words) -> Iterator[str]:
    """Yield the ways in, with what to mind of each; none where they are too many to be read."""
    try:
        ways = ways_in(policy.allow)
    except TooManyWays:
        return
    for way in ways:
        yield f"a way in: {words.way(way)}"
        yield from (f"  {caution}" for caution in words.cautions(way))


@dataclass(slots=True)
class _Comparison:
    old: Policy
    new: Policy
    words: Words
    gains: list[Change] = field(default_factory=list)
    losses: list[Change] = field(default_factory=list)
    unclear: list[Change] = field(default_factory=list)

    def tree(self) -> None:
        """Compare who is let in, as if both policies pinned the same registries."""
        old, new = self.old.allow, self.new.allow
        narrower, wider = implies(new, old), implies(old, new)
        if narrower and wider:
            return
        try:
            before, after = ways_in(old), ways_in(new)
        except TooManyWays:
            self._without_ways(narrower=narrower, wider=wider)
            return
        if not narrower:
            self.gains += self._changed(after, before, Direction.WIDER)
        if not wider:
            self.losses += self._changed(before, after, Direction.NARROWER)

    def _without_ways(self, *, narrower: bool, wider: bool) -> None:
        if narrower:
            self.losses.append(Change("narrower", "whoever does not meet what is demanded besides"))
        elif wider:
            self.gains.append(Change("wider", "whoever meets what is let in besides"))
        else:
            message = "there are too many ways in to compare them one by one"
            self.unclear.append(Change("too_many_ways", message))

    def _changed(
        self, ways: Sequence[Way], others: Sequence[Way], direction: Direction
    ) -> Iterator[Change]:
        """Yield what is to be said of those ways that lie within no other ways."""
        for way in ways:
            try:
                cells = uncovered(way, others)
            except TooManyCells:
                text = f"too much stands in one way in to compare it: {self.words.way(way)}"
                self.unclear.append(Change("too_many_cells", text))
                continue
            if cells:
                yield self._change(way, cells, closest(way, others), direction)

    def _change(
        self, way: Way, cells: Sequence[Way], other: Way | None, direction: Direction
    ) -> Change:
        wider = direction is Direction.WIDER
        if other is None:
            text = f"{'a new way in' if wider else 'no longer a way in'}: {self.words.way(way)}"
            return Change("new_way" if wider else "lost_way", text, tuple(self.words.cautions(way)))
        before, after = (other, way) if wider else (way, other)
        details = tuple(self.words.differences(before, after, direction))
        text = f"a way in is {direction.value}: {self.words.way(way)}"
        return Change(
            f"{direction.value}_way", text, details or tuple(map(self.words.way, cells[:1]))
        )

    def registries(self) -> None:
        """Compare the pins: another registry may hold anything."""
        pinned = dict(self.old.registries.pinned())
        for kind, registry in self.new.registries.pinned():
            before = pinned.get(kind)
            if before not in {None, registry}:
                assert before is not None
                text = f"the registry of {registry_text(kind)} is another contract"
                details = (
                    f"now {registry.address} with code 0x{registry.code_hash.hex()}",
                    f"was {before.address} with code 0x{before.code_hash.hex()}",
                )
                self.gains.append(Change("other_registry", f"whom it lets in: {text}", details))
                self.losses.append(Change("other_registry", f"whom it kept in: {text}", details))

    def grant(self) -> None:
        """Compare how long and how often."""
        old, new = self.old.grant_lifetime, self.new.grant_lifetime
        text = f"a grant lasts {duration(new)} (was: {duration(old)})"
        if new > old:
            self.gains.append(Change("longer_grant", text))
        if new < old:
            self.losses.append(Change("shorter_grant", text))
        text = f"{_quota(self.new.quota)} (was: {_quota(self.old.quota)})"
        if not _tighter(self.new.quota, self.old.quota):
            self.gains.append(Change("looser_quota", text))
        if not _tighter(self.old.quota, self.new.quota):
            self.losses.append(Change("tighter_quota", text))


def _tighter(quota: Quota | None, other: Quota | None) -> bool:
    """Return whether a quota leaves no more than another one."""
    if quota is None or other is None:
        return other is None
    return quota.limit <= other.limit and quota.period >= other.period


def _quota(quota: Quota | None) -> str:
    if quota is None:
        return "no quota"
    uses = "1 use" if quota.limit == 1 else f"{quota.limit} uses"
    return f"a quota of {uses} per {duration(quota.period)} for each holder key"
