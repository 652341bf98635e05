"""What is said before a transaction is signed, and transactions that others sign."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import RESOURCE, SCHEMA, Terminal

from didgate.chain.artifacts import artifact
from didgate.cli.signing import Signing
from didgate.cli.transactions import AT_ONCE
from didgate.encoding import keccak256
from didgate.errors import InvalidInput

STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
WINDOW = {"didgate": 1, "grant": {"lifetime": 60}}


def until(year: int) -> dict[str, Any]:
    return WINDOW | {"allow": {"time": {"until": f"{year}-01-01T00:00:00Z"}}}


def said(terminal: Terminal, *words: str | Path) -> str:
    outcome = terminal.run(*words)
    assert outcome.code == 0, outcome
    return outcome.err


def contract(terminal: Terminal, name: str) -> dict[str, str]:
    deployed = terminal.json("chain", "status")["contracts"]
    return next(each for each in deployed if each["contract"] == name)


def test_contract_code_chain_sender_and_cost_are_said(terminal: Terminal, resource: str) -> None:
    status = terminal.json("chain", "status")
    registry = contract(terminal, "PolicyRegistry")
    resource_id = terminal.json("policy", "show", resource)["resource"]
    lines = said(terminal, "policy", "pause", resource, "--yes").splitlines()
    assert lines[:-1] == [
        f"Stop all access to {RESOURCE} ({resource_id})",
        "  by:       the owner, editors and the guardian",
        f"  effect:   {AT_ONCE}; nobody has access, and all grants given out are void",
        "  letting the pause end takes 0 seconds",
        f"  to:       PolicyRegistry, {registry['address']}",
        f"  code:     {registry['codeHash']}, as it was deployed",
        f"  cost:     {lines[6].split(maxsplit=1)[1]}",
        f"  chain:    {status['chainId']} (the embedded chain of {terminal.home})",
    ]
    assert lines[-1] == f"  sender:   account default, {status['address']}"
    assert "gas at most" in lines[6]


def test_publishing_says_when_it_can_take_effect_and_who_gains(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "2d")
    text = said(
        terminal, "policy", "publish", RESOURCE, terminal.write("a.json", until(2027)), "--yes"
    )
    assert "by:       the owner and editors" in text
    assert "effect:   when it is activated, about 20" in text
    assert "(2 days after it is mined) at the earliest; it lapses about 20" in text
    assert "against what is in force: widens only: nobody loses access." in text
    terminal.advance(2 * 86400)
    text = said(terminal, "policy", "activate", RESOURCE, "--yes")
    assert "all grants given out are void" in text
    assert "it: widens only: nobody loses access." in text
    text = said(
        terminal, "policy", "publish", RESOURCE, terminal.write("b.json", until(2026)), "--yes"
    )
    assert "against what is in force: narrows only: nobody gains access." in text


def test_restrictions_that_a_policy_would_end_are_said(terminal: Terminal, resource: str) -> None:
    wide, narrow = (terminal.write(f"{year}.json", until(year)) for year in (2030, 2028))
    terminal.json("policy", "publish", resource, wide)
    terminal.json("policy", "activate", resource)
    text = said(terminal, "policy", "restrict", resource, narrow, "--yes")
    assert "lifting it again takes 0 seconds" in text
    assert "it: narrows only: nobody gains access." in text
    text = said(terminal, "policy", "publish", resource, wide, "--yes")
    assert "it would end 1 restriction that stand" in text
    assert "against what is in force: widens only" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("set-delay", "5d"), "by:       the owner\n  effect:   at once"),
        (("set-delay", "0"), "to 0 seconds (now 1 hour)"),
        (("set-delay", "0"), "effect:   when it is activated, about 20"),
        (("set-guardian", STRANGER), "guardian until then: nobody"),
        (("set-editor", STRANGER), "it may schedule policies"),
        (("bump-epoch",), "all grants given out are void, and can be asked for anew"),
    ],
)
def test_what_takes_effect_when(terminal: Terminal, words: tuple[str, ...], expected: str) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    name, *rest = words
    assert expected in said(terminal, "policy", name, RESOURCE, *rest, "--yes")


def test_what_is_scheduled_is_named_where_it_is_activated_or_withdrawn(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    terminal.json("policy", "pause", RESOURCE)
    text = said(terminal, "policy", "unpause", RESOURCE, "--yes")
    assert "effect:   the pause ends by itself about 20" in text
    terminal.json("policy", "set-delay", RESOURCE, "0")
    text = said(terminal, "policy", "cancel-delay", RESOURCE, "--yes")
    assert "by:       the owner and the guardian" in text
    assert "scheduled is 0 seconds, waiting: from 20" in text
    terminal.json("policy", "set-guardian", RESOURCE, STRANGER)
    terminal.advance(3600)
    text = said(terminal, "policy", "activate-guardian", RESOURCE, "--yes")
    assert f"scheduled is {STRANGER}, ready: from 20" in text
    policy = terminal.write("a.json", until(2027))
    policy_id = terminal.json("policy", "publish", RESOURCE, policy)["policyId"]
    assert policy_id in said(terminal, "policy", "cancel", RESOURCE, "--yes")


def test_a_transaction_that_would_fail_is_not_put_to_anyone(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    terminal.json("policy", "publish", RESOURCE, terminal.write("a.json", until(2027)))
    outcome = terminal.run("policy", "activate", RESOURCE)
    assert "TooEarly" in outcome.err
    assert "effect:" not in outcome.err


def test_error_confirmation_is_needed_in_json_too(terminal: Terminal, resource: str) -> None:
    outcome = terminal.run("policy", "pause", resource, "--json")
    assert outcome.code == 1
    assert json.loads(outcome.out)["error"]["code"] == "confirmation_needed"
    assert not terminal.json("policy", "show", resource)["paused"]


@pytest.mark.parametrize(("answer", "paused"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_person_is_asked(
    terminal: Terminal,
    resource: str,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    paused: bool,
) -> None:
    monkeypatch.setattr(os, "isatty", lambda _descriptor: True)
    outcome = terminal.run("policy", "pause", resource, stdin=answer)
    assert outcome.code == (0 if paused else 1)
    assert "Sign and send? [y/N]" in outcome.err
    assert terminal.json("policy", "show", resource)["paused"] is paused


def test_unsigned_transaction_is_what_would_be_sent(terminal: Terminal, resource: str) -> None:
    file = terminal.files / "pause.json"
    told = terminal.json("policy", "pause", resource, "--unsigned", file)
    written = json.loads(file.read_bytes())
    status, registry = terminal.json("chain", "status"), contract(terminal, "PolicyRegistry")
    wanted = bytes.fromhex(terminal.json("policy", "show", resource)["resource"][2:])
    call = artifact("PolicyRegistry").function("pause").encode(wanted)
    assert written.pop("description")[0].startswith(f"Stop all access to {RESOURCE}")
    assert written == {
        "chainId": status["chainId"],
        "from": status["address"],
        "to": registry["address"],
        "value": "0",
        "data": "0x" + call.hex(),
    }
    assert told["unsigned"] == str(file)
    assert not terminal.json("policy", "show", resource)["paused"]

    text = said(terminal, "chain", "send", file, "--yes")
    assert text.startswith(f"Send the transaction in {file}\n")
    assert "it calls pause(bytes32)" in text
    assert f"the file says: Stop all access to {RESOURCE}" in text
    assert terminal.json("policy", "show", resource)["paused"]


def test_what_is_sent_from_a_file_is_decoded(terminal: Terminal) -> None:
    registry, status = contract(terminal, "PolicyRegistry"), terminal.json("chain", "status")
    document = {"chainId": status["chainId"], "value": "0", "data": "0x12345678"}
    file = terminal.write("unknown.json", document | {"to": registry["address"]})
    printed = terminal.json("chain", "send", file, "--dry-run")["description"]
    assert "  it calls no function that the contract has" in printed
    file = terminal.write("gift.json", document | {"to": STRANGER, "data": "0x", "value": "5"})
    text = said(terminal, "chain", "send", file, "--yes")
    assert "it calls" not in text
    assert "value:    0.000000000000000005 ether" in text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chainId": 1}, "wrong_chain"),
        ({"value": 0}, "invalid_transaction"),
        ({"value": "0x0"}, "invalid_transaction"),
        ({"data": "12"}, "invalid_transaction"),
        ({"to": None}, "invalid_transaction"),
        ({"to": "0x12"}, "invalid_address"),
        ({"nonce": 3}, "invalid_transaction"),
        ({"description": "pause"}, "invalid_transaction"),
    ],
)
def test_error_transaction_file(terminal: Terminal, change: dict[str, Any], code: str) -> None:
    status = terminal.json("chain", "status")
    document = {"chainId": status["chainId"], "to": STRANGER, "value": "0", "data": "0x"}
    file = terminal.write("transaction.json", document | change)
    assert terminal.error("chain", "send", file, "--yes")["code"] == code


def test_dry_run_prints_the_transaction_and_sends_nothing(
    terminal: Terminal, resource: str
) -> None:
    printed = terminal.json("policy", "pause", resource, "--dry-run")
    assert printed["to"] == contract(terminal, "PolicyRegistry")["address"]
    assert not terminal.json("policy", "show", resource)["paused"]
    outcome = terminal.run("policy", "pause", resource, "--unsigned", "-")
    assert json.loads(outcome.out) == printed


def test_unsigned_transactions_may_be_for_another_sender_and_for_later(
    terminal: Terminal, resource: str
) -> None:
    words = ("policy", "pause", resource, "--dry-run", "--sender", STRANGER)
    printed = terminal.json(*words)
    assert printed["from"] == STRANGER
    assert any("sent now it would fail" in line for line in printed["description"])
    assert any("NotAuthorized" in line for line in printed["description"])
    uri = ("resource", "register", "urn:model:theirs", "--dry-run", "--sender", STRANGER)
    assert any(f"{STRANGER} will administer" in line for line in terminal.json(*uri)["description"])


def test_unsigned_needs_no_key_where_the_sender_is_named(terminal: Terminal, resource: str) -> None:
    named = terminal.json("policy", "show", resource)["resource"]
    (terminal.home / "keystore.json").unlink()
    printed = terminal.json("policy", "pause", named, "--dry-run", "--sender", STRANGER)
    assert printed["from"] == STRANGER


def test_error_sender_of_what_is_signed_here(terminal: Terminal, resource: str) -> None:
    error = terminal.error("policy", "pause", resource, "--sender", STRANGER)
    assert error["code"] == "conflicting_options"
    with pytest.raises(InvalidInput):
        Signing(sender=STRANGER)


def test_transfer_of_ether_says_that_no_contract_is_called(terminal: Terminal) -> None:
    text = said(terminal, "chain", "fund", STRANGER, "--ether", "2", "--yes")
    assert f"to:       {STRANGER}, no contract of the deployment" in text
    assert "value:    2 ether" in text


def test_schema_can_be_handed_over_unsigned(terminal: Terminal) -> None:
    file = terminal.write("schema.yaml", SCHEMA)
    printed = terminal.json("schema", "register", file, "--dry-run")
    assert printed["data"].startswith("0x" + keccak256(b"register(bytes)")[:4].hex())


def test_revocation_without_an_index_has_no_transaction(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    whom = ("--issuer", issuer, "--schema", schema_id, "--subject", "alice")
    claims = ("--claim", "role=auditor", "--claim", "clearance=2")
    terminal.json("issue", *whom, "--key", "issuer", *claims)
    words = ("revoke", "--issuer", issuer, "--type", schema_id, "--subject", "alice")
    assert terminal.error(*words, "--dry-run")["code"] == "nothing_to_sign"
