"""``didgate receipt``: records of the gate's decisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.cli import inputs
from didgate.cli.options import AsJSON
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.workspace import Workspace
from didgate.encoding import strict_json
from didgate.errors import InvalidInput
from didgate.fetch import HTTPFetcher
from didgate.gate.receipt import Receipt, verify_receipt
from didgate.keys.jws import decode_unverified_jws
from didgate.stores import SQLReceiptStore, StoredReceipt, open_engine

app = typer.Typer()
_MAX_JWKS_BYTES = 65536


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt; - for standard input.")],
    *,
    jwks: Annotated[
        str,
        typer.Option(metavar="FILE|URL", help="Keys of the gate, from a source that you trust."),
    ],
    as_json: AsJSON = False,
) -> None:
    """Establish that a receipt is consistent: signed by the gate, and not at odds with itself."""
    receipt = verify_receipt(inputs.read_text(file).strip(), _read_jwks(jwks))
    if as_json:
        print_json({"established": "consistent", "receipt": receipt.to_dict()})
        return
    told = {"established": "consistent; not replayed", "id": receipt.id, "gate": receipt.gate}
    print_record(told | _described(receipt), as_json=False)
    print_records(_judgements(receipt), as_json=False, title="Judged")
    if reasons := _reasons(receipt):
        print_records(reasons, as_json=False, title="Reasons")


@app.command("list")
def list_(
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="How many to list at most.")] = 100,
    as_json: AsJSON = False,
) -> None:
    """List the receipts that the gate here has kept, without verifying them."""
    with _store() as store:
        listed = [_listed(each) for each in islice(store.iterate(after=after), limit)]
    print_records(listed, as_json=as_json, title="Receipts")


@app.command()
def show(
    receipt_id: Annotated[str, typer.Argument(metavar="ID", help="The receipt's id.")],
    *,
    as_json: AsJSON = False,
) -> None:
    """Print a receipt that the gate here has kept, as it was signed."""
    with _store() as store:
        stored = store.get(receipt_id)
    if as_json:
        print_json(_listed(stored) | {"jws": stored.jws})
    else:
        typer.echo(stored.jws)


def _read_jwks(source: str) -> dict[str, Any]:
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
def _store() -> Iterator[SQLReceiptStore]:
    with Workspace.from_environment() as workspace:
        if not workspace.home.gate.exists():
            raise InvalidInput("receipts_missing", "no gate has kept receipts here")
        engine = open_engine(workspace.home.gate)
        try:
            yield SQLReceiptStore(engine)
        finally:
            engine.dispose()


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
