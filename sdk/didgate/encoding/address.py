"""Ethereum addresses as text, with the checksum of EIP-55.

>>> parse_address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf").hex()
'7e5f4552091a69125d5dfcb7b8c2659029395bdf'
>>> checksum_address(bytes.fromhex("7e5f4552091a69125d5dfcb7b8c2659029395bdf"))
'0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
"""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from didgate.encoding.keccak import keccak256
from didgate.errors import InvalidInput

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def checksum_address(address: bytes) -> str:
    """Return the EIP-55 text of a 20-byte address.

    Raises:
        InvalidInput: ``invalid_address`` for another length.
    """
    if len(address) != 20:
        raise InvalidInput("invalid_address", "an Ethereum address has 20 bytes")
    digits = address.hex()
    check = keccak256(digits.encode("ascii")).hex()
    # A letter is a capital where the hash of the digits has a nibble of 8 or more.
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit
        for digit, nibble in zip(digits, check, strict=False)
    )


def parse_address(text: str) -> bytes:
    """Return the 20 bytes of an address: ``0x`` and 40 hexadecimal digits.

    All lower or all upper case stands as it is; mixed case must be the EIP-55 checksum.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    if not _ADDRESS.fullmatch(text):
        raise InvalidInput("invalid_address", "an Ethereum address is 0x and 40 hexadecimal digits")
    digits = text[2:]
    address = bytes.fromhex(digits)
    if digits not in (digits.lower(), digits.upper()) and checksum_address(address) != text:
        raise InvalidInput("invalid_address", "the checksum of the address is wrong (EIP-55)")
    return address


def is_checksum_address(value: Any) -> TypeGuard[str]:
    """Tell whether a value is an address in the spelling of EIP-55.

    >>> is_checksum_address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
    True
    >>> is_checksum_address("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")
    False
    """
    return (
        isinstance(value, str)
        and _ADDRESS.fullmatch(value) is not None
        and checksum_address(bytes.fromhex(value[2:])) == value
    )
