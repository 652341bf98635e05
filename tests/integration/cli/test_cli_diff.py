"""``didgate policy diff``, and what is scheduled shown with its difference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import RESOURCE, Terminal

from didgate.cli.workspace import Workspace


def until(year: int, **grant: int) -> dict[str, Any]:
    time = {"until": f"{year}-01-01T00:00:00Z"}
    return {"didgate": 1, "grant": {"lifetime": 60} | grant, "allow": {"time": time}}


@pytest.fixture
def narrow(terminal: Terminal) -> Path:
    return terminal.write("narrow.json", until(2028))


@pytest.fixture
def wide(terminal: Terminal) -> Path:
    return terminal.write("wide.json", until(2030))


def bring_into_force(terminal: Terminal, file: Path) -> str:
    policy_id = str(terminal.json("policy", "publish", RESOURCE, file)["policyId"])
    terminal.json("policy", "activate", RESOURCE)
    return policy_id


def test_files_are_compared_without_a_chain(bare: Terminal) -> None:
    old, new = (bare.write(f"{year}.json", until(year)) for year in (2028, 2030))
    found = bare.json("policy", "diff", old, new)
    assert found["conclusion"] == "widens only"
    assert found["gains"][0]["code"] == "wider_way"
    outcome = bare.run("policy", "diff", new, old)
    assert outcome.out.splitlines()[0] == "Narrows only: nobody gains access."


def test_ids_resources_and_files_are_compared(
    terminal: Terminal, resource: str, narrow: Path, wide: Path
) -> None:
    policy_id = bring_into_force(terminal, narrow)
    terminal.json("policy", "publish", resource, wide)
    pairs = [
        (policy_id, f"{resource}@active", "equal"),
        (f"{resource}@active", f"{resource}@pending", "widens only"),
        (f"{resource}@pending", narrow, "narrows only"),
        (wide, f"{resource}@pending", "equal"),
    ]
    for old, new, conclusion in pairs:
        assert terminal.json("policy", "diff", old, new)["conclusion"] == conclusion


def test_before_the_first_policy_nobody_has_access(
    terminal: Terminal, resource: str, narrow: Path
) -> None:
    found = terminal.json("policy", "diff", f"{resource}@active", narrow)
    assert [change["code"] for change in found["gains"]] == ["opened"]


def test_types_are_named_as_on_chain(terminal: Terminal, policy_file: Path, narrow: Path) -> None:
    text = terminal.run("policy", "diff", narrow, policy_file).out
    assert "a credential of https://example.org/Clearance" in text
    assert "the registry's owner can admit anyone at once" in text


def test_what_is_scheduled_is_shown_with_its_difference(
    terminal: Terminal, resource: str, narrow: Path, wide: Path
) -> None:
    bring_into_force(terminal, narrow)
    assert terminal.json("policy", "show", resource)["pending"] is None
    terminal.json("policy", "publish", resource, wide)
    pending = terminal.json("policy", "show", resource)["pending"]
    assert pending["diff"]["conclusion"] == "widens only"
    assert pending["from"] < pending["until"]
    lines = terminal.run("policy", "show", resource).out.splitlines()
    assert "If the scheduled policy is activated:" in lines
    assert "Widens only: nobody loses access." in lines


def test_restrictions_made_later_survive_in_the_difference(
    terminal: Terminal, resource: str, narrow: Path, wide: Path
) -> None:
    bring_into_force(terminal, wide)
    ended = terminal.write("ended.json", until(2029))
    terminal.json("policy", "restrict", resource, ended)
    terminal.json("policy", "publish", resource, wide)
    show = ("policy", "show", resource)
    assert terminal.json(*show)["pending"]["diff"]["conclusion"] == "widens only"
    terminal.json("policy", "restrict", resource, narrow)
    assert terminal.json(*show)["pending"]["diff"]["conclusion"] == "equal"
    found = terminal.json("policy", "diff", f"{resource}@pending", narrow)
    assert found["conclusion"] == "equal"
    terminal.json("policy", "activate", resource)
    assert terminal.json("policy", "diff", f"{resource}@active", narrow)["conclusion"] == "equal"


def test_what_is_scheduled_and_no_policy_lets_nobody_in(
    terminal: Terminal, resource: str, narrow: Path
) -> None:
    bring_into_force(terminal, narrow)
    shown = terminal.json("policy", "show", resource)
    name = bytes.fromhex(shown["resource"][2:])
    with Workspace.from_environment() as workspace:
        policies = workspace.deployment.policies
        nonsense = policies.publish(name, b"nonsense", epoch=shown["epoch"])
        workspace.chain.send(workspace.account, nonsense)
    pending = terminal.json("policy", "show", resource)["pending"]
    assert pending["policy"] is None
    assert [change["code"] for change in pending["diff"]["losses"]] == ["closed"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (f"{RESOURCE}@pending", "nothing_pending"),
        ("urn:model:unknown@active", "unknown_resource"),
        ("0x" + "11" * 32, "reverted"),
        ("nowhere.json", "unreadable_file"),
    ],
)
def test_error_no_such_version(
    terminal: Terminal, resource: str, narrow: Path, name: str, code: str
) -> None:
    assert terminal.error("policy", "diff", name, narrow)["code"] == code


def test_error_diff_of_what_is_no_policy(bare: Terminal) -> None:
    good = bare.write("good.json", until(2028))
    bad = bare.write("bad.json", json.dumps(until(2028, lifetime=301)))
    assert bare.error("policy", "diff", good, bad)["path"] == "grant.lifetime"
