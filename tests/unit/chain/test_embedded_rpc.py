"""JSON-RPC of the embedded chain, method by method."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.address_lists import AddressListRegistry, address_list_id
from didgate.chain.calls import Receipt
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.keys.ethereum import EthereumAccount


class Node:
    """The chain with a contract on it that has emitted one event in each of three blocks."""

    def __init__(self, chain: EmbeddedChain, account: EthereumAccount) -> None:
        self.chain = chain
        client = ChainClient.connect(chain)
        deployed = client.send(account, AddressListRegistry.deployment())
        assert deployed.contract_address is not None
        self.lists = AddressListRegistry(deployed.contract_address)
        self.receipts: list[Receipt] = [
            client.send(account, self.lists.create(name)) for name in ("a", "b", "c")
        ]
        self.ids = ["0x" + address_list_id(account.address, name).hex() for name in "abc"]

    def ask(self, method: str, *params: Any) -> Any:
        response = self.chain.make_request(method, list(params))
        return response.get("result", response.get("error"))


@pytest.fixture
def node(chain: EmbeddedChain, account: EthereumAccount) -> Node:
    return Node(chain, account)


def numbers(logs: list[dict[str, Any]]) -> list[int]:
    return [int(log["blockNumber"], 16) for log in logs]


def test_unknown_method(node: Node) -> None:
    assert node.ask("eth_sign", "0x")["code"] == -32601
    for method in ("evm_increaseTime", "evm_mine", "anvil_setBalance", "eth_sendTransaction"):
        assert node.ask(method)["code"] == -32601


def test_wrong_number_of_parameters(node: Node) -> None:
    assert node.ask("eth_getBalance")["code"] == -32602
    assert node.ask("eth_chainId", 1)["code"] == -32602


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBalance", ["0x12", "latest"]),
        ("eth_getBalance", [17, "latest"]),
        ("eth_getBalance", ["0x" + "11" * 20, "soon"]),
        ("eth_getBalance", ["0x" + "11" * 20, "12"]),
        ("eth_getBalance", ["0x" + "11" * 20, {"number": "0x1"}]),
        ("eth_getBlockByHash", ["0x1234", False]),
        ("eth_call", ["0x", "latest"]),
        ("eth_call", [{"to": "0x" + "11" * 20, "data": "0xabc"}]),
        ("eth_call", [{"to": "0x" + "11" * 20, "value": 5}]),
        ("eth_getLogs", [{"topics": "0x"}]),
        ("eth_getLogs", [{"topics": [None] * 5}]),
        ("eth_getLogs", [{"address": "0x12"}]),
        ("eth_getLogs", [{"blockHash": "0x12"}]),
        ("eth_getLogs", [None]),
        ("eth_feeHistory", [0, "latest"]),
        ("eth_feeHistory", ["0x10000", "latest"]),
        ("eth_feeHistory", [None, "latest"]),
        ("eth_sendRawTransaction", [None]),
        ("eth_newFilter", [1]),
    ],
)
def test_malformed_parameters(node: Node, method: str, params: list[Any]) -> None:
    assert node.ask(method, *params)["code"] == -32602


def test_identity(node: Node) -> None:
    assert node.ask("web3_clientVersion").startswith("didgate/")
    assert int(node.ask("eth_chainId"), 16) == int(node.ask("net_version")) == node.chain.chain_id
    assert node.ask("eth_accounts") == []
    assert node.ask("eth_syncing") is False
    assert node.ask("net_listening") is True


def test_block_tags(node: Node) -> None:
    latest = node.ask("eth_getBlockByNumber", "latest", False)
    assert int(latest["number"], 16) == node.chain.head.number
    assert node.ask("eth_getBlockByNumber", "earliest", False)["number"] == "0x0"
    assert node.ask("eth_getBlockByNumber", latest["number"], False) == latest
    assert node.ask("eth_getBlockByHash", latest["hash"], False) == latest
    assert node.ask("eth_getBlockByNumber", "0x1000", False) is None
    assert node.ask("eth_getBlockByHash", "0x" + "11" * 32, False) is None


def test_state_at_earlier_blocks(node: Node) -> None:
    address = node.lists.address
    assert node.ask("eth_getCode", address, "0x0") == "0x"
    assert len(node.ask("eth_getCode", address, "latest")) > 1000
    assert len(node.ask("eth_getCode", address, {"blockNumber": "0x1"})) > 1000
    first = {"blockHash": "0x" + node.receipts[0].block_hash.hex(), "requireCanonical": True}
    assert len(node.ask("eth_getCode", address, first)) > 1000
    assert node.ask("eth_getStorageAt", address, "0x0", first) == "0x" + "00" * 32
    assert (
        "not found" in node.ask("eth_getCode", address, {"blockHash": "0x" + "11" * 32})["message"]
    )
    assert "not found" in node.ask("eth_getCode", address, "0x1000")["message"]


def test_nonces(node: Node, account: EthereumAccount) -> None:
    assert node.ask("eth_getTransactionCount", account.address, "0x1") == "0x1"
    assert node.ask("eth_getTransactionCount", account.address, "latest") == "0x4"
    assert node.ask("eth_getTransactionCount", account.address, "pending") == "0x4"


def test_revert_data_is_given(node: Node, account: EthereumAccount) -> None:
    call = {"to": node.lists.address, "data": "0x" + node.lists.create("a").data.hex()}
    error = node.ask("eth_call", call | {"from": account.address}, "latest")
    assert (error["code"], error["message"]) == (3, "execution reverted")
    assert error["data"].startswith("0x")
    assert node.ids[0][2:] in error["data"]
    assert node.ask("eth_estimateGas", call | {"from": account.address}) == error


def test_calls_that_cannot_start(node: Node) -> None:
    without_funds = {"from": "0x" + "11" * 20, "to": node.lists.address, "value": "0x1"}
    assert node.ask("eth_call", without_funds, "latest")["code"] == -32000
    without_gas = {"to": node.lists.address, "gas": "0x5000"}
    assert node.ask("eth_call", without_gas, "latest")["code"] == -32000
    assert node.ask("eth_estimateGas", without_funds)["code"] == -32000


def test_calls_that_fail_without_revert(node: Node) -> None:
    creation = {"data": "0xfe"}  # INVALID
    error = node.ask("eth_call", creation, "latest")
    assert (error["code"], "data" in error) == (-32000, False)
    assert "InvalidInstruction" in node.ask("eth_estimateGas", creation)["message"]


def test_call_leaves_no_trace(node: Node, account: EthereumAccount) -> None:
    call = {"to": node.lists.address, "input": "0x" + node.lists.create("new").data.hex()}
    head = node.chain.head
    first = node.ask("eth_call", call | {"from": account.address}, "latest")
    assert first == node.ask("eth_call", call | {"from": account.address}, "pending")
    assert node.chain.head == head


def test_estimate_suffices(node: Node, account: EthereumAccount) -> None:
    call = {"to": node.lists.address, "data": "0x" + node.lists.create("new").data.hex()}
    call["from"] = account.address
    gas = int(node.ask("eth_estimateGas", call), 16)
    assert node.ask("eth_call", call | {"gas": hex(gas)}, "latest").startswith("0x")
    assert "OutOfGas" in node.ask("eth_call", call | {"gas": hex(gas - 500)}, "latest")["message"]


def test_transaction_and_receipt(node: Node, account: EthereumAccount) -> None:
    block = node.ask("eth_getBlockByNumber", "0x2", True)
    (transaction,) = block["transactions"]
    assert transaction == node.ask("eth_getTransactionByHash", transaction["hash"])
    assert transaction["from"] == account.address
    receipt = node.ask("eth_getTransactionReceipt", transaction["hash"])
    assert (receipt["status"], receipt["blockHash"]) == ("0x1", block["hash"])
    assert receipt["logs"] == node.ask("eth_getLogs", {"fromBlock": "0x2", "toBlock": "0x2"})
    assert node.ask("eth_getTransactionByHash", "0x" + "11" * 32) is None
    assert node.ask("eth_getTransactionReceipt", "0x" + "11" * 32) is None


def test_logs_by_block(node: Node) -> None:
    assert numbers(node.ask("eth_getLogs", {"fromBlock": "0x0"})) == [2, 3, 4]
    assert numbers(node.ask("eth_getLogs", {"fromBlock": "earliest", "toBlock": "0x3"})) == [2, 3]
    assert numbers(node.ask("eth_getLogs", {})) == [4]
    block_hash = "0x" + node.receipts[1].block_hash.hex()
    assert numbers(node.ask("eth_getLogs", {"blockHash": block_hash})) == [3]
    assert "not found" in node.ask("eth_getLogs", {"blockHash": "0x" + "11" * 32})["message"]


def test_logs_by_address(node: Node) -> None:
    everything = {"fromBlock": "0x0"}
    other = "0x" + "11" * 20
    assert numbers(node.ask("eth_getLogs", everything | {"address": node.lists.address})) == [
        2,
        3,
        4,
    ]
    assert node.ask("eth_getLogs", everything | {"address": other}) == []
    both = [other, node.lists.address.lower()]
    assert numbers(node.ask("eth_getLogs", everything | {"address": both})) == [2, 3, 4]


def test_logs_by_topic(node: Node) -> None:
    everything = {"fromBlock": "0x0"}
    one, two, three = node.ids
    assert numbers(node.ask("eth_getLogs", everything | {"topics": [None, two]})) == [3]
    assert numbers(node.ask("eth_getLogs", everything | {"topics": [None, [one, three]]})) == [2, 4]
    assert node.ask("eth_getLogs", everything | {"topics": [one]}) == []
    assert node.ask("eth_getLogs", everything | {"topics": [None] * 4}) == []


def test_log_filter(node: Node, client: ChainClient, account: EthereumAccount) -> None:
    from_now = node.ask("eth_newFilter", {"address": node.lists.address})
    from_then = node.ask("eth_newFilter", {"fromBlock": "0x3", "toBlock": "0x5"})
    assert node.ask("eth_getFilterChanges", from_now) == []
    assert numbers(node.ask("eth_getFilterChanges", from_then)) == [3, 4]
    client.send(account, node.lists.create("d"))
    client.send(account, node.lists.create("e"))
    assert numbers(node.ask("eth_getFilterChanges", from_now)) == [5, 6]
    assert node.ask("eth_getFilterChanges", from_now) == []
    assert numbers(node.ask("eth_getFilterChanges", from_then)) == [5]
    assert numbers(node.ask("eth_getFilterLogs", from_then)) == [3, 4, 5]


def test_block_filter(node: Node) -> None:
    blocks = node.ask("eth_newBlockFilter")
    mined = [node.chain.mine() for _ in range(2)]
    assert node.ask("eth_getFilterChanges", blocks) == ["0x" + one.hash.hex() for one in mined]
    assert node.ask("eth_getFilterChanges", blocks) == []
    assert node.ask("eth_getFilterLogs", blocks)["code"] == -32602


def test_removed_filter_is_unknown(node: Node) -> None:
    blocks = node.ask("eth_newBlockFilter")
    assert node.ask("eth_uninstallFilter", blocks) is True
    assert node.ask("eth_uninstallFilter", blocks) is False
    assert node.ask("eth_getFilterChanges", blocks)["message"] == "filter not found"


def test_oldest_of_too_many_filters_is_dropped(node: Node) -> None:
    first, second, *_ = [node.ask("eth_newBlockFilter") for _ in range(257)]
    assert node.ask("eth_getFilterChanges", first)["message"] == "filter not found"
    assert node.ask("eth_getFilterChanges", second) == []


def test_fees(node: Node) -> None:
    history = node.ask("eth_feeHistory", "0x3", "latest", [10, 90])
    assert history["oldestBlock"] == "0x2"
    assert len(history["baseFeePerGas"]) == 4
    assert [len(rewards) for rewards in history["reward"]] == [2, 2, 2]
    assert len(node.ask("eth_feeHistory", 100, "0x1")["gasUsedRatio"]) == 2
    tip = int(node.ask("eth_maxPriorityFeePerGas"), 16)
    assert int(node.ask("eth_gasPrice"), 16) == int(history["baseFeePerGas"][-1], 16) + tip


def test_batch(node: Node) -> None:
    answers = node.chain.make_batch_request([("eth_chainId", []), ("nonsense", [])])
    assert [set(answer) - {"jsonrpc", "id"} for answer in answers] == [{"result"}, {"error"}]
