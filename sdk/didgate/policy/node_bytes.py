"""The canonical bytes of a policy's tree.

A node is a tag, the length of its body in two bytes, and the body. Children stand in ascending
order of their own bytes, claims by the bytes of their names, issuers by the bytes of their DIDs,
attesters and the values of ``in`` by theirs; so one tree has one encoding, however it was written.

>>> node_bytes(AddressLeaf(bytes(32), min_age=60)).hex()[:6]
'110024'
>>> a, b = AddressLeaf(bytes(32)), TimeLeaf(end=DateTime(60))
>>> node_bytes(Any_((a, b))) == node_bytes(Any_((b, a)))
True
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum

from didgate.credentials.verified import CredentialForm, DateTime
from didgate.errors import InvalidInput
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Holder,
    Leaf,
    MerkleLeaf,
    Node,
    Not,
    Operator,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.values import check_text, encode_value, sized

MAX_BODY_BYTES = 0xFFFF
OPEN_START = 0
OPEN_END = 2**64 - 1


class Tag(IntEnum):
    """The first byte of a node."""

    ALL = 0x01
    ANY = 0x02
    AT_LEAST = 0x03
    NOT = 0x04
    CREDENTIAL = 0x10
    ADDRESS = 0x11
    TOKEN = 0x12
    TIME = 0x14
    ATTESTATION = 0x15
    MEMBER = 0x16


RESERVED_TAGS = {0x13: "payment"}

FORM_NUMBERS = {CredentialForm.ATTRIBUTE: 1, CredentialForm.SD_JWT: 2}
HOLDER_NUMBERS = {None: 0, Holder.SAME: 1, Holder.ANY: 2}
OPERATOR_NUMBERS = {
    Operator.EQUALS: 1,
    Operator.IN: 2,
    Operator.AT_LEAST: 3,
    Operator.AT_MOST: 4,
    Operator.BETWEEN: 5,
}


def canonical_order(node: Node) -> Node:
    """Return the same tree with children, issuers, claims and values in canonical order."""
    match node:
        case All() | Any_() | AtLeast():
            children = (canonical_order(child) for child in node.children)
            return replace(node, children=tuple(sorted(children, key=node_bytes)))
        case Not():
            return Not(canonical_order(node.child))
        case CredentialLeaf():
            issuers = None if node.issuers is None else tuple(sorted(node.issuers, key=str.encode))
            claims = sorted(map(_ordered_operands, node.claims), key=lambda c: c.claim.encode())
            return replace(node, issuers=issuers, claims=tuple(claims))
        case AttestationLeaf():
            return replace(node, attesters=tuple(sorted(node.attesters, key=address_bytes)))
        case _:
            return node


def _ordered_operands(condition: Condition) -> Condition:
    if condition.operator is not Operator.IN:
        return condition
    return replace(condition, operands=tuple(sorted(condition.operands, key=encode_value)))


def node_bytes(node: Node) -> bytes:
    """Return the canonical bytes of a tree that keeps the rules.

    Raises:
        InvalidInput: ``policy_too_long`` where a body has more than 65,535 bytes.
    """
    tag, body = _tagged_body(node)
    if len(body) > MAX_BODY_BYTES:
        raise InvalidInput("policy_too_long", "a part of the policy has more than 65,535 bytes")
    return bytes([tag]) + sized(body)


def _tagged_body(node: Node) -> tuple[Tag, bytes]:
    match node:
        case All():
            return Tag.ALL, bytes([HOLDER_NUMBERS[node.holder]]) + _children(node.children)
        case Any_():
            return Tag.ANY, _children(node.children)
        case AtLeast():
            head = bytes([HOLDER_NUMBERS[node.holder], node.need])
            return Tag.AT_LEAST, head + _children(node.children)
        case Not():
            return Tag.NOT, node_bytes(node.child)
        case _:
            return _tagged_leaf(node)


def _tagged_leaf(leaf: Leaf) -> tuple[Tag, bytes]:
    match leaf:
        case CredentialLeaf():
            return Tag.CREDENTIAL, _credential_body(leaf)
        case AddressLeaf():
            return Tag.ADDRESS, leaf.list_id + leaf.min_age.to_bytes(4)
        case MerkleLeaf():
            return Tag.MEMBER, leaf.root
        case TokenLeaf():
            return Tag.TOKEN, _token_body(leaf)
        case AttestationLeaf():
            return Tag.ATTESTATION, _attestation_body(leaf)
        case TimeLeaf():
            return Tag.TIME, _seconds(leaf.start, OPEN_START) + _seconds(leaf.end, OPEN_END)


def _children(children: tuple[Node, ...]) -> bytes:
    return bytes([len(children)]) + b"".join(sorted(map(node_bytes, children)))


def _seconds(moment: DateTime | None, unbounded: int) -> bytes:
    return (unbounded if moment is None else moment.seconds).to_bytes(8)


def address_bytes(address: str) -> bytes:
    """Return the 20 bytes of an address in EIP-55 spelling."""
    return bytes.fromhex(address[2:])


def _token_body(leaf: TokenLeaf) -> bytes:
    numbers = leaf.id.to_bytes(32) + leaf.amount.to_bytes(32)
    return bytes([leaf.standard]) + address_bytes(leaf.contract) + numbers


def _attestation_body(leaf: AttestationLeaf) -> bytes:
    attesters = sorted(map(address_bytes, leaf.attesters))
    ages = leaf.min_age.to_bytes(4) + leaf.max_age.to_bytes(4)
    return leaf.schema + bytes([len(attesters)]) + b"".join(attesters) + ages


def _credential_body(leaf: CredentialLeaf) -> bytes:
    type_ = sized(check_text(leaf.vct or "")) if leaf.schema_id is None else leaf.schema_id
    issuers = sorted(did.encode() for did in leaf.issuers or ())
    claims = sorted(leaf.claims, key=lambda condition: condition.claim.encode())
    return b"".join(
        (
            bytes([FORM_NUMBERS[leaf.form]]),
            type_,
            bytes([len(issuers)]),
            *map(sized, issuers),
            leaf.min_age.to_bytes(4),
            leaf.max_age.to_bytes(4),
            bytes([len(claims)]),
            *map(_condition_bytes, claims),
        )
    )


def _condition_bytes(condition: Condition) -> bytes:
    name = check_text(condition.claim)
    values = [encode_value(value) for value in condition.operands]
    if condition.operator is Operator.IN:
        values.sort()
    head = bytes([len(name)]) + name + bytes([OPERATOR_NUMBERS[condition.operator], len(values)])
    return head + b"".join(values)
