"""``didgate chain``: a chain of one's own, and the contracts."""

from __future__ import annotations

import json
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.chain.artifacts import artifact
from didgate.chain.calls import Transaction
from didgate.chain.deploy import SUSPENSION_DELAY, Deployment, deploy
from didgate.chain.embedded import ChainServer
from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON, Yes
from didgate.cli.output import hexadecimal, print_record, print_records, say, time_text
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import AT_ONCE, Deed, announce, send
from didgate.cli.unsigned import read_unsigned
from didgate.cli.workspace import Workspace
from didgate.encoding import strict_json
from didgate.errors import InvalidInput
from didgate.keys.ethereum import address_of

app = typer.Typer()
_WEI = 10**18


@app.command()
def up(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    block_time: Annotated[
        float,
        typer.Option(
            min=0, help="A block is made when none has been for so many seconds; 0: only when used."
        ),
    ] = 2,
    as_json: AsJSON = False,
) -> None:
    """Serve the embedded chain by JSON-RPC on loopback; begin it, if there is none."""
    stopping = _stop_signal()
    with Workspace.from_environment() as workspace:
        if workspace.settings.rpc_urls:
            message = "DIDGATE_RPC_URL names another chain than the embedded one"
            raise InvalidInput("conflicting_settings", message)
        chain = workspace.begin_embedded()
        pause = timedelta(seconds=block_time) if block_time else None
        with ChainServer(chain, port=port, block_time=pause) as server:
            record = {"url": server.url, "chainId": chain.chain_id, "head": chain.head.number}
            if as_json:
                typer.echo(json.dumps(record))  # one line: whoever waits for it reads a line
            else:
                typer.echo(f"chain {chain.chain_id} at {server.url}, block {chain.head.number}")
            stopping.wait()
    say("stopped")


def _stop_signal() -> threading.Event:
    """Return what SIGINT and SIGTERM set from now on."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


@app.command("deploy")
def deploy_(
    *,
    root: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Who accredits issuers; the account by default."),
    ] = None,
    suspension_delay: Annotated[
        str, typer.Option(metavar="DURATION", help="How long the end of a suspension waits.")
    ] = f"{SUSPENSION_DELAY // 3600}h",
    replace: Annotated[
        bool, typer.Option("--replace", help="Forget the contracts deployed before.")
    ] = False,
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Deploy all contracts, and keep a record of where they stand."""
    with Workspace.from_environment(account) as workspace:
        if workspace.home.deployment.exists() and not replace:
            raise InvalidInput(
                "already_deployed",
                f"{workspace.home.deployment} records contracts: pass --replace to deploy others",
            )
        delay = inputs.seconds(suspension_delay)
        owner = inputs.address(root) if root else workspace.account_address
        deed = f"Deploy all contracts with {owner} as root of the issuers"
        announce(workspace, Deed(deed, "anyone", f"{AT_ONCE}, one by one").lines(), yes=yes)
        deployment = deploy(workspace.chain, workspace.account, root=owner, suspension_delay=delay)
        deployment.save(workspace.home.deployment)
    if as_json:
        print_record(deployment.to_dict(), as_json=True)
    else:
        print_records(_contracts(deployment), as_json=False, title="Contracts")


@app.command()
def status(*, as_json: AsJSON = False) -> None:
    """Show chain, account and contracts; takes no passphrase."""
    with Workspace.from_environment() as workspace:
        record = _status(workspace)
        contracts = _checked_contracts(workspace)
    if as_json:
        print_record(record | {"contracts": contracts}, as_json=True)
        return
    print_record(record, as_json=False)
    print_records(contracts, as_json=False, title="Contracts")


def _status(workspace: Workspace) -> dict[str, Any]:
    chain = workspace.chain
    head, finalized = chain.header().block, chain.header("finalized").block
    account = workspace.public_keys().get(workspace.settings.account)
    owner = None if account is None else address_of(account)
    return {
        "chainId": chain.chain_id,
        "head": head.number,
        "headHash": hexadecimal(head.hash),
        "headTime": time_text(head.timestamp),
        "finalized": finalized.number,
        "account": workspace.settings.account,
        "address": owner,
        "balance": None if owner is None else _ether(chain.balance(owner)),
        "bls12381Precompiles": chain.precompiles.bls12_381,
        "p256Precompile": chain.precompiles.p256,
    }


def _ether(wei: int) -> str:
    whole, part = divmod(wei, _WEI)
    decimals = f"{part:018}".rstrip("0")
    return f"{whole}.{decimals} ether" if decimals else f"{whole} ether"


def _contracts(deployment: Deployment) -> list[dict[str, Any]]:
    return [
        {
            "contract": name,
            "address": contract.address,
            "codeHash": hexadecimal(contract.code_hash),
        }
        for name, contract in deployment.contracts.items()
    ]


def _checked_contracts(workspace: Workspace) -> list[dict[str, Any]]:
    """Compare recorded contracts with the chain, where ``Workspace.deployment`` would refuse."""
    file = workspace.home.deployment
    if not file.exists():
        return []
    deployment = Deployment.from_dict(strict_json.loads(inputs.read_bytes(file)))
    right_chain = deployment.chain_id == workspace.chain.chain_id
    found = workspace.chain.code_hashes(each.address for each in deployment.contracts.values())
    return [
        record | {"codeMatches": right_chain and found[contract.address] == contract.code_hash}
        for record, contract in zip(
            _contracts(deployment), deployment.contracts.values(), strict=True
        )
    ]


@app.command()
@signs
def fund(
    recipient: Annotated[
        str, typer.Argument(metavar="NAME|ADDRESS", help="A secp256k1 key, or an address.")
    ],
    *,
    ether: Annotated[int, typer.Option(min=1, help="How much to send.")] = 10,
    signing: Signing,
) -> None:
    """Send ether from the account, so that another can pay for transactions."""
    with Workspace.from_environment(signing.account) as workspace:
        if recipient in workspace.public_keys():
            to = address_of(workspace.public_key(recipient))
        else:
            to = inputs.address(recipient)
        transfer = Transaction(to, b"", ether * _WEI)
        deed = Deed(f"Send {ether} ether to {to}", "the account that has them")
        sent = send(workspace, transfer, deed, signing)
    print_record({"to": to, "ether": ether} | sent, as_json=signing.as_json)


@app.command("send")
@signs
def send_(
    file: Annotated[
        Path,
        typer.Argument(help="What --unsigned wrote, or JSON with chainId, to, value and data."),
    ],
    *,
    signing: Signing,
) -> None:
    """Sign and send a transaction that was handed over unsigned, on this machine or another."""
    with Workspace.from_environment(signing.account) as workspace:
        transaction, told = read_unsigned(file, workspace.chain.chain_id)
        called = _called(workspace, transaction)
        notes = (*([f"it calls {called}"] if called else ()), *told)
        deed = Deed(f"Send the transaction in {file}", notes=notes)
        sent = send(workspace, transaction, deed, signing)
    print_record({"to": transaction.to} | sent, as_json=signing.as_json)


def _called(workspace: Workspace, transaction: Transaction) -> str | None:
    """Return which function of a contract of the deployment is called."""
    if not workspace.home.deployment.exists():
        return None
    names = {each.address: name for name, each in workspace.deployment.contracts.items()}
    if transaction.to not in names:
        return None
    functions = artifact(names[transaction.to]).functions.values()
    selector = transaction.data[:4]
    signatures = [each.signature for each in functions if each.selector == selector]
    return signatures[0] if signatures else "no function that the contract has"
