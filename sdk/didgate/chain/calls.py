"""What is asked of contracts: reads, transactions, and what comes of them.

These are plain data. The modules named after contracts make them, ``ChainClient`` carries them out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

Result_co = TypeVar("Result_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Result_co]):
    """A question to a contract.

    Args:
        to: EIP-55 address of the contract; ``None`` runs the data itself, as code, and keeps
            nothing of it.
        data: the encoded call, or the code.
        decode: makes the result of the bytes that the contract answers.
    """

    to: str | None
    data: bytes
    decode: Callable[[bytes], Result_co]


@dataclass(frozen=True, slots=True)
class Transaction:
    """A change to be made by a contract, or the creation of one.

    Args:
        to: EIP-55 address of the contract; ``None`` creates one.
        data: the encoded call, or the creation code.
        value: wei to send along.
    """

    to: str | None
    data: bytes
    value: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """An event that a contract emitted.

    Args:
        address: EIP-55 address of the contract.
        topics: up to four of 32 bytes; the first is the event's digest.
        data: the parameters that are not indexed, encoded.
        block_number: height of its block.
        block_hash: 32 bytes.
        transaction_hash: 32 bytes.
        position: its index within the block.
    """

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that was mined.

    Args:
        transaction_hash: 32 bytes.
        block_number: height of its block.
        block_hash: 32 bytes.
        succeeded: whether it did what it was to do; otherwise it only cost its fee.
        gas_used: gas it took.
        contract_address: EIP-55 address of the contract it created, if it created one.
        logs: the events it made contracts emit, in order.
    """

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract_address: str | None
    logs: tuple[Log, ...]


class TransactionSigner(Protocol):
    """An account that signs transactions, and so pays for them."""

    @property
    def address(self) -> str:
        """EIP-55 address of the account."""
        ...

    def sign_transaction(self, transaction: dict[str, Any], /) -> bytes:
        """Return the signed, encoded transaction.

        Args:
            transaction: all fields of a transaction of type 2 (EIP-1559), by the names that
                JSON-RPC gives them; numbers as ``int``, data as ``bytes``.
        """
        ...
