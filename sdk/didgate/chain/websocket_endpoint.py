"""A node's JSON-RPC endpoint over a WebSocket, kept within the bounds of ``http_endpoint``.

One exchange has a connection to itself, and the requests of a batch go out one after the other
without waiting, so that batches work with every node. Connections are kept for the next exchange;
one that was closed in the meantime is replaced, once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from didgate.encoding import strict_json
from didgate.errors import ChainError, InvalidInput

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MAX_MESSAGE: Final = 32 << 20
_KEPT: Final = 8
_CLOSING: Final = 1.0


def open_websocket(url: str, seconds: float, max_bytes: int = _MAX_MESSAGE) -> ClientConnection:
    """Connect to a node.

    Args:
        url: ``ws`` or ``wss``.
        seconds: how long that may take.
        max_bytes: the longest message that is read.

    Raises:
        ChainError: ``unreachable``.
        InvalidInput: ``invalid_rpc_url``.
    """
    host = _host(url)
    try:
        opening = connect(
            url,
            open_timeout=seconds,
            close_timeout=_CLOSING,
            max_size=max_bytes,
            # A proxy set in the environment is for the outside world.
            proxy=None if host in LOOPBACK else True,
        )
        # The library wants to be entered; whoever gets the connection closes it.
        return ExitStack().enter_context(opening)
    except (OSError, WebSocketException, EOFError) as error:
        kind = type(error).__name__
        raise ChainError("unreachable", f"the node cannot be reached: {kind}") from error


class WebSocketEndpoint:
    """Carries JSON-RPC to one node; may be shared by threads.

    Args:
        url: ``ws`` or ``wss``.
        timeout: the most time that one exchange may take.
        max_bytes: the longest message that is read.

    Raises:
        InvalidInput: ``invalid_rpc_url``.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: timedelta = timedelta(seconds=20),
        max_bytes: int = _MAX_MESSAGE,
    ) -> None:
        _host(url)
        self._url = url
        self._seconds = timeout.total_seconds()
        self._max_bytes = max_bytes
        self._idle: list[ClientConnection] = []
        self._lock = threading.Lock()
        self._is_open = True

    def make_request(self, method: Any, params: Any) -> Any:
        """Send one request.

        Raises:
            ChainError: ``malformed_response``, or ``unreachable``.
        """
        return self.make_batch_request([(method, params)])[0]

    def make_batch_request(self, requests: Sequence[tuple[Any, Any]]) -> list[Any]:
        """Send several requests; the responses come back in the order of the requests.

        Raises:
            ChainError: ``malformed_response``, or ``unreachable``.
        """
        deadline = time.monotonic() + self._seconds
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, requests, deadline)
            except ConnectionClosed:
                pass  # while nobody used it
        connection = open_websocket(self._url, self._seconds, self._max_bytes)
        try:
            return self._exchange(connection, requests, deadline)
        except ConnectionClosed as error:
            raise ChainError("unreachable", "the node closed the connection") from error

    def _exchange(
        self, connection: ClientConnection, requests: Sequence[tuple[Any, Any]], deadline: float
    ) -> list[Any]:
        try:
            for number, (method, params) in enumerate(requests):
                request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                connection.send(json.dumps(request))
            answers: dict[int, Any] = {}
            while len(answers) < len(requests):
                answer = message(connection, deadline)
                answers[_number(answer, len(requests))] = answer
        except BaseException:
            connection.close_socket()
            raise
        self._put_back(connection)
        return [answers[number] for number in range(len(requests))]

    def _take(self) -> ClientConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _put_back(self, connection: ClientConnection) -> None:
        with self._lock:
            if self._is_open and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._is_open = False
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def message(connection: ClientConnection, deadline: float) -> dict[str, Any]:
    """Receive the next message, an object.

    Args:
        connection: to a node.
        deadline: by the monotonic clock.

    Raises:
        ChainError: ``unreachable``, nothing came in time; ``malformed_response``.
        ConnectionClosed: the node closed it.
    """
    try:
        received = connection.recv(timeout=max(deadline - time.monotonic(), 0))
    except TimeoutError as error:
        raise ChainError("unreachable", "the node's answer took too long") from error
    raw = received.encode() if isinstance(received, str) else received
    try:
        parsed = strict_json.loads(raw, max_bytes=len(raw))
    except InvalidInput as error:
        raise ChainError("malformed_response", "the node did not answer in JSON") from error
    if not isinstance(parsed, dict):
        raise ChainError("malformed_response", "the node sent no object")
    return parsed


def _number(answer: Mapping[str, Any], requests: int) -> int:
    """Return which request was answered."""
    number: object = answer.get("id")
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < requests:
        return number
    raise ChainError("malformed_response", "the node answers what was not asked")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
        valid = valid and url.isprintable() and " " not in url
    except ValueError as error:
        raise InvalidInput("invalid_rpc_url", "not a URL") from error
    if not valid:
        raise InvalidInput("invalid_rpc_url", "a WebSocket URL begins with ws:// or wss://")
    return parts.hostname or ""
