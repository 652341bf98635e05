"""``didgate policy``: write, explain and publish policies, and narrow or stop access at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.chain.calls import Transaction
from didgate.chain.facts import PolicyState
from didgate.chain.policy_registry import PolicyRegistry
from didgate.cli import inputs, policy_admission, policy_changes
from didgate.cli.options import Account, AsJSON, File, Resource, Yes
from didgate.cli.output import hexadecimal, print_json, print_record, print_text
from didgate.cli.policy_changes import change
from didgate.cli.policy_file import check_here, found_at, read_policy, schemas_of
from didgate.cli.policy_state import (
    describe,
    effective_policy,
    read_record,
    read_state,
    summarize,
)
from didgate.cli.transactions import send
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import Policy, effective, explain, pin
from didgate.policy.wording import duration

app = typer.Typer()
app.add_typer(policy_changes.app)
app.add_typer(policy_admission.app)
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
    record = _named(policy) | {
        "credentials": len(policy.credentials),
        "checkedOnChain": not offline,
    }
    print_record(record, as_json=as_json)


@app.command("id")
def id_(file: File, *, as_json: AsJSON = False) -> None:
    """Print a policy's id: keccak256 of its canonical bytes. Asks no chain."""
    policy = read_policy(file)
    if as_json:
        print_json(_named(policy))
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


@app.command("explain")
def explain_(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="JSON or YAML file; - reads JSON.")
    ] = None,
    *,
    resource: Annotated[
        str | None, typer.Option(metavar="RESOURCE", help="Explain what holds on chain for this.")
    ] = None,
    offline: Offline = False,
    account: Account = None,
    as_json: AsJSON = False,
) -> None:
    """Say in plain words what a policy means: one in a file, or what holds for a resource."""
    if (file is None) == (resource is None):
        raise InvalidInput("conflicting_options", "pass a file, or --resource, and not both")
    with Workspace.from_environment(account) as workspace:
        if file is not None:
            policy, remarks = read_policy(file), []
        else:
            state = read_state(workspace, inputs.resource(workspace, resource or ""))
            policy, remarks = effective_policy(state), [_delay_remark(state.delay)]
        schemas = {} if offline else schemas_of(policy, workspace)
    text = "\n".join([explain(policy, schemas=schemas), *remarks])
    if as_json:
        print_json(_named(policy) | {"explanation": text})
    else:
        print_text(text)


@app.command()
def publish(
    resource: Resource,
    file: File,
    *,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Schedule a policy; it can be activated after the resource's delay. By owner and editors."""
    policy = read_policy(file)
    with Workspace.from_environment(account) as workspace:
        check_here(policy, workspace)
        wanted = inputs.resource(workspace, resource)
        epoch = read_state(workspace, wanted).epoch
        change = workspace.deployment.policies.publish(wanted, policy.to_bytes(), epoch=epoch)
        deed = f"Schedule policy {hexadecimal(policy.policy_id)} for {resource}"
        sent = send(workspace, change, deed, ask=not (yes or as_json))
        pending = describe(read_state(workspace, wanted))["pending"] or {}
    times = {name: pending.get(name) for name in ("from", "until")}
    record = {"resource": hexadecimal(wanted)} | _named(policy) | times
    print_record(record | sent, as_json=as_json)


@app.command()
def activate(
    resource: Resource,
    *,
    policy_id: Annotated[
        str | None,
        typer.Option(
            "--policy", metavar="ID", help="Activate this policy only; by default what is pending."
        ),
    ] = None,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Bring the scheduled policy into force; by owner and editors."""
    expected = inputs.bytes32(policy_id) if policy_id else None
    with Workspace.from_environment(account) as workspace:
        wanted = inputs.resource(workspace, resource)
        pending = read_state(workspace, wanted).pending
        if expected is None and pending is None:
            raise InvalidInput("nothing_pending", "no policy is scheduled for this resource")
        named = expected or (pending.policy_id if pending else b"")
        change = workspace.deployment.policies.activate(wanted, named)
        deed = f"Bring policy {hexadecimal(named)} into force for {resource}"
        sent = send(workspace, change, deed, ask=not (yes or as_json))
        epoch = read_state(workspace, wanted).epoch
    record = {"resource": hexadecimal(wanted), "policyId": hexadecimal(named), "epoch": epoch}
    print_record(record | sent, as_json=as_json)


@app.command()
def show(resource: Resource, *, account: Account = None, as_json: AsJSON = False) -> None:
    """Show what holds for a resource, what is scheduled, and who can change it."""
    with Workspace.from_environment(account) as workspace:
        record = read_record(workspace, inputs.resource(workspace, resource))
    print_record(record if as_json else summarize(record), as_json=as_json)


@app.command()
def restrict(
    resource: Resource,
    file: File,
    *,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Demand another policy besides, at once; by owner, editors and guardian."""
    policy = read_policy(file)

    def add(registry: PolicyRegistry, wanted: bytes) -> Transaction:
        return registry.restrict(wanted, policy.to_bytes())

    with Workspace.from_environment(account) as workspace:
        check_here(policy, workspace)
        _check_together(read_state(workspace, inputs.resource(workspace, resource)), policy)
        deed = f"Demand policy {hexadecimal(policy.policy_id)} besides for {resource}"
        record = change(workspace, resource, add, deed, ask=not (yes or as_json))
    print_record(_named(policy) | record, as_json=as_json)


def _check_together(state: PolicyState, restriction: Policy) -> None:
    """Refuse a restriction that contradicts what holds, and so would let nobody in."""
    if state.active_bytes is not None:
        effective(effective_policy(state), [restriction])


def _named(policy: Policy) -> dict[str, Any]:
    return {"policyId": hexadecimal(policy.policy_id), "bytes": len(policy.to_bytes())}


def _delay_remark(delay: int) -> str:
    if delay == 0:
        return "The resource has no delay: its owner can let anyone in at once."
    return f"A change that could let more people in waits for {duration(delay)}."
