"""``didgate policy explain --at-block``: who could get in, then?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_terminal import ISSUER, RESOURCE, Terminal

from didgate.chain.client import ChainClient
from didgate.chain.history import block_at
from didgate.cli.workspace import Workspace
from didgate.errors import ChainError

STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def head(terminal: Terminal) -> int:
    return int(terminal.json("chain", "status")["head"])


def then(terminal: Terminal, *words: str | int) -> dict[str, Any]:
    words = ("policy", "explain", "--resource", RESOURCE, *map(str, words))
    return dict(terminal.json(*words))


def text(terminal: Terminal, block: int) -> str:
    words = ("policy", "explain", "--resource", RESOURCE, "--at-block", str(block))
    outcome = terminal.run(*words)
    assert outcome.code == 0, outcome
    return outcome.out


@pytest.fixture
def active(terminal: Terminal, resource: str, policy_file: Path) -> int:
    """Number of the block at which the policy came into force."""
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "activate", resource)
    return head(terminal)


def test_policy_state_and_roles_of_a_past_block(
    terminal: Terminal, active: int, policy_file: Path
) -> None:
    terminal.json("policy", "set-editor", RESOURCE, STRANGER)
    edited = head(terminal)
    terminal.json("policy", "set-editor", RESOURCE, STRANGER, "--dismiss")
    terminal.json("policy", "pause", RESOURCE)

    found = then(terminal, "--at-block", active)
    assert found["block"]["number"] == active
    assert not found["paused"]
    assert (found["editors"], found["epoch"]) == ([], 2)
    assert found["active"]["policyId"] == terminal.json("policy", "id", policy_file)["policyId"]
    assert "Access is granted if this holds:" in found["explanation"]
    assert then(terminal, "--at-block", edited)["editors"] == [STRANGER]
    now = then(terminal, "--at-block", head(terminal))
    assert now["paused"]
    assert now["editors"] == []
    assert "Nobody had access: the resource was paused." in now["explanation"]
    assert "Otherwise:\nAccess is granted" in now["explanation"]


def test_before_the_first_policy_nobody_could_get_in(terminal: Terminal, active: int) -> None:
    found = then(terminal, "--at-block", active - 1)
    assert found["explanation"] == "Nobody had access: no policy was active."
    assert found["pending"]["state"] == "ready"
    assert "pending:  0x" in text(terminal, active - 1)


def test_who_was_accredited_then(
    terminal: Terminal, active: int, issuer: str, schema_id: str
) -> None:
    before = head(terminal)
    other = "did:web:other.example"
    terminal.json("issuer", "accredit", other, "--type", schema_id)
    terminal.json("issuer", "suspend", issuer)
    both = head(terminal)
    terminal.json("issuer", "withdraw", other, "--type", schema_id)

    def accredited(block: int) -> dict[str, bool]:
        (entry,) = then(terminal, "--at-block", block)["accredited"]
        assert entry["type"] == "https://example.org/Clearance"
        return {each["did"]: each["suspended"] for each in entry["issuers"]}

    assert accredited(active) == {}
    assert accredited(before) == {ISSUER: False}
    assert accredited(both) == {ISSUER: True, other: False}
    assert accredited(head(terminal)) == {ISSUER: True}
    assert "Accredited then for https://example.org/Clearance:\n  - nobody" in text(
        terminal, active
    )
    assert f"  - {ISSUER}, since 20" in text(terminal, both)
    assert ", suspended" in text(terminal, both)


def test_who_was_listed_then(terminal: Terminal, resource: str) -> None:
    list_id = terminal.json("list", "create", "staff")["listId"]
    leaf = {"address": {"list": list_id}}
    draft = {"didgate": 1, "allow": leaf, "grant": {"lifetime": 60}}
    pinned = terminal.json("policy", "pin", terminal.write("draft.json", draft))
    terminal.json("policy", "publish", resource, terminal.write("list.json", pinned))
    terminal.json("policy", "activate", resource)
    empty = head(terminal)
    terminal.json("list", "add", "staff", STRANGER)
    added = head(terminal)
    terminal.json("list", "remove", "staff", STRANGER)
    for block, expected in ((empty, []), (added, [STRANGER]), (head(terminal), [])):
        (entry,) = then(terminal, "--at-block", block)["listed"]
        assert [each["account"] for each in entry["accounts"]] == expected
    assert f"On address list {list_id} then:\n  - {STRANGER}, since 20" in text(terminal, added)


def test_a_moment_is_the_last_block_not_after_it(terminal: Terminal, active: int) -> None:
    terminal.advance(3600)
    terminal.json("policy", "pause", RESOURCE)
    last = head(terminal)
    for number in (active, last):
        time = then(terminal, "--at-block", number)["block"]["time"]
        assert then(terminal, "--at", time)["block"]["number"] == number
    assert then(terminal, "--at", "2099-01-01T00:00:00Z")["paused"]


def test_a_moment_is_found_in_few_steps(terminal: Terminal, active: int) -> None:
    with Workspace.from_environment() as workspace:
        for number in range(active + 1):
            block = workspace.chain.header(number).block
            following = workspace.chain.header(min(number + 1, active)).block
            if following.timestamp > block.timestamp:
                assert block_at(workspace.chain, block.timestamp) == block


def test_search_of_events_in_halves_and_its_refusal(
    terminal: Terminal, active: int, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = ChainClient.logs

    def short(self: ChainClient, *words: Any, first: int, last: int) -> Any:
        if last - first > 2:
            raise ChainError("rpc_error", "the range is too long")
        return search(self, *words, first=first, last=last)

    def never(self: ChainClient, *words: Any, first: int, last: int) -> Any:
        raise ChainError("rpc_error", "there is no such method")

    block = head(terminal)
    whole = then(terminal, "--at-block", block)
    monkeypatch.setattr(ChainClient, "logs", short)
    assert then(terminal, "--at-block", block) == whole
    monkeypatch.setattr(ChainClient, "logs", never)
    refused = then(terminal, "--at-block", block)
    assert refused["accredited"][0]["issuers"] is None
    assert refused["editors"] is None
    assert "  - not known: the node did not search its events" in text(terminal, block)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--resource", RESOURCE, "--at-block", "9999"), "unknown_block"),
        (("--resource", RESOURCE, "--at", "2001-01-01T00:00:00Z"), "unknown_block"),
        (("--resource", RESOURCE, "--at", "then"), "invalid_datetime"),
        (
            ("--resource", RESOURCE, "--at", "2027-01-01T00:00:00Z", "--at-block", "1"),
            "conflicting_options",
        ),
        (("--at-block", "1"), "conflicting_options"),
        (("--resource", RESOURCE, "--at-block", "0"), "missing_code"),
    ],
)
def test_error_explaining_the_past(
    terminal: Terminal, resource: str, words: tuple[str, ...], code: str
) -> None:
    file = terminal.write("p.json", "{}") if "--resource" not in words else None
    arguments = (*words, str(file)) if file else words
    assert terminal.error("policy", "explain", *arguments)["code"] == code
