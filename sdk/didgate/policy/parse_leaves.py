"""Reads the leaves of a policy from its JSON form; ``didgate.policy.parse`` reads the rest.

>>> document = {"standard": "ERC-20", "contract": "0x" + "11" * 20, "atLeast": "5"}
>>> LEAVES["token"](document, "allow.token").amount
5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from didgate.chain.facts import TokenStandard
from didgate.credentials.verified import DateTime
from didgate.errors import InvalidInput
from didgate.policy.document import ACCREDITED, LIST_OPERATORS, TOKEN_QUESTIONS
from didgate.policy.json_form import (
    address_at,
    array_at,
    id_at,
    integer_at,
    number_at,
    object_at,
    single_at,
    string_at,
)
from didgate.policy.leaf_rules import refuse
from didgate.policy.paths import item, located, member
from didgate.policy.tree import (
    AddressLeaf,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Leaf,
    MerkleLeaf,
    Operator,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.values import value_from_json


def _parse_credential(source: Any, path: str) -> Leaf:
    document = object_at(source, path, required={"issuers"}, optional=_CREDENTIAL_KEYS)
    schema, vct = document.get("schema"), document.get("vct")
    return CredentialLeaf(
        schema_id=None if "schema" not in document else id_at(schema, member(path, "schema")),
        vct=None if "vct" not in document else string_at(vct, member(path, "vct")),
        issuers=_parse_issuers(document["issuers"], member(path, "issuers")),
        min_age=integer_at(document.get("minAge", 0), member(path, "minAge")),
        max_age=_parse_max_age(document, path),
        claims=_parse_claims(document, member(path, "claims")),
    )


_CREDENTIAL_KEYS = frozenset({"schema", "vct", "minAge", "maxAge", "claims"})


def _parse_max_age(document: Mapping[str, Any], path: str) -> int:
    if "maxAge" not in document:
        return 0
    where = member(path, "maxAge")
    seconds = integer_at(document["maxAge"], where)
    refuse(seconds == 0, "out_of_range", "leave the key out for no limit", where)
    return seconds


def _parse_issuers(source: Any, path: str) -> tuple[str, ...] | None:
    if source == ACCREDITED:
        return None
    message = f'expected "{ACCREDITED}" or an array of DIDs'
    refuse(not isinstance(source, list | tuple), "wrong_type", message, path)
    return tuple(string_at(did, item(path, index)) for index, did in enumerate(source))


def _parse_claims(document: Mapping[str, Any], path: str) -> tuple[Condition, ...]:
    if "claims" not in document:
        return ()
    claims = document["claims"]
    refuse(not isinstance(claims, Mapping), "wrong_type", "expected an object", path)
    refuse(not claims, "empty_claims", "leave the key out", path)
    return tuple(
        _parse_condition(string_at(name, path), condition, member(path, str(name)))
        for name, condition in claims.items()
    )


def _parse_condition(claim: str, source: Any, path: str) -> Condition:
    message = "a condition has exactly one operator"
    name, value = single_at(source, path, message)
    where = member(path, name)
    operator = {operator.value: operator for operator in Operator}.get(name)
    if operator is None:
        raise InvalidInput("unknown_operator", "the language has no such operator", path=where)
    if operator not in LIST_OPERATORS:
        return Condition(claim, operator, (value_from_json(value, where),))
    operands = (
        value_from_json(operand, item(where, index))
        for index, operand in enumerate(array_at(value, where))
    )
    return Condition(claim, operator, tuple(operands))


def _parse_address(source: Any, path: str) -> Leaf:
    named = isinstance(source, Mapping)
    if named and "root" in source:
        document = object_at(source, path, required={"root"})
        return MerkleLeaf(id_at(document["root"], member(path, "root")))
    document = object_at(source, path, required={"list"}, optional=frozenset({"minAge"}))
    return AddressLeaf(
        list_id=id_at(document["list"], member(path, "list")),
        min_age=integer_at(document.get("minAge", 0), member(path, "minAge")),
    )


def _parse_token(source: Any, path: str) -> Leaf:
    document = object_at(
        source, path, required={"standard", "contract"}, optional=frozenset({"id", "atLeast"})
    )
    numbers = {
        name: number_at(document[name], member(path, name))
        for name in ("id", "atLeast")
        if name in document
    }
    return TokenLeaf(
        standard=_token_question(document, frozenset(numbers), path),
        contract=address_at(document["contract"], member(path, "contract")),
        id=numbers.get("id", 0),
        amount=numbers.get("atLeast", 1),
    )


def _token_question(
    document: Mapping[str, Any], numbers: frozenset[str], path: str
) -> TokenStandard:
    where = member(path, "standard")
    name = string_at(document["standard"], where)
    refuse(name not in TOKEN_QUESTIONS, "unknown_standard", _KNOWN_STANDARDS, where)
    question = TOKEN_QUESTIONS[name].get(numbers)
    if question is None:
        raise InvalidInput("token_numbers", f"{name} takes {_NUMBERS[name]}", path=path)
    return question


_KNOWN_STANDARDS = f"expected one of {', '.join(TOKEN_QUESTIONS)}"
_NUMBERS = {
    "ERC-20": "atLeast",
    "ERC-721": "either atLeast (how many) or id (which one)",
    "ERC-1155": "id, and atLeast if one is not enough",
    "ERC-4907": "id",
}


def _parse_attestation(source: Any, path: str) -> Leaf:
    required = {"schema", "attesters"}
    document = object_at(source, path, required=required, optional=frozenset({"minAge", "maxAge"}))
    attesters = member(path, "attesters")
    return AttestationLeaf(
        schema=id_at(document["schema"], member(path, "schema")),
        attesters=tuple(
            address_at(attester, item(attesters, index))
            for index, attester in enumerate(array_at(document["attesters"], attesters))
        ),
        min_age=integer_at(document.get("minAge", 0), member(path, "minAge")),
        max_age=_parse_max_age(document, path),
    )


def _parse_time(source: Any, path: str) -> Leaf:
    document = object_at(source, path, required=set(), optional=frozenset({"from", "until"}))
    return TimeLeaf(_moment(document, "from", path), _moment(document, "until", path))


def _moment(document: Mapping[str, Any], name: str, path: str) -> DateTime | None:
    if name not in document:
        return None
    where = member(path, name)
    with located(where):
        return DateTime.parse(string_at(document[name], where))


LEAVES: Mapping[str, Callable[[Any, str], Leaf]] = {
    "credential": _parse_credential,
    "address": _parse_address,
    "token": _parse_token,
    "attestation": _parse_attestation,
    "time": _parse_time,
}
"""Reads a leaf by the name of its member: from its value, and the path of that."""
