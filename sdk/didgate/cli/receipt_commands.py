"""``didgate receipt``: records of the gate's decisions, anchored, bundled and audited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON, Yes
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.transactions import Deed, announce
from didgate.cli.workspace import Workspace
from didgate.encoding import strict_json
from didgate.errors import InvalidInput
from didgate.fetch import HTTPFetcher
from didgate.gate.anchoring import Anchored, anchor_receipts, pending
from didgate.gate.audit import Audit, AuditedChain, audit
from didgate.gate.bundle import MAX_BUNDLE_BYTES, Bundle, make_bundle
from didgate.gate.commitments import CommittedInput
from didgate.gate.opening import open_vault
from didgate.gate.receipt import Receipt
from didgate.keys import atomic_file
from didgate.keys.jws import decode_unverified_jws
from didgate.stores import SQLReceiptStore, StoredReceipt, open_engine

app = typer.Typer()
_MAX_JWKS_BYTES = 65536


@app.command()
def verify(
    file: Annotated[
        Path, typer.Argument(help="A receipt, or the bundle of one; - for standard input.")
    ],
    *,
    jwks: Annotated[
        str,
        typer.Option(metavar="FILE|URL", help="Keys of the gate, from a source that you trust."),
    ],
    on_chain: Annotated[
        bool,
        typer.Option(
            "--on-chain",
            help="Hold anchor, policies and facts against the chain and the contracts known here.",
        ),
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Audit a decision: is its receipt consistent, and does the decision come out again?

    What is in the bundle and at hand is checked; what is not is listed as unchecked.
    """
    bundle, keys = Bundle.read(inputs.read_text(file, max_bytes=MAX_BUNDLE_BYTES)), read_jwks(jwks)
    with Workspace.from_environment() as workspace:
        chain = AuditedChain(workspace.chain, workspace.deployment) if on_chain else None
        found = audit(bundle, keys, chain=chain)
    if as_json:
        print_json(_audited(found) | {"receipt": found.receipt.to_dict()})
        return
    told = _audited(found)
    checked, unchecked = told.pop("checked"), told.pop("unchecked")
    print_record(told | _named(found.receipt) | _described(found.receipt), as_json=False)
    print_records([{"part": each} for each in checked], as_json=False, title="Checked, and holds")
    print_records(
        [{"part": part, "why": why} for part, why in unchecked.items()],
        as_json=False,
        title="Not checked",
    )
    print_records(_judgements(found.receipt), as_json=False, title="Judged")
    if reasons := _reasons(found.receipt):
        print_records(reasons, as_json=False, title="Reasons")


@app.command()
def anchor(*, account: Account = None, yes: Yes = False, as_json: AsJSON = False) -> None:
    """Anchor the receipts that are not anchored yet, by one transaction; safe to run from cron.

    The account is DIDGATE_ANCHOR_ACCOUNT, which receipts name, unless --account names another.
    """
    with Workspace.for_anchoring(account) as workspace, _store(workspace) as store:
        contract, address = workspace.deployment.anchors, workspace.account_address
        found = pending(store, workspace.chain.read(contract.latest(address)))
        made = None
        if found is not None:
            what = f"Anchor {found.added} receipts, {found.size} in all, in {contract.address}"
            announce(
                workspace, Deed(what, "anyone, each account a log of its own").lines(), yes=yes
            )
            made = anchor_receipts(store, workspace.chain, contract, workspace.account)
    print_record(_anchored(made), as_json=as_json)


