"""Transactions as files, for whoever signs them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from didgate.chain.calls import Transaction
from didgate.cli import inputs
from didgate.cli.output import hexadecimal
from didgate.errors import InvalidInput

_NEEDED: Final = {"chainId", "to", "value", "data"}
_KNOWN: Final = _NEEDED | {"from", "description"}
_DATA: Final = re.compile("0x(?:[0-9a-fA-F]{2})*")
_VALUE: Final = re.compile("0|[1-9][0-9]{0,77}")


def to_document(
    transaction: Transaction, chain_id: int, sender: str, description: Sequence[str]
) -> dict[str, Any]:
    """Return a transaction as JSON; the value is decimal text, in wei."""
    return {
        "chainId": chain_id,
        "from": sender,
        "to": transaction.to,
        "value": str(transaction.value),
        "data": hexadecimal(transaction.data),
        "description": list(description),
    }


def read_unsigned(file: Path, chain_id: int) -> tuple[Transaction, tuple[str, ...]]:
    """Read a transaction from a file.

    Args:
        file: JSON as ``to_document`` makes it; ``from`` and ``description`` may be missing.
        chain_id: the chain that it must be meant for.

    Returns:
        The transaction, and what the file says that it does, which nobody has checked.

    Raises:
        InvalidInput: ``invalid_transaction`` or ``wrong_chain``; or the file cannot be read.
    """
    document = inputs.read_document(file)
    if not isinstance(document, dict) or not _NEEDED <= document.keys() <= _KNOWN:
        raise _invalid("it has not the members chainId, to, value and data")
    value, data, told = document["value"], document["data"], document.get("description", [])
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise _invalid("the value is no decimal text")
    if not isinstance(data, str) or not _DATA.fullmatch(data):
        raise _invalid("the data are not hexadecimal")
    if not isinstance(told, list) or not all(isinstance(line, str) for line in told):
        raise _invalid("the description is no list of lines")
    if document["chainId"] != chain_id:
        message = f"the transaction is for chain {document['chainId']}, this is chain {chain_id}"
        raise InvalidInput("wrong_chain", message)
    if not isinstance(document["to"], str):
        raise _invalid("it has no recipient")
    transaction = Transaction(inputs.address(document["to"]), bytes.fromhex(data[2:]), int(value))
    return transaction, tuple(f"the file says: {line.strip()}" for line in told[:1])


def _invalid(message: str) -> InvalidInput:
    return InvalidInput("invalid_transaction", message)
