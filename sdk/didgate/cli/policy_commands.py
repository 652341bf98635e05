"""``didgate policy``: write, explain and publish policies, and narrow or stop access at once."""

from __future__ import annotations

from typing import Annotated

import typer

from didgate.chain.calls import Transaction
from didgate.chain.facts import PolicyState
from didgate.chain.policy_registry import PolicyRegistry
from didgate.cli import inputs, policy_changes, policy_questions
from didgate.cli.options import Account, AsJSON, File, Resource
from didgate.cli.output import hexadecimal, print_json, print_record, print_text
from didgate.cli.policy_changes import change
from didgate.cli.policy_deeds import Situation
from didgate.cli.policy_file import check_here, found_at, named, read_policy
from didgate.cli.policy_state import (
    describe,
    effective_policy,
    pending_diff,
    read_record,
    read_state,
    summarize,
)
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import send
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import Policy, effective, pin

app = typer.Typer()
app.add_typer(policy_questions.app)
app.add_typer(policy_changes.app)
Offline = Annotated[
    bool, typer.Option("--offline", help="Ask no chain: leave registries and schemas unchecked.")
]


@app.command()
def check(file: File, *, offline: Offline = False, as_json: AsJSON = False) -> None:
    """Check a policy: its rules, and that it rests on contracts and schemas that are here."""
    policy = read_policy(file)
    if not offline:
        with Workspace.from_environment() as workspace:
            check_here(policy, workspace)
    record = named(policy) | {
        "credentials": len(policy.credentials),
        "checkedOnChain": not offline,
    }
    print_record(record, as_json=as_json)


@app.command("id")
def id_(file: File, *, as_json: AsJSON = False) -> None:
    """Print a policy's id: keccak256 of its canonical bytes. Asks no chain."""
    policy = read_policy(file)
    if as_json:
        print_json(named(policy))
    else:
        typer.echo(hexadecimal(policy.policy_id))


@app.command("pin")
def pin_(
    file: File,
    *,
    attestations: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where the Ethereum Attestation Service stands."),
    ] = None,
    _as_json: AsJSON = False,
) -> None:
    """Print a policy, written without registries, with those deployed here; always as JSON."""
    document = inputs.read_document(file)
    with Workspace.from_environment() as workspace:
        registries = workspace.deployment.pins()
        if attestations is not None:
            registries["attestations"] = found_at(attestations, workspace)
        policy = pin(document, registries)
    print_json(policy.to_dict())


@app.command()
@signs
def publish(
    resource: Resource,
    file: File,
    *,
    signing: Signing,
) -> None:
    """Schedule a policy; it can be activated after the resource's delay. By owner and editors."""
    policy = read_policy(file)
    with Workspace.from_environment(signing.account) as workspace:
        check_here(policy, workspace)
        wanted = inputs.resource(workspace, resource)
        epoch = read_state(workspace, wanted).epoch
        change = workspace.deployment.policies.publish(wanted, policy.to_bytes(), epoch=epoch)
        sent = send(workspace, change, Situation(workspace, wanted).publish(policy), signing)
        pending = describe(read_state(workspace, wanted))["pending"] or {}
    times = {name: pending.get(name) for name in ("from", "until")}
    record = {"resource": hexadecimal(wanted)} | named(policy) | times
    print_record(record | sent, as_json=signing.as_json)


@app.command()
@signs
def activate(
    resource: Resource,
    *,
    policy_id: Annotated[
        str | None,
        typer.Option(
            "--policy", metavar="ID", help="Activate this policy only; by default what is pending."
        ),
    ] = None,
    signing: Signing,
) -> None:
    """Bring the scheduled policy into force; by owner and editors."""
    expected = inputs.bytes32(policy_id) if policy_id else None
    with Workspace.from_environment(signing.account) as workspace:
        wanted = inputs.resource(workspace, resource)
        pending = read_state(workspace, wanted).pending
        if expected is None and pending is None:
            raise InvalidInput("nothing_pending", "no policy is scheduled for this resource")
        chosen = expected or (pending.policy_id if pending else b"")
        change = workspace.deployment.policies.activate(wanted, chosen)
        sent = send(workspace, change, Situation(workspace, wanted).activate(chosen), signing)
        epoch = read_state(workspace, wanted).epoch
    record = {"resource": hexadecimal(wanted), "policyId": hexadecimal(chosen), "epoch": epoch}
    print_record(record | sent, as_json=signing.as_json)


@app.command()
def show(resource: Resource, *, account: Account = None, as_json: AsJSON = False) -> None:
    """Show what holds for a resource, what is scheduled, and who can change it."""
    with Workspace.from_environment(account) as workspace:
        wanted = inputs.resource(workspace, resource)
        record = read_record(workspace, wanted)
        diff = pending_diff(workspace, read_state(workspace, wanted))
    print_record(record if as_json else summarize(record), as_json=as_json)
    if record["pending"] and not as_json:
        print_text(f"\nIf the scheduled policy is activated:\n{diff}")


@app.command()
@signs
def restrict(
    resource: Resource,
    file: File,
    *,
    signing: Signing,
) -> None:
    """Demand another policy besides, at once; by owner, editors and guardian."""
    policy = read_policy(file)

    def add(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.restrict(wanted, policy.to_bytes())

    with Workspace.from_environment(signing.account) as workspace:
        check_here(policy, workspace)
        wanted = inputs.resource(workspace, resource)
        _check_together(read_state(workspace, wanted), policy)
        record = change(workspace, wanted, add, lambda it: it.restrict(policy), signing)
    print_record(named(policy) | record, as_json=signing.as_json)


def _check_together(state: PolicyState, restriction: Policy) -> None:
    """Refuse a restriction that contradicts what holds, and so would let nobody in."""
    if state.active_bytes is not None:
        effective(effective_policy(state), [restriction])
