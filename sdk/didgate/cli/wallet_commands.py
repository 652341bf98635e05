"""``didgate wallet``: the holder's credentials, and what to disclose of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.cli import inputs, wallet_proofs, wallet_request
from didgate.cli.options import AsJSON, Contract, Disclose, Holding, Yes
from didgate.cli.output import (
    hexadecimal,
    print_json,
    print_record,
    print_records,
    print_text,
    say,
    time_text,
)
from didgate.cli.transactions import confirm
from didgate.cli.wallet_session import Showing, agree, contact, make_wallet, open_wallet
from didgate.cli.workspace import Workspace
from didgate.credentials.challenge import Challenge
from didgate.dids import did_key
from didgate.encoding import strict_json
from didgate.holder import Contact, Plan, StoredCredential, Wallet
from didgate.keys import KeyAlgorithm
from didgate.keys.ethereum import address_of

app = typer.Typer()
app.add_typer(wallet_request.app)
app.add_typer(wallet_proofs.app)
Credential = Annotated[str, typer.Argument(metavar="ID", help="The wallet's name for it.")]
ChallengeFile = Annotated[
    Path, typer.Argument(metavar="[FILE]", help="The challenge, or the body of the 401 it came in.")
]
Gate = Annotated[
    str, typer.Option("--url", metavar="URL", help="What was requested: whom you in fact talk to.")
]
Key = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="DPoP key of the request: its name in the keystore, or its RFC 7638 thumbprint.",
    ),
]
_STDIN = Path("-")


@app.command()
def init(*, as_json: AsJSON = False) -> None:
    """Make a wallet, sealed under a key in the keystore."""
    with Workspace.from_environment() as workspace:
        make_wallet(workspace)
    print_record({"wallet": str(workspace.home.wallet)}, as_json=as_json)


@app.command("new-key")
def new_key(
    *,
    algorithm: Annotated[
        KeyAlgorithm, typer.Option(case_sensitive=False, help="secp256k1 makes an account.")
    ] = KeyAlgorithm.P256,
    as_json: AsJSON = False,
) -> None:
    """Make a key in the wallet for an SD-JWT to confirm; one for each links nothing."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        key = wallet.keys.create(algorithm)
    record: dict[str, Any] = {"algorithm": str(algorithm), "didKey": did_key.create(key)}
    if algorithm is KeyAlgorithm.SECP256K1:
        record["address"] = address_of(key)
    print_record(record, as_json=as_json)


@app.command()
def keys(*, as_json: AsJSON = False) -> None:
    """List the wallet's own keys and accounts."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        signers, accounts = wallet.keys.public_keys(), wallet.keys.addresses()
    listed = [{"algorithm": str(key.algorithm), "key": did_key.create(key)} for key in signers]
    listed += [{"algorithm": "secp256k1", "key": address} for address in accounts]
    print_records(listed, as_json=as_json, title="Keys")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="What the issuer sent; - for standard input.")],
    *,
    as_json: AsJSON = False,
) -> None:
    """Verify a credential against the registries, and store it."""
    text = inputs.read_text(file).strip()
    credential = strict_json.loads(text) if text.startswith("{") else text
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        stored = wallet.add(credential)
    print_record(_described(stored) | {"claims": dict(stored.claims)}, as_json=as_json)


@app.command("list")
def list_(*, as_json: AsJSON = False) -> None:
    """List the credentials, without their claims."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        stored = wallet.list()
    print_records(map(_described, stored), as_json=as_json, title="Credentials")


@app.command()
def show(credential: Credential, *, as_json: AsJSON = False) -> None:
    """Show a credential with all its claims."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        stored = wallet.show(credential)
    print_record(_described(stored) | {"claims": dict(stored.claims)}, as_json=as_json)


@app.command()
def remove(credential: Credential, *, yes: Yes = False, as_json: AsJSON = False) -> None:
    """Forget a credential."""
    with Workspace.from_environment() as workspace, open_wallet(workspace) as wallet:
        stored = wallet.show(credential)
        say(f"Forget credential {credential}, a {stored.type} of {stored.issuer}")
        if not (yes or as_json):
            confirm("Forget it?")
        wallet.remove(credential)
    print_record({"id": credential, "removed": True}, as_json=as_json)


@app.command()
def match(
    file: ChallengeFile = _STDIN,
    *,
    url: Gate,
    key: Key,
    account: Holding = None,
    contract: Contract = None,
    as_json: AsJSON = False,
) -> None:
    """Say what answering a challenge would disclose, and disclose nothing."""
    with _answering(file, url, key, Showing(account, contract)) as (_wallet, plan, _contact):
        if as_json:
            print_json(_planned(plan))
        else:
            print_text(f"{plan.policy}\n\n{plan.in_words()}")


@app.command()
def present(
    file: ChallengeFile = _STDIN,
    *,
    url: Gate,
    key: Key,
    account: Holding = None,
    contract: Contract = None,
    yes: Disclose = False,
    as_json: AsJSON = False,
) -> None:
    """Answer a challenge: say what would be disclosed, and print the presentation as JSON."""
    with _answering(file, url, key, Showing(account, contract)) as (wallet, plan, talking):
        agree(plan, yes=yes, as_json=as_json)
        presentation = wallet.present(plan, talking)
    print_json(presentation.to_dict())


@contextmanager
def _answering(
    file: Path, url: str, key: str, showing: Showing
) -> Iterator[tuple[Wallet, Plan, Contact]]:
    """Open the wallet, and find its answer to a challenge."""
    challenge = _read_challenge(file)
    with Workspace.from_environment(showing.key) as workspace:
        talking = contact(workspace, url, key)
        account = showing.account(workspace)
        address = None if account is None else account.address
        with open_wallet(workspace, account) as wallet:
            yield wallet, wallet.match(challenge, talking, account=address), talking


def _read_challenge(file: Path) -> Challenge:
    document = inputs.read_document(file)
    if isinstance(document, dict) and "challenge" in document:  # the problem body of a 401
        document = document["challenge"]
    return Challenge.from_dict(document)


def _described(stored: StoredCredential) -> dict[str, Any]:
    return {
        "id": stored.id,
        "form": stored.form.value,
        "type": stored.type,
        "issuer": stored.issuer,
        "validUntil": time_text(int(stored.valid_until.timestamp())),
        "linkable": stored.is_linkable,
    }


def _planned(plan: Plan) -> dict[str, Any]:
    return {
        "audience": plan.challenge.audience,
        "resource": plan.challenge.resource_uri,
        "disclosures": [
            {
                "leaf": each.leaf,
                "credential": each.credential,
                "type": each.type,
                "issuer": each.issuer,
                "claims": list(each.claims),
                "linkable": each.is_linkable,
            }
            for each in plan.disclosures
        ],
        "accounts": list(plan.accounts),
        "memberships": [hexadecimal(each.root) for each in plan.memberships],
        "attestations": [hexadecimal(uid) for uid in plan.attestations],
        "warnings": list(plan.warnings()),
    }
