"""A policy written without registries gets those that its tree needs, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.errors import InvalidInput
from didgate.policy import parse_policy, pin

PINS = {
    kind: {"address": f"0x{number:040x}", "codeHash": f"0x{number:064x}"}
    for number, kind in enumerate(("issuers", "schemas", "status", "addressLists"), 1)
}
EAS = {"attestations": {"address": f"0x{5:040x}", "codeHash": f"0x{5:064x}"}}
ID = "0x" + "33" * 32
TIME = {"time": {"until": "2030-01-01T00:00:00Z"}}
LISTED = {"address": {"list": ID}}
BADGE = {"credential": {"vct": "https://example.org/badge", "issuers": "accredited"}}
CLEARANCE = {"credential": {"schema": ID, "issuers": "accredited"}}


TOKEN = {"token": {"standard": "ERC-20", "contract": "0x" + "44" * 20, "atLeast": "1"}}
MEMBER = {"address": {"root": ID}}
ATTESTED = {"attestation": {"schema": ID, "attesters": ["0x" + "44" * 20]}}


def draft(allow: Any) -> dict[str, Any]:
    return {"didgate": 1, "allow": allow, "grant": {"lifetime": 60}}


@pytest.mark.parametrize(
    ("allow", "needed"),
    [
        (TIME, []),
        (LISTED, ["addressLists"]),
        (BADGE, ["issuers", "status"]),
        (CLEARANCE, ["issuers", "schemas", "status"]),
        (TOKEN, []),
        (MEMBER, []),
        ({"any": [CLEARANCE, LISTED]}, ["issuers", "schemas", "status", "addressLists"]),
    ],
    ids=["time", "address", "sd_jwt", "attribute", "token", "member", "all"],
)
def test_exactly_what_the_tree_needs_is_pinned(allow: Any, needed: list[str]) -> None:
    policy = pin(draft(allow), PINS)
    assert policy.to_dict().get("registries", {}) == {kind: PINS[kind] for kind in needed}
    assert parse_policy(policy.to_dict()) == policy


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        (draft(BADGE) | {"registries": PINS}, "already_pinned", "registries"),
        (draft({"credential": {}}), "missing_key", "allow.credential.issuers"),
        ({"didgate": 1, "grant": {"lifetime": 60}}, "missing_key", "allow"),
        ('{"didgate": 1}', "wrong_type", None),
        (draft(TIME) | {"more": 1}, "unknown_key", "more"),
    ],
    ids=["pinned_already", "bad_tree", "no_tree", "text", "unknown_key"],
)
def test_error_in_the_document(document: Any, code: str, path: str | None) -> None:
    with pytest.raises(InvalidInput) as error:
        pin(document, PINS)
    assert (error.value.code, error.value.path) == (code, path)


def test_error_registry_that_is_not_to_be_had() -> None:
    with pytest.raises(InvalidInput) as error:
        pin(draft(LISTED), {})
    assert error.value.code == "registry_missing"


@pytest.mark.parametrize(
    ("document", "registries"),
    [
        (draft({"any": [ATTESTED, LISTED]}) | {"registries": EAS}, PINS),
        (draft({"any": [ATTESTED, LISTED]}), PINS | EAS),
    ],
    ids=["by_the_document", "by_the_caller"],
)
def test_where_attestations_are_is_named(document: Any, registries: Any) -> None:
    pinned = pin(document, registries).to_dict()["registries"]
    assert pinned == {"addressLists": PINS["addressLists"]} | EAS


def test_error_nobody_names_where_attestations_are() -> None:
    with pytest.raises(InvalidInput) as error:
        pin(draft(ATTESTED), PINS)
    assert (error.value.code, error.value.path) == ("registry_missing", "registries.attestations")


def test_error_attestations_are_named_and_nothing_needs_them() -> None:
    with pytest.raises(InvalidInput) as error:
        pin(draft(TIME) | {"registries": EAS}, PINS)
    assert error.value.code == "registry_superfluous"
