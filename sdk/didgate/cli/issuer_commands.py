"""``didgate issuer``: who may attest what, and with which keys."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from didgate.chain.facts import KeyFact, KeyKind
from didgate.chain.policy_registry import INDEFINITELY
from didgate.cli import inputs
from didgate.cli.options import AsJSON
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace
from didgate.credentials.identifiers import issuer_id, key_id
from didgate.dids import parse_did
from didgate.errors import ChainError
from didgate.issuer import key_registration
from didgate.keys import KeyAlgorithm
from didgate.policy.wording import duration

app = typer.Typer()
DID = Annotated[str, typer.Argument(metavar="DID", help="DID of the issuer.")]
Type = Annotated[
    str, typer.Option("--type", metavar="TYPE", help="A schema id, or the URL of an SD-JWT's vct.")
]
Key = Annotated[
    str,
    typer.Argument(metavar="KEY", help="Its id, 0x and 64 digits, or its name in the keystore."),
]


@app.command()
@signs
def accredit(
    did: DID,
    *,
    type_: Type,
    controller: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Who acts for the issuer; by default the account."),
    ] = None,
    signing: Signing,
) -> None:
    """Accredit an issuer for a type of credential; by the root or a delegate."""
    parse_did(did)
    type_id = inputs.type_id(type_)
    with Workspace.from_environment(signing.account) as workspace:
        acting = inputs.address(controller) if controller else workspace.account_address
        transaction = workspace.deployment.issuers.accredit(did, type_id, acting)
        deed = Deed(
            f"Accredit {did}, controlled by {acting}, for {type_}",
            "the root of the issuer registry, or a delegate for the type",
            notes=("for a policy it counts once it is as old as the policy's minAge asks",),
        )
        sent = send(workspace, transaction, deed, signing)
    record = {
        "issuerId": hexadecimal(issuer_id(did)),
        "did": did,
        "typeId": hexadecimal(type_id),
        "controller": acting,
    }
    print_record(record | sent, as_json=signing.as_json)


@app.command()
@signs
def withdraw(did: DID, *, type_: Type, signing: Signing) -> None:
    """End an accreditation at once; by the root or a delegate."""
    type_id = inputs.type_id(type_)
    with Workspace.from_environment(signing.account) as workspace:
        registry = workspace.deployment.issuers
        transaction = registry.withdraw_accreditation(issuer_id(did), type_id)
        deed = Deed(
            f"Withdraw the accreditation of {did} for {type_}",
            "the root of the issuer registry, or a delegate for the type",
        )
        sent = send(workspace, transaction, deed, signing)
    print_record({"did": did, "typeId": hexadecimal(type_id)} | sent, as_json=signing.as_json)


@app.command("add-key")
@signs
def add_key(
    did: DID,
    *,
    key: Annotated[
        str, typer.Option(metavar="NAME", help="A BLS12-381 or P-256 key in the keystore.")
    ],
    signing: Signing,
) -> None:
    """Register a key, with a proof that the issuer has it; by the issuer's controller."""
    with Workspace.from_environment(signing.account) as workspace:
        public_key = workspace.public_key(key)
        deed = Deed(
            f"Register key {key} ({hexadecimal(key_id(public_key))}) for {did}",
            "the issuer's controller",
            notes=("for a policy it counts once it is as old as the policy's minAge asks",),
        )
        bbs = public_key.algorithm is KeyAlgorithm.BLS12_381
        open_key = workspace.keystore.bbs_signer if bbs else workspace.keystore.signer
        registry, chain_id = workspace.deployment.issuers, workspace.chain.chain_id
        transaction = key_registration(registry, chain_id, did, open_key(key))
        sent = send(workspace, transaction, deed, signing)
    record = {"did": did, "keyId": hexadecimal(key_id(public_key)), "key": key}
    print_record(record | sent, as_json=signing.as_json)


