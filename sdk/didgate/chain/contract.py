"""What the classes named after contracts share: an address, and how to put things to it.

Such an object does nothing by itself: its methods make a ``Call`` or a ``Transaction``, and
``ChainClient.read``, ``read_many`` and ``send`` carry these out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from didgate.chain.artifacts import Artifact, artifact
from didgate.chain.calls import Call, Transaction
from didgate.encoding import checksum_address, parse_address

Result = TypeVar("Result")


class Contract:
    """A deployed contract; subclasses name the contract and its functions.

    Args:
        address: where it stands.

    Raises:
        InvalidInput: ``invalid_address``.
    """

    NAME: ClassVar[str]

    def __init__(self, address: str) -> None:
        self.address = checksum_address(parse_address(address))

    def __repr__(self) -> str:
        return f"{self.NAME}({self.address})"

    @classmethod
    def artifact(cls) -> Artifact:
        """Return the compiled contract."""
        return artifact(cls.NAME)

    @classmethod
    def _create(cls, *arguments: object) -> Transaction:
        """Deploy the contract."""
        return Transaction(None, cls.artifact().creation(*arguments))

    def _read(
        self, function: str, *arguments: object, result: Callable[..., Result]
    ) -> Call[Result]:
        """Ask a view function; ``result`` is called with the values that it returns."""
        entry = self.artifact().functions[function]
        data = entry.encode(*arguments)
        return Call(self.address, data, lambda answer: result(*entry.decode(answer)))

    def _change(self, function: str, *arguments: object) -> Transaction:
        """Call a function that changes state."""
        return Transaction(self.address, self.artifact().functions[function].encode(*arguments))


def same(value: Any) -> Any:
    """Take the value that a function returns as it is."""
    return value


@lru_cache(maxsize=4096)  # few accounts own many resources
def address(value: str) -> str:
    """Write an address by EIP-55."""
    return checksum_address(bytes.fromhex(value.removeprefix("0x")))


def address_or_none(value: str) -> str | None:
    """Write an address by EIP-55; the zero address means that there is none."""
    return None if int(value, 16) == 0 else address(value)


def positive_or_none(value: int) -> int | None:
    """Take a number, of which zero means that there is none."""
    return value or None
