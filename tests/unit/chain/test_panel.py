"""Providers side by side: one that hangs holds up itself alone, and faults are logged once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from didgate.chain.panel import Panel
from didgate.errors import ChainError
from didgate.ports import Counters


class Hanging:
    """Answers when told so."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def make_request(self, _method: str, _params: Any) -> Any:
        self.go.wait(20)
        return {"result": 1}

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(*request) for request in requests]


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    provider = Hanging()
    yield provider
    provider.go.set()


@pytest.fixture
def prompt() -> Hanging:
    provider = Hanging()
    provider.go.set()
    return provider


def test_requests_that_wait_are_bounded(hanging: Hanging, prompt: Hanging) -> None:
    panel = Panel([hanging, prompt], ["0", "1"], Counters())
    heard: list[tuple[int, object]] = []
    for _ in range(80):
        panel.ask([("x", [])], lambda who, answer: heard.append((who, answer)), [0])
    refused = [answer for _, answer in heard]
    assert len(refused) == 80 - 64
    assert all(isinstance(answer, ChainError) for answer in refused)
    panel.ask([("x", []), ("y", [])], lambda who, answer: heard.append((who, answer)), [1])
    deadline = time.monotonic() + 5
    while heard[-1] != (1, [{"result": 1}, {"result": 1}]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    hanging.go.set()
    while len(heard) < 81:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    panel.close()


def test_closed_panel_asks_nobody(prompt: Hanging) -> None:
    panel = Panel([prompt], ["0"], Counters())
    panel.close()
    heard: list[object] = []
    panel.ask([("x", [])], lambda _, answer: heard.append(answer), [0])
    (answer,) = heard
    assert isinstance(answer, ChainError)
    assert answer.code == "unreachable"


def test_fault_is_logged_once_and_forgiven_after_many_good_answers(
    prompt: Hanging, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    counters = Counters()
    panel = Panel([prompt], ["0:rpc.example"], counters)
    for fault in ("dissenting", None, "dissenting", "forked", *200 * [None], "dissenting"):
        panel.note(0, fault)
    assert [entry.getMessage() for entry in caplog.records] == [
        "RPC provider 0:rpc.example: dissenting",
        "RPC provider 0:rpc.example: forked",
        "RPC provider 0:rpc.example agrees with the others again",
        "RPC provider 0:rpc.example: dissenting",
    ]
    assert counters.read() == {
        "provider_dissenting": {"0:rpc.example": 3},
        "provider_forked": {"0:rpc.example": 1},
    }
    panel.close()
