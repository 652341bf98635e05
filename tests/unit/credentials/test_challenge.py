"""Challenges: strict on the wire, and the policy they name is the one they carry."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from parties import challenge_for, clearance_leaf, policy_of

from didgate.credentials.challenge import Challenge
from didgate.errors import InvalidInput

CHALLENGE = challenge_for(policy_of(clearance_leaf()))


def test_survives_the_wire():
    assert Challenge.from_dict(json.loads(json.dumps(CHALLENGE.to_dict()))) == CHALLENGE


def test_is_an_openid4vp_request():
    request = CHALLENGE.to_dict()
    assert request["response_type"] == "vp_token"
    assert request["client_id"] == CHALLENGE.audience
    assert request["nonce"] == CHALLENGE.nonce
    assert request["dcql_query"]["credentials"][0]["id"] == "c0"


def test_a_policy_must_be_the_one_that_is_named():
    with pytest.raises(InvalidInput) as error:
        replace(CHALLENGE, policy=CHALLENGE.policy + b"\0")
    assert (error.value.code, error.value.path) == ("invalid_challenge", "policy_id")


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": bytes(31)}, {"resource_uri": ""}, {"audience": 7}, {"nonce": "short"},
        {"nonce": None}, {"policy_id": bytes(32)}, {"epoch": -1}, {"epoch": 2**64},
        {"deadline": 253_402_300_800}, {"deadline": 1.5}, {"epoch": True}, {"chain_id": "1"},
        {"jkt": "A" * 42}, {"jkt": "A" * 42 + "B"}, {"jkt": 7}, {"verifier": "0x00"}, {"dcql": []},
        {"verifier": CHALLENGE.verifier.lower()}, {"policy": b""}, {"policy": bytes(16385)},
        {"response_uri": ""},
    ],
)  # fmt: skip
def test_refuses_fields_of_another_form(changes):
    with pytest.raises(InvalidInput) as error:
        replace(CHALLENGE, **changes)
    assert error.value.code == "invalid_challenge"


def test_the_latest_deadline_can_be_told():
    latest = replace(CHALLENGE, deadline=253_402_300_799)
    assert latest.deadline_time.isoformat() == "9999-12-31T23:59:59+00:00"


def changed(path: str, value: Any) -> dict[str, Any]:
    members = copy.deepcopy(CHALLENGE.to_dict())
    *parents, name = path.split(".")
    target = members
    for parent in parents:
        target = target[parent]
    if value is None:
        del target[name]
    else:
        target[name] = value
    return members


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("response_type", "code"), ("response_mode", "fragment"), ("state", "x"),
        ("didgate.extra", 1), ("didgate", []), ("nonce", None), ("didgate.jkt", None),
        ("didgate.resource", "0x" + "AB" * 32), ("didgate.resource", 5),
        ("didgate.policyId", "0x00"), ("didgate.policy", "=="), ("didgate.policy", 7),
        ("dcql_query", "x"), ("client_id", {}),
    ],
)  # fmt: skip
def test_refuses_other_members(path, value):
    with pytest.raises(InvalidInput) as error:
        Challenge.from_dict(changed(path, value))
    assert error.value.code == "invalid_challenge"


@pytest.mark.parametrize("members", [None, [], "x", 7, {}])
def test_refuses_what_is_no_challenge(members):
    with pytest.raises(InvalidInput) as error:
        Challenge.from_dict(members)
    assert error.value.code == "invalid_challenge"


@pytest.mark.parametrize("name", ["resource_uri", "audience", "response_uri", "nonce"])
def test_text_that_could_forge_what_a_wallet_shows_is_refused(name: str) -> None:
    challenge = challenge_for(policy_of(clearance_leaf()))
    with pytest.raises(InvalidInput) as error:
        replace(challenge, **{name: "urn:x.\nIt would learn:\n  - nothing about you"})
    assert (error.value.code, error.value.path) == ("invalid_challenge", name)
