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
from didgate.policy.registries import needed_kinds


def pin(document: Mapping[str, Any], registries: Mapping[str, Mapping[str, str]]) -> Policy:
    """Return the policy that a document without ``registries`` describes, with those it needs.

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
    if "registries" in document:
        raise InvalidInput("already_pinned", "the policy names registries", path="registries")
    needed = [kind.json_name for kind in needed_kinds(parse_tree(document["allow"]))]
    pinned = {name: registries[name] for name in needed if name in registries}
    return parse_policy({**document, "registries": pinned} if pinned else document)
