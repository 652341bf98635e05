"""``didgate policy simulate``: recorded decisions, put to a proposed version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_service import Service
from cli_terminal import RESOURCE, Terminal

from didgate.chain.client import ChainClient
from didgate.errors import ChainError


def until(year: int) -> dict[str, Any]:
    time = {"until": f"{year}-01-01T00:00:00Z"}
    return {"didgate": 1, "grant": {"lifetime": 60}, "allow": {"time": time}}


@pytest.fixture
def opened(terminal: Terminal, resource: str) -> Service:
    """A gate that has let somebody in for the time alone, then nobody without a credential."""
    file = terminal.write("open.json", until(2100))
    terminal.json("policy", "publish", resource, file)
    terminal.json("policy", "activate", resource)
    service = Service(terminal, resource)
    assert service.decide()[0].allowed
    return service


@pytest.fixture
def decided(terminal: Terminal, opened: Service, policy_file: Path) -> Service:
    terminal.json("policy", "publish", RESOURCE, policy_file)
    terminal.json("policy", "activate", RESOURCE)
    opened.deny()
    return opened


def outcomes(found: dict[str, Any]) -> tuple[int, int, int]:
    assert found["decisions"] == found["same"] + found["changes"] + found["unknown"]
    return found["same"], found["changes"], found["unknown"]


def test_decisions_that_change_and_that_are_unknown_are_listed(
    terminal: Terminal, decided: Service, policy_file: Path
) -> None:
    shut = terminal.write("shut.json", until(2020))
    found = terminal.json("policy", "simulate", shut)
    assert outcomes(found) == (1, 1, 0)
    (changed,) = found["listed"]
    assert (changed["was"], changed["would"], changed["outcome"]) == ("allow", "deny", "changes")
    assert outcomes(terminal.json("policy", "simulate", terminal.files / "open.json")) == (1, 1, 0)

    found = terminal.json("policy", "simulate", policy_file)
    assert outcomes(found) == (1, 0, 1)
    assert found["listed"][0]["why"] == "it depends on what only the evidence tells"
    assert outcomes(terminal.json("policy", "simulate", f"{RESOURCE}@active")) == (1, 0, 1)
    text = terminal.run("policy", "simulate", policy_file).out
    assert "Would change, or is unknown" in text
    assert "unknown" in text


def test_evidence_is_used_where_it_is_kept(terminal: Terminal, decided: Service) -> None:
    shut = terminal.write("shut.json", until(2020))
    found = terminal.json("policy", "simulate", shut, "--evidence")
    assert outcomes(found) == (1, 1, 0)
    assert {each["restsOn"] for each in found["listed"]} == {"evidence"}
    for file in (terminal.home / "evidence").iterdir():
        file.unlink()
    found = terminal.json("policy", "simulate", shut, "--evidence")
    assert {each["restsOn"] for each in found["listed"]} == {"receipt"}


def test_receipts_and_bundles_in_files(terminal: Terminal, decided: Service) -> None:
    _, keys = decided.deny()
    jwks, shut = terminal.write("jwks.json", keys), terminal.write("shut.json", until(2020))
    listed = terminal.json("receipt", "list")
    lines = [terminal.run("receipt", "show", each["id"]).out.strip() for each in listed]
    file = terminal.write("receipts.txt", "\n".join(lines))
    words = ("policy", "simulate", shut, "--jwks", jwks, "--receipts")
    assert outcomes(terminal.json(*words, file)) == (2, 1, 0)
    bundle = terminal.files / "bundle.json"
    terminal.json("receipt", "bundle", listed[0]["id"], "--out", bundle, "--evidence")
    found = terminal.json(*words, bundle)
    assert outcomes(found) == (0, 1, 0)
    assert found["listed"][0]["restsOn"] == "evidence"


def test_decisions_about_one_resource(terminal: Terminal, decided: Service) -> None:
    shut = terminal.write("shut.json", until(2020))
    terminal.json("resource", "register", "urn:model:other", "--delay", "0")
    terminal.json("policy", "publish", "urn:model:other", terminal.files / "open.json")
    terminal.json("policy", "activate", "urn:model:other")
    Service(terminal, "urn:model:other").decide()
    assert terminal.error("policy", "simulate", shut)["code"] == "several_resources"
    found = terminal.json("policy", "simulate", shut, "--resource", "urn:model:other")
    assert outcomes(found) == (0, 1, 0)


def test_blocks_that_the_chain_has_lost_leave_time_unknown(
    terminal: Terminal, decided: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = ChainClient.header

    def forgetful(self: ChainClient, block: Any = "latest") -> Any:
        if isinstance(block, bytes):
            raise ChainError("unknown_block", "the chain has no such block")
        return header(self, block)

    monkeypatch.setattr(ChainClient, "header", forgetful)
    shut = terminal.write("shut.json", until(2020))
    assert outcomes(terminal.json("policy", "simulate", shut)) == (0, 0, 2)


def test_error_receipt_of_another_registry(terminal: Terminal, decided: Service) -> None:
    terminal.json("chain", "deploy", "--replace")
    shut = terminal.write("shut.json", until(2020))
    assert terminal.error("policy", "simulate", shut)["code"] == "foreign_receipt"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--receipts", "receipts.txt"), "conflicting_options"),
        (("--jwks", "jwks.json"), "conflicting_options"),
        (("--receipts", "r.txt", "--jwks", "j.json", "--evidence"), "conflicting_options"),
        ((), "receipts_missing"),
    ],
)
def test_error_where_to_find_receipts(
    terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    shut = terminal.write("shut.json", until(2020))
    assert terminal.error("policy", "simulate", shut, *words)["code"] == code


def test_error_no_policy_to_simulate(terminal: Terminal, resource: str) -> None:
    assert terminal.error("policy", "simulate", f"{resource}@active")["code"] == "no_policy"


def test_error_no_evidence_was_ever_kept(terminal: Terminal, decided: Service) -> None:
    for file in (terminal.home / "evidence").iterdir():
        file.unlink()
    (terminal.home / "evidence").rmdir()
    shut = terminal.write("shut.json", until(2020))
    error = terminal.error("policy", "simulate", shut, "--evidence")
    assert error["code"] == "unknown_evidence"
