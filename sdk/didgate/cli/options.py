"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJSON = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Account = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Key that signs and pays for the transaction, instead of DIDGATE_ACCOUNT.",
    ),
]
Disclose = Annotated[bool, typer.Option("--yes", "-y", help="Disclose it without asking.")]
Holding = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NAME",
        help="Key in the keystore of the account to show, where one is asked for; by default the "
        "wallet's own.",
    ),
]
Contract = Annotated[
    str | None,
    typer.Option(
        "--contract",
        metavar="ADDRESS",
        help="Show this account, a contract (EIP-1271), by the key of its owner: --account, or "
        "DIDGATE_ACCOUNT.",
    ),
]
File = Annotated[Path, typer.Argument(help="JSON or YAML file; - reads JSON from standard input.")]
Resource = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        help="Its id, 0x and 64 digits, or the URI under which the account registered it.",
    ),
]