@app.command()
def show(
    did: DID,
    *,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="Say whether it is accredited for this type."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Show an issuer: its controller, keys, suspension, and accreditation for given types."""
    with Workspace.from_environment() as workspace:
        record = _read(workspace, did, types or [])
    if as_json:
        print_json(record)
        return
    keys, accreditations = record.pop("keys"), record.pop("accreditations")
    print_record(record, as_json=False)
    if accreditations:
        print_records(accreditations, as_json=False, title="Accreditations")
    print_records(keys, as_json=False, title="Keys")


@app.command()
@signs
def suspend(did: DID, *, signing: Signing) -> None:
    """Suspend an issuer at once; by the root."""
    with Workspace.from_environment(signing.account) as workspace:
        transaction = workspace.deployment.issuers.suspend(issuer_id(did))
        deed = Deed(
            f"Suspend {did}",
            "the root of the issuer registry",
            notes=(f"lifting it again takes {_suspension_delay(workspace)}",),
        )
        sent = send(workspace, transaction, deed, signing)
    print_record({"did": did, "suspended": True} | sent, as_json=signing.as_json)


@app.command()
@signs
def lift(did: DID, *, signing: Signing) -> None:
    """Let a suspension end after the registry's delay; by the root."""
    with Workspace.from_environment(signing.account) as workspace:
        registry, chain = workspace.deployment.issuers, workspace.chain
        transaction = registry.lift_suspension(issuer_id(did))
        deed = Deed(
            f"Let the suspension of {did} end",
            "the root of the issuer registry",
            f"the suspension ends by itself {_suspension_delay(workspace)} after it is mined",
        )
        sent = send(workspace, transaction, deed, signing)
        issuer = chain.read(registry.issuer(issuer_id(did)))
    until = time_text(issuer.suspended_until) if issuer else None
    print_record({"did": did, "suspendedUntil": until} | sent, as_json=signing.as_json)


@app.command("retire-key")
@signs
def retire_key(
    key: Key,
    *,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Until when its signatures count, e.g. 2027-01-01T00:00:00Z; by default now.",
        ),
    ] = None,
    signing: Signing,
) -> None:
    """Let a key's signatures count for so long only; by the issuer's controller."""
    accepted_until = inputs.moment(until) if until else int(time.time())
    with Workspace.from_environment(signing.account) as workspace:
        retired = _key_id(workspace, key)
        transaction = workspace.deployment.issuers.retire_key(retired, accepted_until)
        deed = Deed(
            f"Retire key {hexadecimal(retired)}, accepted until {time_text(accepted_until)}",
            "the issuer's controller",
        )
        sent = send(workspace, transaction, deed, signing)
    record = {"keyId": hexadecimal(retired), "acceptedUntil": time_text(accepted_until)}
    print_record(record | sent, as_json=signing.as_json)


@app.command("report-key")
@signs
def report_key(key: Key, *, signing: Signing) -> None:
    """Void all that a key ever signed, for ever; by the issuer's controller or the root."""
    with Workspace.from_environment(signing.account) as workspace:
        reported = _key_id(workspace, key)
        transaction = workspace.deployment.issuers.report_compromised(reported)
        deed = Deed(
            f"Void for ever all that key {hexadecimal(reported)} signed",
            "the issuer's controller, or the root of the issuer registry",
        )
        sent = send(workspace, transaction, deed, signing)
    print_record(
        {"keyId": hexadecimal(reported), "compromised": True} | sent, as_json=signing.as_json
    )


def _suspension_delay(workspace: Workspace) -> str:
    registry = workspace.deployment.issuers
    return duration(workspace.chain.read(registry.suspension_delay()))


def _key_id(workspace: Workspace, text: str) -> bytes:
    if inputs.is_id(text):
        return inputs.bytes32(text)
    return key_id(workspace.public_key(text))


def _read(workspace: Workspace, did: str, types: list[str]) -> dict[str, Any]:
    chain, registry, wanted = workspace.chain, workspace.deployment.issuers, issuer_id(did)
    block = chain.header().block.hash
    issuer = chain.read(registry.issuer(wanted), at=block)
    if issuer is None:
        raise ChainError("unknown_issuer", "the registry knows no such issuer")
    key_ids = chain.read(registry.keys_of(wanted), at=block)
    keys = chain.read_many([registry.key(each) for each in key_ids], at=block)
    since = chain.read_many(
        [registry.accreditation(wanted, inputs.type_id(each)) for each in types], at=block
    )
    return {
        "did": did,
        "issuerId": hexadecimal(wanted),
        "controller": issuer.controller,
        "suspended": issuer.suspended_until > time.time(),
        "suspendedUntil": time_text(issuer.suspended_until),
        "accreditations": [
            {"type": each, "accredited": at is not None, "since": time_text(at or 0)}
            for each, at in zip(types, since, strict=True)
        ],
        "keys": [
            _key_record(name, fact)
            for name, fact in zip(key_ids, keys, strict=True)
            if fact is not None
        ],
    }


def _key_record(name: bytes, fact: KeyFact) -> dict[str, Any]:
    ends = fact.accepted_until not in (0, INDEFINITELY)
    return {
        "keyId": hexadecimal(name),
        "kind": "BBS" if fact.kind == KeyKind.BBS else "P-256",
        "state": fact.state.name.lower(),
        "addedAt": time_text(fact.added_at),
        "acceptedUntil": time_text(fact.accepted_until) if ends else None,
    }
