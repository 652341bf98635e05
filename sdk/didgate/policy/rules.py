"""Which trees compile (FORMATS §3). What does not mean what it seems to say is refused here.

- ``not`` over credentials: a holder would simply not show the credential.
- ``not`` over a member of a Merkle tree or an attestation: a presenter would simply not name it.
- ``not`` over an address list or a token anywhere but inside an ``all`` beside a positive leaf on
  an account: a presenter would simply use another account, or none.
- ``atLeast`` two or more over credentials that one credential could answer twice: presentations
  cannot be linked, so two of them do not show two credentials.
- a missing ``holder`` where a branch shows two or more credentials, and ``same`` where a form has
  no key to compare.
- a quota where some branch shows no key to count by.

>>> check_tree(Not(CredentialLeaf(vct="x", issuers=None)), "allow")
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: allow.not: nobody can prove to lack a credential [not_over_credential]
"""

from __future__ import annotations

from itertools import combinations

from didgate.credentials.verified import CredentialForm
from didgate.policy.leaf_rules import check_duplicates, check_leaf, check_number, refuse
from didgate.policy.node_bytes import node_bytes
from didgate.policy.paths import item, member
from didgate.policy.tree import (
    AccountLeaf,
    All,
    Any_,
    AtLeast,
    CredentialLeaf,
    Holder,
    Node,
    Not,
    SuppliedLeaf,
    child_path,
    children_of,
    credential_leaves,
    leaves,
)

MAX_CHILDREN = 32
MAX_DEPTH = 8
MAX_LEAVES = 64


def check_tree(root: Node, path: str) -> None:
    """Check a whole tree, in the order in which it was written.

    Args:
        root: the tree.
        path: where it stands, e.g. ``allow``.

    Raises:
        InvalidInput: with the code of the rule that is broken and the path of the fault.
    """
    _check_depth(root, path, MAX_DEPTH)
    count = sum(1 for _ in leaves(root))
    refuse(count > MAX_LEAVES, "too_many_leaves", f"at most {MAX_LEAVES} leaves", path)
    _check_node(root, path, beside_account=False)


def _check_depth(node: Node, path: str, levels: int) -> None:
    refuse(levels == 0, "too_deep", f"at most {MAX_DEPTH} levels", path)
    for index, child in enumerate(children_of(node)):
        _check_depth(child, child_path(node, path, index), levels - 1)


def _check_node(node: Node, path: str, *, beside_account: bool) -> None:
    # Children come first: comparing them by their bytes takes that they keep the rules.
    positive = isinstance(node, All) and any(isinstance(c, AccountLeaf) for c in node.children)
    for index, child in enumerate(children_of(node)):
        _check_node(child, child_path(node, path, index), beside_account=positive)
    match node:
        case All():
            _check_children(node.children, 2, member(path, "all"))
            _check_holder(node, len(node.children), path)
        case Any_():
            _check_children(node.children, 2, member(path, "any"))
        case AtLeast():
            _check_at_least(node, member(path, "atLeast"))
        case Not():
            _check_not(node, member(path, "not"), beside_account=beside_account)
        case _:
            check_leaf(node, path)


def _check_children(children: tuple[Node, ...], least: int, path: str) -> None:
    refuse(not children, "empty_tree", "nothing stands here", path)
    refuse(len(children) < least, "too_few_children", "one child needs no operator", path)
    refuse(len(children) > MAX_CHILDREN, "too_many_children", "at most 32 children", path)
    encoded = map(node_bytes, children)
    check_duplicates(encoded, "duplicate_child", "the same child stands here twice", path)


def _check_not(node: Not, path: str, *, beside_account: bool) -> None:
    shows_credential = bool(credential_leaves(node))
    message = "nobody can prove to lack a credential"
    refuse(shows_credential, "not_over_credential", message, path)
    supplied = any(isinstance(leaf, SuppliedLeaf) for leaf in leaves(node))
    message = "whoever must not have it would simply not name it"
    refuse(supplied, "not_over_supplied", message, path)
    judges_account = any(isinstance(leaf, AccountLeaf) for leaf in leaves(node))
    message = 'put it into an "all" beside a leaf that the same account must meet'
    refuse(judges_account and not beside_account, "not_over_address", message, path)


def _check_at_least(node: AtLeast, path: str) -> None:
    children = member(path, "of")
    _check_children(node.children, 1, children)
    check_number(node.need, 1, len(node.children), member(path, "n"))
    _check_holder(node, node.need, path)
    if node.need < 2:
        return
    for (_, a), (index, b) in combinations(enumerate(node.children), 2):
        overlap = any(
            not _disjoint(x, y) for x in credential_leaves(a) for y in credential_leaves(b)
        )
        message = "one credential could count twice: tell them apart by type or by named issuers"
        refuse(overlap, "not_disjoint", message, item(children, index))


def _disjoint(a: CredentialLeaf, b: CredentialLeaf) -> bool:
    if a.type_id != b.type_id:
        return True
    named = a.issuers is not None and b.issuers is not None
    return named and not set(a.issuers or ()) & set(b.issuers or ())


def _check_holder(node: All | AtLeast, need: int, path: str) -> None:
    needed = shows_two_credentials(node.children, need)
    message = 'two credentials are shown here: say "holder": "same" or "any"'
    refuse(needed and node.holder is None, "holder_missing", message, path)
    message = "no two credentials are shown here"
    where = member(path, "holder")
    refuse(node.holder is not None and not needed, "holder_superfluous", message, where)
    if node.holder is Holder.SAME:
        forms = {leaf.form for leaf in credential_leaves(node)}
        message = "only SD-JWT credentials show the key that would have to be the same"
        refuse(forms != {CredentialForm.SD_JWT}, "holder_not_provable", message, where)


def shows_two_credentials(children: tuple[Node, ...], need: int) -> bool:
    """Return whether some branch counts credentials from two of the children.

    Args:
        children: of an ``all`` or ``atLeast``.
        need: how many of them must hold.
    """
    return need >= 2 and sum(1 for child in children if credential_leaves(child)) >= 2


def every_branch_shows_key(node: Node) -> bool:
    """Return whether every branch that holds has an SD-JWT in it, which shows its holder's key."""
    match node:
        case CredentialLeaf():
            return node.form is CredentialForm.SD_JWT
        case All():
            return any(map(every_branch_shows_key, node.children))
        case Any_():
            return all(map(every_branch_shows_key, node.children))
        case AtLeast():
            keyless = sum(1 for child in node.children if not every_branch_shows_key(child))
            return keyless < node.need
        case _:
            return False
