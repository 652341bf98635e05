"""The values that a condition admits, as sets that can be compared and cut (FORMATS §1).

What is ordered (integers, dates, moments) is a range or some single values; everything else is some
single values. Values of different types are never equal, so sets of different types never meet.

>>> from didgate.policy.tree import Operator
>>> three, two = (admitted(Condition("level", Operator.AT_LEAST, (n,))) for n in (3, 2))
>>> three <= two, two <= three
(True, False)
>>> [str(piece) for piece in two.cut_by([three])]
['[2, 2]', '[3, 9007199254740991]']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise

from didgate.bbs.typed import MAX_INTEGER, SlotType
from didgate.credentials.verified import ClaimValue, Date, DateTime
from didgate.policy.tree import Condition, Operator
from didgate.policy.values import ORDERED, encode_value, order_key, type_of

_FIRST_DAY, _LAST_DAY = Date.of(date.min).days, Date.of(date.max).days
_DAY = 86400
_LIMITS: Mapping[SlotType, tuple[int, int]] = {
    SlotType.INTEGER: (-MAX_INTEGER, MAX_INTEGER),
    SlotType.DATE: (_FIRST_DAY, _LAST_DAY),
    SlotType.DATETIME: (_FIRST_DAY * _DAY, _LAST_DAY * _DAY + _DAY - 1),
}
_OF_KEY: Mapping[SlotType, Callable[[int], ClaimValue]] = {
    SlotType.INTEGER: int,
    SlotType.DATE: Date,
    SlotType.DATETIME: DateTime,
}


@dataclass(frozen=True, slots=True)
class Range:
    """The values of an ordered type from ``low`` to ``high``, both included, as order keys."""

    kind: SlotType
    low: int
    high: int

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}]"

    def __le__(self, other: ValueSet) -> bool:
        if other.kind is not self.kind:
            return False
        if isinstance(other, Range):
            return other.low <= self.low and self.high <= other.high
        width = self.high - self.low + 1
        held = {order_key(value) for value in other.values}
        return width <= len(held) and all(key in held for key in range(self.low, self.high + 1))

    def cut_by(self, others: Iterable[ValueSet]) -> list[ValueSet]:
        """Return pieces that together are this set, none of them in part within another set."""
        starts = {self.low}
        for low, high in (
            edge for each in others if each.kind is self.kind for edge in _edges(each)
        ):
            starts |= {low, high + 1}
        inside = sorted(start for start in starts if self.low <= start <= self.high)
        return [Range(self.kind, a, b - 1) for a, b in pairwise([*inside, self.high + 1])]

    def condition(self, claim: str) -> Condition:
        """Return the condition on a claim that admits exactly this set."""
        lowest, highest = _LIMITS[self.kind]
        low, high = _OF_KEY[self.kind](self.low), _OF_KEY[self.kind](self.high)
        if self.low == self.high:
            return Condition(claim, Operator.EQUALS, (low,))
        if self.high == highest:
            return Condition(claim, Operator.AT_LEAST, (low,))
        if self.low == lowest:
            return Condition(claim, Operator.AT_MOST, (high,))
        return Condition(claim, Operator.BETWEEN, (low, high))


@dataclass(frozen=True, slots=True)
class Values:
    """Some single values of one type, in the order of their bytes."""

    kind: SlotType
    values: tuple[ClaimValue, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))

    def __le__(self, other: ValueSet) -> bool:
        return all(_holds(other, value) for value in self.values) and other.kind is self.kind

    def cut_by(self, others: Iterable[ValueSet]) -> list[ValueSet]:
        """Return pieces that together are this set, none of them in part within another set."""
        among: Sequence[ValueSet] = list(others)

        def membership(value: ClaimValue) -> tuple[bool, ...]:
            return tuple(_holds(other, value) for other in among)

        grouped = groupby(sorted(self.values, key=membership), key=membership)
        return [replace(self, values=tuple(values)) for _, values in grouped]

    def condition(self, claim: str) -> Condition:
        """Return the condition on a claim that admits exactly this set."""
        operator = Operator.EQUALS if len(self.values) == 1 else Operator.IN
        return Condition(claim, operator, self.values)


ValueSet = Range | Values


def admitted(condition: Condition) -> ValueSet:
    """Return the values that a condition admits."""
    kind, keys = type_of(condition.operands[0]), condition.operands
    match condition.operator:
        case Operator.EQUALS | Operator.IN:
            return Values(kind, tuple(sorted(condition.operands, key=encode_value)))
        case Operator.AT_LEAST:
            return Range(kind, order_key(keys[0]), _LIMITS[kind][1])
        case Operator.AT_MOST:
            return Range(kind, _LIMITS[kind][0], order_key(keys[0]))
        case Operator.BETWEEN:
            return Range(kind, order_key(keys[0]), order_key(keys[1]))


def _holds(values: ValueSet, value: ClaimValue) -> bool:
    if values.kind is not type_of(value):
        return False
    if isinstance(values, Range):
        return values.low <= order_key(value) <= values.high
    return value in values.values


def _edges(values: ValueSet) -> Iterator[tuple[int, int]]:
    if isinstance(values, Range):
        yield values.low, values.high
    elif values.kind in ORDERED:
        yield from ((order_key(value), order_key(value)) for value in values.values)
