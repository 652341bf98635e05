"""The command ``didgate`` and its groups.

A group's module is imported when one of its commands is looked up, so ``didgate --help`` answers
at once.
"""

from __future__ import annotations

import sys
from collections import UserDict
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from didgate._version import __version__
from didgate.cli import demo, issuing
from didgate.cli.output import print_error
from didgate.errors import DidgateError, InvalidInput

_GROUPS = {
    "chain": "A chain of one's own, and the contracts.",
    "key": "Keys in the keystore.",
    "did": "Decentralized identifiers.",
    "schema": "Schemas of attribute credentials.",
    "issuer": "Who may attest what, and with which keys.",
    "resource": "What is protected.",
    "list": "Lists of addresses that policies refer to.",
    "policy": "Who may have access: write, explain, publish, narrow, pause.",
    "wallet": "The holder's credentials.",
    "receipt": "Records of the gate's decisions.",
}
_HELP = (
    "Access to AI models, data and tools by what people and agents can prove.\n\n"
    "State lives in DIDGATE_HOME, .didgate here by default. DIDGATE_ACCOUNT names the key that "
    "signs and pays for transactions, DIDGATE_RPC_URL the chain, where it is not one's own "
    "(several providers: DIDGATE_RPC_QUORUM of them must agree)."
)

app = typer.Typer(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
app.command("issue")(issuing.issue)
app.command("revoke")(issuing.revoke)
app.command("demo")(demo.demo)


class _Commands(UserDict[str, Any]):
    """The commands of a group, imported when someone looks at them."""

    def __init__(self, group: str) -> None:
        self._group = group

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]  # computed where UserDict stores
        module = import_module(f"didgate.cli.{self._group}_commands")
        return dict(get_group(module.app).commands)


def _print_version(value: bool) -> None:  # noqa: FBT001  # Typer passes it so
    if value:
        typer.echo(f"didgate {__version__}")
        raise typer.Exit


@app.callback(help=_HELP)
def _root(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def command() -> TyperGroup:
    """Return the whole command: the groups, then what stands alone."""
    root = get_group(app)
    alone = dict(root.commands)
    root.commands.clear()
    for name, text in _GROUPS.items():
        group = TyperGroup(name=name, help=text, no_args_is_help=True)
        group.commands = _Commands(name)
        root.add_command(group)
    root.commands.update(alone)
    return root


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process: 0, 1 after an error, 2 after wrong usage."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        command().main(words, prog_name="didgate")
    except DidgateError as error:
        _fail(error, words)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        _fail(InvalidInput("system_error", f"{error.strerror}{where}"), words)


def _fail(error: DidgateError, words: Sequence[str]) -> None:
    print_error(error, as_json="--json" in words)
    sys.exit(1)
