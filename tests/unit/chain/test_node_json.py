from __future__ import annotations

from typing import Any

import pytest

from didgate.chain import node_json
from didgate.errors import ChainError

WORD = "0x" + "11" * 32
HEADER = {"number": "0x2", "hash": WORD, "parentHash": WORD, "timestamp": "0x3"}
LOG = {
    "address": "0x" + "ab" * 20,
    "topics": [WORD],
    "data": "0x01",
    "blockNumber": "0x2",
    "blockHash": WORD,
    "transactionHash": WORD,
    "logIndex": "0x0",
}
RECEIPT = {
    "transactionHash": WORD,
    "blockNumber": "0x2",
    "blockHash": WORD,
    "status": "0x1",
    "gasUsed": "0x5208",
    "logs": [LOG],
}


def test_header_of_a_chain_without_base_fee() -> None:
    assert node_json.header(HEADER).base_fee == 0
    assert node_json.header(HEADER | {"baseFeePerGas": "0x7"}).base_fee == 7


def test_receipt() -> None:
    receipt = node_json.receipt(RECEIPT)
    assert (receipt.succeeded, receipt.gas_used, receipt.contract_address) == (True, 21_000, None)
    assert receipt.logs == (node_json.log(LOG),)
    assert not node_json.receipt(RECEIPT | {"status": "0x0"}).succeeded


def test_created_contract() -> None:
    created = node_json.receipt(RECEIPT | {"contractAddress": "0x" + "ab" * 20}).contract_address
    assert created is not None
    assert created.lower() == "0x" + "ab" * 20


@pytest.mark.parametrize(
    "value", [None, 5, "", {}, [], HEADER | {"hash": "0x12"}, HEADER | {"number": None}], ids=str
)
def test_malformed_header(value: Any) -> None:
    with pytest.raises(ChainError) as error:
        node_json.header(value)
    assert error.value.code == "malformed_response"


@pytest.mark.parametrize(
    "fields",
    [
        {"logs": None},
        {"logs": [{}]},
        {"blockHash": "0x"},
        {"status": 1},
        {"contractAddress": "0x1"},
    ],
    ids=str,
)
def test_malformed_receipt(fields: dict[str, Any]) -> None:
    with pytest.raises(ChainError) as error:
        node_json.receipt(RECEIPT | fields)
    assert error.value.code == "malformed_response"


@pytest.mark.parametrize("value", [None, 5, "0xzz", "0x1"])
def test_malformed_data(value: Any) -> None:
    with pytest.raises(ChainError) as error:
        node_json.data(value)
    assert error.value.code == "malformed_response"


@pytest.mark.parametrize("value", [None, "", "0x", "zz"])
def test_malformed_quantity(value: Any) -> None:
    with pytest.raises(ChainError) as error:
        node_json.quantity(value)
    assert error.value.code == "malformed_response"
