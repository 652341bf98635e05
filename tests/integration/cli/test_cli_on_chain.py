"""Policies made ready for contracts, and presentations to them, by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import ISSUER, RESOURCE, Terminal

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import SessionPredicate, UsePass
from didgate.cli.workspace import Workspace
from didgate.resources import resource_id

SOMEONE = "0x" + "11" * 20
OTHER_ACTION = "0x" + "22" * 32


@pytest.fixture
def published(terminal: Terminal, resource: str, issuer: str, policy_file: Path) -> str:
    """URI of a resource with a policy in force."""
    del issuer
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "activate", resource)
    return resource


@pytest.fixture
def holder(wallet: Terminal, published: str, schema_id: str) -> Terminal:
    """A terminal with a clearance in the wallet, and the policy admitted."""
    file = wallet.files / "credential.json"
    claims = ("--claim", "role=researcher", "--claim", "clearance=4", "--claim", "country=NL")
    whom = ("--schema", schema_id, "--subject", "alice", "--out", file)
    wallet.json("issue", "--issuer", ISSUER, "--key", "issuer", *whom, *claims)
    wallet.json("wallet", "add", file)
    wallet.json("policy", "admit", published)
    return wallet


def created(transaction: Transaction) -> str:
    with Workspace.from_environment() as workspace:
        address = workspace.chain.send(workspace.account, transaction).contract_address
    assert address is not None
    return address


def of_model() -> dict[str, Any]:
    """Return verifier and resource, as contracts are deployed with them."""
    with Workspace.from_environment() as workspace:
        resource = resource_id(workspace.account_address, RESOURCE)
        return {"verifier": workspace.deployment.verifier.address, "resource": resource}


@pytest.fixture
def passes(holder: Terminal) -> UsePass:
    del holder
    return UsePass(created(UsePass.deployment(**of_model())))


def count(passes: UsePass) -> int:
    with Workspace.from_environment() as workspace:
        return workspace.chain.read(passes.balance_of(workspace.account_address))


def to(passes: UsePass, *words: str) -> tuple[str, ...]:
    named = ("--consumer", passes.address, "--action", "mint")
    return ("wallet", "present-on-chain", RESOURCE, *named, *words)


def test_a_policy_is_admitted_once_and_shown_so(terminal: Terminal, published: str) -> None:
    assert terminal.json("policy", "show", published)["admittedByVerifier"] is False
    admitted = terminal.json("policy", "admit", published)
    assert admitted["admitted"]
    assert admitted["gasUsed"] > 0
    assert terminal.json("policy", "show", published)["admittedByVerifier"] is True
    assert "admitted by verifier  yes" in terminal.run("policy", "show", published).out
    assert "gasUsed" not in terminal.json("policy", "admit", published)


def test_a_restriction_is_admitted_anew(
    terminal: Terminal, published: str, policy_file: Path
) -> None:
    terminal.json("policy", "admit", published)
    narrower = json.loads(policy_file.read_bytes())
    narrower["allow"]["credential"]["claims"]["clearance"] = {"atLeast": 5}
    terminal.json("policy", "restrict", published, terminal.write("narrower.json", narrower))
    assert terminal.json("policy", "show", published)["admittedByVerifier"] is False
    assert terminal.json("policy", "admit", published)["admitted"]


def test_a_leaf_is_pinned_for_a_key_once(holder: Terminal) -> None:
    key = holder.json("issuer", "show", ISSUER)["keys"][0]["keyId"]
    pinned = holder.json("policy", "pin-leaf", RESOURCE, "c0", key)
    assert pinned["gasUsed"] > 0
    assert "gasUsed" not in holder.json("policy", "pin-leaf", RESOURCE, "c0", key)


def test_policy_not_admitted(wallet: Terminal, published: str) -> None:
    words = ("policy", "pin-leaf", published, "c0", OTHER_ACTION)
    assert wallet.error(*words)["code"] == "policy_not_admitted"
    words = ("wallet", "present-on-chain", published, "--action", "session", "--yes")
    assert wallet.error(*words)["code"] == "policy_not_admitted"


@pytest.mark.parametrize("leaf", ["c1", "0", "c00", "credential"])
def test_unknown_leaf(holder: Terminal, leaf: str) -> None:
    words = ("policy", "pin-leaf", RESOURCE, leaf, OTHER_ACTION)
    assert holder.error(*words)["code"] == "unknown_leaf"


def test_a_leaf_for_sd_jwts_is_not_pinned(terminal: Terminal, resource: str) -> None:
    leaf = {"credential": {"vct": "https://example.org/badge", "issuers": "accredited"}}
    draft = {"didgate": 1, "allow": leaf, "grant": {"lifetime": 60}}
    policy = terminal.json("policy", "pin", terminal.write("draft.json", draft))
    terminal.json("policy", "publish", resource, terminal.write("policy.json", policy))
    terminal.json("policy", "activate", resource)
    terminal.json("policy", "admit", resource)
    words = ("policy", "pin-leaf", resource, "c0", OTHER_ACTION)
    assert terminal.error(*words)["code"] == "leaf_not_pinnable"


def test_a_pass_is_minted_by_one_command(holder: Terminal, passes: UsePass) -> None:
    outcome = holder.run(*to(passes, "--send", "--yes"))
    assert outcome.code == 0, outcome
    assert f"the contract {passes.address} on chain" in outcome.err
    assert "role, when it expires" in outcome.err
    assert "country" not in outcome.err
    assert "Everyone would learn it, for ever" in outcome.err
    assert count(passes) == 1


def test_what_is_printed_is_sent_by_anyone_once(holder: Terminal, passes: UsePass) -> None:
    printed = json.loads(holder.run(*to(passes, "--yes")).out)
    assert printed["statement"]["consumer"] == passes.address
    assert count(passes) == 0
    data = bytes.fromhex(printed["transaction"]["data"][2:])
    assert printed["transaction"]["to"] == passes.address
    assert data[4:].hex() == printed["arguments"][2:]
    with Workspace.from_environment() as workspace:
        workspace.chain.send(workspace.account, Transaction(passes.address, data))
    assert count(passes) == 1


def test_a_session_opens_tools(holder: Terminal) -> None:
    predicate = SessionPredicate(created(SessionPredicate.deployment(**of_model())))
    words = ("wallet", "present-on-chain", RESOURCE, "--action", "session", "--send", "--yes")
    sent = holder.json(*words)
    assert sent["consumer"] == sent["account"]
    with Workspace.from_environment() as workspace:
        opened = predicate.has_access(1, workspace.account_address)
        assert workspace.chain.read(opened)


def test_nothing_is_disclosed_to_a_chain_without_consent(holder: Terminal, passes: UsePass) -> None:
    assert holder.error(*to(passes, "--send"))["code"] == "confirmation_needed"
    assert holder.error(*to(passes))["code"] == "confirmation_needed"
    assert count(passes) == 0


def test_a_function_is_named_for_an_action_of_ones_own(holder: Terminal, passes: UsePass) -> None:
    named = ("--consumer", passes.address, "--action", OTHER_ACTION, "--yes")
    words = ("wallet", "present-on-chain", RESOURCE, *named)
    assert holder.error(*words, "--send")["code"] == "function_missing"
    assert holder.json(*words)["transaction"] is None
    error = holder.error(*words, "--send", "--function", "mint")
    assert "WrongAction" in error["message"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--action", "mint"), "consumer_missing"),
        (("--action", "session", "--consumer", SOMEONE), "conflicting_options"),
        (("--action", "burn", "--consumer", SOMEONE), "invalid_id"),
        (("--action", "mint", "--consumer", "0x00"), "invalid_address"),
        (("--action", "session", "--valid-for", "2h"), "validity_out_of_range"),
        (("--action", "session", "--account", "nobody"), "account_missing"),
    ],
)
def test_refuses(holder: Terminal, words: tuple[str, ...], code: str) -> None:
    whole = ("wallet", "present-on-chain", "0x" + "00" * 32, *words, "--yes")
    assert holder.error(*whole)["code"] == code
