"""Completes a policy that was written without the registries that it relies on.

>>> members = {"address": "0x" + "11" * 20, "codeHash": "0x" + "22" * 32}
>>> draft = {"didgate": 1, "allow": {"address": {"list": "0x" + "33" * 32}},
...     "grant": {"lifetime": 60}}
>>> policy = pin(draft, {"addressLists": members, "issuers": members})
>>> list(policy.to_dict()["registries"])
['addressLists']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didgate.errors import InvalidInput
from didgate.policy.model import Policy
from didgate.policy.parse import parse_policy, parse_tree
from didgate.policy.registries import RegistryKind, needed_kinds

_FOREIGN = {RegistryKind.ATTESTATIONS.json_name}


def pin(document: Mapping[str, Any], registries: Mapping[str, Mapping[str, str]]) -> Policy:
    """Return the policy that a document without ``registries`` describes, with those it needs.

    Attestations are not kept by a contract of ours: where they are is for the document to say, as
    the one member of its ``registries``, or for ``registries``.

    Args:
        document: an object as parsed from JSON.
        registries: what there is to pin, by kind, as a policy has it: ``Deployment.pins()``.

    Raises:
        InvalidInput: ``already_pinned``, ``registry_missing`` if there is none of a kind that the
            tree needs, or any other rule that the policy breaks.
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("wrong_type", "expected an object")
    if "allow" not in document:
        return parse_policy(document)  # which says what is missing
    named = document.get("registries", {})
    if "registries" in document and (not isinstance(named, Mapping) or set(named) != _FOREIGN):
        raise InvalidInput("already_pinned", "the policy names registries", path="registries")
    needed = [kind.json_name for kind in needed_kinds(parse_tree(document["allow"]))]
    pinned = {name: registries[name] for name in needed if name in registries} | dict(named)
    return parse_policy({**document, "registries": pinned} if pinned else document)
