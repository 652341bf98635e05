"""Commands of ``didgate policy`` that change who has access, or who decides, without a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from didgate.chain.calls import Transaction
from didgate.chain.policy_registry import PolicyRegistry
from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON, Resource, Yes
from didgate.cli.output import print_record
from didgate.cli.policy_state import read_record
from didgate.cli.transactions import send
from didgate.cli.workspace import Workspace
from didgate.policy.wording import duration

Transition = Callable[[PolicyRegistry, bytes], Transaction]

app = typer.Typer()
_ACCESS = ("resource", "epoch", "paused", "pausedUntil")
_POWERS = ("resource", "delay", "guardian", "scheduledDelay", "scheduledGuardian")


@dataclass(frozen=True, slots=True)
class _Simple:
    """A command that names a resource and nothing else.

    Args:
        name: how it is called.
        transition: what it sends.
        deed: what is said before, with the resource in place of the braces.
        help: what it does, and who may do it.
        shown: what it prints of the resource's state.
    """

    name: str
    transition: Transition
    deed: str
    help: str
    shown: tuple[str, ...]


_SIMPLE = (
    _Simple(
        "cancel",
        PolicyRegistry.cancel,
        "Withdraw the scheduled policy of {}",
        "Withdraw the scheduled policy; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "pause",
        PolicyRegistry.pause,
        "Stop all access to {}",
        "Stop all access at once; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "unpause",
        PolicyRegistry.unpause,
        "Let the pause of {} end",
        "Let a pause end after the resource's delay; by owner and editors.",
        _ACCESS,
    ),
    _Simple(
        "bump-epoch",
        PolicyRegistry.bump_epoch,
        "Void all grants for {}",
        "Void all grants at once; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "activate-delay",
        PolicyRegistry.activate_delay,
        "Bring the scheduled delay of {} into force",
        "Bring the scheduled delay into force; by the owner.",
        _POWERS,
    ),
    _Simple(
        "cancel-delay",
        PolicyRegistry.cancel_delay,
        "Withdraw the scheduled delay of {}",
        "Withdraw the scheduled delay; by owner and guardian.",
        _POWERS,
    ),
    _Simple(
        "activate-guardian",
        PolicyRegistry.activate_guardian,
        "Bring the scheduled guardian of {} into force",
        "Bring the scheduled guardian into force; by the owner.",
        _POWERS,
    ),
    _Simple(
        "cancel-guardian",
        PolicyRegistry.cancel_guardian,
        "Withdraw the scheduled guardian of {}",
        "Withdraw the scheduled guardian; by the owner.",
        _POWERS,
    ),
)


def change(
    workspace: Workspace,
    resource: str,
    transition: Transition,
    deed: str,
    *,
    ask: bool,
    shown: tuple[str, ...] = _ACCESS,
) -> dict[str, Any]:
    """Send a transaction about a resource, and return where that leaves it.

    Args:
        workspace: holds account and chain.
        resource: its id, or the URI under which the account registered it.
        transition: makes the transaction.
        deed: what it does.
        ask: whether a person has to agree.
        shown: which members of the resource's state to return.
    """
    wanted = inputs.resource(workspace, resource)
    sent = send(workspace, transition(workspace.deployment.policies, wanted), deed, ask=ask)
    state = read_record(workspace, wanted)
    return {name: state[name] for name in shown} | sent


def _add(simple: _Simple) -> None:
    @app.command(simple.name, help=simple.help)
    def command(
        resource: Resource, *, account: Account = None, yes: Yes = False, as_json: AsJSON = False
    ) -> None:
        deed, ask = simple.deed.format(resource), not (yes or as_json)
        with Workspace.from_environment(account) as workspace:
            record = change(
                workspace, resource, simple.transition, deed, ask=ask, shown=simple.shown
            )
        print_record(record, as_json=as_json)


for _simple in _SIMPLE:
    _add(_simple)


@app.command("set-delay")
def set_delay(
    resource: Resource,
    delay: Annotated[str, typer.Argument(metavar="DURATION", help="E.g. 2d; 0 for development.")],
    *,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Set the delay: a longer one at once, a shorter one is scheduled; by the owner."""
    seconds = inputs.seconds(delay)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_delay(wanted, seconds)

    deed, ask = f"Set the delay of {resource} to {duration(seconds)}", not (yes or as_json)
    with Workspace.from_environment(account) as workspace:
        record = change(workspace, resource, set_it, deed, ask=ask, shown=_POWERS)
    print_record(record, as_json=as_json)


@app.command("set-guardian")
def set_guardian(
    resource: Resource,
    guardian: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Who may narrow access; none for nobody.")
    ],
    *,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Schedule another guardian, who may narrow access and never widen it; by the owner."""
    named = None if guardian == "none" else inputs.address(guardian)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_guardian(wanted, named)

    deed, ask = f"Schedule {named or 'nobody'} as guardian of {resource}", not (yes or as_json)
    with Workspace.from_environment(account) as workspace:
        record = change(workspace, resource, set_it, deed, ask=ask, shown=_POWERS)
    print_record(record, as_json=as_json)


@app.command("set-editor")
def set_editor(
    resource: Resource,
    editor: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who may publish policies.")],
    *,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Take that right away.")] = False,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Let an account publish policies beside the owner, or no longer; by the owner."""
    named = inputs.address(editor)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_editor(wanted, named, allowed=not dismiss)

    deed = f"{'Dismiss' if dismiss else 'Name'} {named} as editor of {resource}"
    with Workspace.from_environment(account) as workspace:
        record = change(workspace, resource, set_it, deed, ask=not (yes or as_json))
    print_record({"editor": named, "allowed": not dismiss} | record, as_json=as_json)
