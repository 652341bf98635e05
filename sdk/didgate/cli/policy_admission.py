"""Commands of ``didgate policy`` that make a policy ready for contracts; anyone may give them."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from didgate.cli import inputs
from didgate.cli.options import Resource
from didgate.cli.output import hexadecimal, print_record
from didgate.cli.signing import Signing, signs
from didgate.cli.transactions import Deed, send
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import decode

app = typer.Typer()
_LEAF: Final = re.compile(r"c(0|[1-9][0-9]?)")


@app.command()
@signs
def admit(resource: Resource, *, signing: Signing) -> None:
    """Have the verifier check and keep the policy in force, so that contracts can ask for it."""
    with Workspace.from_environment(signing.account) as workspace:
        wanted, verifier = inputs.resource(workspace, resource), workspace.deployment.verifier
        in_force = verifier.effective_policy(wanted)
        _, is_admitted = workspace.chain.read(in_force)
        what = f"Have the verifier check and keep the policy in force for {resource}"
        deed = Deed(what, "anyone")
        sent = {} if is_admitted else send(workspace, verifier.admit(wanted), deed, signing)
        policy_id, is_admitted = workspace.chain.read(in_force)
    record = {"resource": hexadecimal(wanted), "policyId": hexadecimal(policy_id)}
    print_record(record | {"admitted": is_admitted} | sent, as_json=signing.as_json)


@app.command("pin-leaf")
@signs
def pin_leaf(
    resource: Resource,
    leaf: Annotated[
        str, typer.Argument(metavar="LEAF", help="As `didgate policy explain` names it, e.g. c0.")
    ],
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="Id of the issuer's key, as `didgate issuer show` prints it."
        ),
    ],
    *,
    signing: Signing,
) -> None:
    """Compute once on chain what all proofs for a leaf by a key share: they then cost less."""
    key_id = inputs.bytes32(key)
    with Workspace.from_environment(signing.account) as workspace:
        attributes = workspace.deployment.attribute_verifier
        policy_id, policy = _admitted(workspace, inputs.resource(workspace, resource))
        number = _attribute_leaf(policy, leaf)
        is_pinned = workspace.chain.read(attributes.is_pinned(policy_id, number, key_id))
        what = f"Pin leaf {leaf} of policy {hexadecimal(policy_id)} for the key {key}"
        transaction = attributes.pin(policy, number, key_id)
        sent = {} if is_pinned else send(workspace, transaction, Deed(what, "anyone"), signing)
    record = {"policyId": hexadecimal(policy_id), "leaf": leaf, "keyId": hexadecimal(key_id)}
    print_record(record | {"pinned": True} | sent, as_json=signing.as_json)


def _admitted(workspace: Workspace, resource: bytes) -> tuple[bytes, bytes]:
    """Return id and bytes of the policy in force.

    Raises:
        InvalidInput: ``policy_not_admitted``.
    """
    verifier = workspace.deployment.verifier
    policy_id, is_admitted = workspace.chain.read(verifier.effective_policy(resource))
    if not is_admitted:
        message = "the verifier has not kept the policy in force: run `didgate policy admit`"
        raise InvalidInput("policy_not_admitted", message)
    return policy_id, workspace.chain.read(verifier.policy_bytes(policy_id))


def _attribute_leaf(policy: bytes, leaf: str) -> int:
    """Return the number of a leaf for attribute credentials.

    Raises:
        InvalidInput: ``unknown_leaf`` or ``leaf_not_pinnable``.
    """
    leaves, match = decode(policy).credentials, _LEAF.fullmatch(leaf)
    if match is None or leaf not in leaves:
        raise InvalidInput("unknown_leaf", "the policy has no credential leaf of this name")
    if leaves[leaf].schema_id is None:
        raise InvalidInput("leaf_not_pinnable", "only leaves for attribute credentials are pinned")
    return int(match[1])
