"""``didgate did``: from a DID to its document."""

from __future__ import annotations

from typing import Annotated

import typer

from didgate.cli.options import AsJSON
from didgate.cli.output import print_json, print_records
from didgate.cli.workspace import Workspace

app = typer.Typer()
DID = Annotated[str, typer.Argument(metavar="DID", help="did:key, did:jwk, did:web or did:ethr.")]


@app.command()
def resolve(did: DID, *, as_json: AsJSON = False) -> None:
    """Show the document of a DID."""
    with Workspace.from_environment() as workspace:
        document = workspace.resolver.resolve(did)
    if as_json:
        print_json(document.to_dict())
        return
    methods = [
        {
            "id": method.id.removeprefix(document.id),
            "type": method.type,
            "purposes": [name for name, ids in document.purposes.items() if method.id in ids],
        }
        for method in document.methods
    ]
    print_records(methods, as_json=False, title=document.id)
