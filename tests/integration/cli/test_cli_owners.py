"""Resources that belong to a timelock or a multisig, administered by what the command writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import RESOURCE, Terminal
from owners import Multisig, Timelock

from didgate.chain.revert import Reverted
from didgate.cli.workspace import Workspace
from didgate.keys.ethereum import EthereumAccount

NOTICE, DELAY = 2 * 3600, 3600


def until(year: int) -> dict[str, Any]:
    time = {"until": f"{year}-01-01T00:00:00Z"}
    return {"didgate": 1, "grant": {"lifetime": 60}, "allow": {"time": time}}


def unsigned(terminal: Terminal, sender: str, *words: str | Path) -> dict[str, Any]:
    """Return the transaction that a command writes for the owner."""
    file = terminal.files / "unsigned.json"
    terminal.json(*words, "--unsigned", file, "--sender", sender)
    written: dict[str, Any] = json.loads(file.read_bytes())
    assert written["from"] == sender
    return written


@pytest.fixture
def resource(terminal: Terminal) -> str:
    """Id of a resource that has a delay and a guardian."""
    guardian = terminal.json("key", "new", "guardian", "--algorithm", "secp256k1")["address"]
    terminal.json("chain", "fund", "guardian")
    words = ("resource", "register", RESOURCE, "--delay", "1h", "--guardian", guardian)
    return str(terminal.json(*words)["resource"])


@pytest.fixture
def policy(terminal: Terminal) -> Path:
    return terminal.write("policy.json", until(2030))


class Governed:
    """A resource whose owner is a timelock."""

    def __init__(self, terminal: Terminal, resource: str) -> None:
        self.terminal, self.resource = terminal, resource
        with Workspace.from_environment() as workspace:
            timelock = Timelock.deploy(workspace.chain, workspace.account, NOTICE)
        self.address = timelock.address
        terminal.json("resource", "transfer", resource, self.address)

    def unsigned(self, *words: str | Path) -> dict[str, Any]:
        return unsigned(self.terminal, self.address, *words)

    def schedule(self, transaction: dict[str, Any]) -> None:
        with Workspace.from_environment() as workspace:
            self._timelock(workspace).schedule(transaction)

    def execute(self, transaction: dict[str, Any]) -> None:
        self.terminal.advance(NOTICE)
        with Workspace.from_environment() as workspace:
            self._timelock(workspace).execute(transaction)

    def through(self, transaction: dict[str, Any]) -> None:
        self.schedule(transaction)
        self.execute(transaction)

    def state(self) -> dict[str, Any]:
        return dict(self.terminal.json("policy", "show", self.resource))

    def _timelock(self, workspace: Workspace) -> Timelock:
        return Timelock(workspace.chain, workspace.account, self.address, NOTICE)


@pytest.fixture
def governed(terminal: Terminal, resource: str) -> Governed:
    return Governed(terminal, resource)


def test_published_and_activated_through_a_timelock(governed: Governed, policy: Path) -> None:
    assert governed.state()["owner"] == governed.address
    publication = governed.unsigned("policy", "publish", governed.resource, policy)
    governed.through(publication)
    pending = governed.state()["pending"]
    assert pending["state"] == "waiting"
    assert pending["diff"]["conclusion"] == "widens only"

    activation = governed.unsigned("policy", "activate", governed.resource)
    assert any("TooEarly" in line for line in activation["description"])
    governed.through(activation)
    assert governed.state()["active"]["policyId"] == pending["policyId"]


def test_nobody_goes_round_the_timelock(governed: Governed, policy: Path) -> None:
    refused = governed.terminal.error("policy", "publish", governed.resource, policy, "--yes")
    assert "NotAuthorized" in refused["message"]
    publication = governed.unsigned("policy", "publish", governed.resource, policy)
    governed.schedule(publication)
    with Workspace.from_environment() as workspace, pytest.raises(Reverted):
        governed._timelock(workspace).execute(publication)
    assert governed.state()["pending"] is None


def test_the_guardian_cancels_what_a_timelock_scheduled(governed: Governed, policy: Path) -> None:
    governed.through(governed.unsigned("policy", "publish", governed.resource, policy))
    activation = governed.unsigned("policy", "activate", governed.resource)
    governed.terminal.json("policy", "cancel", governed.resource, "--account", "guardian")
    governed.schedule(activation)
    with pytest.raises(Reverted) as error:
        governed.execute(activation)
    assert error.value.code == "reverted"
    assert governed.state()["active"] is None


def test_what_was_proposed_before_a_pause_has_to_be_proposed_again(
    governed: Governed, policy: Path
) -> None:
    """The epoch is part of what is proposed."""
    publication = governed.unsigned("policy", "publish", governed.resource, policy)
    governed.schedule(publication)
    governed.terminal.json("policy", "pause", governed.resource, "--account", "guardian")
    with pytest.raises(Reverted):
        governed.execute(publication)
    assert governed.state()["pending"] is None


def test_a_transfer_by_the_timelock_clears(governed: Governed, policy: Path) -> None:
    governed.through(governed.unsigned("policy", "publish", governed.resource, policy))
    epoch, heir = governed.state()["epoch"], "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    governed.through(governed.unsigned("resource", "transfer", governed.resource, heir))
    state = governed.state()
    assert (state["owner"], state["pending"], state["epoch"]) == (heir, None, epoch + 1)


class Shared:
    """A resource whose owner is a multisig, two of three."""

    def __init__(self, terminal: Terminal, resource: str) -> None:
        self.terminal, self.resource = terminal, resource
        for name in ("second", "third"):
            terminal.json("key", "new", name, "--algorithm", "secp256k1")
            terminal.json("chain", "fund", name)
        with Workspace.from_environment() as workspace:
            signers = tuple(self._accounts(workspace))
            self.address = Multisig.deploy(workspace.chain, signers, 2).address
        terminal.json("resource", "transfer", resource, self.address)

    def execute(self, count: int, *words: str | Path) -> None:
        transaction = unsigned(self.terminal, self.address, *words)
        with Workspace.from_environment() as workspace:
            signers = tuple(self._accounts(workspace))
            multisig = Multisig(workspace.chain, signers, self.address)
            multisig.execute(transaction, *signers[:count])

    @staticmethod
    def _accounts(workspace: Workspace) -> Iterator[EthereumAccount]:
        for name in ("default", "second", "third"):
            yield EthereumAccount(workspace.keystore.signer(name))


def test_published_and_activated_by_two_of_three(
    terminal: Terminal, resource: str, policy: Path
) -> None:
    shared = Shared(terminal, resource)
    with pytest.raises(Reverted):
        shared.execute(1, "policy", "publish", resource, policy)
    shared.execute(2, "policy", "publish", resource, policy)
    terminal.advance(DELAY)
    shared.execute(2, "policy", "activate", resource)
    assert terminal.json("policy", "show", resource)["active"] is not None
    shared.execute(2, "policy", "pause", resource)
    assert terminal.json("policy", "show", resource)["paused"]


def test_the_receiver_is_said_before_a_transfer(terminal: Terminal, resource: str) -> None:
    governed = Governed(terminal, resource)
    stranger = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    words = ("resource", "transfer", governed.resource, stranger, "--dry-run")
    printed = terminal.json(*words, "--sender", governed.address)
    text = "\n".join(printed["description"])
    assert f"{stranger} is an account without code" in text
    assert "kept are policy, restrictions, guardian and delay (1 hour)" in text
    back = terminal.json(
        "resource", "transfer", governed.resource, governed.address, "--dry-run",
        "--sender", governed.address,
    )  # fmt: skip
    assert f"{governed.address} is a contract, code 0x" in "\n".join(back["description"])


def test_error_transfer_to_a_contract_that_takes_no_tokens(
    terminal: Terminal, resource: str
) -> None:
    contracts = terminal.json("chain", "status")["contracts"]
    error = terminal.error("resource", "transfer", resource, contracts[0]["address"], "--yes")
    assert error["code"] == "reverted"
