"""Blocks, transactions, receipts and logs of the embedded chain as JSON-RPC shows them.

The members are those of the Ethereum execution API: quantities are minimal hexadecimal numbers,
data is hexadecimal of even length.
"""

from __future__ import annotations

from typing import Any

from eth._utils.address import generate_contract_address
from eth.abc import BlockAPI, ReceiptAPI, SignedTransactionAPI
from rlp import encode as rlp_encode  # type: ignore[import-untyped]  # rlp ships no types

from didgate.chain.embedded.db import StoredLog
from didgate.encoding import checksum_address

JSONObject = dict[str, Any]


def data(value: bytes) -> str:
    """Encode bytes."""
    return "0x" + value.hex()


def address(value: bytes) -> str | None:
    """Encode an address by EIP-55; the empty address of a creation is null."""
    return checksum_address(value) if value else None


def block_json(block: BlockAPI, *, with_transactions: bool) -> JSONObject:
    """Encode a block, its transactions whole or by hash."""
    header: Any = block.header  # py-evm's type lacks the fields of later forks
    transactions = [
        transaction_json(block, index) if with_transactions else data(transaction.hash)
        for index, transaction in enumerate(block.transactions)
    ]
    return {
        "number": hex(header.block_number),
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "nonce": data(header.nonce),
        "sha3Uncles": data(header.uncles_hash),
        "logsBloom": data(header.bloom.to_bytes(256, "big")),
        "transactionsRoot": data(header.transaction_root),
        "stateRoot": data(header.state_root),
        "receiptsRoot": data(header.receipt_root),
        "miner": address(header.coinbase),
        "difficulty": hex(header.difficulty),
        "totalDifficulty": "0x0",
        "extraData": data(header.extra_data),
        "mixHash": data(header.mix_hash),
        "size": hex(len(rlp_encode(block))),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": data(header.withdrawals_root),
        "withdrawals": [],
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
        "transactions": transactions,
        "uncles": [],
    }


def transaction_json(block: BlockAPI, index: int) -> JSONObject:
    """Encode the mined transaction that stands at ``index`` of its block."""
    transaction: Any = block.transactions[index]  # py-evm's type lacks the fields of later kinds
    kind = transaction.type_id or 0
    common: JSONObject = {
        "type": hex(kind),
        "hash": data(transaction.hash),
        "nonce": hex(transaction.nonce),
        "blockHash": data(block.hash),
        "blockNumber": hex(block.number),
        "transactionIndex": hex(index),
        "from": address(transaction.sender),
        "to": address(transaction.to),
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(effective_gas_price(block, transaction)),
        "input": data(transaction.data),
        "chainId": hex(transaction.chain_id or 0),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }
    if kind == 0:
        return common | {"v": hex(transaction.v)}
    common |= {
        "accessList": [
            {
                "address": address(account),
                "storageKeys": [data(slot.to_bytes(32, "big")) for slot in slots],
            }
            for account, slots in transaction.access_list
        ],
        "v": hex(transaction.y_parity),
        "yParity": hex(transaction.y_parity),
    }
    if kind == 1:
        return common
    return common | {
        "maxFeePerGas": hex(transaction.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
    }


def receipt_json(
    block: BlockAPI, index: int, receipts: tuple[ReceiptAPI, ...], logs: list[StoredLog]
) -> JSONObject:
    """Encode the receipt of the transaction at ``index``; ``logs`` are those of its block."""
    transaction = block.transactions[index]
    receipt = receipts[index]
    used_before = receipts[index - 1].gas_used if index else 0
    creates = not transaction.to
    return {
        "type": hex(transaction.type_id or 0),
        "status": hex(int.from_bytes(receipt.state_root, "big")),
        "transactionHash": data(transaction.hash),
        "transactionIndex": hex(index),
        "blockHash": data(block.hash),
        "blockNumber": hex(block.number),
        "from": address(transaction.sender),
        "to": address(transaction.to),
        "contractAddress": (
            address(generate_contract_address(transaction.sender, transaction.nonce))
            if creates
            else None
        ),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "gasUsed": hex(receipt.gas_used - used_before),
        "effectiveGasPrice": hex(effective_gas_price(block, transaction)),
        "logsBloom": data(receipt.bloom.to_bytes(256, "big")),
        "logs": [log_json(log) for log in logs if log.transaction_index == index],
    }


def log_json(log: StoredLog) -> JSONObject:
    """Encode a log."""
    return {
        "address": address(log.address),
        "topics": [data(topic) for topic in log.topics],
        "data": data(log.data),
        "blockNumber": hex(log.block_number),
        "blockHash": data(log.block_hash),
        "transactionHash": data(log.transaction_hash),
        "transactionIndex": hex(log.transaction_index),
        "logIndex": hex(log.position),
        "removed": False,
    }


def effective_gas_price(block: BlockAPI, transaction: SignedTransactionAPI) -> int:
    """Return what each unit of gas cost, in wei (EIP-1559)."""
    with_tip = (block.header.base_fee_per_gas or 0) + transaction.max_priority_fee_per_gas
    return min(transaction.max_fee_per_gas, with_tip)
