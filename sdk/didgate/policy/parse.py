"""Reads a policy as people write it: JSON, or YAML at the edge (DESIGN §5).

Whatever is unknown, missing, empty or of another type is an error that names its place; nothing
has a default that could let someone in.

>>> policy = parse_policy('''{"didgate": 1,
...     "registries": {"addressLists": {"address": "0x1111111111111111111111111111111111111111",
...                                     "codeHash": "0x%s"}},
...     "allow": {"address": {"list": "0x%s"}},
...     "grant": {"lifetime": 60}}''' % ("22" * 32, "33" * 32))
>>> policy.allow
AddressLeaf(list_id=b'33333333333333333333333333333333', min_age=0)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from didgate.encoding import strict_json
from didgate.policy.json_form import (
    address_at,
    array_at,
    id_at,
    integer_at,
    object_at,
    single_at,
    string_at,
)
from didgate.policy.leaf_rules import refuse
from didgate.policy.model import VERSION, Policy, Quota
from didgate.policy.parse_leaves import LEAVES
from didgate.policy.paths import item, member
from didgate.policy.registries import Registries, Registry, RegistryKind
from didgate.policy.rules import MAX_DEPTH
from didgate.policy.tree import All, Any_, AtLeast, Holder, Node, Not
from didgate.policy.yaml_source import load_yaml

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
    document = object_at(source, "", required={"didgate", "allow", "grant"}, optional=_OPTIONAL)
    version = document["didgate"]
    known = type(version) is int and version == VERSION
    refuse(not known, "unknown_version", "no policy has this version", "didgate")
    grant = object_at(document["grant"], "grant", required={"lifetime"})
    return Policy(
        allow=parse_tree(document["allow"]),
        grant_lifetime=integer_at(grant["lifetime"], "grant.lifetime"),
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


def _parse_quota(document: Mapping[str, Any]) -> Quota | None:
    if "quota" not in document:
        return None
    quota = object_at(document["quota"], "quota", required={"limit", "period"})
    return Quota(
        limit=integer_at(quota["limit"], "quota.limit"),
        period=integer_at(quota["period"], "quota.period"),
    )


def _parse_registries(document: Mapping[str, Any]) -> Registries:
    if "registries" not in document:
        return Registries()
    kinds = {kind.json_name: kind for kind in RegistryKind}
    source = object_at(
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
    document = object_at(source, path, required={"address", "codeHash"})
    address = address_at(document["address"], member(path, "address"))
    return Registry(address, id_at(document["codeHash"], member(path, "codeHash")))


def _parse_node(source: Any, path: str, levels: int) -> Node:
    refuse(levels == 0, "too_deep", f"at most {MAX_DEPTH} levels", path)
    refuse(not isinstance(source, Mapping), "wrong_type", "expected an object", path)
    if "all" in source:
        return _parse_all(source, path, levels)
    name, value = single_at(source, path, _NODE_NAMES)
    where = member(path, name)
    if name in LEAVES:
        return LEAVES[name](value, where)
    refuse(name not in _BRANCHES, "unknown_key", _NODE_NAMES, where)
    return _BRANCHES[name](value, where, levels)


def _parse_children(source: Any, path: str, levels: int) -> tuple[Node, ...]:
    return tuple(
        _parse_node(child, item(path, index), levels - 1)
        for index, child in enumerate(array_at(source, path))
    )


def _parse_holder(source: Mapping[str, Any], path: str) -> Holder | None:
    if "holder" not in source:
        return None
    where = member(path, "holder")
    named = {holder.value: holder for holder in Holder}.get(string_at(source["holder"], where))
    refuse(named is None, "unknown_holder", 'say "same" or "any"', where)
    return named


def _parse_all(source: Any, path: str, levels: int) -> Node:
    document = object_at(source, path, required={"all"}, optional=frozenset({"holder"}))
    children = _parse_children(document["all"], member(path, "all"), levels)
    return All(children, _parse_holder(document, path))


def _parse_any(source: Any, path: str, levels: int) -> Node:
    return Any_(_parse_children(source, path, levels))


def _parse_at_least(source: Any, path: str, levels: int) -> Node:
    document = object_at(source, path, required={"n", "of"}, optional=frozenset({"holder"}))
    need = integer_at(document["n"], member(path, "n"))
    children = _parse_children(document["of"], member(path, "of"), levels)
    return AtLeast(need, children, _parse_holder(document, path))


def _parse_not(source: Any, path: str, levels: int) -> Node:
    return Not(_parse_node(source, path, levels - 1))


_BRANCHES: Mapping[str, Callable[[Any, str, int], Node]] = {
    "any": _parse_any,
    "atLeast": _parse_at_least,
    "not": _parse_not,
}
_NODE_NAMES = f"a node has exactly one of {', '.join(('all', *_BRANCHES, *LEAVES))}"
