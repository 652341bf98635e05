"""Parameters of JSON-RPC requests to the embedded chain, checked and decoded.

>>> quantity_of("0x10"), address_of("0x" + "00" * 19 + "01")[-1]
(16, 1)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from eth_typing import Address

from didgate.chain.embedded.db import StoredLog

INVALID_PARAMS: Final = -32602
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")


class RPCError(Exception):
    """An error object of JSON-RPC 2.0.

    Args:
        code: its number.
        message: one sentence.
        data: revert data in hexadecimal, if any.
    """

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(code, message, data)
        self.code = code
        self.message = message
        self.data = data

    def to_dict(self) -> dict[str, Any]:
        """Return the object as it goes over the wire."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        return error if self.data is None else error | {"data": self.data}


def bytes_of(value: object, length: int | None = None) -> bytes:
    """Decode hexadecimal data, of exactly ``length`` bytes if that is given.

    Raises:
        RPCError: invalid parameters.
    """
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise RPCError(INVALID_PARAMS, "expected hexadecimal data of even length")
    decoded = bytes.fromhex(value[2:])
    if length is not None and len(decoded) != length:
        raise RPCError(INVALID_PARAMS, f"expected {length} bytes")
    return decoded


def address_of(value: object) -> Address:
    """Decode an address into its 20 bytes."""
    return Address(bytes_of(value, 20))


def quantity_of(value: object) -> int:
    """Decode a hexadecimal quantity.

    Raises:
        RPCError: invalid parameters.
    """
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise RPCError(INVALID_PARAMS, "expected a hexadecimal quantity")
    return int(value, 16)


def object_of(value: object) -> Mapping[str, Any]:
    """Check that a parameter is an object.

    Raises:
        RPCError: invalid parameters.
    """
    if not isinstance(value, Mapping):
        raise RPCError(INVALID_PARAMS, "expected an object")
    return value


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which logs are asked for, apart from their blocks.

    Args:
        addresses: contracts to take logs of; empty takes all.
        topics: by position, the topics to take; an empty set takes any.
    """

    addresses: frozenset[bytes]
    topics: tuple[frozenset[bytes], ...]

    @classmethod
    def from_dict(cls, criteria: Mapping[str, Any]) -> Self:
        """Decode ``address`` and ``topics`` of a filter object."""
        topics = criteria.get("topics") or []
        if not isinstance(topics, list) or len(topics) > 4:
            raise RPCError(INVALID_PARAMS, "expected up to four topics")
        return cls(
            addresses=_alternatives(criteria.get("address"), 20),
            topics=tuple(_alternatives(topic, 32) for topic in topics),
        )

    def matches(self, log: StoredLog) -> bool:
        """Tell whether the log is asked for."""
        if self.addresses and log.address not in self.addresses:
            return False
        if len(self.topics) > len(log.topics):
            return False
        wanted = zip(self.topics, log.topics, strict=False)
        return all(not choices or topic in choices for choices, topic in wanted)


def _alternatives(value: object, length: int) -> frozenset[bytes]:
    """Decode null, one value or a list of values."""
    if value is None:
        return frozenset()
    values = value if isinstance(value, list) else [value]
    return frozenset(bytes_of(item, length) for item in values)
