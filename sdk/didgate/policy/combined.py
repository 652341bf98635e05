"""The verdict of a policy from the verdicts of its leaves, as receipts and replays record them.

>>> from didgate.policy.tree import AddressLeaf, Any_, TimeLeaf
>>> tree = Any_((AddressLeaf(bytes(32)), TimeLeaf()))
>>> combined(tree, {"allow.any[0]": Verdict.UNKNOWN, "allow.any[1]": Verdict.TRUE})
<Verdict.TRUE: 'true'>
"""

from __future__ import annotations

from collections.abc import Mapping

from didgate.policy.evaluate import combine
from didgate.policy.tree import Node, child_path, children_of
from didgate.trust import Verdict


def combined(node: Node, leaves: Mapping[str, Verdict], path: str = "allow") -> Verdict:
    """Return the verdict of a tree.

    Args:
        node: the tree.
        leaves: the verdict of each of its leaves, by path.
        path: where the tree stands.

    Raises:
        KeyError: a leaf has no verdict.
    """
    children = children_of(node)
    if not children:
        return leaves[path]
    below = [
        combined(child, leaves, child_path(node, path, at)) for at, child in enumerate(children)
    ]
    return combine(node, below)
