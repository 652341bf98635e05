"""The how-to guides about changes: every command in them is run, and says what they say.

Blocks of ``sh`` are run in order; a block of ``text`` is what the one before it prints, with … for
what differs. Between blocks stand notes for this test, such as ``<!-- test: wait 2d -->``. Where a
guide sets a variable to ``0x…``, this test knows the value.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cli_service import Service
from cli_terminal import Terminal
from owners import Timelock

from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.cli import inputs
from didgate.cli.workspace import Workspace
from didgate.keys.ethereum import address_of
from didgate.resources import resource_id

GUIDES = Path(__file__).parents[3] / "docs" / "how-to"
NAMES = (
    "write-and-publish-a-policy",
    "hand-a-policy-to-a-multisig-or-timelock",
    "emergency-pause",
)
PART = re.compile(r"^```(\w+)\n(.*?)^```$|^<!-- test: (.*?) -->$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"^export (\w+)=0x….*\n", re.MULTILINE)
# The command runs in this process; what a shell starts in its place passes words and output on.
SHELL = """
didgate() { "$PYTHON" -S -E "$RELAY" "$SOCKET" "$@"; }
python3() { "$PYTHON" "$@"; }
set -e
"""
RELAY = """
import json, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    line.sendall(json.dumps(sys.argv[2:]).encode() + b"\\n")
    code, out, err = json.load(line.makefile())
sys.stdout.write(out)
sys.stdout.flush()
sys.stderr.write(err)
sys.exit(code)
"""


class Reader:
    """Someone who does what a guide says.

    Args:
        terminal: the home it is done in.
        chain: its chain, which is served meanwhile.
        place: a folder with a short name.
        knows: what to put in for ``0x…``, asked when the guide comes to it.
    """

    def __init__(
        self,
        terminal: Terminal,
        chain: EmbeddedChain,
        place: Path,
        knows: Mapping[str, Callable[[], str]],
    ) -> None:
        self.terminal, self.chain, self.knows = terminal, chain, knows
        self.folder = Path.cwd()
        relay = self.folder / ".relay.py"
        relay.write_text(RELAY)
        self.variables = {
            "PYTHON": sys.executable,
            "RELAY": str(relay),
            # Short, for a socket's path has about a hundred characters at most.
            "SOCKET": str(place / "s"),
        }
        self.printed = ""

    def follow(self, name: str) -> None:
        """Follow a guide from top to bottom."""
        for match in PART.finditer((GUIDES / f"{name}.md").read_text("utf-8")):
            kind, content, note = match.groups()
            if note:
                self.note(*note.split())
            elif kind == "sh":
                self.run_block(content)
            else:
                self.expect(content)

    def run_block(self, block: str) -> None:
        # What stands before a variable that the reader copies may be what prints its value.
        commands, *rest = PLACEHOLDER.split(block)
        self.printed = self.run(commands)
        for name, more in zip(rest[::2], rest[1::2], strict=True):
            self.variables[name] = self.knows[name]()
            self.printed += self.run(more)

    def run(self, commands: str) -> str:
        """Run commands in a shell, and return what they print, blanks made one."""
        path = Path(self.variables["SOCKET"])
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as line, (self.folder / ".printed").open("w+") as output:
            line.bind(str(path))
            line.listen()
            line.settimeout(0.02)
            shell = subprocess.Popen(
                ["bash", "-c", SHELL + commands],
                cwd=self.folder,
                env=os.environ | self.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            while shell.poll() is None:
                with suppress(TimeoutError):
                    self.answer(line.accept()[0])
            output.seek(0)
            printed = output.read()
        assert shell.returncode == 0, f"{commands}\n{printed}"
        return " ".join(printed.split()) + " "

    def answer(self, caller: socket.socket) -> None:
        """Run one command for the shell."""
        with caller, caller.makefile("rw") as line:
            caller.settimeout(60)
            outcome = self.terminal.run(*json.loads(line.readline()))
            json.dump([outcome.code, outcome.out, outcome.err], line)

    def expect(self, block: str) -> None:
        for line in block.splitlines():
            parts = (re.escape(" ".join(part.split())) for part in line.split("…"))
            pattern = r" ?.*? ?".join(parts)
            assert re.search(pattern, self.printed), f"{line}\nis not in\n{self.printed}"

    def note(self, verb: str, argument: str) -> None:
        if verb == "wait":
            self.chain.advance_time(inputs.seconds(argument))
        else:
            assert verb == "decide"
            Service(self.terminal, argument).decide()


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def chain(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedChain]:
    (terminal.files / "reader").mkdir()
    monkeypatch.chdir(terminal.files / "reader")
    with EmbeddedChain.open(terminal.home / "chain.sqlite") as chain, ChainServer(chain):
        yield chain


def address(name: str) -> str:
    with Workspace.from_environment() as workspace:
        return address_of(workspace.public_key(name))


def resource() -> str:
    return "0x" + resource_id(address("default"), "urn:model:shout").hex()


def test_guide_write_and_publish_a_policy(
    terminal: Terminal, chain: EmbeddedChain, place: Path
) -> None:
    Reader(terminal, chain, place, {}).follow("write-and-publish-a-policy")
    state = terminal.json("policy", "show", "urn:model:shout")
    assert (state["pending"], len(state["restrictions"])) == (None, 1)


def test_guide_hand_a_policy_to_a_timelock(
    terminal: Terminal, chain: EmbeddedChain, place: Path
) -> None:
    terminal.json("resource", "register", "urn:model:shout", "--delay", "2d")
    with Workspace.from_environment() as workspace:
        timelock = Timelock.deploy(workspace.chain, workspace.account, 2 * 86400).address
    reader = Reader(terminal, chain, place, {"GOVERNOR": lambda: timelock, "RESOURCE": resource})
    window: dict[str, Any] = {"time": {"until": "2090-01-01T00:00:00Z"}}
    policy = {"didgate": 1, "allow": window, "grant": {"lifetime": 60}}
    (reader.folder / "policy.json").write_text(json.dumps(policy))
    reader.follow("hand-a-policy-to-a-multisig-or-timelock")
    state = terminal.json("policy", "show", resource())
    assert (state["owner"], state["active"]["policy"]["allow"]) == (timelock, window)


def test_guide_emergency_pause(terminal: Terminal, chain: EmbeddedChain, place: Path) -> None:
    knows = {"GUARDIAN": lambda: address("guardian"), "RESOURCE": resource}
    Reader(terminal, chain, place, knows).follow("emergency-pause")
    assert not terminal.json("policy", "show", resource())["paused"]


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_a_guide_is_run_or_expected(name: str) -> None:
    text = (GUIDES / f"{name}.md").read_text("utf-8")
    fences = re.findall(r"^ *```(\w*)", text, re.MULTILINE)
    assert set(fences[::2]) <= {"sh", "text"}
    assert set(fences[1::2]) == {""}
    assert len(list(PART.finditer(text))) == len(fences) // 2 + text.count("<!-- test:")
