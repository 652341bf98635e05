"""News over a WebSocket: noticed at once, lost with the connection, made good by reading."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anvils import Anvil, running_anvil, start_anvil
from websockets.sync.server import Server, ServerConnection, serve

from didgate.chain.client import ChainClient
from didgate.chain.deploy import deploy
from didgate.chain.facts import Block, PolicyState
from didgate.chain.opening import open_chain, open_feeds
from didgate.chain.resource_registry import resource_id
from didgate.chain.snapshot import SnapshotReader
from didgate.chain.subscription import Subscription
from didgate.chain.websocket_endpoint import WebSocketEndpoint
from didgate.config import Finality
from didgate.errors import ChainError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.ports import Counters

NEVER = timedelta(hours=1)
SOON = 5.0
SOMEONE = "0x" + "11" * 20


def until(condition: Callable[[], object], seconds: float = SOON) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


class Line:
    """An anvil with the contracts on it, and a reader that only ever looks when it has news."""

    def __init__(self, anvil: Anvil, closing: ExitStack) -> None:
        self.anvil = anvil
        self.account = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
        anvil.rpc.request("anvil_setBalance", [self.account.address, hex(10**21)])
        self.client = open_chain([anvil.ws_url], Path("unused"), closing)
        self.deployment = deploy(self.client, self.account)
        self.metrics = Counters()
        self.feeds = open_feeds([anvil.ws_url], self.deployment, self.metrics)
        self.reader = SnapshotReader(
            self.client,
            self.deployment,
            max_staleness=NEVER,
            poll_interval=NEVER,
            finality=Finality.parse("none"),
            feeds=self.feeds,
            metrics=self.metrics,
        )

    def mine(self) -> int:
        self.anvil.rpc.request("evm_mine", [])
        return int(self.anvil.rpc.request("eth_blockNumber", []), 16)

    def state(self, resource: bytes) -> PolicyState | None:
        snapshot = self.reader.current()
        try:
            return snapshot.policy_state(resource, snapshot.latest)
        except ChainError:
            return None  # not registered yet

    def resource(self) -> bytes:
        """Register a resource, and wait until it is known."""
        self.client.send(self.account, self.deployment.resources.register("urn:here", delay=0))
        resource = resource_id(self.account.address, "urn:here")
        until(lambda: self.state(resource))
        return resource

    def head(self) -> Block | None:
        try:
            return self.reader.current().latest
        except ChainError:
            return None  # it saw the node before it had its state again

    def height(self) -> int:
        return self.reader.current().latest.number


@pytest.fixture
def line(anvil_binary: Path) -> Iterator[Line]:
    with running_anvil() as anvil, ExitStack() as closing:
        line = Line(anvil, closing)
        with line.reader:
            until(lambda: line.feeds[0].is_connected)
            yield line


@pytest.mark.anvil
def test_new_block_is_noticed_at_once(line: Line) -> None:
    for _ in range(3):
        height = line.mine()
        until(lambda height=height: line.height() == height)


@pytest.mark.anvil
def test_change_is_noticed_at_once(line: Line) -> None:
    resource = line.resource()
    line.client.send(line.account, line.deployment.policies.pause(resource))

    def is_paused() -> bool:
        state = line.state(resource)
        return state is not None and state.paused_until > 0

    until(is_paused)


@pytest.mark.anvil
def test_reorganisation_is_noticed_at_once(line: Line) -> None:
    line.mine()
    before = line.reader.refresh()
    line.anvil.rpc.request("anvil_reorg", [1, []])
    line.mine()
    until(lambda: line.metrics.read().get("reorganisations"))
    with pytest.raises(ChainError) as error:
        before.policy_state(bytes(32), before.latest)
    assert error.value.code == "not_canonical"
    head = line.client.header().block
    until(lambda: line.reader.current().latest == head)


@pytest.mark.anvil
def test_blocks_missed_while_the_connection_was_lost_are_made_good(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """The node ends, comes back further on, and a change lies in between."""
    resource = line.resource()
    line.client.send(line.account, line.deployment.policies.pause(resource))
    until(lambda: line.height() == line.client.header().block.number)
    line.client.send(line.account, line.deployment.policies.bump_epoch(resource))
    dumped = line.anvil.rpc.request("anvil_dumpState", [True])
    before = line.height()
    line.anvil.stop()
    until(lambda: not line.feeds[0].is_connected)
    again = start_anvil(port=line.anvil.port)
    try:
        again.rpc.request("anvil_loadState", [dumped])
        for _ in range(5):
            again.rpc.request("evm_mine", [])
        head = line.client.header().block
        assert head.number > before
        until(lambda: line.head() == head, 10)
        state = line.state(resource)
        assert state is not None
        assert state.epoch == 3
        texts = [entry.getMessage() for entry in caplog.records]
        assert sum("no news from RPC provider" in text for text in texts) == 1
    finally:
        again.stop()
    assert line.metrics.read()["subscription_lost"].keys() == {f"0:127.0.0.1:{line.anvil.port}"}


@contextmanager
def serving(answer: Callable[[ServerConnection], None]) -> Iterator[str]:
    """Serve WebSockets as a test says, in a thread."""
    server: Server = serve(answer, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        thread.join()


class Announcer:
    """A node that takes subscriptions, and then announces what a test says."""

    def __init__(self, *news: str) -> None:
        self.news = news
        self.connections = 0

    def __call__(self, connection: ServerConnection) -> None:
        self.connections += 1
        for number in (1, 2):
            connection.recv()
            connection.send(json.dumps({"jsonrpc": "2.0", "id": number, "result": hex(number)}))
        for text in self.news:
            connection.send(text)
        connection.recv()  # until the other side closes


def news(subscription: str, result: Any) -> str:
    params = {"subscription": subscription, "result": result}
    return json.dumps({"jsonrpc": "2.0", "method": "eth_subscription", "params": params})


@contextmanager
def listening(announcer: Callable[[ServerConnection], None]) -> Iterator[tuple[Subscription, Any]]:
    counters, woken = Counters(), threading.Semaphore(0)
    with serving(announcer) as url:
        feed = Subscription(url, [SOMEONE], name="0", metrics=counters)
        feed.start(woken.release)
        try:
            yield feed, counters
        finally:
            feed.stop()


def test_announced_heights_and_topics_are_kept() -> None:
    topics = ["0x" + digit * 64 for digit in "abc"]
    announcer = Announcer(
        news("0x1", {"number": "0x2a"}),
        news("0x2", {"topics": topics}),
        news("0x3", {"number": "0x2b"}),
        json.dumps({"jsonrpc": "2.0", "id": 0, "result": "0x1"}),
    )
    with listening(announcer) as (feed, _):
        until(lambda: feed.height == 42)
        changed: set[bytes] = set()
        until(lambda: changed.update(feed.take_changed() or ()) or len(changed) == 2)
        assert changed == {bytes.fromhex(topic[2:]) for topic in topics[1:]}
        assert feed.take_changed() == frozenset()


@pytest.mark.parametrize(
    "nonsense",
    [
        "no JSON",
        "[]",
        news("0x1", None),
        news("0x1", {"number": None}),
        news("0x1", {}),
        news("0x2", {"topics": ["0x00"]}),
    ],
)
def test_nonsense_costs_the_connection_and_no_more(nonsense: str) -> None:
    announcer = Announcer(nonsense)
    with listening(announcer) as (_, counters):
        until(lambda: announcer.connections > 1)
        assert counters.read()["subscription_lost"]["0"] >= 1


def test_node_that_takes_no_subscription_announces_nothing() -> None:
    def refuse(connection: ServerConnection) -> None:
        connection.recv()
        error = {"code": -32601, "message": "the method does not exist"}
        connection.send(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}))
        connection.recv()

    with listening(refuse) as (feed, counters):
        until(lambda: counters.read().get("subscription_lost"))
        assert not feed.is_connected


def test_more_topics_than_can_be_kept_are_told_as_such() -> None:
    def flood() -> Iterator[str]:
        for number in range(4_000):
            topics = [f"0x{number * 4 + place:064x}" for place in range(4)]
            yield news("0x2", {"topics": topics})

    with listening(Announcer(*flood(), news("0x1", {"number": "0x1"}))) as (feed, _):
        until(lambda: feed.height == 1, 20)
        assert feed.take_changed() is None
        assert feed.take_changed() == frozenset()


def test_stopping_does_not_wait_for_news() -> None:
    with listening(Announcer()) as (feed, _):
        until(lambda: feed.is_connected)
        began = time.monotonic()
        feed.stop()
        assert time.monotonic() - began < 3


@pytest.mark.anvil
def test_false_news_is_only_a_reason_to_look(anvil: Any) -> None:
    """A height that no block has, and changes that never were."""
    made_up = [news("0x1", {"number": hex(10**9)}), news("0x2", {"topics": ["0x" + "cd" * 32] * 3})]
    metrics = Counters()
    with serving(Announcer(*made_up)) as url:
        feed = Subscription(url, [SOMEONE], name="0", metrics=metrics)
        reader = SnapshotReader(
            anvil.client,
            anvil.deployment,
            max_staleness=NEVER,
            poll_interval=timedelta(milliseconds=50),
            feeds=[feed],
        )
        with reader:
            until(lambda: feed.height == 10**9)
            anvil.advance(1)
            head = anvil.client.header().block
            until(lambda: reader.current().latest == head)


# Requests over a WebSocket.


@pytest.mark.anvil
def test_requests_and_batches(anvil: Any) -> None:
    port = anvil.provider.endpoint_uri.rsplit(":", 1)[1]
    client = ChainClient.connect(f"ws://127.0.0.1:{port}")
    assert client.chain_id == anvil.client.chain_id
    assert client.headers(["latest", 0, "finalized"]) == anvil.client.headers(
        ["latest", 0, "finalized"]
    )
    with pytest.raises(ChainError) as error:
        client.read(anvil.deployment.schemas.schema_bytes(bytes(32)))
    assert error.value.code == "reverted"


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ChainError) as error:
        action()
    return error.value.code


def asked(url: str, **options: Any) -> Callable[[], object]:
    return lambda: WebSocketEndpoint(url, **options).make_request("eth_chainId", [])


def test_node_that_is_not_there() -> None:
    assert code_of(asked("ws://127.0.0.1:9")) == "unreachable"


def test_node_that_does_not_answer() -> None:
    with serving(lambda connection: connection.recv() and time.sleep(3)) as url:
        began = time.monotonic()
        assert code_of(asked(url, timeout=timedelta(seconds=0.2))) == "unreachable"
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer", ["no JSON", "[]", "{}", '{"id": 1, "result": 1}', '{"id": true}', '{"id": "0"}']
)
def test_answer_that_is_none(answer: str) -> None:
    def say(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(answer)
        connection.recv()

    with serving(say) as url:
        assert code_of(asked(url)) == "malformed_response"


def test_answer_that_is_too_long() -> None:
    def say(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(json.dumps({"id": 0, "result": "x" * 2000}))
        connection.recv()

    with serving(say) as url:
        assert code_of(asked(url, max_bytes=1000)) == "unreachable"


def test_connection_that_was_closed_meanwhile_is_replaced() -> None:
    connections: list[ServerConnection] = []

    def say_once(connection: ServerConnection) -> None:
        connections.append(connection)
        connection.recv()
        connection.send('{"id": 0, "result": "0x1"}')

    with serving(say_once) as url:
        endpoint = WebSocketEndpoint(url)
        for _ in range(3):
            assert endpoint.make_request("eth_chainId", [])["result"] == "0x1"
            time.sleep(0.05)
        endpoint.close()
    assert len(connections) == 3


def test_connection_is_kept() -> None:
    connections: list[ServerConnection] = []

    def say(connection: ServerConnection) -> None:
        connections.append(connection)
        while connection.recv():
            connection.send('{"id": 0, "result": "0x1"}')

    with serving(say) as url:
        endpoint = WebSocketEndpoint(url)
        for _ in range(3):
            endpoint.make_request("eth_chainId", [])
        endpoint.close()
    assert len(connections) == 1
