"""The chain as didgate uses it: reads pinned to a block, and transactions seen through to the end.

A read at a block goes out as a raw ``eth_call`` with ``{"blockHash", "requireCanonical": true}``
(EIP-1898), because a library that turns the hash into a number would read another block after a
reorganisation. Works alike on an embedded chain, on anvil and on any node that speaks JSON-RPC.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, Self, TypeVar

from didgate.chain import node_json
from didgate.chain.calls import Call, Log, Receipt, Transaction, TransactionSigner
from didgate.chain.endpoints import endpoint
from didgate.chain.node_json import Header
from didgate.chain.probe import Precompiles, probe
from didgate.chain.revert import Reverted, unless_reverted
from didgate.chain.rpc import RPC, RPCProvider
from didgate.encoding import keccak256
from didgate.errors import ChainError

Result = TypeVar("Result")

_GAS_CAP: Final = 1 << 24  # EIP-7825
_FIRST_POLL: Final = 0.02
_LONGEST_POLL: Final = 1.0


class ChainClient:
    """Reads and writes one chain; use ``connect``.

    Args:
        rpc: the way to the chain.
        chain_id: the chain's number (EIP-155).
        precompiles: which precompiled contracts it has.
    """

    def __init__(self, rpc: RPC, chain_id: int, precompiles: Precompiles) -> None:
        self.chain_id = chain_id
        self.precompiles = precompiles
        self._rpc = rpc
        self._sending = threading.Lock()

    @classmethod
    def connect(cls, chain: str | RPCProvider, *, expected_chain_id: int | None = None) -> Self:
        """Connect to a chain and see which it is and what it can do.

        Args:
            chain: the URL of a node, an ``EmbeddedChain``, a ``QuorumProvider``, or a provider of
                web3.py.
            expected_chain_id: the chain it should be, if that is known.

        Raises:
            ChainError: ``unreachable``, ``no_quorum`` or ``wrong_chain``.
            InvalidInput: ``invalid_rpc_url``.
        """
        rpc = RPC(endpoint(chain) if isinstance(chain, str) else chain)
        chain_id = node_json.quantity(rpc.request("eth_chainId", []))
        if expected_chain_id not in (None, chain_id):
            message = f"expected chain {expected_chain_id}, connected to chain {chain_id}"
            raise ChainError("wrong_chain", message)
        return cls(rpc, chain_id, probe(rpc))

    def header(self, block: str | int | bytes = "latest") -> Header:
        """Read the header of a block.

        >>> from didgate.chain.embedded import EmbeddedChain
        >>> ChainClient.connect(EmbeddedChain.create(None, funded=[])).header().block.number
        0

        Args:
            block: ``"latest"``, ``"finalized"``, a height, or a hash of 32 bytes.

        Raises:
            ChainError: ``unknown_block`` or a failure to reach the chain.
        """
        return self.headers([block])[0]

    def headers(self, blocks: Sequence[str | int | bytes]) -> list[Header]:
        """Read the headers of several blocks in one exchange; each as for ``header``.

        Raises:
            ChainError: as ``header``.
        """
        answers = self._rpc.batch([_header_request(block) for block in blocks])
        if None in answers:
            raise ChainError("unknown_block", "the chain has no such block")
        return [node_json.header(answer) for answer in answers]

    def read(self, call: Call[Result], *, at: bytes | None = None) -> Result:
        """Ask a contract.

        Args:
            call: the question.
            at: hash of the block to read at; the latest block if not given.

        Raises:
            ChainError: ``reverted``, ``missing_code``, ``not_canonical`` or a failure to reach
                the chain.
        """
        return self.read_many([call], at=at)[0]

    def read_many(self, calls: Sequence[Call[Result]], *, at: bytes | None = None) -> list[Result]:
        """Ask several questions at one block; the first failure is raised.

        Raises:
            ChainError: as ``read``.
        """
        return [unless_reverted(result) for result in self.try_read_many(calls, at=at)]

    def try_read_many(
        self, calls: Sequence[Call[Result]], *, at: bytes | None = None
    ) -> list[Result | Reverted]:
        """Ask several questions at one block; where a contract reverts, that is its answer.

        Raises:
            ChainError: as ``read``, except for ``reverted``.
        """
        block = _block_parameter(at)
        answers = self._batch_at(at, [("eth_call", [_call_object(call), block]) for call in calls])
        return [
            answer if isinstance(answer, Reverted) else call.decode(node_json.data(answer))
            for call, answer in zip(calls, answers, strict=True)
        ]

    def code_hashes(self, addresses: Iterable[str], *, at: bytes | None = None) -> dict[str, bytes]:
        """Return keccak256 of the code at each address; that of no bytes where there is no code.

        Raises:
            ChainError: ``not_canonical`` or a failure to reach the chain.
        """
        listed = list(addresses)
        block = _block_parameter(at)
        codes = self._batch_at(at, [("eth_getCode", [address, block]) for address in listed])
        hashes = (keccak256(node_json.data(code)) for code in codes)
        return dict(zip(listed, hashes, strict=True))

    def _batch_at(self, at: bytes | None, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """Send requests that are pinned to a block, and tell a reorganisation from other errors."""
        try:
            return self._rpc.batch(requests)
        except ChainError as error:
            if error.code == "rpc_error" and at is not None and not self.is_canonical(at):
                message = "the block has been replaced by another"
                raise ChainError("not_canonical", message) from error
            raise

    def is_canonical(self, block_hash: bytes) -> bool:
        """Tell whether a block is part of the chain as the node sees it now."""
        try:
            number = self.header(block_hash).block.number
            return self.header(number).block.hash == block_hash
        except ChainError as error:
            if error.code == "unknown_block":
                return False
            raise

    def logs(
        self, address: str, topics: Sequence[bytes | None], *, first: int, last: int
    ) -> tuple[Log, ...]:
        """Read events of a contract.

        Args:
            address: the contract.
            topics: by position, the topic asked for or ``None`` for any.
            first: height of the first block.
            last: height of the last block, included.

        Raises:
            ChainError: a failure to reach the chain.
        """
        criteria = {
            "address": address,
            "topics": [topic and _hex(topic) for topic in topics],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        return node_json.logs(self._rpc.request("eth_getLogs", [criteria]))

    def logs_of(self, blocks: Sequence[bytes], addresses: Sequence[str]) -> list[tuple[Log, ...]]:
        """Read the events of single blocks.

        Args:
            blocks: hashes of the blocks.
            addresses: the contracts whose events are asked for.

        Raises:
            ChainError: ``not_canonical``, ``malformed_response`` if events of another block or
                contract come back, or a failure to reach the chain.
        """
        wanted = [
            ("eth_getLogs", [{"blockHash": _hex(block), "address": list(addresses)}])
            for block in blocks
        ]
        answers = self._batch_at(blocks[-1], wanted) if wanted else []
        read = list(map(node_json.logs, answers))
        for block, logs in zip(blocks, read, strict=True):
            if any(log.block_hash != block or log.address not in addresses for log in logs):
                raise ChainError("malformed_response", "the node sends events of something else")
        return read

    def balance(self, address: str) -> int:
        """Return the wei that an account holds at the latest block."""
        return node_json.quantity(self._rpc.request("eth_getBalance", [address, "latest"]))

    def send(
        self,
        account: TransactionSigner,
        transaction: Transaction,
        *,
        timeout: timedelta = timedelta(minutes=2),
    ) -> Receipt:
        """Sign a transaction, send it, and wait until it has been mined.

        Args:
            account: signs, and pays the fee.
            transaction: what to do.
            timeout: how long to wait for it to be mined.

        Raises:
            ChainError: ``reverted`` (a ``Reverted`` that names the reason), ``rpc_error`` if the
                node does not take the transaction, ``transaction_timeout``, or a failure to reach
                the chain.
        """
        with self._sending:  # one nonce after the other
            fields = self._fields(account.address, transaction)
            raw = account.sign_transaction(fields)
            transaction_hash = self._rpc.request("eth_sendRawTransaction", [_hex(raw)])
        receipt = self._wait(transaction_hash, timeout)
        if not receipt.succeeded:
            raise self._reason(account.address, transaction, receipt)
        return receipt

    def estimate(self, sender: str, transaction: Transaction) -> tuple[int, int]:
        """Return what a transaction may cost at most, sent now: its gas, and wei for that gas.

        Args:
            sender: address of whoever would send it.
            transaction: what to do.

        Raises:
            ChainError: ``reverted``, it would fail; ``rpc_error``, e.g. the sender could not pay;
                or a failure to reach the chain.
        """
        fields = self._fields(sender, transaction)
        gas: int = fields["gas"]
        return gas, gas * fields["maxFeePerGas"] + transaction.value

    def _fields(self, sender: str, transaction: Transaction) -> dict[str, Any]:
        """Fill in nonce, gas and fees of a transaction of type 2."""
        request = _transaction_object(sender, transaction)
        gas, nonce, tip = self._rpc.batch(
            [
                ("eth_estimateGas", [request]),
                ("eth_getTransactionCount", [sender, "pending"]),
                ("eth_maxPriorityFeePerGas", []),
            ]
        )
        gas = unless_reverted(gas)
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": node_json.quantity(nonce),
            # The state may have changed by the time it is mined: leave a margin.
            "gas": min(node_json.quantity(gas) * 5 // 4, _GAS_CAP),
            "maxPriorityFeePerGas": node_json.quantity(tip),
            "maxFeePerGas": 2 * self.header().base_fee + node_json.quantity(tip),
            "value": transaction.value,
            "data": transaction.data,
            "accessList": [],
        }
        return fields if transaction.to is None else fields | {"to": transaction.to}

    def _wait(self, transaction_hash: str, timeout: timedelta) -> Receipt:
        """Ask for the receipt until it is there, ever less often."""
        deadline = time.monotonic() + timeout.total_seconds()
        pause = _FIRST_POLL
        while True:
            answer = self._rpc.request("eth_getTransactionReceipt", [transaction_hash])
            if answer is not None:
                return node_json.receipt(answer)
            if time.monotonic() > deadline:
                message = f"transaction {transaction_hash} has not been mined in time"
                raise ChainError("transaction_timeout", message)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_POLL)

    def _reason(self, sender: str, transaction: Transaction, receipt: Receipt) -> Reverted:
        """Find out why a mined transaction failed, by running it again on its block."""
        request = _transaction_object(sender, transaction)
        try:
            self._rpc.request("eth_call", [request, hex(receipt.block_number)])
        except Reverted as reason:
            return reason
        except ChainError:
            pass  # out of gas, or the node has forgotten: there is no reason to be had
        return Reverted(None)


def _header_request(block: str | int | bytes) -> tuple[str, list[Any]]:
    if isinstance(block, bytes):
        return "eth_getBlockByHash", [_hex(block), False]
    return "eth_getBlockByNumber", [hex(block) if isinstance(block, int) else block, False]


def _call_object(call: Call[object]) -> dict[str, str]:
    fields = {"data": _hex(call.data)}
    return fields if call.to is None else fields | {"to": call.to}


def _transaction_object(sender: str, transaction: Transaction) -> dict[str, str]:
    fields = {"from": sender, "data": _hex(transaction.data), "value": hex(transaction.value)}
    return fields if transaction.to is None else fields | {"to": transaction.to}


def _block_parameter(at: bytes | None) -> Any:
    return "latest" if at is None else {"blockHash": _hex(at), "requireCanonical": True}


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
