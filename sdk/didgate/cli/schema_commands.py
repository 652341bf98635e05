"""``didgate schema``: schemas of attribute credentials."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from didgate.cli import inputs
from didgate.cli.options import AsJSON, File
from didgate.cli.output import hexadecimal, print_json, print_record, print_records
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace
from didgate.credentials.schema import AttributeSchema
from didgate.credentials.schema_document import schema_from_document, schema_to_document
from didgate.errors import ChainError

app = typer.Typer()


@app.command()
def check(file: File, *, as_json: AsJSON = False) -> None:
    """Read a schema, and say what it is; asks no chain."""
    _print(schema_from_document(inputs.read_document(file)), as_json=as_json)


@app.command()
@signs
def register(file: File, *, signing: Signing) -> None:
    """Put a schema on chain, where nobody can change it."""
    schema = schema_from_document(inputs.read_document(file))
    with Workspace.from_environment(signing.account) as workspace:
        transaction = workspace.deployment.schemas.register(schema.encode())
        deed = Deed(
            f"Register schema {hexadecimal(schema.schema_id)} ({schema.type})",
            "anyone",
            notes=("nobody can change or remove it",),
        )
        sent = send(workspace, transaction, deed, signing)
    record = {"schemaId": hexadecimal(schema.schema_id), "type": schema.type}
    print_record(record | sent, as_json=signing.as_json)


@app.command()
def show(
    schema_id: Annotated[str, typer.Argument(metavar="ID", help="0x and 64 digits.")],
    *,
    as_json: AsJSON = False,
) -> None:
    """Show a schema that is on chain."""
    wanted = inputs.bytes32(schema_id)
    with Workspace.from_environment() as workspace:
        schema = workspace.sources.schema(wanted)
    if schema is None:
        raise ChainError("unknown_schema", "the registry holds no such schema")
    _print(schema, as_json=as_json)


def _print(schema: AttributeSchema, *, as_json: bool) -> None:
    record: dict[str, Any] = {"schemaId": hexadecimal(schema.schema_id)}
    record |= schema_to_document(schema)
    if as_json:
        print_json(record)
        return
    attributes = record.pop("attributes")
    print_record(record, as_json=False)
    print_records(attributes, as_json=False, title="Attributes")
