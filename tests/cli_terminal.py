"""Where commands of ``didgate`` are typed in tests: in this process, on a home of its own."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from didgate.chain.embedded import EmbeddedChain
from didgate.cli.app import command, main
from didgate.cli.workspace import Workspace
from didgate.credentials.challenge import Challenge
from didgate.keys.keystore import Argon2Cost
from didgate.policy import dcql, parse_policy

PASSPHRASE = "correct horse battery staple"
CHEAP = Argon2Cost(operations=1, memory=8192)
ISSUER = "did:web:issuer.example"
SCHEMA = """
type: https://example.org/Clearance
lifetimeDays: 28
attributes:
  - {name: role, type: text}
  - {name: clearance, type: integer}
  - {name: country, type: text, optional: true}
"""
RESOURCE = "urn:model:digits"
GATE = "https://gate.example/v1/digits"


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def options_of(words: Sequence[str | Path]) -> set[str]:
    """Return the options that the command called by some words has."""
    found: Any = command()
    for word in words:
        if not hasattr(found, "commands"):
            break
        found = found.commands[str(word)]
    return {option for parameter in found.params for option in parameter.opts}


class Terminal:
    """Where commands are typed.

    Args:
        home: ``DIDGATE_HOME``.
        capture: captures what is printed.
        patch: sets standard input.
    """

    def __init__(
        self, home: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.home = home
        self.files = home.parent
        self._capture = capture
        self._patch = patch

    def run(self, *words: str | Path, stdin: bytes = b"") -> Outcome:
        """Run a command as a person would."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        printed = self._capture.readouterr()
        assert isinstance(end.value.code, int)
        return Outcome(end.value.code, printed.out, printed.err)

    def json(self, *words: str | Path, stdin: bytes = b"") -> Any:
        """Run a command as a program would, agreed to beforehand, and return what it answers."""
        yes = ("--yes",) if "--yes" in options_of(words) else ()
        outcome = self.run(*words, "--json", *yes, stdin=stdin)
        assert outcome.code == 0, outcome
        return json.loads(outcome.out)

    def error(self, *words: str | Path, stdin: bytes = b"") -> dict[str, Any]:
        """Run a command that fails, and return its error."""
        outcome = self.run(*words, "--json", stdin=stdin)
        assert outcome.code == 1, outcome
        members: dict[str, Any] = json.loads(outcome.out)["error"]
        return members

    def write(self, name: str, content: str | dict[str, Any]) -> Path:
        """Write a file beside the home."""
        file = self.files / name
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(text, encoding="utf-8")
        return file

    def advance(self, seconds: int) -> None:
        """Let the chain's time run ahead."""
        with EmbeddedChain.open(self.home / "chain.sqlite") as chain:
            chain.advance_time(seconds)


def challenge(terminal: Terminal, policy: dict[str, Any], **changes: Any) -> Challenge:
    """Return a gate's challenge for a policy, to the key ``client`` of the keystore."""
    parsed = parse_policy(policy)
    status = terminal.json("chain", "status")
    contracts = {each["contract"]: each["address"] for each in status["contracts"]}
    with Workspace.from_environment() as workspace:
        jkt = workspace.public_key("client").thumbprint()
    members: dict[str, Any] = {
        "resource": bytes(32),
        "resource_uri": "urn:model:digits",
        "audience": "https://gate.example",
        "nonce": "0123456789abcdef",
        "policy_id": parsed.policy_id,
        "epoch": 1,
        "chain_id": status["chainId"],
        "verifier": contracts["PolicyRegistry"],
        "deadline": int(time.time()) + 300,
        "jkt": jkt,
        "dcql": dcql(parsed),
        "policy": parsed.to_bytes(),
        "response_uri": "https://gate.example/.well-known/didgate/access",
    }
    return Challenge(**(members | changes))


def answer(*words: str | Path) -> tuple[str | Path, ...]:
    """Return the words of a command that answers a challenge."""
    return ("wallet", *words, "--url", GATE, "--key", "client")
