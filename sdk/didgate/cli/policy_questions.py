"""Commands of ``didgate policy`` that answer questions, and change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON
from didgate.cli.output import print_json, print_text
from didgate.cli.policy_file import named, read_policy, schemas_of
from didgate.cli.policy_state import effective_policy, read_state, schemas_for
from didgate.cli.policy_then import find_block, read_then, then_lines
from didgate.cli.policy_versions import read_version
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import explain
from didgate.policy.compare import compare
from didgate.policy.wording import duration

app = typer.Typer()
Version = Annotated[
    str,
    typer.Argument(
        metavar="POLICY",
        help="A file, the id of a policy on chain, RESOURCE@active or RESOURCE@pending.",
    ),
]


@app.command("explain")
def explain_(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="JSON or YAML file; - reads JSON.")
    ] = None,
    *,
    resource: Annotated[
        str | None, typer.Option(metavar="RESOURCE", help="Explain what holds on chain for this.")
    ] = None,
    at_block: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="NUMBER",
            help="With --resource: what held at this block. The node "
            "needs the state of that block: an archive node, or the embedded chain.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The same at a moment, e.g. 2027-01-01T00:00:00Z."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no chain: leave schemas unnamed.")
    ] = False,
    account: Account = None,
    as_json: AsJSON = False,
) -> None:
    """Say in plain words what a policy means: one in a file, or what holds for a resource."""
    if (file is None) == (resource is None):
        raise InvalidInput("conflicting_options", "pass a file, or --resource, and not both")
    if at_block is not None or at is not None:
        _explain_then(resource, at_block, at, account, as_json=as_json)
        return
    with Workspace.from_environment(account) as workspace:
        if file is not None:
            policy, remarks = read_policy(file), []
        else:
            state = read_state(workspace, inputs.resource(workspace, resource or ""))
            policy, remarks = effective_policy(state), [_delay_remark(state.delay)]
        schemas = {} if offline else schemas_of(policy, workspace)
    text = "\n".join([explain(policy, schemas=schemas), *remarks])
    if as_json:
        print_json(named(policy) | {"explanation": text})
    else:
        print_text(text)


@app.command()
def diff(
    old: Version,
    new: Version,
    *,
    account: Account = None,
    as_json: AsJSON = False,
) -> None:
    """Say in words who gains and who loses, if one policy takes the place of another."""
    with Workspace.from_environment(account) as workspace:
        before, after = read_version(workspace, old), read_version(workspace, new)
        on_chain = workspace.settings.rpc_urls or workspace.home.deployment.exists()
        schemas = schemas_for(workspace, before, after) if on_chain else {}
    found = compare(before, after, schemas=schemas)
    if as_json:
        print_json(found.to_dict())
    else:
        print_text(str(found))


@app.command()
def simulate(
    proposal: Version,
    *,
    receipts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A bundle, or receipts line by line; by default what the gate here has kept.",
        ),
    ] = None,
    jwks: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="With --receipts: keys of the gate, from a source that you trust.",
        ),
    ] = None,
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="Open the sealed evidence that the gate here has kept."),
    ] = False,
    resource: Annotated[
        str | None, typer.Option(metavar="RESOURCE", help="Only decisions about this one.")
    ] = None,
    account: Account = None,
    as_json: AsJSON = False,
) -> None:
    """Put a proposed version to recorded decisions, and list each that would change.

    What does not follow from a receipt is unknown without its evidence.
    """
    if (receipts is None) != (jwks is None) or (receipts is not None and evidence):
        message = "pass --receipts with --jwks; --evidence goes with the gate's own store"
        raise InvalidInput("conflicting_options", message)
    from didgate.cli import policy_simulation  # the gate takes long to import

    with Workspace.from_environment(account) as workspace:
        policy = read_version(workspace, proposal)
        if policy is None:
            raise InvalidInput("no_policy", "no policy is active: nobody has access")
        wanted = inputs.resource(workspace, resource) if resource else None
        if receipts is not None:
            decided = policy_simulation.from_file(receipts, jwks or "")
        else:
            decided = policy_simulation.from_store(workspace, with_evidence=evidence)
        found = policy_simulation.simulate(workspace, policy, decided, wanted)
    policy_simulation.print_outcomes(policy, found, as_json=as_json)


def _explain_then(
    resource: str | None,
    number: int | None,
    moment: str | None,
    account: str | None,
    *,
    as_json: bool,
) -> None:
    if resource is None:
        message = "a past block is asked about a resource: pass --resource"
        raise InvalidInput("conflicting_options", message)
    with Workspace.from_environment(account) as workspace:
        block = find_block(workspace, number, moment)
        record = read_then(workspace, inputs.resource(workspace, resource), block)
    if as_json:
        print_json(record)
    else:
        print_text("\n".join(then_lines(record)))


def _delay_remark(delay: int) -> str:
    if delay == 0:
        return "The resource has no delay: its owner can let anyone in at once."
    return f"A change that could let more people in waits for {duration(delay)}."
