"""The JSON form of a tree and of registries, as ``Policy.to_dict`` writes it.

Defaults are written out (``minAge``) or left out (``maxAge``, ``claims``) always in the same way,
so that two equal policies have equal documents.

>>> tree_to_json(TimeLeaf(end=DateTime.parse("2027-01-01T00:00:00Z")))
{'time': {'until': '2027-01-01T00:00:00Z'}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didgate.chain.facts import TokenStandard
from didgate.credentials.verified import DateTime
from didgate.policy.registries import Registries
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Leaf,
    MerkleLeaf,
    Node,
    Not,
    Operator,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.values import value_to_json

ACCREDITED = "accredited"
LIST_OPERATORS = frozenset({Operator.IN, Operator.BETWEEN})
_ID, _AT_LEAST = frozenset({"id"}), frozenset({"atLeast"})
TOKEN_QUESTIONS: Mapping[str, Mapping[frozenset[str], TokenStandard]] = {
    "ERC-20": {_AT_LEAST: TokenStandard.ERC20_BALANCE},
    "ERC-721": {_AT_LEAST: TokenStandard.ERC721_BALANCE, _ID: TokenStandard.ERC721_OWNER},
    "ERC-1155": {
        _ID: TokenStandard.ERC1155_BALANCE,
        _ID | _AT_LEAST: TokenStandard.ERC1155_BALANCE,
    },
    "ERC-4907": {_ID: TokenStandard.ERC4907_USER},
}
"""What a standard's name means together with the numbers that stand beside it."""
_TOKEN_FORMS = {
    question: (name, numbers)  # of two forms the longer one, which stands last
    for name, questions in TOKEN_QUESTIONS.items()
    for numbers, question in questions.items()
}


def tree_to_json(node: Node) -> dict[str, Any]:
    """Return the JSON form of a node and everything below it."""
    match node:
        case All():
            return {"all": _children(node.children)} | _holder(node)
        case Any_():
            return {"any": _children(node.children)}
        case AtLeast():
            return {"atLeast": {"n": node.need, "of": _children(node.children)} | _holder(node)}
        case Not():
            return {"not": tree_to_json(node.child)}
        case _:
            return _leaf(node)


def _leaf(leaf: Leaf) -> dict[str, Any]:
    match leaf:
        case CredentialLeaf():
            return {"credential": _credential(leaf)}
        case AddressLeaf():
            return {"address": {"list": _hex(leaf.list_id), "minAge": leaf.min_age}}
        case MerkleLeaf():
            return {"address": {"root": _hex(leaf.root)}}
        case TokenLeaf():
            return {"token": _token(leaf)}
        case AttestationLeaf():
            return {"attestation": _attestation(leaf)}
        case TimeLeaf():
            return {"time": _time(leaf)}


def registries_to_json(registries: Registries) -> dict[str, Any]:
    """Return the JSON form of the pinned registries."""
    return {
        kind.json_name: {"address": registry.address, "codeHash": _hex(registry.code_hash)}
        for kind, registry in registries.pinned()
    }


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _children(children: tuple[Node, ...]) -> list[dict[str, Any]]:
    return [tree_to_json(child) for child in children]


def _holder(node: All | AtLeast) -> dict[str, Any]:
    return {} if node.holder is None else {"holder": node.holder.value}


def _time(leaf: TimeLeaf) -> dict[str, str]:
    window: dict[str, DateTime | None] = {"from": leaf.start, "until": leaf.end}
    return {name: str(moment) for name, moment in window.items() if moment is not None}


def _token(leaf: TokenLeaf) -> dict[str, str]:
    name, numbers = _TOKEN_FORMS[leaf.standard]
    document = {"standard": name, "contract": leaf.contract}
    # As texts: 256 bits are more than most parsers of JSON keep of a number.
    if "id" in numbers:
        document["id"] = str(leaf.id)
    if "atLeast" in numbers:
        document["atLeast"] = str(leaf.amount)
    return document


def _attestation(leaf: AttestationLeaf) -> dict[str, Any]:
    document: dict[str, Any] = {"schema": _hex(leaf.schema), "attesters": list(leaf.attesters)}
    document["minAge"] = leaf.min_age
    return document | ({"maxAge": leaf.max_age} if leaf.max_age else {})


def _credential(leaf: CredentialLeaf) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if leaf.schema_id is None:
        document["vct"] = leaf.vct
    else:
        document["schema"] = _hex(leaf.schema_id)
    document["issuers"] = ACCREDITED if leaf.issuers is None else list(leaf.issuers)
    document["minAge"] = leaf.min_age
    if leaf.max_age:
        document["maxAge"] = leaf.max_age
    if leaf.claims:
        document["claims"] = {c.claim: {c.operator.value: _operands(c)} for c in leaf.claims}
    return document


def _operands(condition: Condition) -> Any:
    values = [value_to_json(value) for value in condition.operands]
    return values if condition.operator in LIST_OPERATORS else values[0]
