"""The effective policy: the active one and every restriction, all at once (FORMATS §4).

A restriction only narrows: its tree is one more condition, a shorter grant, a smaller quota, a
longer period. Pins of the same kind that differ cannot both be meant, so they are an error, and
an error denies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from didgate.errors import InvalidInput
from didgate.policy.model import Policy, Quota
from didgate.policy.node_bytes import node_bytes
from didgate.policy.registries import Registries, Registry
from didgate.policy.rules import shows_two_credentials
from didgate.policy.tree import All, Holder, Node


def effective(active: Policy, restrictions: Iterable[Policy]) -> Policy:
    """Return the policy that holds while restrictions stand beside the active one.

    Where the parts together show two credentials, no two of them need the same holder: each part
    says for itself what must be the same.

    Args:
        active: the active policy.
        restrictions: the restrictions, in any order.

    Raises:
        InvalidInput: ``conflicting_registries``, or the rule that the parts break together, such
            as ``too_deep`` or ``too_many_leaves``. The gate then denies.
    """
    parts = [active, *restrictions]
    return Policy(
        allow=_conjunction([part.allow for part in parts]),
        grant_lifetime=min(part.grant_lifetime for part in parts),
        quota=_strictest([part.quota for part in parts if part.quota is not None]),
        registries=_union(parts),
    )


def _conjunction(trees: Sequence[Node]) -> Node:
    distinct = tuple({node_bytes(tree): tree for tree in trees}.values())
    if len(distinct) == 1:
        return distinct[0]
    two = shows_two_credentials(distinct, len(distinct))
    return All(distinct, holder=Holder.ANY if two else None)


def _strictest(quotas: Sequence[Quota]) -> Quota | None:
    if not quotas:
        return None
    return Quota(
        limit=min(quota.limit for quota in quotas), period=max(quota.period for quota in quotas)
    )


def _union(parts: Iterable[Policy]) -> Registries:
    pinned: dict[str, Registry] = {}
    for part in parts:
        for kind, registry in part.registries.pinned():
            if pinned.setdefault(kind.name.lower(), registry) != registry:
                message = "a restriction pins another registry than the policy"
                path = f"registries.{kind.json_name}"
                raise InvalidInput("conflicting_registries", message, path=path)
    return Registries(**pinned)
