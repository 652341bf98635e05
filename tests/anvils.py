"""Reference chains that run: one, or several nodes that hold the same blocks."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from didgate.chain.http_endpoint import HTTPEndpoint
from didgate.chain.rpc import RPC
from didgate.errors import ChainError

ANVIL = Path(__file__).parents[1] / "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
GENESIS = 1_800_000_000
"""Time of the first block where several nodes are to hold the same blocks."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Anvil:
    """A running node.

    Args:
        process: the operating system's.
        port: where it listens, for HTTP and WebSockets.
        rpc: requests to it.
    """

    process: subprocess.Popen[bytes]
    port: int
    rpc: RPC

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def start_anvil(*options: str, port: int | None = None) -> Anvil:
    """Start a node and wait until it answers."""
    port = port or free_port()
    arguments = ["--hardfork", "osaka", "--slots-in-an-epoch", "1", "--accounts", "0", *options]
    process = subprocess.Popen([ANVIL, *arguments, "--port", str(port), "--silent"])
    rpc = RPC(HTTPEndpoint(f"http://127.0.0.1:{port}"))
    deadline = time.monotonic() + 20
    while True:
        try:
            rpc.request("eth_chainId", [])
            return Anvil(process, port, rpc)
        except ChainError:
            assert process.poll() is None, "anvil ended"
            assert time.monotonic() < deadline, "anvil does not answer"
            time.sleep(0.02)


@contextmanager
def running_anvil(*options: str, port: int | None = None) -> Iterator[Anvil]:
    """Run a node for as long as the context lasts."""
    anvil = start_anvil(*options, port=port)
    try:
        yield anvil
    finally:
        anvil.stop()


Say = Callable[[str, Any, Callable[[], Any]], Any]
"""Makes an answer to method and parameters; the third argument gives the true one."""


def truth(_method: str, _params: Any, answer: Callable[[], Any]) -> Any:
    return answer()


@dataclass
class Node:
    """A provider to a real node that makes a block, a second after the last, of what it is sent.

    What it says goes through ``say``, so a test can have it lie, be slow or be out of reach.
    """

    provider: Any
    mines: bool = True
    say: Say = truth
    asked: list[str] = field(default_factory=list)

    def make_request(self, method: str, params: Any) -> Any:
        self.asked.append(method)
        return self.say(method, params, lambda: self._pass_on(method, params))

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(method, params) for method, params in requests]

    def _pass_on(self, method: str, params: Any) -> Any:
        response = self.provider.make_request(method, params)
        if method == "eth_sendRawTransaction" and self.mines:
            self.mine()
        return response

    def mine(self, seconds: int = 1) -> None:
        rpc = RPC(self.provider)
        latest = rpc.request("eth_getBlockByNumber", ["latest", False])
        rpc.request("evm_setNextBlockTimestamp", [int(latest["timestamp"], 16) + seconds])
        rpc.request("evm_mine", [])


@contextmanager
def fleet(size: int) -> Iterator[list[tuple[Anvil, Node]]]:
    """Run nodes that hold the same blocks as long as they are sent the same."""
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(running_anvil("--timestamp", str(GENESIS), "--no-mining"))
            for _ in range(size)
        ]
        yield [(anvil, Node(anvil.rpc._provider)) for anvil in nodes]
