"""Commands of ``didgate policy`` that make a policy ready for contracts; anyone may give them."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from didgate.cli import inputs
from didgate.cli.options import Account, AsJSON, Resource, Yes
from didgate.cli.output import hexadecimal, print_record
from didgate.cli.transactions import send
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import decode

app = typer.Typer()
_LEAF: Final = re.compile(r"c(0|[1-9][0-9]?)")


@app.command()
def admit(
    resource: Resource, *, account: Account = None, yes: Yes = False, as_json: AsJSON = False
) -> None:
    """Have the verifier check and keep the policy in force, so that contracts can ask for it."""
    with Workspace.from_environment(account) as workspace:
        wanted, verifier = inputs.resource(workspace, resource), workspace.deployment.verifier
        in_force = verifier.effective_policy(wanted)
        _, is_admitted = workspace.chain.read(in_force)
        deed = f"Have the verifier check and keep the policy in force for {resource}"
        sent = (
            {}
            if is_admitted
            else send(workspace, verifier.admit(wanted), deed, ask=not (yes or as_json))
        )
        policy_id, is_admitted = workspace.chain.read(in_force)
    record = {"resource": hexadecimal(wanted), "policyId": hexadecimal(policy_id)}
    print_record(record | {"admitted": is_admitted} | sent, as_json=as_json)


@app.command("pin-leaf")
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
    account: Account = None,
    yes: Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Compute once on chain what all proofs for a leaf by a key share: they then cost less."""
    key_id = inputs.bytes32(key)
    with Workspace.from_environment(account) as workspace:
        attributes = workspace.deployment.attribute_verifier
        policy_id, policy = _admitted(workspace, inputs.resource(workspace, resource))
        number = _attribute_leaf(policy, leaf)
        pinned = attributes.is_pinned(policy_id, number, key_id)
        deed = f"Pin leaf {leaf} of policy {hexadecimal(policy_id)} for the key {key}"
        sent = (
            {}
            if workspace.chain.read(pinned)
            else send(
                workspace,
                attributes.pin(policy, number, key_id),
                deed,
                ask=not (yes or as_json),
            )
        )
    record = {"policyId": hexadecimal(policy_id), "leaf": leaf, "keyId": hexadecimal(key_id)}
    print_record(record | {"pinned": True} | sent, as_json=as_json)


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
