"""``didgate key``: keys in the keystore."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from didgate.cli.options import AsJSON, Yes
from didgate.cli.output import hexadecimal, print_record, print_records, say
from didgate.cli.transactions import confirm
from didgate.cli.workspace import Workspace
from didgate.credentials.identifiers import key_id
from didgate.dids import did_jwk, did_key
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import address_of

app = typer.Typer()
Name = Annotated[str, typer.Argument(help="Name of the key in the keystore.")]
Algorithm = Annotated[
    KeyAlgorithm,
    typer.Option(
        case_sensitive=False,
        help="Ed25519 and P-256 for holders, issuers of SD-JWTs and gates; BLS12-381 for issuers "
        "of attribute credentials; secp256k1 for accounts.",
    ),
]


@app.command()
def new(name: Name, *, algorithm: Algorithm, as_json: AsJSON = False) -> None:
    """Generate a key."""
    signer: SoftwareSigner | SoftwareBBSSigner
    if algorithm is KeyAlgorithm.BLS12_381:
        signer = SoftwareBBSSigner.generate()
    else:
        signer = SoftwareSigner.generate(algorithm)
    with Workspace.from_environment() as workspace:
        workspace.keystore.add(name, signer)
    print_record(_described(name, signer.public_key), as_json=as_json)


@app.command("list")
def list_(*, as_json: AsJSON = False) -> None:
    """List the keys; takes no passphrase."""
    with Workspace.from_environment() as workspace:
        keys = workspace.public_keys()
    listed = [
        {"name": name, "algorithm": str(key.algorithm), "multikey": key.to_multikey()}
        for name, key in sorted(keys.items())
    ]
    print_records(listed, as_json=as_json, title="Keys")


@app.command()
def show(name: Name, *, as_json: AsJSON = False) -> None:
    """Show a public key in all its forms; takes no passphrase."""
    with Workspace.from_environment() as workspace:
        key = workspace.public_key(name)
    print_record(_described(name, key), as_json=as_json)


@app.command()
def remove(name: Name, *, yes: Yes = False, as_json: AsJSON = False) -> None:
    """Delete a key, for ever."""
    with Workspace.from_environment() as workspace:
        key = workspace.public_key(name)
        say(f"Delete the {key.algorithm} key {name} for ever: {key.to_multikey()}")
        if not (yes or as_json):
            confirm("Delete it?")
        workspace.keystore.remove(name)
    print_record({"name": name, "removed": True}, as_json=as_json)


def _described(name: str, key: PublicKey) -> dict[str, Any]:
    """Return the forms of a key; None where it has none of that kind."""
    bbs = key.algorithm is KeyAlgorithm.BLS12_381
    account = key.algorithm is KeyAlgorithm.SECP256K1
    return {
        "name": name,
        "algorithm": str(key.algorithm),
        "multikey": key.to_multikey(),
        "jwk": None if bbs else key.to_jwk(),
        "didKey": did_key.create(key),
        "didJwk": None if bbs else did_jwk.create(key),
        "address": address_of(key) if account else None,
        "registryKeyId": _registry_key_id(key),
    }


def _registry_key_id(key: PublicKey) -> str | None:
    try:
        return hexadecimal(key_id(key))
    except InvalidInput:  # the issuer registry holds no keys of this kind
        return None
