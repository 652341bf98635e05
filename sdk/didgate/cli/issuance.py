"""Issues credentials, one or many, writes them where they are asked for, and ends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import track

from didgate.cli import inputs
from didgate.cli.issuance_desk import Desk, Order, open_desk
from didgate.cli.issuance_entries import Entry
from didgate.cli.output import print_json, print_record, print_records, say, time_text
from didgate.cli.signing import Signing
from didgate.cli.transactions import Deed, agree
from didgate.cli.workspace import Workspace
from didgate.credentials.identifiers import issuer_id, status_list_id
from didgate.errors import InvalidInput
from didgate.issuer import IssuanceRecords, OnChainStatus, end_validity
from didgate.keys import atomic_file


def issue_one(
    order: Order, entry: Entry, out: Path | None, *, refresh: bool, as_json: bool
) -> None:
    """Issue a credential, first or anew, and write it to a file or to standard output."""
    with Workspace.from_environment() as workspace:
        records = workspace.issuance_records
        desk = open_desk(workspace, order, records)
        credential = desk.refresh(entry) if refresh else desk.issue(entry)
        record = _record(records, desk, entry.subject)
    if out is not None:
        _write(out, credential)
        print_record(record | {"file": str(out)}, as_json=as_json)
    elif as_json:
        shown = json.loads(credential) if desk.suffix == ".json" else credential
        print_json(record | {"credential": shown})
    else:
        typer.echo(credential)


def issue_many(
    order: Order, entries: list[Entry], folder: Path | None, *, skip: bool, as_json: bool
) -> None:
    """Issue a credential to each, and write each to a file of its own.

    Raises:
        InvalidInput: ``folder_missing``, or what is wrong with an entry, by its row.
    """
    if folder is None or not folder.is_dir():
        raise InvalidInput("folder_missing", "pass with --out a folder to write to")
    numbers = {entry.subject: number for number, entry in enumerate(entries, 1)}
    written = []
    with Workspace.from_environment() as workspace:
        records = workspace.issuance_records
        desk = open_desk(workspace, order, records)
        for subject, credential in track(
            desk.issue_many(entries, skip=skip),
            description="Issuing",
            total=len(entries),
            console=Console(stderr=True),
            disable=as_json,
        ):
            # Named by the row: a subject may hold what no file name should.
            file = folder / f"{numbers[subject]:06}{desk.suffix}"
            _write(file, credential)
            written.append(_record(records, desk, subject) | {"file": str(file)})
    if as_json:
        print_records(written, as_json=True, title="")
    else:
        say(f"{len(written)} issued, {len(entries) - len(written)} passed over")


def revoke(did: str, type_: str, subject: str, signing: Signing) -> None:
    """End a subject's credential: on chain if it has a status index."""
    type_id, issuer = inputs.type_id(type_), issuer_id(did)
    list_id = status_list_id(issuer, type_id)
    with Workspace.from_environment(signing.account) as workspace:
        records = workspace.issuance_records
        issued = records.find(list_id, subject)
        publisher = None
        if issued.status_index is not None:
            deed = Deed(
                f"Revoke for ever credential {issued.status_index} of {did}",
                "the issuer's controller",
            )
            registry = workspace.deployment.status
            revocation = registry.revoke(issuer, type_id, issued.status_index)
            agree(workspace, revocation, deed, signing)
            publisher = OnChainStatus(workspace.chain, registry, workspace.account)
        elif not signing.signs:
            raise InvalidInput("nothing_to_sign", "it has no status index: no transaction ends it")
        end_validity(
            records,
            list_id,
            subject,
            datetime.now(UTC),
            publisher=publisher,
            issuer_id=issuer,
            type_id=type_id,
        )
    ends = "now" if publisher is not None else time_text(int(issued.valid_until.timestamp()))
    record = {"subject": subject, "statusIndex": issued.status_index, "ends": ends}
    print_record(record, as_json=signing.as_json)


def _record(records: IssuanceRecords, desk: Desk, subject: str) -> dict[str, Any]:
    issued = records.find(desk.list_id, subject)
    return {
        "subject": subject,
        "issuedAt": time_text(int(issued.issued_at.timestamp())),
        "validUntil": time_text(int(issued.valid_until.timestamp())),
        "statusIndex": issued.status_index,
    }


def _write(file: Path, credential: str) -> None:
    """Write a credential, readable by its owner only: whoever has it can use it."""
    atomic_file.replace(file, credential.encode() + b"\n")
