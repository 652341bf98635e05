r"""Answers of a node, decoded and checked for shape.

>>> quantity("0x2a"), data("0x0102")
(42, b'\x01\x02')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from didgate.chain.calls import Log, Receipt
from didgate.chain.facts import Block
from didgate.encoding import checksum_address
from didgate.errors import ChainError

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Header:
    """A block with what links it to its parent and prices it.

    Args:
        block: the block.
        parent_hash: 32 bytes.
        base_fee: wei for a unit of gas that the block demanded at least.
    """

    block: Block
    parent_hash: bytes
    base_fee: int


def _checked(decode: Callable[P, R]) -> Callable[P, R]:
    """Turn whatever a misshapen answer makes a decoder raise into a ``ChainError``."""

    @wraps(decode)
    def decode_or_raise(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return decode(*args, **kwargs)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = "the node's answer has not the expected form"
            raise ChainError("malformed_response", message) from error

    return decode_or_raise


@_checked
def quantity(value: str) -> int:
    """Decode a number."""
    return int(value, 16)


@_checked
def data(value: str, length: int | None = None) -> bytes:
    """Decode bytes, of exactly ``length`` if that is given."""
    decoded = bytes.fromhex(value.removeprefix("0x"))
    if length not in (None, len(decoded)):
        raise ValueError(length)
    return decoded


def _address(value: str) -> str:
    return checksum_address(data(value, 20))


@_checked
def header(value: Mapping[str, Any]) -> Header:
    """Decode a block."""
    return Header(
        block=Block(
            quantity(value["number"]), data(value["hash"], 32), quantity(value["timestamp"])
        ),
        parent_hash=data(value["parentHash"], 32),
        base_fee=quantity(value.get("baseFeePerGas", "0x0")),
    )


@_checked
def log(value: Mapping[str, Any]) -> Log:
    """Decode an event."""
    return Log(
        address=_address(value["address"]),
        topics=tuple(data(topic, 32) for topic in value["topics"]),
        data=data(value["data"]),
        block_number=quantity(value["blockNumber"]),
        block_hash=data(value["blockHash"], 32),
        transaction_hash=data(value["transactionHash"], 32),
        position=quantity(value["logIndex"]),
    )


@_checked
def logs(value: Sequence[Mapping[str, Any]]) -> tuple[Log, ...]:
    """Decode events."""
    return tuple(map(log, value))


@_checked
def receipt(value: Mapping[str, Any]) -> Receipt:
    """Decode a receipt."""
    created = value.get("contractAddress")
    return Receipt(
        transaction_hash=data(value["transactionHash"], 32),
        block_number=quantity(value["blockNumber"]),
        block_hash=data(value["blockHash"], 32),
        succeeded=quantity(value["status"]) == 1,
        gas_used=quantity(value["gasUsed"]),
        contract_address=_address(created) if created else None,
        logs=logs(value["logs"]),
    )
