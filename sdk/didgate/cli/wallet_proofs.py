"""``didgate wallet``: what the holder keeps about accounts beside credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.chain import eas
from didgate.chain.contained import UNREAD
from didgate.cli import inputs
from didgate.cli.options import AsJSON
from didgate.cli.output import hexadecimal, print_record, print_records
from didgate.cli.wallet_session import open_wallet
from didgate.cli.workspace import Workspace
from didgate.credentials.account_proofs import MerkleProof
from didgate.errors import ChainError, InvalidInput
from didgate.holder import HeldAttestation

app = typer.Typer()


@app.command("add-membership")
def add_membership(
    file: Annotated[
        Path, typer.Argument(help="What `didgate list proof` printed; - for standard input.")
    ],
    *,
    as_json: AsJSON = False,
) -> None:
    """Verify a proof that an account is in a tree of addresses, and keep it."""
    proof = MerkleProof.from_dict(inputs.read_document(file))
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        name = wallet.supplies.add_membership(proof)
    print_record({"id": name} | _membership(proof), as_json=as_json)


@app.command("add-attestation")
def add_attestation(
    uid: Annotated[str, typer.Argument(metavar="UID", help="0x and 64 digits.")],
    *,
    service: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The attestation service (EAS) that holds it.")
    ],
    as_json: AsJSON = False,
) -> None:
    """Look up an attestation about an account, to be named to gates that ask for one."""
    with Workspace.from_environment() as workspace:
        held = _look_up(workspace, inputs.address(service), inputs.bytes32(uid))
        with open_wallet(workspace) as wallet:
            name = wallet.supplies.add_attestation(held)
    print_record({"id": name} | _attestation(held), as_json=as_json)


def _look_up(workspace: Workspace, service: str, uid: bytes) -> HeldAttestation:
    """Return what the service holds under a UID, if it may count."""
    fact = workspace.chain.read(eas.attestation(service, uid))
    if fact is UNREAD:
        raise ChainError("not_an_attestation_service", f"{service} does not answer as EAS does")
    if fact is None:
        raise InvalidInput("unknown_attestation", "the service holds no such attestation")
    if fact.revocation:
        raise InvalidInput("attestation_revoked", "the attestation was revoked")
    return HeldAttestation(uid, fact.schema, fact.attester, fact.recipient)


@app.command()
def proofs(*, as_json: AsJSON = False) -> None:
    """List what is kept about accounts."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        memberships, attestations = wallet.supplies.memberships(), wallet.supplies.attestations()
    records = [
        {"id": name, "kind": "membership", "account": each.address, "about": hexadecimal(each.root)}
        for name, each in memberships.items()
    ]
    records += [
        {
            "id": name,
            "kind": "attestation",
            "account": each.recipient,
            "about": hexadecimal(each.uid),
        }
        for name, each in attestations.items()
    ]
    print_records(records, as_json=as_json, title="Proofs and attestations")


@app.command("remove-proof")
def remove_proof(
    name: Annotated[str, typer.Argument(metavar="ID", help="The wallet's name for it.")],
    *,
    as_json: AsJSON = False,
) -> None:
    """Forget a proof or an attestation."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        wallet.supplies.remove(name)
    print_record({"id": name, "removed": True}, as_json=as_json)


def _membership(proof: MerkleProof) -> dict[str, Any]:
    return {"root": hexadecimal(proof.root), "address": proof.address}


def _attestation(attestation: HeldAttestation) -> dict[str, Any]:
    return {
        "uid": hexadecimal(attestation.uid),
        "schema": hexadecimal(attestation.schema),
        "attester": attestation.attester,
        "recipient": attestation.recipient,
    }
