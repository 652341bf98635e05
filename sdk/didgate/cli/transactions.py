"""Transactions: said in plain words before they are signed, then sent and seen through.

Whoever signs is told what the transaction does, who may do it, from when on it counts, which code
at which address on which chain carries it out, and what it costs. A transaction that would fail
now is refused before anyone is asked to sign it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import typer

from didgate.chain.calls import Transaction
from didgate.chain.revert import Reverted
from didgate.cli import inputs
from didgate.cli.output import hexadecimal, print_json, print_record, say
from didgate.cli.signing import Signing
from didgate.cli.unsigned import to_document
from didgate.cli.workspace import Workspace
from didgate.errors import ChainError, InvalidInput
from didgate.keys import atomic_file

AT_ONCE: Final = "at once, when the transaction is mined"
_WEI: Final = 10**18
_CHAINS: Final = {
    1: "Ethereum",
    10: "OP Mainnet",
    100: "Gnosis",
    137: "Polygon",
    8453: "Base",
    42161: "Arbitrum One",
    31337: "a chain for development",
    84532: "Base Sepolia",
    560048: "Hoodi",
    11155111: "Sepolia",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What a transaction does, in words.

    Args:
        what: a command, e.g. ``"Stop all access to urn:model:digits"``.
        who: who may do it.
        effect: from when on it counts.
        notes: what else there is to know, line by line.
    """

    what: str
    who: str = ""
    effect: str = AT_ONCE
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield the words, line by line."""
        yield self.what
        if self.who:
            yield f"  by:       {self.who}"
        yield f"  effect:   {self.effect}"
        yield from (f"  {note}" for note in self.notes)


def send(
    workspace: Workspace, transaction: Transaction, deed: Deed, signing: Signing
) -> dict[str, Any]:
    """Say what a transaction does, and send it; or hand it over unsigned and end the command.

    Returns:
        Hash, block and gas of the mined transaction, for the command's output.

    Raises:
        InvalidInput: as ``agree``.
        ChainError: the transaction fails, or would.
    """
    agree(workspace, transaction, deed, signing)
    receipt = workspace.chain.send(workspace.account, transaction)
    return {
        "transaction": hexadecimal(receipt.transaction_hash),
        "block": receipt.block_number,
        "gasUsed": receipt.gas_used,
    }


def agree(workspace: Workspace, transaction: Transaction, deed: Deed, signing: Signing) -> None:
    """Say what a transaction does, and let a person agree to it.

    Args:
        workspace: holds account and chain.
        transaction: what to send, to a contract or an account.
        deed: what it does.
        signing: how to go about it; where it does not sign, this ends the command.

    Raises:
        InvalidInput: ``account_missing``, or ``confirmation_needed`` where nobody is there.
        ChainError: the transaction would fail.
    """
    if not signing.signs:
        _hand_over(workspace, transaction, deed, signing)
        raise typer.Exit
    cost = _cost(workspace, transaction, workspace.account_address)
    lines = (*_described(workspace, transaction, deed), f"  cost:     {cost}")
    announce(workspace, lines, yes=signing.yes)


def announce(workspace: Workspace, lines: Iterable[str], *, yes: bool) -> None:
    """Say what the account is about to sign, on which chain, and let a person agree.

    Raises:
        InvalidInput: as ``agree``.
    """
    sender = f"account {workspace.settings.account}, {workspace.account_address}"
    for line in (*lines, f"  chain:    {_chain(workspace)}", f"  sender:   {sender}"):
        say(line)
    if not yes:
        confirm("Sign and send?")


def _chain(workspace: Workspace) -> str:
    """Return number and name of the chain, where it has one that is known."""
    number = workspace.chain.chain_id
    name = _CHAINS.get(number, "no chain that is known by name")
    if not workspace.settings.rpc_urls:
        name = f"the embedded chain of {workspace.home.root}"
    return f"{number} ({name})"


def confirm(question: str) -> None:
    """Ask a person to agree; ends the command if the answer is no.

    Raises:
        InvalidInput: ``confirmation_needed`` where nobody is there to agree.
    """
    if not os.isatty(0):
        raise InvalidInput("confirmation_needed", "nobody is there to agree: pass --yes")
    # Not typer.confirm, which puts a part of the question on standard output.
    typer.echo(f"{question} [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise typer.Abort


def _described(workspace: Workspace, transaction: Transaction, deed: Deed) -> Iterator[str]:
    yield from deed.lines()
    yield from _recipient(workspace, transaction.to or "")
    if transaction.value:
        yield f"  value:    {_ether(transaction.value)}"


def _recipient(workspace: Workspace, address: str) -> Iterator[str]:
    """Yield address and code of a contract, which was compared with the deployment just now."""
    if workspace.home.deployment.exists():
        for name, contract in workspace.deployment.contracts.items():
            if contract.address == address:
                yield f"  to:       {name}, {address}"
                yield f"  code:     {hexadecimal(contract.code_hash)}, as it was deployed"
                return
    yield f"  to:       {address}, no contract of the deployment"


def _cost(workspace: Workspace, transaction: Transaction, sender: str) -> str:
    gas, most = workspace.chain.estimate(sender, transaction)
    return f"{gas:,} gas at most, {_ether(most)} at most"


def _ether(wei: int) -> str:
    whole, part = divmod(wei, _WEI)
    decimals = f"{part:018}".rstrip("0")
    return f"{whole}.{decimals} ether" if decimals else f"{whole} ether"


def _hand_over(
    workspace: Workspace, transaction: Transaction, deed: Deed, signing: Signing
) -> None:
    """Print the transaction, or write it to a file, for someone else to sign."""
    sender = inputs.sender(workspace, signing.sender)
    lines = [
        *_described(workspace, transaction, deed),
        f"  chain:    {_chain(workspace)}",
        f"  sender:   {sender}",
        f"  cost:     {_outlook(workspace, transaction, sender)}",
    ]
    for line in lines:
        say(line)
    record = to_document(transaction, workspace.chain.chain_id, sender, lines)
    if signing.unsigned is None or str(signing.unsigned) == "-":
        print_json(record)
        return
    atomic_file.replace(signing.unsigned, (json.dumps(record, indent=2) + "\n").encode())
    written = {
        "unsigned": str(signing.unsigned),
        "to": transaction.to,
        "chainId": record["chainId"],
    }
    print_record(written, as_json=signing.as_json)


def _outlook(workspace: Workspace, transaction: Transaction, sender: str) -> str:
    """Return what it would cost now, or why it would fail: it may be sent much later."""
    try:
        return _cost(workspace, transaction, sender)
    except Reverted as error:
        return f"sent now it would fail: {error.message}"
    except ChainError as error:
        if error.code != "rpc_error":
            raise
        return f"not known: {error.message}"
