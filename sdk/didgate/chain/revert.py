"""Why a call or a transaction reverted, told alike for every node.

Solidity's custom errors are recognised by the ABIs that ship with the package.

>>> str(Reverted.from_data("0x4e487b71" + "11".rjust(64, "0")))
'execution reverted: Panic(17) [reverted]'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self, TypeVar

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from didgate.chain.artifacts import Entry, custom_errors
from didgate.errors import ChainError

Result = TypeVar("Result")

_STANDARD: Final = {
    entry.selector: entry
    for entry in (Entry("Error", ("string",), ()), Entry("Panic", ("uint256",), ()))
}
_MAX_TEXT: Final = 200


class Reverted(ChainError):
    """A contract refused.

    Args:
        reason: name of the custom error (its selector if the name is not known), ``Error`` or
            ``Panic``; ``None`` if the contract gave none.
        arguments: the error's arguments; bytes as bytes, addresses as text.
    """

    def __init__(self, reason: str | None, arguments: tuple[Any, ...] = ()) -> None:
        shown = ", ".join(map(_shown, arguments))
        detail = f": {reason}({shown})" if reason else ""
        super().__init__("reverted", f"execution reverted{detail}")
        self.reason = reason
        self.arguments = arguments

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Decode revert data, a hexadecimal string or whatever else a node put in its place."""
        try:
            raw = bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else b""
        except ValueError:
            raw = b""
        entry = _STANDARD.get(raw[:4]) or custom_errors().get(raw[:4])
        if entry is None:
            return cls("0x" + raw[:4].hex() if raw else None)
        try:
            return cls(entry.name, tuple(decode(entry.inputs, raw[4:])))
        except (DecodingError, ValueError, OverflowError):
            return cls(entry.name)


def unless_reverted(answer: Result | Reverted) -> Result:
    """Return an answer that is none of a revert.

    Raises:
        Reverted: it is one.
    """
    if isinstance(answer, Reverted):
        raise answer
    return answer


def is_revert(error: object) -> bool:
    """Tell a revert from other errors of a node; geth, anvil and the embedded chain use code 3."""
    fields = error if isinstance(error, Mapping) else {}
    return fields.get("code") == 3 or "revert" in str(fields.get("message", ""))[:200].lower()


def _shown(argument: object) -> str:
    text = "0x" + argument.hex() if isinstance(argument, bytes) else str(argument)
    return text[:_MAX_TEXT]
