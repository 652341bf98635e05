"""Transactions: said in one line before they are signed, then sent and seen through."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from didgate.chain.calls import Transaction
from didgate.cli.output import hexadecimal, say
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput


def send(workspace: Workspace, transaction: Transaction, deed: str, *, ask: bool) -> dict[str, Any]:
    """Say what a transaction does, on which chain and by whose account, and send it.

    Args:
        workspace: holds account and chain.
        transaction: what to send.
        deed: what it does, e.g. ``"Pause resource 0x12…"``.
        ask: whether a person has to agree.

    Returns:
        Hash, block and gas of the mined transaction, for the command's output.

    Raises:
        InvalidInput: ``confirmation_missing`` where nobody is there to agree.
        ChainError: the transaction failed.
    """
    announce(workspace, deed, ask=ask)
    receipt = workspace.chain.send(workspace.account, transaction)
    return {
        "transaction": hexadecimal(receipt.transaction_hash),
        "block": receipt.block_number,
        "gasUsed": receipt.gas_used,
    }


def announce(workspace: Workspace, deed: str, *, ask: bool) -> None:
    """Say what the account is about to sign, and let a person agree.

    Raises:
        InvalidInput: ``account_missing``, or ``confirmation_missing``.
    """
    name, address = workspace.settings.account, workspace.account_address
    say(f"{deed}; on chain {workspace.chain.chain_id}, by account {name} ({address})")
    if ask:
        confirm("Sign and send?")


def confirm(question: str) -> None:
    """Ask a person to agree; ends the command if the answer is no.

    Raises:
        InvalidInput: ``confirmation_missing`` where nobody is there to agree.
    """
    if not os.isatty(0):
        raise InvalidInput("confirmation_missing", "nobody is there to agree: pass --yes")
    # Not typer.confirm, which puts a part of the question on standard output.
    typer.echo(f"{question} [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise typer.Abort
