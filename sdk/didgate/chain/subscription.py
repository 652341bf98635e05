"""News of a chain as it happens: new heads and events, announced by a node over a WebSocket.

``eth_subscribe`` to ``newHeads`` and ``logs`` (the Ethereum execution API's pub/sub). A thread
holds the connection, and makes a new one, ever more patiently, when it is lost. What was missed in
the meantime is not asked for here: a connection that is back is news in itself, and whoever is
woken reads the head and what changed since the last one it knows.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from websockets.sync.client import ClientConnection

from didgate.chain import node_json
from didgate.chain.websocket_endpoint import message, open_websocket
from didgate.errors import ChainError
from didgate.ports import Metrics

_LOG: Final = logging.getLogger(__name__)
_OPENING: Final = 10.0
_SILENCE: Final = 30.0  # then the node is asked whether it is still there
_MAX_MESSAGE: Final = 1 << 20
_FIRST_BACKOFF: Final = 0.1
_LONGEST_BACKOFF: Final = 30.0
_MOST_TOPICS: Final = 10_000
_PROBE: Final = 0


class Subscription:
    """Listens to one node; ``start`` and ``stop`` it once.

    Args:
        url: ``ws`` or ``wss``.
        addresses: contracts whose events are of interest.
        name: what the node is called in logs and metrics.
        metrics: counts ``subscription_lost`` by name.
    """

    def __init__(self, url: str, addresses: Sequence[str], *, name: str, metrics: Metrics) -> None:
        self._url = url
        self._addresses = tuple(addresses)
        self._name = name
        self._metrics = metrics
        self._wake: Callable[[], None] = lambda: None
        self._height = 0
        self._topics: set[bytes] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._connection: ClientConnection | None = None
        self._is_connected = False
        self._thread: threading.Thread | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it would hear of a new block at present."""
        return self._is_connected

    @property
    def height(self) -> int:
        """Height of the block that was announced last; 0 if there was none."""
        return self._height

    def take_changed(self) -> frozenset[bytes] | None:
        """Return the topics of the events announced since the last call; None for too many."""
        with self._lock:
            topics, self._topics = self._topics, set()
        return None if len(topics) > _MOST_TOPICS else frozenset(topics)

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to listen; ``wake`` is called, from another thread, whenever there is news."""
        self._wake = wake
        self._stopping.clear()
        name = f"didgate-feed-{self._name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        with self._lock:
            connection = self._connection
        if connection is not None:
            connection.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        backoff, trouble, is_known = _FIRST_BACKOFF, "", False
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001  # a new connection may do better
                trouble = error.code if isinstance(error, ChainError) else type(error).__name__
            was_connected, self._is_connected = self._is_connected, False
            if self._stopping.is_set():
                return
            self._metrics.count("subscription_lost", self._name)
            if was_connected or not is_known:
                _LOG.warning("no news from RPC provider %s: %s", self._name, trouble)
            is_known = True
            if was_connected and time.monotonic() - began > backoff:
                backoff = _FIRST_BACKOFF
            self._wake()  # it may have had news that got lost
            self._stopping.wait(backoff * (0.5 + secrets.randbelow(500) / 1000))
            backoff = min(backoff * 2, _LONGEST_BACKOFF)

    def _listen(self) -> None:
        """Connect, subscribe, and take what comes until the connection is lost."""
        connection = open_websocket(self._url, _OPENING, _MAX_MESSAGE)
        with self._lock:
            self._connection = connection
        try:
            if self._stopping.is_set():
                return
            heads, events = self._subscribe(connection)
            self._is_connected = True
            self._wake()
            while not self._stopping.is_set():
                self._take(_next(connection), heads, events)
        finally:
            with self._lock:
                self._connection = None
            connection.close()

    def _subscribe(self, connection: ClientConnection) -> tuple[str, str]:
        """Subscribe to heads and events, and return the names of the two subscriptions."""
        subjects: list[list[Any]] = [["newHeads"], ["logs", {"address": list(self._addresses)}]]
        names: list[str] = []
        for number, subject in enumerate(subjects, start=1):
            request = {"jsonrpc": "2.0", "id": number, "method": "eth_subscribe", "params": subject}
            connection.send(json.dumps(request))
            deadline = time.monotonic() + _OPENING
            answer: Mapping[str, Any] = {}
            while answer.get("id") != number:  # news of the first may come before
                answer = message(connection, deadline)
            name = answer.get("result")
            if not isinstance(name, str):
                raise ChainError("rpc_error", "the node announces nothing")
            names.append(name)
        return names[0], names[1]

    def _take(self, news: Mapping[str, Any], heads: str, events: str) -> None:
        params = news.get("params")
        if news.get("method") != "eth_subscription" or not isinstance(params, Mapping):
            return
        result = params.get("result")
        if not isinstance(result, Mapping):
            raise ChainError("malformed_response", "the node announces what is no object")
        if params.get("subscription") == heads:
            self._height = node_json.quantity(result.get("number", ""))
        elif params.get("subscription") == events:
            topics = [node_json.data(topic, 32) for topic in result.get("topics") or ()]
            with self._lock:
                if len(self._topics) <= _MOST_TOPICS:
                    self._topics.update(topics[1:])
        self._wake()


def _next(connection: ClientConnection) -> Mapping[str, Any]:
    """Return the next message; after a long silence, make sure that the node is still there.

    Raises:
        ChainError: ``unreachable`` or ``malformed_response``.
        ConnectionClosed: the node closed it.
    """
    try:
        return message(connection, time.monotonic() + _SILENCE)
    except ChainError as error:
        if error.code != "unreachable":
            raise
    probe = {"jsonrpc": "2.0", "id": _PROBE, "method": "eth_chainId", "params": []}
    connection.send(json.dumps(probe))
    return message(connection, time.monotonic() + _OPENING)
