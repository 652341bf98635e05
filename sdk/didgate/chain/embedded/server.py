"""JSON-RPC over HTTP for an embedded chain, on the loopback interface only.

Lets several processes share one chain: whoever opened the file serves it, the others connect to
the URL that stands in the lock file. The clients promised to work are web3.py and our own.
A web page must not reach the chain through its reader's browser, so requests that carry an
``Origin``, or a ``Host`` other than loopback, are refused.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from didgate.chain.embedded.chain import EmbeddedChain
from didgate.encoding import strict_json
from didgate.errors import ChainError, InvalidInput

_LOG: Final = logging.getLogger(__name__)
_HOST: Final = "127.0.0.1"
_MAX_BODY: Final = 4 << 20
_MAX_BATCH: Final = 1000
_IDLE_SECONDS: Final = 60
_PARSE_ERROR: Final = -32700
_INVALID_REQUEST: Final = -32600
_INTERNAL_ERROR: Final = -32603


class ChainServer:
    """Serves a chain in background threads, and mines when it has been idle for a while.

    Args:
        chain: the chain to serve; closing it stays the caller's task.
        port: TCP port on loopback; 0 takes a free one.
        block_time: a block is made whenever none has been for that long; ``None`` makes blocks
            for transactions only.

    Raises:
        InvalidInput: ``port_unavailable`` or ``invalid_block_time``.
    """

    def __init__(
        self, chain: EmbeddedChain, *, port: int = 0, block_time: timedelta | None = None
    ) -> None:
        if block_time is not None and block_time <= timedelta(0):
            raise InvalidInput("invalid_block_time", "the block time must be positive")
        self._chain = chain
        self._block_time = block_time
        try:
            self._http = _HTTPServer(chain, port)
        except OSError as error:
            raise InvalidInput("port_unavailable", f"port {port} cannot be used") from error
        self.url = f"http://{_HOST}:{self._http.server_port}"
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._http.serve_forever, args=(0.05,))]
        if block_time is not None:
            self._threads.append(threading.Thread(target=self._mine, args=(block_time,)))

    def start(self) -> Self:
        """Begin to serve, and say so in the chain's lock file."""
        for thread in self._threads:
            thread.daemon = True
            thread.start()
        self._chain.announce(self.url)
        return self

    def stop(self) -> None:
        """Stop serving; requests under way are finished."""
        self._stopping.set()
        if self._threads[0].is_alive():
            self._chain.announce("")
            self._http.shutdown()
            for thread in self._threads:
                thread.join()
            self._http.end_connections()
        self._http.server_close()

    def _mine(self, block_time: timedelta) -> None:
        """Make a block whenever the head has not changed for ``block_time``."""
        seen = None
        while not self._stopping.wait(block_time.total_seconds()):
            try:
                head = self._chain.head.number
                seen = self._chain.mine().number if head == seen else head
            except ChainError as error:
                _LOG.warning("no block could be made: %s", error)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _HTTPServer(ThreadingHTTPServer):
    """Knows the chain, so that the requests find it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, chain: EmbeddedChain, port: int) -> None:
        super().__init__((_HOST, port), _Request)
        self.chain = chain
        self._connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Let every connection end with the answer that is under way."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Log what went wrong with a connection, unless it was only dropped."""
        if not isinstance(sys.exception(), ConnectionError):
            _LOG.exception("a connection failed")


class _Request(BaseHTTPRequestHandler):
    """One connection; keeps it open between requests."""

    server: _HTTPServer
    protocol_version = "HTTP/1.1"
    server_version = "didgate"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer a JSON-RPC request or a batch of them."""
        refusal = self._refusal()
        if refusal is not None:
            self.close_connection = True
            self._reply(refusal, b"")
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(HTTPStatus.OK, json.dumps(answer(self.server.chain, body)).encode())

    def _refusal(self) -> HTTPStatus | None:
        """Decide by its header fields alone whether a request is let in."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        if "Origin" in self.headers or host not in (_HOST, "localhost"):
            return HTTPStatus.FORBIDDEN
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return HTTPStatus.LENGTH_REQUIRED
        # int() refuses thousands of digits.
        if len(length) > len(str(_MAX_BODY)) or int(length) > _MAX_BODY:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None

    def _reply(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent: requests are not logged."""


def answer(chain: EmbeddedChain, body: bytes) -> object:
    """Answer the body of an HTTP request by JSON-RPC 2.0: one response, or a list of them."""
    try:
        request = strict_json.loads(body, max_bytes=_MAX_BODY)
    except InvalidInput as error:
        return _error(None, _PARSE_ERROR, error.message)
    if not isinstance(request, list):
        return _answer_one(chain, request)
    if not 1 <= len(request) <= _MAX_BATCH:
        return _error(None, _INVALID_REQUEST, f"a batch holds 1 to {_MAX_BATCH} requests")
    return [_answer_one(chain, item) for item in request]


def _answer_one(chain: EmbeddedChain, request: Any) -> dict[str, Any]:
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return _error(None, _INVALID_REQUEST, "not a request of JSON-RPC 2.0")
    params = request.get("params", [])
    if not isinstance(params, list):
        return _error(request.get("id"), _INVALID_REQUEST, "parameters go by position")
    try:
        return chain.make_request(request["method"], params) | {"id": request.get("id")}
    except ChainError as error:
        return _error(request.get("id"), _INTERNAL_ERROR, error.message)


def _error(request_id: object, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}}