@app.command()
def bundle(
    receipt_id: Annotated[str, typer.Argument(metavar="ID", help="The receipt's id.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write, readable by its owner alone.")],
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence",
            help="Put the opened evidence in, for replay. It is personal data: claims, holder, all "
            "that the gate saw.",
        ),
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Put a receipt together with its place in the log, and the anchor that covers it."""
    with Workspace.from_environment() as workspace, _store(workspace) as store:
        stored = store.get(receipt_id)
        opened = _evidence(workspace, receipt_id) if evidence else None
        made = make_bundle(stored, store, workspace.chain, evidence=opened)
    atomic_file.replace(out, (json.dumps(made.to_dict(), indent=1) + "\n").encode())
    told = {
        "id": receipt_id,
        "file": str(out),
        "anchored": made.anchor is not None,
        "block": None if made.anchor is None else made.anchor.block_number,
        "evidence": made.evidence is not None,
    }
    print_record(told, as_json=as_json)


@app.command("list")
def list_(
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="How many to list at most.")] = 100,
    as_json: AsJSON = False,
) -> None:
    """List the receipts that the gate here has kept, without verifying them."""
    with Workspace.from_environment() as workspace, _store(workspace) as store:
        listed = [_listed(each) for each in islice(store.iterate(after=after), limit)]
    print_records(listed, as_json=as_json, title="Receipts")


@app.command()
def show(
    receipt_id: Annotated[str, typer.Argument(metavar="ID", help="The receipt's id.")],
    *,
    as_json: AsJSON = False,
) -> None:
    """Print a receipt that the gate here has kept, as it was signed."""
    with Workspace.from_environment() as workspace, _store(workspace) as store:
        stored = store.get(receipt_id)
    if as_json:
        print_json(_listed(stored) | {"jws": stored.jws})
    else:
        typer.echo(stored.jws)


def read_jwks(source: str) -> dict[str, Any]:
    """Return a JWK Set from a file, or from where a gate publishes it."""
    if source.startswith(("https:", "http:")):
        accept = "application/jwk-set+json, application/json"
        content = HTTPFetcher().fetch(source, max_bytes=_MAX_JWKS_BYTES, accept=accept)
        jwks = strict_json.loads(content)
    else:
        jwks = inputs.read_document(Path(source))
    if not isinstance(jwks, dict):
        raise InvalidInput("invalid_jwks", "not a JWK Set")
    return jwks


@contextmanager
def _store(workspace: Workspace) -> Iterator[SQLReceiptStore]:
    if not workspace.home.gate.exists():
        raise InvalidInput("receipts_missing", "no gate has kept receipts here")
    engine = open_engine(workspace.home.gate)
    try:
        yield SQLReceiptStore(engine)
    finally:
        engine.dispose()


def _evidence(workspace: Workspace, receipt_id: str) -> tuple[CommittedInput, ...]:
    if not workspace.home.evidence.exists():
        raise InvalidInput("unknown_evidence", "the gate here has kept no evidence")
    return open_vault(workspace.settings, workspace.keystore).get(receipt_id)


def _anchored(made: Anchored | None) -> dict[str, Any]:
    if made is None:
        return {"anchored": 0}
    return {
        "anchored": made.added,
        "size": made.size,
        "root": hexadecimal(made.root),
        "transaction": hexadecimal(made.transaction.transaction_hash),
        "block": made.transaction.block_number,
        "gasUsed": made.transaction.gas_used,
    }


def _audited(found: Audit) -> dict[str, Any]:
    members: dict[str, Any] = {"established": found.established}
    if found.anchored_at is not None:
        members |= {"anchoredAt": time_text(found.anchored_at), "anchorFinal": found.final}
    return members | {"checked": found.checked, "unchecked": found.unchecked}


def _named(receipt: Receipt) -> dict[str, Any]:
    return {"id": receipt.id, "gate": receipt.gate}


def _listed(stored: StoredReceipt) -> dict[str, Any]:
    _, payload = decode_unverified_jws(stored.jws)
    receipt = Receipt.from_dict(strict_json.loads(payload))
    return {"number": stored.sequence, "id": receipt.id} | _described(receipt)


def _described(receipt: Receipt) -> dict[str, Any]:
    return {
        "decidedAt": time_text(int(receipt.decided_at.timestamp())),
        "decision": "allow" if receipt.allowed else "deny",
        "code": receipt.code,
        "resource": hexadecimal(receipt.resource),
    }


def _judgements(receipt: Receipt) -> list[dict[str, Any]]:
    return [
        {
            "at": each.at,
            "block": each.block_number,
            "policy": hexadecimal(each.policy_id),
            "restrictions": len(each.restrictions),
            "epoch": each.epoch,
            "paused": each.paused,
            "verdict": each.verdict,
        }
        for each in receipt.judgements
    ]


def _reasons(receipt: Receipt) -> list[dict[str, Any]]:
    return [
        {"at": each.at, "leaf": leaf.path, "verdict": leaf.verdict, "code": leaf.code}
        for each in receipt.judgements
        for leaf in each.leaves
    ]
