"""JSON-RPC over the ledger of the embedded chain: the methods that web3.py asks for.

The execution API of Ethereum is followed where it speaks: block parameters also as
``{"blockHash", "requireCanonical"}`` (EIP-1898), logs by block hash (EIP-234), revert data in
``error.data`` with code 3. Nothing here can change the chain but ``eth_sendRawTransaction``:
there are no accounts to sign with, and no methods to bend time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from eth.abc import BlockHeaderAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import Revert, VMError

from didgate._version import __version__
from didgate.chain.embedded.evm import GAS_LIMIT_OF_BLOCK, Message
from didgate.chain.embedded.filters import Filters
from didgate.chain.embedded.ledger import Ledger
from didgate.chain.embedded.params import (
    INVALID_PARAMS,
    LogFilter,
    RPCError,
    address_of,
    bytes_of,
    object_of,
    quantity_of,
)
from didgate.chain.embedded.rpc_json import (
    JSONObject,
    block_json,
    data,
    log_json,
    receipt_json,
    transaction_json,
)
from didgate.errors import ChainError

_METHOD_NOT_FOUND: Final = -32601
_SERVER_ERROR: Final = -32000
_TRANSACTION_REJECTED: Final = -32003
_REVERTED: Final = 3
_SUGGESTED_TIP: Final = 10**9
_MAX_FEE_HISTORY: Final = 1024


class EmbeddedRPC:
    """Answers JSON-RPC requests; not thread-safe, its owner takes care of that."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._filters = Filters(ledger)
        chain_id = ledger.chain_id
        self._methods: Mapping[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: f"didgate/{__version__}/embedded",
            "net_version": lambda: str(chain_id),
            "net_listening": lambda: True,
            "eth_chainId": lambda: hex(chain_id),
            "eth_syncing": lambda: False,
            "eth_accounts": list,
            "eth_blockNumber": lambda: hex(ledger.head.block_number),
            "eth_gasPrice": lambda: hex(_base_fee(ledger.next_header()) + _SUGGESTED_TIP),
            "eth_maxPriorityFeePerGas": lambda: hex(_SUGGESTED_TIP),
            "eth_feeHistory": self.fee_history,
            "eth_getBalance": self.balance,
            "eth_getCode": self.code,
            "eth_getStorageAt": self.storage,
            "eth_getTransactionCount": self.nonce,
            "eth_call": self.call,
            "eth_estimateGas": self.estimate_gas,
            "eth_sendRawTransaction": lambda raw: data(ledger.send(bytes_of(raw))),
            "eth_getBlockByNumber": self.block_by_number,
            "eth_getBlockByHash": self.block_by_hash,
            "eth_getTransactionByHash": self.transaction,
            "eth_getTransactionReceipt": self.receipt,
            "eth_getLogs": self.logs,
            "eth_newFilter": self.new_log_filter,
            "eth_newBlockFilter": self._filters.add_blocks,
            "eth_getFilterChanges": self._filters.changes,
            "eth_getFilterLogs": self._filters.logs,
            "eth_uninstallFilter": self._filters.remove,
        }

    def answer(self, method: str, params: Sequence[Any]) -> Any:
        """Return the result of a request.

        Raises:
            RPCError: the request cannot be answered.
        """
        function = self._methods.get(method)
        if function is None:
            raise RPCError(_METHOD_NOT_FOUND, f"the method {method[:64]} does not exist")
        try:
            inspect.signature(function).bind(*params)
        except TypeError as error:
            raise RPCError(INVALID_PARAMS, "wrong number of parameters") from error
        try:
            return function(*params)
        except ChainError as error:
            rejected = error.code == "transaction_rejected"
            code = _TRANSACTION_REJECTED if rejected else _SERVER_ERROR
            raise RPCError(code, error.message) from error

    def _header(self, block: object) -> BlockHeaderAPI:
        """Find the header that a block parameter means; ``pending`` is a block made now."""
        if block == "pending":
            return self._ledger.next_header()
        if isinstance(block, Mapping) and "blockHash" in block:
            return self._header_with_hash(bytes_of(block["blockHash"], 32))
        number = block.get("blockNumber", block) if isinstance(block, Mapping) else block
        header = self._ledger.header_at(self._number(number))
        if header is None:
            raise RPCError(_SERVER_ERROR, "block not found")
        return header

    def _header_with_hash(self, block_hash: bytes) -> BlockHeaderAPI:
        """Find a header by hash; every block that was ever kept is canonical."""
        header = self._ledger.header_with_hash(block_hash)
        if header is None:
            raise RPCError(_SERVER_ERROR, "block not found: no canonical block has this hash")
        return header

    def _number(self, block: object) -> int:
        """Resolve a tag or a quantity into a height."""
        if block in ("latest", "pending"):
            return self._ledger.head.block_number
        if block in ("safe", "finalized"):
            return self._ledger.finalized_number
        return 0 if block == "earliest" else quantity_of(block)

    def balance(self, account: str, block: object = "latest") -> str:
        """eth_getBalance."""
        state = self._ledger.evm.get_vm(self._header(block)).state
        return hex(state.get_balance(address_of(account)))

    def code(self, account: str, block: object = "latest") -> str:
        """eth_getCode."""
        state = self._ledger.evm.get_vm(self._header(block)).state
        return data(state.get_code(address_of(account)))

    def storage(self, account: str, slot: str, block: object = "latest") -> str:
        """eth_getStorageAt."""
        state = self._ledger.evm.get_vm(self._header(block)).state
        value = state.get_storage(address_of(account), quantity_of(slot))
        return data(value.to_bytes(32, "big"))

    def nonce(self, account: str, block: object = "latest") -> str:
        """eth_getTransactionCount."""
        state = self._ledger.evm.get_vm(self._header(block)).state
        return hex(state.get_nonce(address_of(account)))

    def call(self, transaction: object, block: object = "latest") -> str:
        """eth_call."""
        message = _message_of(object_of(transaction), default_gas=GAS_LIMIT_OF_BLOCK)
        computation = self._ledger.evm.execute(self._header(block), message)
        if computation.is_error:
            raise _failure(computation.error, computation.output)
        return data(computation.output)

    def estimate_gas(self, transaction: object, block: object = "pending") -> str:
        """eth_estimateGas; by default in the context of a block made now."""
        message = _message_of(object_of(transaction), default_gas=GAS_LIMIT_OF_BLOCK)
        try:
            return hex(self._ledger.evm.estimate(self._header(block), message))
        except VMError as error:
            raise _failure(error, error.args[0] if isinstance(error, Revert) else b"") from error

    def fee_history(
        self, count: object, newest: object, percentiles: Sequence[float] = ()
    ) -> JSONObject:
        """eth_feeHistory."""
        last = self._number(newest)
        wanted = quantity_of(count) if isinstance(count, str) else count
        if not isinstance(wanted, int) or not 1 <= wanted <= _MAX_FEE_HISTORY:
            raise RPCError(INVALID_PARAMS, f"expected 1 to {_MAX_FEE_HISTORY} blocks")
        first = max(last - wanted + 1, 0)
        headers = [self._header(hex(number)) for number in range(first, last + 1)]
        next_fee = _base_fee(self._ledger.next_header())
        return {
            "oldestBlock": hex(first),
            "baseFeePerGas": [hex(_base_fee(header)) for header in headers] + [hex(next_fee)],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
            "reward": [[hex(_SUGGESTED_TIP) for _ in percentiles] for _ in headers],
        }

    def block_by_number(self, block: object, with_transactions: object = False) -> Any:  # noqa: FBT002
        """eth_getBlockByNumber; a block not made yet is null."""
        header = self._ledger.header_at(self._number(block))
        return header and self._block_json(header, with_transactions)

    def block_by_hash(self, block_hash: object, with_transactions: object = False) -> Any:  # noqa: FBT002
        """eth_getBlockByHash; an unknown block is null."""
        header = self._ledger.header_with_hash(bytes_of(block_hash, 32))
        return header and self._block_json(header, with_transactions)

    def _block_json(self, header: BlockHeaderAPI, with_transactions: object) -> JSONObject:
        block = self._ledger.evm.get_block_by_header(header)
        return block_json(block, with_transactions=with_transactions is True)

    def transaction(self, transaction_hash: object) -> JSONObject | None:
        """eth_getTransactionByHash."""
        place = self._ledger.place_of(bytes_of(transaction_hash, 32))
        return place and transaction_json(*place)

    def receipt(self, transaction_hash: object) -> JSONObject | None:
        """eth_getTransactionReceipt."""
        place = self._ledger.place_of(bytes_of(transaction_hash, 32))
        if place is None:
            return None
        block, index = place
        logs = self._ledger.logs(block.number, block.number)
        return receipt_json(block, index, self._ledger.receipts_of(block), logs)

    def logs(self, criteria: object) -> list[JSONObject]:
        """eth_getLogs."""
        asked = object_of(criteria)
        if "blockHash" in asked:
            block = self._header_with_hash(bytes_of(asked["blockHash"], 32))
            first = last = int(block.block_number)
        else:
            first = self._number(asked.get("fromBlock") or "latest")
            last = self._number(asked.get("toBlock") or "latest")
        wanted = LogFilter.from_dict(asked)
        return [log_json(log) for log in self._ledger.logs(first, last) if wanted.matches(log)]

    def new_log_filter(self, criteria: object) -> str:
        """eth_newFilter."""
        asked = object_of(criteria)
        first = self._number(asked["fromBlock"]) if asked.get("fromBlock") else None
        last = self._number(asked["toBlock"]) if asked.get("toBlock") else None
        return self._filters.add_logs(LogFilter.from_dict(asked), first, last)


def _message_of(transaction: Mapping[str, Any], *, default_gas: int) -> Message:
    """Decode a call object; ``input`` and ``data`` mean the same."""
    to = transaction.get("to")
    gas = quantity_of(transaction.get("gas", hex(default_gas)))
    return Message(
        sender=address_of(transaction.get("from", "0x" + "00" * 20)),
        to=address_of(to) if to else CREATE_CONTRACT_ADDRESS,
        data=bytes_of(transaction.get("input") or transaction.get("data") or "0x"),
        value=quantity_of(transaction.get("value", "0x0")),
        gas=min(gas, default_gas),
    )


def _base_fee(header: BlockHeaderAPI) -> int:
    return header.base_fee_per_gas or 0


def _failure(error: VMError, output: bytes) -> RPCError:
    """Tell a revert, with its data, from other ways to fail."""
    if isinstance(error, Revert):
        return RPCError(_REVERTED, "execution reverted", data(output))
    return RPCError(_SERVER_ERROR, f"execution failed: {type(error).__name__}")
