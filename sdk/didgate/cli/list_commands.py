"""``didgate list``: lists of addresses that policies refer to, on chain or as a Merkle tree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from didgate.chain.address_lists import address_list_id
from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace
from didgate.credentials.account_proofs import MerkleProof
from didgate.credentials.address_tree import AddressTree
from didgate.errors import ChainError, InvalidInput

app = typer.Typer()
List = Annotated[
    str,
    typer.Argument(
        metavar="LIST", help="Its id, 0x and 64 digits, or the name by which the account made it."
    ),
]
Addresses = Annotated[list[str], typer.Argument(metavar="ADDRESS...")]
AddressFile = Annotated[
    Path,
    typer.Argument(help="All addresses: one a line, or a JSON array; - for standard input."),
]


@app.command()
@signs
def create(
    name: Annotated[str, typer.Argument(help="Name of the list, unique for the account.")],
    *,
    signing: Signing,
) -> None:
    """Create an empty list that belongs to the account."""
    with Workspace.from_environment(signing.account) as workspace:
        list_id = address_list_id(workspace.account_address, name)
        transaction = workspace.deployment.address_lists.create(name)
        deed = Deed(
            f"Create address list {name} ({hexadecimal(list_id)})",
            "anyone; the list will belong to the sender",
        )
        sent = send(workspace, transaction, deed, signing)
    print_record({"listId": hexadecimal(list_id), "name": name} | sent, as_json=signing.as_json)


@app.command()
@signs
def add(
    list_: List,
    addresses: Addresses,
    *,
    signing: Signing,
) -> None:
    """Add addresses; by the list's owner."""
    accounts = [inputs.address(text) for text in addresses]
    with Workspace.from_environment(signing.account) as workspace:
        list_id = _list_id(workspace, list_)
        transaction = workspace.deployment.address_lists.add(list_id, accounts)
        deed = Deed(
            f"Add {', '.join(accounts)} to address list {hexadecimal(list_id)}",
            "the list's owner",
            notes=("for a policy it counts once it is as old as the policy's minAge asks",),
        )
        sent = send(workspace, transaction, deed, signing)
    print_record(
        {"listId": hexadecimal(list_id), "added": accounts} | sent, as_json=signing.as_json
    )


@app.command()
@signs
def remove(
    list_: List,
    addresses: Addresses,
    *,
    signing: Signing,
) -> None:
    """Remove addresses; by the list's owner."""
    accounts = [inputs.address(text) for text in addresses]
    with Workspace.from_environment(signing.account) as workspace:
        list_id = _list_id(workspace, list_)
        transaction = workspace.deployment.address_lists.remove(list_id, accounts)
        deed = Deed(
            f"Remove {', '.join(accounts)} from address list {hexadecimal(list_id)}",
            "the list's owner",
        )
        sent = send(workspace, transaction, deed, signing)
    print_record(
        {"listId": hexadecimal(list_id), "removed": accounts} | sent, as_json=signing.as_json
    )


@app.command()
def show(
    list_: List,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS...]", help="Say of these since when they are on it."),
    ] = None,
    *,
    account: Account = None,
    as_json: AsJSON = False,
) -> None:
    """Show a list's owner, and since when addresses are on it."""
    accounts = [inputs.address(text) for text in addresses or ()]
    with Workspace.from_environment(account) as workspace:
        list_id = _list_id(workspace, list_)
        registry = workspace.deployment.address_lists
        owner = workspace.chain.read(registry.owner_of(list_id))
        if owner is None:
            raise ChainError("unknown_list", "the registry holds no such list")
        added = workspace.chain.read_many([registry.added_at(list_id, each) for each in accounts])
    record: dict[str, Any] = {"listId": hexadecimal(list_id), "owner": owner}
    entries = [
        {"address": each, "listed": since is not None, "since": time_text(since or 0)}
        for each, since in zip(accounts, added, strict=True)
    ]
    if as_json:
        print_json(record | {"entries": entries})
        return
    print_record(record, as_json=False)
    if entries:
        print_records(entries, as_json=False, title="Entries")


@app.command()
def root(file: AddressFile, *, as_json: AsJSON = False) -> None:
    """Make a Merkle tree of addresses: its root is what a policy names, nothing goes on chain."""
    tree = AddressTree(_read_addresses(file))
    record = {"root": hexadecimal(tree.root), "addresses": len(tree)}
    print_record(record, as_json=as_json)


@app.command()
def proof(
    file: AddressFile,
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    *,
    as_json: AsJSON = False,  # noqa: ARG001 - it is JSON always; errors are where asked for
) -> None:
    """Prove that an address is in a tree: print what its holder gives to `didgate wallet`."""
    tree, account = AddressTree(_read_addresses(file)), inputs.address(address)
    print_json(MerkleProof(tree.root, account, tree.proof(account)).to_dict())


def _read_addresses(file: Path) -> list[str]:
    """Return the addresses of a file: a JSON or YAML array, or text with one a line."""
    text = inputs.read_text(file)
    if text.lstrip().startswith("[") or inputs.is_yaml(file):
        listed = inputs.parse_document(file, text)
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise InvalidInput("invalid_address", "the file holds no array of addresses")
    else:
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        listed = [line for line in lines if line]
    return [inputs.address(each) for each in listed]


def _list_id(workspace: Workspace, text: str) -> bytes:
    if inputs.is_id(text):
        return inputs.bytes32(text)
    return address_list_id(workspace.account_address, text)
