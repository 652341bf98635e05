"""Policies in files, and what the chain at hand says about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from didgate.chain.deploy import DeployedContract
from didgate.cli import inputs
from didgate.cli.output import hexadecimal
from didgate.cli.workspace import Workspace
from didgate.credentials.schema import AttributeSchema
from didgate.credentials.verified import Address
from didgate.encoding import keccak256
from didgate.errors import ChainError, InvalidInput
from didgate.policy import Policy, check, parse_policy


def read_policy(file: Path) -> Policy:
    """Return the policy in a file.

    Raises:
        InvalidInput: the file cannot be read, or the rule that the policy breaks.
    """
    return parse_policy(inputs.read_bytes(file), yaml=inputs.is_yaml(file))


def check_here(policy: Policy, workspace: Workspace) -> Mapping[bytes, AttributeSchema]:
    """Check that a policy rests on the contracts of this deployment and on schemas they hold.

    The contract that holds attestations is another's, and need only have the code that is pinned.

    A gate here would judge everything else as unknown, and let nobody in.

    Returns:
        The schemas that the policy names.

    Raises:
        InvalidInput: ``foreign_registry``, ``unknown_schema``, ``unknown_attribute`` or
            ``attribute_type``, with the path in the policy.
        ChainError: ``missing_code``; or the chain or the deployment cannot be relied upon.
    """
    deployed = workspace.deployment.pins()
    if policy.registries.attestations is not None:
        deployed["attestations"] = found_at(policy.registries.attestations.address, workspace)
    for name, pinned in policy.to_dict().get("registries", {}).items():
        if pinned != deployed[name]:
            message = "the policy pins another contract, or other code, than is deployed here"
            raise InvalidInput("foreign_registry", message, path=f"registries.{name}")
    schemas = schemas_of(policy, workspace)
    check(policy, schemas)
    return schemas


def found_at(address: str, workspace: Workspace) -> dict[str, str]:
    """Return a contract of someone else's as a policy pins it, with the code that it has now.

    Raises:
        InvalidInput: ``invalid_address``.
        ChainError: ``missing_code``, or the chain cannot be reached.
    """
    named = Address(address).text
    code_hash = workspace.chain.code_hashes([named])[named]
    if code_hash == keccak256(b""):
        raise ChainError("missing_code", f"no contract stands at {named}")
    return DeployedContract(named, code_hash).to_dict()


def schemas_of(policy: Policy, workspace: Workspace) -> dict[bytes, AttributeSchema]:
    """Return those schemas that a policy names and the registry holds."""
    named = {leaf.schema_id for leaf in policy.credentials.values() if leaf.schema_id is not None}
    found = {schema_id: workspace.sources.schema(schema_id) for schema_id in sorted(named)}
    return {schema_id: schema for schema_id, schema in found.items() if schema is not None}


def named(policy: Policy) -> dict[str, Any]:
    """Return how a policy is called, for the output of commands."""
    return {"policyId": hexadecimal(policy.policy_id), "bytes": len(policy.to_bytes())}
