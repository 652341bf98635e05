"""Reads a policy as people write it: JSON, or YAML at the edge (DESIGN §5).

Whatever is unknown, missing, empty or of another type is an error that names its place; nothing
has a default that could let someone in.

>>> policy = parse_policy('''{"didgate": 1,
...     "registries": {"addressLists": {"address": "0x1111111111111111111111111111111111111111",
...                                     "codeHash": "0x%s"}},
...     "allow": {"address": {"list": "0x%s"}},
...     "grant": {"lifetime": 60}}''' % ("22" * 32, "33" * 32))
>>> policy.allow == AddressLeaf(list_id=bytes([0x33] * 32))
True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from didgate.credentials.verified import Address, DateTime
from didgate.encoding import strict_json
from didgate.errors import InvalidInput
from didgate.policy.document import ACCREDITED, LIST_OPERATORS
from didgate.policy.leaf_rules import refuse
from didgate.policy.model import VERSION, Policy, Quota
from didgate.policy.paths import item, located, member
from didgate.policy.registries import Registries, Registry, RegistryKind
from didgate.policy.rules import MAX_DEPTH
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    Condition,
    CredentialLeaf,
    Holder,
    Node,
    Not,
    Operator,
    TimeLeaf,
)
from didgate.policy.values import value_from_json
from didgate.policy.yaml_source import load_yaml

_ID = re.compile(r"0x[0-9a-fA-F]{64}")
_MAX_TEXT_BYTES = 65536


def parse_policy(source: str | bytes | Mapping[str, Any], *, yaml: bool = False) -> Policy:
    """Return the policy that a document describes.

    Args:
        source: JSON (or YAML) text, its UTF-8 bytes, or an object as parsed from JSON.
        yaml: whether a text is YAML.

    Raises:
        InvalidInput: with the code of the rule that is broken and the path of the fault.
    """
    if isinstance(source, str | bytes):
        load = load_yaml if yaml else strict_json.loads
        source = load(source, max_bytes=_MAX_TEXT_BYTES)
    document = _object(source, "", required={"didgate", "allow", "grant"}, optional=_OPTIONAL)
    version = document["didgate"]
    known = type(version) is int and version == VERSION
    refuse(not known, "unknown_version", "no policy has this version", "didgate")
    grant = _object(document["grant"], "grant", required={"lifetime"})
    return Policy(
        allow=parse_tree(document["allow"]),
        grant_lifetime=_integer(grant["lifetime"], "grant.lifetime"),
        quota=_parse_quota(document),
        registries=_parse_registries(document),
    )


def parse_tree(source: Any) -> Node:
    """Return the tree that the ``allow`` of a document describes.

    Raises:
        InvalidInput: as :func:`parse_policy`.
    """
    return _parse_node(source, "allow", MAX_DEPTH)


_OPTIONAL = frozenset({"registries", "quota"})


def _object(
    source: Any, path: str, *, required: set[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return an object that has all required and no unknown members."""
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    for name in source:
        known = isinstance(name, str) and (name in required or name in optional)
        refuse(not known, "unknown_key", "the language has no such key", member(path, str(name)))
    for name in sorted(required):
        refuse(name not in source, "missing_key", "this key is required", member(path, name))
    checked: Mapping[str, Any] = source
    return checked


def _single(source: Any, path: str, message: str) -> tuple[str, Any]:
    """Return the name and the value of an object's only member."""
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    refuse(not source, "empty_tree", message, path)
    refuse(len(source) != 1, "ambiguous", message, path)
    ((name, value),) = source.items()
    return str(name), value


def _array(source: Any, path: str) -> list[Any]:
    refuse(not isinstance(source, list | tuple), "wrong_type", "expected an array", path)
    return list(source)


def _integer(source: Any, path: str) -> int:
    refuse(type(source) is not int, "wrong_type", "expected an integer", path)
    return int(source)


def _string(source: Any, path: str) -> str:
    refuse(type(source) is not str, "wrong_type", "expected a string", path)
    return str(source)


def _id(source: Any, path: str) -> bytes:
    text = _string(source, path)
    whole = _ID.fullmatch(text)
    refuse(not whole, "invalid_id", "expected 0x and 64 hexadecimal digits", path)
    return bytes.fromhex(text[2:])


def _parse_quota(document: Mapping[str, Any]) -> Quota | None:
    if "quota" not in document:
        return None
    quota = _object(document["quota"], "quota", required={"limit", "period"})
    return Quota(
        limit=_integer(quota["limit"], "quota.limit"),
        period=_integer(quota["period"], "quota.period"),
    )


def _parse_registries(document: Mapping[str, Any]) -> Registries:
    if "registries" not in document:
        return Registries()
    kinds = {kind.json_name: kind for kind in RegistryKind}
    source = _object(
        document["registries"], "registries", required=set(), optional=frozenset(kinds)
    )
    refuse(not source, "empty_registries", "leave the key out", "registries")
    return Registries(
        **{
            kinds[name].name.lower(): _parse_registry(value, member("registries", name))
            for name, value in source.items()
        }
    )


def _parse_registry(source: Any, path: str) -> Registry:
    document = _object(source, path, required={"address", "codeHash"})
    where = member(path, "address")
    with located(where):
        address = Address(_string(document["address"], where))
    return Registry(address.text, _id(document["codeHash"], member(path, "codeHash")))


