"""A running chain that several processes share, and the command as a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import Terminal

from didgate.chain.embedded import EmbeddedChain
from didgate.cli.workspace import Workspace
from didgate.config import Settings

COMMAND = Path(sys.executable).with_name("didgate")


@pytest.fixture
def begin() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``didgate`` with arguments; ends what still runs after the test."""
    running = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait until a chain is up, and return what it says of itself."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read()
    told: dict[str, Any] = json.loads(line)
    return told


def test_chain_begins_is_shared_and_ends_cleanly(
    bare: Terminal, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    process = begin("chain", "up", "--json", "--block-time", "0.2")
    told = ready(process)
    assert told["url"].startswith("http://127.0.0.1:")
    assert bare.json("key", "list")[0]["name"] == "default"

    bare.json("chain", "deploy")  # in this process, by the URL in the lock file
    status = bare.json("chain", "status")
    assert status["chainId"] == told["chainId"]
    deadline = time.monotonic() + 20
    while bare.json("chain", "status")["head"] == status["head"]:
        assert time.monotonic() < deadline, "an idle chain must go on"
        time.sleep(0.1)

    second = bare.error("chain", "up")
    assert second["code"] == "chain_in_use"
    assert told["url"] in second["message"]

    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "stopped\n")
    # What was mined is there after the end, and the file is free again.
    assert all(each["codeMatches"] for each in bare.json("chain", "status")["contracts"])


def test_chain_continues_where_it_ended(
    terminal: Terminal, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    before = terminal.json("chain", "status")
    process = begin("chain", "up", "--json")
    assert ready(process)["chainId"] == before["chainId"]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_chain_is_reached_by_its_url(
    terminal: Terminal,
    begin: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    url = ready(begin("chain", "up", "--json"))["url"]
    monkeypatch.setenv("DIDGATE_RPC_URL", url)
    monkeypatch.setenv("DIDGATE_HOME", str(tmp_path / "elsewhere"))
    status = terminal.json("chain", "status")
    assert status["address"] is None
    assert status["contracts"] == []
    assert terminal.error("chain", "up")["code"] == "conflicting_settings"


def test_error_port_in_use(terminal: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        error = terminal.error("chain", "up", "--port", str(taken.getsockname()[1]))
    assert error["code"] == "port_unavailable"


def test_error_chain_opened_by_a_process_that_does_not_serve_it(terminal: Terminal) -> None:
    with EmbeddedChain.open(terminal.home / "chain.sqlite"):
        error = terminal.error("chain", "status")
    assert error["code"] == "chain_in_use"
    assert "does not serve it" in error["message"]


def test_person_is_asked_before_a_transaction_and_may_refuse(terminal: Terminal) -> None:
    words = [COMMAND, "list", "create", "staff"]
    master, slave = pty.openpty()
    try:
        process = subprocess.Popen(
            words, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        os.write(master, b"n\n")
        out, err = process.communicate(timeout=60)
    finally:
        os.close(master)
        os.close(slave)
    assert process.returncode == 1
    assert out == ""
    assert "Create address list staff" in err
    assert "Sign and send? [y/N]" in err
    assert terminal.error("list", "show", "staff")["code"] == "unknown_list"


def test_person_is_asked_for_the_passphrase(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase = os.environ["DIDGATE_PASSPHRASE"]
    monkeypatch.delenv("DIDGATE_PASSPHRASE")
    with Workspace(Settings.from_environment(os.environ), lambda: passphrase) as workspace:
        assert not workspace.keystore.names()


def test_command_runs_as_a_process_of_its_own(bare: Terminal) -> None:
    done = subprocess.run(
        [COMMAND, "key", "new", "holder", "--algorithm", "Ed25519", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown = subprocess.run(
        [COMMAND, "key", "show", "holder", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == json.loads(shown.stdout)
    failed = subprocess.run(
        [COMMAND, "key", "show", "nobody"], capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr == "error: the keystore holds no key nobody [unknown_name]\n"


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from didgate.cli.app import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'eth', 'sqlalchemy', 'nacl', 'py_arkworks_bls12381'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
