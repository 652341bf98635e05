"""Requests to nodes that answer late, wrongly, too much or not at all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from didgate.chain.client import ChainClient
from didgate.chain.http_endpoint import HTTPEndpoint
from didgate.chain.revert import Reverted
from didgate.chain.rpc import RPC
from didgate.errors import ChainError, InvalidInput

Answer = Callable[[BaseHTTPRequestHandler, Any], None]


class Node:
    """A real HTTP server that answers as a test tells it to."""

    def __init__(self) -> None:
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                node.requests.append(json.loads(body))
                node.answer(self, node.requests[-1])

            def log_message(self, *_: object) -> None:
                pass

        self.requests: list[Any] = []
        self.answer: Answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def says(self, content: bytes, *, status: int = 200, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler, _: Any) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        self.answer = answer

    def responds(self, response: Any) -> None:
        self.says(json.dumps(response).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def node() -> Iterator[Node]:
    node = Node()
    yield node
    node.close()


@pytest.fixture
def rpc(node: Node) -> Iterator[RPC]:
    endpoint = HTTPEndpoint(node.url, timeout=timedelta(seconds=5), max_bytes=10_000)
    yield RPC(endpoint)
    endpoint.close()


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises((ChainError, InvalidInput)) as error:
        action()
    return error.value.code


def test_result_is_returned(node: Node, rpc: RPC) -> None:
    node.responds({"jsonrpc": "2.0", "id": 0, "result": "0x1"})
    assert rpc.request("eth_chainId", []) == "0x1"
    assert node.requests == [{"jsonrpc": "2.0", "id": 0, "method": "eth_chainId", "params": []}]


def test_null_is_a_result(node: Node, rpc: RPC) -> None:
    node.responds({"result": None})
    assert rpc.request("x", []) is None


def test_batch_is_put_in_order(node: Node, rpc: RPC) -> None:
    node.responds([{"id": 1, "result": "second"}, {"id": 0, "result": "first"}])
    assert rpc.batch([("a", []), ("b", [])]) == ["first", "second"]


def test_batch_of_one_is_a_plain_request(node: Node, rpc: RPC) -> None:
    node.responds({"result": 5})
    assert rpc.batch([("a", [])]) == [5]
    assert node.requests[0]["method"] == "a"


def test_reverts_in_a_batch_stand_in_their_place(node: Node, rpc: RPC) -> None:
    reverted = {"id": 0, "error": {"code": 3, "message": "execution reverted", "data": "0x"}}
    node.responds([reverted, {"id": 1, "result": 7}])
    first, second = rpc.batch([("a", []), ("b", [])])
    assert isinstance(first, Reverted)
    assert second == 7
    node.responds(reverted)
    assert isinstance(rpc.batch([("a", [])])[0], Reverted)


def test_other_errors_fail_the_batch(node: Node, rpc: RPC) -> None:
    node.responds([{"id": 0, "error": {"code": -32000, "message": "no"}}, {"id": 1, "result": 7}])
    assert code_of(lambda: rpc.batch([("a", []), ("b", [])])) == "rpc_error"


def test_error_for_the_whole_batch(node: Node, rpc: RPC) -> None:
    node.responds({"id": None, "error": {"code": -32600, "message": "no batches here"}})
    assert code_of(lambda: rpc.batch([("a", []), ("b", [])])) == "rpc_error"


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{"id": 0, "result": 1}],
        [{"id": 0, "result": 1}, {"id": 7, "result": 1}],
        "text",
        [1, 2],
    ],
    ids=["empty", "short", "wrong_id", "text", "numbers"],
)
def test_incomplete_batch(node: Node, rpc: RPC, answer: Any) -> None:
    node.responds(answer)
    assert code_of(lambda: rpc.batch([("a", []), ("b", [])])) == "malformed_response"


@pytest.mark.parametrize("answer", [[], 5, None, {}, {"id": 0}], ids=str)
def test_malformed_response(node: Node, rpc: RPC, answer: Any) -> None:
    node.responds(answer)
    assert code_of(lambda: rpc.request("a", [])) == "malformed_response"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[" * 5000, b"\xff"], ids=len)
def test_body_that_is_not_json(node: Node, rpc: RPC, body: bytes) -> None:
    node.says(body)
    assert code_of(lambda: rpc.request("a", [])) == "malformed_response"


@pytest.mark.parametrize("error", [{}, "no", {"code": -32000}, {"message": "x" * 10_000}], ids=len)
def test_errors_of_any_shape_are_told_briefly(node: Node, error: Any) -> None:
    node.responds({"error": error})
    with pytest.raises(ChainError) as raised:
        RPC(HTTPEndpoint(node.url)).request("a", [])
    assert raised.value.code == "rpc_error"
    assert len(raised.value.message) < 300


def test_http_status_is_told(node: Node, rpc: RPC) -> None:
    node.says(b"{}", status=429)
    with pytest.raises(ChainError) as error:
        rpc.request("a", [])
    assert error.value.code == "unreachable"
    assert "429" in error.value.message


def test_redirect_is_not_followed(node: Node, rpc: RPC) -> None:
    node.says(b"", status=307, Location=node.url + "/elsewhere")
    assert code_of(lambda: rpc.request("a", [])) == "unreachable"
    assert len(node.requests) == 1


def test_body_too_long(node: Node, rpc: RPC) -> None:
    node.responds({"result": "0" * 20_000})
    assert code_of(lambda: rpc.request("a", [])) == "malformed_response"


def test_silent_node(node: Node) -> None:
    node.answer = lambda *_: time.sleep(0.5)
    endpoint = HTTPEndpoint(node.url, timeout=timedelta(seconds=0.1))
    assert code_of(lambda: RPC(endpoint).request("a", [])) == "unreachable"


def test_dripping_node(node: Node) -> None:
    def drip(handler: BaseHTTPRequestHandler, _: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    node.answer = drip
    endpoint = HTTPEndpoint(node.url, timeout=timedelta(seconds=0.2))
    assert code_of(lambda: RPC(endpoint).request("a", [])) == "unreachable"


def test_nobody_listens(node: Node) -> None:
    node.close()
    assert code_of(lambda: ChainClient.connect(node.url)) == "unreachable"


@pytest.mark.parametrize(
    "url", ["ftp://node.example", "node.example", "file:///etc", "http://", "http://\0"]
)
def test_url_that_is_not_http(url: str) -> None:
    assert code_of(lambda: HTTPEndpoint(url)) == "invalid_rpc_url"


def test_foreign_provider_that_raises() -> None:
    class Broken:
        def make_request(self, method: str, params: Any) -> Any:
            raise OSError(method, params)

        def make_batch_request(self, requests: Any) -> Any:
            raise ValueError(requests)

    assert code_of(lambda: RPC(Broken()).request("a", [])) == "unreachable"
    assert code_of(lambda: RPC(Broken()).batch([("a", []), ("b", [])])) == "unreachable"


def test_chain_without_precompiles(node: Node) -> None:
    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        responses = {
            "eth_chainId": {"result": "0x5"},
            # A call to an address without code succeeds, and answers nothing.
            "eth_call": {"result": "0x"},
        }
        content = json.dumps(responses[request["method"]]).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    node.answer = answer
    client = ChainClient.connect(node.url)
    assert (client.precompiles.bls12_381, client.precompiles.p256) == (False, False)


def test_node_that_refuses_the_probe(node: Node) -> None:
    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        is_call = request["method"] == "eth_call"
        response = {"error": {"code": -32000, "message": "no"}} if is_call else {"result": "0x5"}
        content = json.dumps(response).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    node.answer = answer
    assert not ChainClient.connect(node.url).precompiles.bls12_381