def _parse_node(source: Any, path: str, levels: int) -> Node:
    refuse(levels == 0, "too_deep", f"at most {MAX_DEPTH} levels", path)
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    if "all" in source:
        return _parse_all(source, path, levels)
    message = "a node has exactly one of all, any, atLeast, not, credential, address and time"
    name, value = _single(source, path, message)
    where = member(path, name)
    refuse(name not in _NODES, "unknown_key", message, where)
    return _NODES[name](value, where, levels)


def _parse_children(source: Any, path: str, levels: int) -> tuple[Node, ...]:
    return tuple(
        _parse_node(child, item(path, index), levels - 1)
        for index, child in enumerate(_array(source, path))
    )


def _parse_holder(source: Mapping[str, Any], path: str) -> Holder | None:
    if "holder" not in source:
        return None
    where = member(path, "holder")
    named = {holder.value: holder for holder in Holder}.get(_string(source["holder"], where))
    refuse(named is None, "unknown_holder", 'say "same" or "any"', where)
    return named


def _parse_all(source: Any, path: str, levels: int) -> Node:
    document = _object(source, path, required={"all"}, optional=frozenset({"holder"}))
    children = _parse_children(document["all"], member(path, "all"), levels)
    return All(children, _parse_holder(document, path))


def _parse_any(source: Any, path: str, levels: int) -> Node:
    return Any_(_parse_children(source, path, levels))


def _parse_at_least(source: Any, path: str, levels: int) -> Node:
    document = _object(source, path, required={"n", "of"}, optional=frozenset({"holder"}))
    need = _integer(document["n"], member(path, "n"))
    children = _parse_children(document["of"], member(path, "of"), levels)
    return AtLeast(need, children, _parse_holder(document, path))


def _parse_not(source: Any, path: str, levels: int) -> Node:
    return Not(_parse_node(source, path, levels - 1))


def _parse_credential(source: Any, path: str, _levels: int) -> Node:
    document = _object(source, path, required={"issuers"}, optional=_CREDENTIAL_KEYS)
    schema, vct = document.get("schema"), document.get("vct")
    return CredentialLeaf(
        schema_id=None if "schema" not in document else _id(schema, member(path, "schema")),
        vct=None if "vct" not in document else _string(vct, member(path, "vct")),
        issuers=_parse_issuers(document["issuers"], member(path, "issuers")),
        min_age=_integer(document.get("minAge", 0), member(path, "minAge")),
        max_age=_parse_max_age(document, path),
        claims=_parse_claims(document, member(path, "claims")),
    )


_CREDENTIAL_KEYS = frozenset({"schema", "vct", "minAge", "maxAge", "claims"})


def _parse_max_age(document: Mapping[str, Any], path: str) -> int:
    if "maxAge" not in document:
        return 0
    where = member(path, "maxAge")
    seconds = _integer(document["maxAge"], where)
    refuse(seconds == 0, "out_of_range", "leave the key out for no limit", where)
    return seconds


def _parse_issuers(source: Any, path: str) -> tuple[str, ...] | None:
    if source == ACCREDITED:
        return None
    message = f'expected "{ACCREDITED}" or an array of DIDs'
    refuse(not isinstance(source, list | tuple), "wrong_type", message, path)
    return tuple(_string(did, item(path, index)) for index, did in enumerate(source))


def _parse_claims(document: Mapping[str, Any], path: str) -> tuple[Condition, ...]:
    if "claims" not in document:
        return ()
    claims = document["claims"]
    refuse(not isinstance(claims, Mapping), "wrong_type", "expected an object", path)
    refuse(not claims, "empty_claims", "leave the key out", path)
    return tuple(
        _parse_condition(_string(name, path), condition, member(path, str(name)))
        for name, condition in claims.items()
    )


def _parse_condition(claim: str, source: Any, path: str) -> Condition:
    message = "a condition has exactly one operator"
    name, value = _single(source, path, message)
    where = member(path, name)
    operator = {operator.value: operator for operator in Operator}.get(name)
    if operator is None:
        raise InvalidInput("unknown_operator", "the language has no such operator", path=where)
    if operator not in LIST_OPERATORS:
        return Condition(claim, operator, (value_from_json(value, where),))
    operands = (
        value_from_json(operand, item(where, index))
        for index, operand in enumerate(_array(value, where))
    )
    return Condition(claim, operator, tuple(operands))


def _parse_address(source: Any, path: str, _levels: int) -> Node:
    document = _object(source, path, required={"list"}, optional=frozenset({"minAge"}))
    return AddressLeaf(
        list_id=_id(document["list"], member(path, "list")),
        min_age=_integer(document.get("minAge", 0), member(path, "minAge")),
    )


def _parse_time(source: Any, path: str, _levels: int) -> Node:
    document = _object(source, path, required=set(), optional=frozenset({"from", "until"}))
    return TimeLeaf(_moment(document, "from", path), _moment(document, "until", path))


def _moment(document: Mapping[str, Any], name: str, path: str) -> DateTime | None:
    if name not in document:
        return None
    where = member(path, name)
    with located(where):
        return DateTime.parse(_string(document[name], where))


_NODES: Mapping[str, Callable[[Any, str, int], Node]] = {
    "any": _parse_any,
    "atLeast": _parse_at_least,
    "not": _parse_not,
    "credential": _parse_credential,
    "address": _parse_address,
    "time": _parse_time,
}
