"""Peers: independent implementations from npm, each behind a small driver in ``peers/``.

A driver reads one JSON object a line, ``{"op": …, …}``, and answers each with one line, either
``{"result": …}`` or ``{"error": "…"}``. Install them with ``npm ci`` in ``tests/interop/peers``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

PEERS = Path(__file__).parent / "peers"


class PeerError(Exception):
    """The peer refused: it threw instead of answering."""


class Peer:
    """A running driver."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def call(self, op: str, **arguments: Any) -> Any:
        """Return the driver's result, or raise PeerError with what the peer threw."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"op": op, **arguments}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "the driver ended without an answer"
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer["result"]


@pytest.fixture(scope="session")
def start_peer() -> Iterator[Callable[[str], Peer]]:
    """Return a function that starts ``peers/<name>.mjs``; all are stopped after the last test."""
    node = shutil.which("node")
    if node is None or not (PEERS / "node_modules").is_dir():
        reason = "node or the npm peers are missing: run npm ci in tests/interop/peers"
        if os.environ.get("DIDGATE_CI") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with ExitStack() as running:

        def start(name: str) -> Peer:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
            process = running.enter_context(
                subprocess.Popen([node, PEERS / f"{name}.mjs"], **pipes)
            )
            running.callback(process.kill)
            return Peer(process)

        yield start
