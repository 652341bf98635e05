"""The JSON-RPC server as its clients meet it, down to the bytes."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from didgate.chain.client import ChainClient
from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.chain.lock import ChainInUse
from didgate.errors import InvalidInput


@pytest.fixture
def server(chain: EmbeddedChain) -> Iterator[ChainServer]:
    with ChainServer(chain) as server:
        yield server


def post(
    server: ChainServer, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/", body, headers or {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content) if content else None


def ask(server: ChainServer, message: Any) -> Any:
    status, answer = post(server, json.dumps(message).encode())
    assert status == 200
    return answer


REQUEST = {"jsonrpc": "2.0", "id": "x", "method": "eth_blockNumber", "params": []}


def test_request(server: ChainServer) -> None:
    assert ask(server, REQUEST) == {"jsonrpc": "2.0", "id": "x", "result": "0x0"}


def test_batch_keeps_order_and_ids(server: ChainServer) -> None:
    batch = [REQUEST | {"id": 1}, REQUEST | {"id": 2, "method": "nonsense"}, REQUEST | {"id": 3}]
    assert [(item["id"], "error" in item) for item in ask(server, batch)] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_connection_is_kept_open(server: ChainServer) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    for _ in range(3):
        connection.request("POST", "/", json.dumps(REQUEST))
        assert json.loads(connection.getresponse().read())["result"] == "0x0"
    connection.close()


def test_body_that_is_not_json(server: ChainServer) -> None:
    for body in (b"{", b"\xff", b"[" * 100_000):
        status, answer = post(server, body)
        assert (status, answer["error"]["code"]) == (200, -32700)


@pytest.mark.parametrize(
    "message",
    [1, {}, {"method": 5}, REQUEST | {"params": {"by": "name"}}, [], [REQUEST] * 1001],
    ids=["number", "empty", "method", "params", "no_requests", "too_many"],
)
def test_invalid_request(server: ChainServer, message: Any) -> None:
    assert ask(server, message)["error"]["code"] == -32600


def test_closed_chain_is_an_internal_error(server: ChainServer, chain: EmbeddedChain) -> None:
    chain.close()
    assert ask(server, REQUEST)["error"]["code"] == -32603
    assert ask(server, [REQUEST])[0]["error"]["code"] == -32603


def test_web_page_is_refused(server: ChainServer) -> None:
    status, _ = post(server, b"{}", {"Origin": "https://attacker.example"})
    assert status == 403


def test_rebound_host_is_refused(server: ChainServer) -> None:
    status, _ = post(server, b"{}", {"Host": "attacker.example:80"})
    assert status == 403
    status, _ = post(server, json.dumps(REQUEST).encode(), {"Host": "localhost:80"})
    assert status == 200


def test_body_without_length_is_refused(server: ChainServer) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_kept_connections_end_when_the_server_stops(chain: EmbeddedChain) -> None:
    with ChainServer(chain) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        body = b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}'
        connection.request("POST", "/", body)
        assert connection.getresponse().read()
    assert connection.sock.recv(1) == b""  # the server's end is closed
    connection.close()


def test_body_too_large_is_refused_unread(server: ChainServer) -> None:
    for length in (str(1 << 30), "9" * 5000):
        status, _ = post(server, b"{}", {"Content-Length": length})
        assert status == 413


def test_other_methods_are_refused(server: ChainServer) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().status == 501
    connection.close()


def test_server_listens_on_loopback_only(server: ChainServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")


def test_taken_port_is_refused(server: ChainServer, chain: EmbeddedChain) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(InvalidInput) as error:
        ChainServer(chain, port=port)
    assert error.value.code == "port_unavailable"


def test_block_time_must_be_positive(chain: EmbeddedChain) -> None:
    with pytest.raises(InvalidInput) as error:
        ChainServer(chain, block_time=timedelta(0))
    assert error.value.code == "invalid_block_time"


def test_server_that_never_started_can_be_stopped(chain: EmbeddedChain) -> None:
    ChainServer(chain).stop()


def test_dropped_connection_is_not_logged(
    server: ChainServer, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as dropped:
            # Closing with unread data resets the connection under the server's hands.
            dropped.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            dropped.send(b"POST / HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 2\r\n\r\n[]")
    assert ask(server, REQUEST)["result"] == "0x0"
    assert "failed" not in caplog.text


def test_chain_closed_under_the_server_stops_no_thread(
    chain: EmbeddedChain, caplog: pytest.LogCaptureFixture
) -> None:
    with ChainServer(chain, block_time=timedelta(milliseconds=10)):
        chain.close()
        deadline = time.monotonic() + 10
        while "chain_closed" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_idle_chain_gets_blocks(chain: EmbeddedChain) -> None:
    with ChainServer(chain, block_time=timedelta(milliseconds=20)):
        deadline = time.monotonic() + 10
        while chain.head.number < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    head = chain.head.number
    assert head >= 3
    time.sleep(0.1)
    assert chain.head.number == head


def test_url_is_announced_while_serving(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    with EmbeddedChain.create(path, funded=[]) as chain:
        with ChainServer(chain) as server:
            with pytest.raises(ChainInUse) as error:
                EmbeddedChain.open(path)
            assert error.value.url == server.url
            assert ChainClient.connect(server.url).chain_id == chain.chain_id
        with pytest.raises(ChainInUse) as error:
            EmbeddedChain.open(path)
        assert error.value.url is None
