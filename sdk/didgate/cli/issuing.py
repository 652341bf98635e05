"""``didgate issue`` and ``didgate revoke``: what they take; ``issuance`` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from didgate.cli.options import AsJSON
from didgate.cli.signing import Signing, signs

Issuer = Annotated[str, typer.Option("--issuer", metavar="DID", help="DID of the issuer.")]


def issue(
    *,
    did: Issuer,
    key: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The issuer's key: BLS12-381 for a schema, Ed25519 or P-256 for a vct.",
        ),
    ],
    schema: Annotated[
        str | None, typer.Option(metavar="ID", help="Issue attribute credentials of this schema.")
    ] = None,
    vct: Annotated[
        str | None, typer.Option(metavar="URL", help="Issue SD-JWT VCs of this type.")
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(help="How the issuer knows the holder; it appears in no credential."),
    ] = None,
    claims: Annotated[
        list[str] | None,
        typer.Option(
            "--claim",
            metavar="NAME=VALUE",
            help="A claim; repeat it. Of a vct it is text, or as NAME:integer, NAME:boolean say.",
        ),
    ] = None,
    claims_file: Annotated[
        Path | None,
        typer.Option("--claims", metavar="FILE", help="Claims as a JSON object, or in YAML."),
    ] = None,
    holder: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Of a vct: the holder's key, as did:key or multikey."),
    ] = None,
    lifetime: Annotated[
        str, typer.Option(metavar="DURATION", help="Of a vct: how long it is valid.")
    ] = "30d",
    revocable: Annotated[
        bool, typer.Option("--revocable", help="Of a vct: give it a status index on chain.")
    ] = False,
    key_id: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Of a vct: the key's id in the DID document; by default looked up."
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Issue to many: columns subject, the claims and, for a vct, holder.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write to; with --csv a folder. A credential is a secret."),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Issue anew to a subject that has a credential.")
    ] = False,
    skip_issued: Annotated[
        bool, typer.Option("--skip-issued", help="With --csv: pass over subjects that have one.")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Issue a credential, or many from a table."""
    from didgate.cli import issuance
    from didgate.cli.issuance_desk import Order
    from didgate.cli.issuance_entries import read_entry, read_table

    order = Order(
        did=did,
        key=key,
        schema=schema,
        vct=vct,
        lifetime=lifetime,
        revocable=revocable,
        key_id=key_id,
    )
    if table is not None:
        entries = read_table(table)
        issuance.issue_many(order, entries, out, skip=skip_issued, as_json=as_json)
    else:
        entry = read_entry(subject, claims or [], claims_file, holder)
        issuance.issue_one(order, entry, out, refresh=refresh, as_json=as_json)


@signs
def revoke(
    *,
    did: Issuer,
    type_: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="The schema id, or the vct.")
    ],
    subject: Annotated[str, typer.Option(help="Whose credential; as when it was issued.")],
    signing: Signing,
) -> None:
    """End a credential, for ever: on chain if it has a status index, else by not refreshing it."""
    from didgate.cli import issuance

    issuance.revoke(did, type_, subject, signing)
