"""``didgate resource``: what is protected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON, Resource
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.policy_deeds import Situation
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace
from didgate.errors import ChainError, InvalidInput
from didgate.policy.wording import duration
from didgate.resources import Manifest, resource_id

app = typer.Typer()
Version = Annotated[str, typer.Option("--artifact-version", help="With --path: which version.")]
Folder = Annotated[
    Path | None, typer.Option("--path", help="Folder that holds the artifact: makes a manifest.")
]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", help="Manifest of the artifact, made before.")
]


@app.command()
def manifest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that holds the artifact.")],
    *,
    version: Version = "1",
    as_json: AsJSON = False,
) -> None:
    """Print the manifest of a folder: its files, sizes and digests. Asks no chain."""
    made = _build(folder, version)
    record = made.to_dict()
    if as_json:
        print_json(record)
        return
    print_record(
        {"name": made.name, "version": made.version, "digest": hexadecimal(made.digest)},
        as_json=False,
    )
    print_records(record["files"], as_json=False, title="Files")


@app.command()
@signs
def register(
    uri: Annotated[str, typer.Argument(metavar="URI", help="Its name, unique for the account.")],
    *,
    manifest_file: ManifestFile = None,
    folder: Folder = None,
    version: Version = "1",
    manifest_uri: Annotated[str, typer.Option(help="Where others can fetch the manifest.")] = "",
    delay: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How long a change that could let more people in has to wait, the first policy "
            "included; 0 for development.",
        ),
    ] = "1d",
    guardian: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Who may narrow access at once, and never widen it."),
    ] = None,
    signing: Signing,
) -> None:
    """Register a resource; the account will administer its policy."""
    artifact = _artifact(manifest_file, folder, version)
    with Workspace.from_environment(signing.account) as workspace:
        sender = inputs.sender(workspace, signing.sender)
        resource = resource_id(sender, uri)
        seconds = inputs.seconds(delay)
        transaction = workspace.deployment.resources.register(
            uri,
            manifest_digest=artifact.digest if artifact else bytes(32),
            manifest_uri=manifest_uri,
            guardian=inputs.address(guardian) if guardian else None,
            delay=seconds,
        )
        deed = Deed(
            f"Register resource {uri} ({hexadecimal(resource)})",
            f"anyone; {sender} will administer its policy",
            notes=(
                f"what could let more people in will wait for {duration(seconds)}",
                f"guardian: {guardian or 'nobody'}",
            ),
        )
        sent = send(workspace, transaction, deed, signing)
    record = {
        "resource": hexadecimal(resource),
        "uri": uri,
        "manifestDigest": hexadecimal(artifact.digest) if artifact else None,
    }
    print_record(record | sent, as_json=signing.as_json)


@app.command()
@signs
def transfer(
    resource: Resource,
    to: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An account, a multisig, a timelock.")
    ],
    *,
    signing: Signing,
) -> None:
    """Hand a resource over, and with it the right to administer its policy; by the owner."""
    receiver = inputs.address(to)
    with Workspace.from_environment(signing.account) as workspace:
        wanted = inputs.resource(workspace, resource)
        situation = Situation(workspace, wanted)
        registry, owner = workspace.deployment.resources, situation.state.owner
        transaction = registry.transfer(wanted, owner=owner, to=receiver)
        sent = send(workspace, transaction, situation.transfer(receiver), signing)
    record = {"resource": hexadecimal(wanted), "from": owner, "to": receiver}
    print_record(record | sent, as_json=signing.as_json)


@app.command()
def show(resource: Resource, *, account: Account = None, as_json: AsJSON = False) -> None:
    """Show a resource: its URI, who administers it, its versions."""
    with Workspace.from_environment(account) as workspace:
        wanted = inputs.resource(workspace, resource)
        record = _read(workspace, wanted)
    if as_json:
        print_json(record)
        return
    versions = record.pop("versions")
    print_record(record, as_json=False)
    print_records(versions, as_json=False, title="Versions")


def _artifact(file: Path | None, folder: Path | None, version: str) -> Manifest | None:
    if file is not None and folder is not None:
        raise InvalidInput("conflicting_options", "pass --manifest or --path, not both")
    if file is not None:
        return Manifest.from_dict(inputs.read_document(file))
    return _build(folder, version) if folder is not None else None


def _build(folder: Path, version: str) -> Manifest:
    if not folder.is_dir():
        raise InvalidInput("unreadable_file", f"{folder} is no folder")
    return Manifest.build(folder.resolve().name, version, folder)


def _read(workspace: Workspace, resource: bytes) -> dict[str, Any]:
    chain, registry = workspace.chain, workspace.deployment.resources
    block = chain.header().block.hash
    if not chain.read(registry.exists(resource), at=block):
        raise ChainError("unknown_resource", "the registry holds no such resource")
    count = chain.read(registry.version_count(resource), at=block)
    calls = [registry.version_at(resource, number) for number in range(count)]
    return {
        "resource": hexadecimal(resource),
        "uri": chain.read(registry.uri_of(resource), at=block),
        "owner": chain.read(registry.owner_of(resource), at=block),
        "parents": [hexadecimal(p) for p in chain.read(registry.parents_of(resource), at=block)],
        "versions": [
            {
                "digest": hexadecimal(each.digest),
                "addedAt": time_text(each.added_at),
                "manifestURI": each.manifest_uri or None,
            }
            for each in chain.read_many(calls, at=block)
        ],
    }
