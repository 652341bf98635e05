"""Whether disclosed claims meet the conditions of a credential leaf.

A claim that is absent or of another type than the operand makes its condition false (FORMATS §1):
types are compared by their exact class, so ``true`` is no integer and a text no date.

>>> from didgate.policy.tree import Operator
>>> meets(Condition("level", Operator.AT_LEAST, (3,)), 4)
True
>>> meets(Condition("level", Operator.AT_LEAST, (3,)), True)
False
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from didgate.bbs.typed import MAX_INTEGER
from didgate.credentials.verified import ClaimValue
from didgate.policy.pointer import ABSENT, find_claim
from didgate.policy.tree import Condition, CredentialLeaf, Operator
from didgate.policy.values import order_key
from didgate.trust import Finding, false


def conditions_met(leaf: CredentialLeaf, claims: Mapping[str, Any]) -> bool:
    """Return whether claims meet every condition of a leaf.

    Args:
        leaf: the credential leaf.
        claims: by name; nested objects for an SD-JWT. A wallet may pass what it could disclose.
    """
    return not any(failed_conditions(leaf, claims))


def failed_conditions(leaf: CredentialLeaf, claims: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each condition that claims do not meet; none holds a claim value."""
    for condition in leaf.claims:
        value = find_claim(claims, condition.claim)
        if value is ABSENT:
            yield false("claim_absent", f'the claim "{condition.claim}" is not shown')
        elif not meets(condition, value):
            yield false("claim_mismatch", f'the claim "{condition.claim}" is not as required')


def meets(condition: Condition, value: Any) -> bool:
    """Return whether one disclosed value meets a condition; of another type it does not."""
    if type(value) is not type(condition.operands[0]):
        return False
    # Beyond ±(2⁵³ − 1) parsers of JSON disagree about what a number is.
    if type(value) is int and abs(value) > MAX_INTEGER:
        return False
    return _OPERATORS[condition.operator](value, condition.operands)


def _is_one_of(value: ClaimValue, operands: tuple[ClaimValue, ...]) -> bool:
    return value in operands


_OPERATORS: Mapping[Operator, Callable[[ClaimValue, tuple[ClaimValue, ...]], bool]] = {
    Operator.EQUALS: _is_one_of,
    Operator.IN: _is_one_of,
    Operator.AT_LEAST: lambda value, operands: order_key(value) >= order_key(operands[0]),
    Operator.AT_MOST: lambda value, operands: order_key(value) <= order_key(operands[0]),
    Operator.BETWEEN: lambda value, operands: (
        order_key(operands[0]) <= order_key(value) <= order_key(operands[1])
    ),
}
