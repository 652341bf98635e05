"""Commands of ``didgate policy`` that change who has access, or who decides, without a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from didgate.chain.calls import Transaction
from didgate.chain.policy_registry import PolicyRegistry
from didgate.cli import inputs
from didgate.cli.options import Resource
from didgate.cli.output import print_record
from didgate.cli.policy_deeds import Situation
from didgate.cli.policy_state import read_record
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace

Transition = Callable[[PolicyRegistry, bytes], Transaction]
Telling = Callable[[Situation], Deed]

app = typer.Typer()
_ACCESS = ("resource", "epoch", "paused", "pausedUntil")
_POWERS = ("resource", "delay", "guardian", "scheduledDelay", "scheduledGuardian")


@dataclass(frozen=True, slots=True)
class _Simple:
    """A command that names a resource and nothing else.

    Args:
        name: how it is called.
        transition: what it sends.
        deed: says what that does.
        help: what it does, and who may do it.
        shown: what it prints of the resource's state.
    """

    name: str
    transition: Transition
    deed: Telling
    help: str
    shown: tuple[str, ...]


_SIMPLE = (
    _Simple(
        "cancel",
        PolicyRegistry.cancel,
        Situation.cancel,
        "Withdraw the scheduled policy; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "pause",
        PolicyRegistry.pause,
        Situation.pause,
        "Stop all access at once; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "unpause",
        PolicyRegistry.unpause,
        Situation.unpause,
        "Let a pause end after the resource's delay; by owner and editors.",
        _ACCESS,
    ),
    _Simple(
        "bump-epoch",
        PolicyRegistry.bump_epoch,
        Situation.bump_epoch,
        "Void all grants at once; by owner, editors and guardian.",
        _ACCESS,
    ),
    _Simple(
        "activate-delay",
        PolicyRegistry.activate_delay,
        Situation.activate_delay,
        "Bring the scheduled delay into force; by the owner.",
        _POWERS,
    ),
    _Simple(
        "cancel-delay",
        PolicyRegistry.cancel_delay,
        Situation.cancel_delay,
        "Withdraw the scheduled delay; by owner and guardian.",
        _POWERS,
    ),
    _Simple(
        "activate-guardian",
        PolicyRegistry.activate_guardian,
        Situation.activate_guardian,
        "Bring the scheduled guardian into force; by the owner.",
        _POWERS,
    ),
    _Simple(
        "cancel-guardian",
        PolicyRegistry.cancel_guardian,
        Situation.cancel_guardian,
        "Withdraw the scheduled guardian; by the owner.",
        _POWERS,
    ),
)


def change(
    workspace: Workspace,
    resource: bytes,
    transition: Transition,
    deed: Telling,
    signing: Signing,
    *,
    shown: tuple[str, ...] = _ACCESS,
) -> dict[str, Any]:
    """Send a transaction about a resource, and return where that leaves it.

    Args:
        workspace: holds account and chain.
        resource: its 32-byte id.
        transition: makes the transaction.
        deed: says what it does.
        signing: how to go about it.
        shown: which members of the resource's state to return.
    """
    transaction = transition(workspace.deployment.policies, resource)
    sent = send(workspace, transaction, deed(Situation(workspace, resource)), signing)
    state = read_record(workspace, resource)
    return {name: state[name] for name in shown} | sent


def _carry_out(
    resource: str, transition: Transition, deed: Telling, signing: Signing, shown: tuple[str, ...]
) -> dict[str, Any]:
    with Workspace.from_environment(signing.account) as workspace:
        wanted = inputs.resource(workspace, resource)
        return change(workspace, wanted, transition, deed, signing, shown=shown)


def _add(simple: _Simple) -> None:
    @app.command(simple.name, help=simple.help)
    @signs
    def command(resource: Resource, *, signing: Signing) -> None:
        record = _carry_out(resource, simple.transition, simple.deed, signing, simple.shown)
        print_record(record, as_json=signing.as_json)


for _simple in _SIMPLE:
    _add(_simple)


@app.command("set-delay")
@signs
def set_delay(
    resource: Resource,
    delay: Annotated[str, typer.Argument(metavar="DURATION", help="E.g. 2d; 0 for development.")],
    *,
    signing: Signing,
) -> None:
    """Set the delay: a longer one at once, a shorter one is scheduled; by the owner."""
    seconds = inputs.seconds(delay)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_delay(wanted, seconds)

    def deed(situation: Situation) -> Deed:
        return situation.set_delay(seconds)

    record = _carry_out(resource, set_it, deed, signing, _POWERS)
    print_record(record, as_json=signing.as_json)


@app.command("set-guardian")
@signs
def set_guardian(
    resource: Resource,
    guardian: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Who may narrow access; none for nobody.")
    ],
    *,
    signing: Signing,
) -> None:
    """Schedule another guardian, who may narrow access and never widen it; by the owner."""
    named = None if guardian == "none" else inputs.address(guardian)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_guardian(wanted, named)

    def deed(situation: Situation) -> Deed:
        return situation.set_guardian(named)

    record = _carry_out(resource, set_it, deed, signing, _POWERS)
    print_record(record, as_json=signing.as_json)


@app.command("set-editor")
@signs
def set_editor(
    resource: Resource,
    editor: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who may publish policies.")],
    *,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Take that right away.")] = False,
    signing: Signing,
) -> None:
    """Let an account publish policies beside the owner, or no longer; by the owner."""
    named = inputs.address(editor)

    def set_it(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.set_editor(wanted, named, allowed=not dismiss)

    def deed(situation: Situation) -> Deed:
        return situation.set_editor(named, allowed=not dismiss)

    record = _carry_out(resource, set_it, deed, signing, _ACCESS)
    print_record({"editor": named, "allowed": not dismiss} | record, as_json=signing.as_json)
