"""Versions of policies, as people name them: a file, an id on chain, or what a resource has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from didgate.cli import inputs
from didgate.cli.policy_file import read_policy
from didgate.cli.policy_state import after_activation, in_force, read_state
from didgate.cli.workspace import Workspace
from didgate.errors import InvalidInput
from didgate.policy import Policy, decode

ACTIVE: Final = "active"
PENDING: Final = "pending"


def read_version(workspace: Workspace, text: str) -> Policy | None:
    """Return the policy that a name stands for.

    Args:
        workspace: the chain, where the name is not that of a file.
        text: a file; the id of a policy that was ever published; or ``RESOURCE@active``,
            ``RESOURCE@pending``: what is in force for a resource, or would be once what is
            scheduled is activated, each with the restrictions that hold then.

    Returns:
        The policy; ``None`` where nobody has access.

    Raises:
        InvalidInput: ``nothing_pending``; the file or the name cannot be read; or what is on chain
            makes no policy.
        ChainError: ``unknown_resource``, ``reverted`` for an unknown id, or the chain cannot be
            read.
    """
    resource, _, which = text.rpartition("@")
    if resource and which in {ACTIVE, PENDING}:
        return _of_resource(workspace, resource, which)
    if inputs.is_id(text):
        call = workspace.deployment.policies.policy_bytes(inputs.bytes32(text))
        return decode(workspace.chain.read(call))
    return read_policy(Path(text))


def _of_resource(workspace: Workspace, resource: str, which: str) -> Policy | None:
    state = read_state(workspace, inputs.resource(workspace, resource))
    if which == ACTIVE:
        return in_force(state)
    if state.pending is None:
        raise InvalidInput("nothing_pending", "no policy is scheduled for this resource")
    return after_activation(workspace, state)
