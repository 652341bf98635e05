"""The options of every command that signs a transaction, given to it as one value.

>>> @signs
... def pause(resource: str, *, signing: Signing) -> None:
...     print(resource, signing.yes)
>>> [*inspect.signature(pause).parameters]
['resource', 'account', 'yes', 'dry_run', 'unsigned', 'sender', 'as_json']
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from didgate.cli.options import Account, AsJSON, Yes
from didgate.errors import InvalidInput

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be signed, print it, and sign nothing.")
]
Unsigned = Annotated[
    Path | None,
    typer.Option(
        "--unsigned",
        metavar="FILE",
        help="Write the transaction for a multisig, a timelock or another signer, and sign "
        "nothing; - for standard output.",
    ),
]
Sender = Annotated[
    str | None,
    typer.Option(
        "--sender",
        metavar="ADDRESS",
        help="With --dry-run or --unsigned: who will send it; by default the account.",
    ),
]


@dataclass(frozen=True, slots=True)
class Signing:
    """How a command is to carry out its transaction.

    Args:
        account: name of the key that signs and pays, in place of the configured one.
        yes: a person has agreed beforehand.
        dry_run: print the transaction and sign nothing.
        unsigned: write the transaction there and sign nothing.
        sender: address that will send what is not signed here.
        as_json: print one JSON value.

    Raises:
        InvalidInput: ``conflicting_options``.
    """

    account: Account = None
    yes: Yes = False
    dry_run: DryRun = False
    unsigned: Unsigned = None
    sender: Sender = None
    as_json: AsJSON = False

    def __post_init__(self) -> None:
        if self.sender is not None and self.signs:
            message = "--sender goes with --dry-run or --unsigned: here the account signs"
            raise InvalidInput("conflicting_options", message)

    @property
    def signs(self) -> bool:
        """Whether a transaction is signed and sent."""
        return not self.dry_run and self.unsigned is None


def signs(command: Callable[..., None]) -> Callable[..., None]:
    """Put the options of ``Signing`` in the place of a command's parameter ``signing``."""
    options = get_type_hints(Signing, include_extras=True)
    hints = {name: kind for name, kind in _hints(command).items() if name != "signing"}
    own = [each for each in inspect.signature(command).parameters.values() if each.name in hints]
    added = [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default)
        for each in fields(Signing)
    ]

    @wraps(command)
    def run(**arguments: Any) -> None:
        signing = Signing(**{each.name: arguments.pop(each.name) for each in fields(Signing)})
        command(**arguments, signing=signing)

    parameters = [each.replace(annotation=hints[each.name]) for each in own]
    parameters += [each.replace(annotation=options[each.name]) for each in added]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = hints | options
    return run


def _hints(command: Callable[..., None]) -> dict[str, Any]:
    hints = get_type_hints(command, include_extras=True)
    hints.pop("return", None)
    return hints
