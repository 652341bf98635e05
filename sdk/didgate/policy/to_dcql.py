"""Compiles a policy to DCQL: what a wallet is asked for (OpenID4VP 1.0 §6).

The query asks for no claim that the policy does not judge. What DCQL cannot say (bounds, issuers,
ages, accounts, time, ``not``, ``holder``) travels beside it in the challenge; a query only spares
holders needless disclosure, the policy alone decides.

>>> adult = Condition("age", Operator.AT_LEAST, (18,))
>>> leaf = CredentialLeaf(vct="https://id.example/person", issuers=None, claims=(adult,))
>>> credential_query("c0", leaf).to_dict()["claims"]
[{'path': ['age']}]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any, TypeAlias

from didgate.credentials.schema import AttributeSchema
from didgate.policy.model import Policy
from didgate.policy.pointer import pointer_segments
from didgate.policy.schema_check import check
from didgate.policy.tree import (
    All,
    Any_,
    AtLeast,
    Condition,
    CredentialLeaf,
    Node,
    Operator,
    children_of,
    credential_leaves,
)
from didgate.policy.values import JSON_NATIVE, type_of
from didgate.query.dcql import (
    TYPE_MEMBERS,
    ClaimsQuery,
    CredentialQuery,
    CredentialSet,
    Query,
)

MAX_OPTIONS = 64
MAX_STEPS = 4096

Option: TypeAlias = frozenset[int]
"""Credentials, by the number in their id, that together open one branch of the tree."""


def dcql(policy: Policy, schemas: Mapping[bytes, AttributeSchema] | None = None) -> dict[str, Any]:
    """Return the DCQL query for a policy, as JSON.

    Args:
        policy: the effective policy; its leaf ids become the ids of the credential queries.
        schemas: the schemas that the policy names, by their ids; if given, the policy is checked
            against them first.

    Returns:
        The query; an empty object where the policy asks for no credential, because DCQL has no
        empty query.

    Raises:
        InvalidInput: the policy asks for what a schema does not have.
    """
    if schemas is not None:
        check(policy, schemas)
    if not policy.credentials:
        return {}
    queries = tuple(credential_query(name, leaf) for name, leaf in policy.credentials.items())
    return Query(queries, _credential_sets(policy)).to_dict()


def credential_query(name: str, leaf: CredentialLeaf) -> CredentialQuery:
    """Return the credential query that asks for what one leaf judges."""
    accepted = leaf.vct if leaf.schema_id is None else "0x" + leaf.schema_id.hex()
    return CredentialQuery(
        id=name,
        format=leaf.form.value,
        meta={TYPE_MEMBERS[leaf.form.value]: [accepted]},
        claims=tuple(map(_claims_query, leaf.claims)),
    )


def _claims_query(condition: Condition) -> ClaimsQuery:
    return ClaimsQuery(path=pointer_segments(condition.claim), values=query_values(condition))


def query_values(condition: Condition) -> tuple[str | int | bool, ...]:
    """Return the values of a condition that DCQL can state; empty if it cannot."""
    if condition.operator not in {Operator.EQUALS, Operator.IN}:
        return ()
    if type_of(condition.operands[0]) not in JSON_NATIVE:
        return ()
    return tuple(value for value in condition.operands if isinstance(value, str | int | bool))


def _credential_sets(policy: Policy) -> tuple[CredentialSet, ...]:
    """Return a set of what is always needed and one for each choice; none without a choice."""
    weights = [len(leaf.claims) for leaf in policy.credentials.values()]
    needed: set[int] = set()
    choices: list[CredentialSet] = []
    first = 0
    for conjunct in _conjuncts(policy.allow):
        numbers = range(first, first + len(credential_leaves(conjunct)))
        first = numbers.stop
        options = _options(conjunct, iter(numbers)) if numbers else [frozenset()]
        if options is not None and len(options) == 1:
            needed |= options[0]
        else:
            choices.append(_choice(options, numbers, weights))
    if not choices:
        return ()
    return (*([CredentialSet((_ids(needed),))] if needed else []), *choices)


def _conjuncts(node: Node) -> Iterator[Node]:
    """Yield what must hold altogether, so that each choice becomes a set of its own."""
    if isinstance(node, All):
        for child in node.children:
            yield from _conjuncts(child)
    else:
        yield node


def _options(node: Node, numbers: Iterator[int]) -> list[Option] | None:
    """Return the combinations of credentials that open a node; ``None`` for too many to list.

    The empty combination stands for a branch that needs no credential, such as an account.
    """
    if isinstance(node, CredentialLeaf):
        return [frozenset({next(numbers)})]
    children = [_options(child, numbers) for child in children_of(node)]
    known = [options for options in children if options is not None]
    if not credential_leaves(node):
        return [frozenset()]
    if len(known) < len(children):
        return None
    branches = combinations(known, _need(node))
    merged = (frozenset[int]().union(*parts) for branch in branches for parts in product(*branch))
    options: dict[Option, None] = {}
    for step, option in enumerate(merged):
        options[option] = None
        if step == MAX_STEPS or len(options) > MAX_OPTIONS:
            return None
    return list(options)


def _need(node: Node) -> int:
    """Return how many children must hold for the node to hold."""
    match node:
        case Any_():
            return 1
        case AtLeast():
            return node.need
        case _:
            return len(children_of(node))


def _choice(
    options: list[Option] | None, numbers: Sequence[int], weights: Sequence[int]
) -> CredentialSet:
    """Return the options with what discloses least first.

    Where one option is to show no credential, or there are too many to list, nothing is required
    and the holder's wallet decides by the policy itself.
    """
    listed = [frozenset({number}) for number in numbers] if options is None else options
    shown = sorted(
        filter(None, listed),
        key=lambda option: (sum(weights[n] for n in option), len(option), sorted(option)),
    )
    required = options is not None and len(shown) == len(options)
    return CredentialSet(tuple(map(_ids, shown)), required=required)


def _ids(numbers: Collection[int]) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in sorted(numbers))
