"""Policies in files, and what the chain at hand says about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.deploy import Deployment
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.chain.schema_registry import SchemaRegistry
from didgate.chain.status_registry import StatusRegistry
from didgate.cli import inputs
from didgate.cli.workspace import Workspace
from didgate.credentials.schema import AttributeSchema
from didgate.errors import InvalidInput
from didgate.policy import Policy, Registries, Registry, RegistryKind, check, parse_policy
from didgate.policy.document import registries_to_json

_CONTRACTS = {
    RegistryKind.ISSUERS: IssuerRegistry.NAME,
    RegistryKind.SCHEMAS: SchemaRegistry.NAME,
    RegistryKind.STATUS: StatusRegistry.NAME,
    RegistryKind.ADDRESS_LISTS: AddressListRegistry.NAME,
}


def read_policy(file: Path) -> Policy:
    """Return the policy in a file.

    Raises:
        InvalidInput: the file cannot be read, or the rule that the policy breaks.
    """
    return parse_policy(inputs.read_bytes(file), yaml=inputs.is_yaml(file))


def pin_registries(document: Any, deployment: Deployment) -> Policy:
    """Return the policy that a document without ``registries`` describes, with those of here.

    Raises:
        InvalidInput: ``already_pinned``, or the rule that the policy breaks.
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("wrong_type", "expected an object")
    if "registries" in document:
        raise InvalidInput("already_pinned", "the policy names registries", path="registries")
    pins = registries_to_json(_deployed(deployment))
    while True:
        registries = {"registries": pins} if pins else {}
        try:
            return parse_policy({**document, **registries})
        except InvalidInput as error:
            # A policy pins exactly what its tree needs; the parser names what is too much.
            if error.code != "registry_superfluous" or error.path is None:
                raise
            del pins[error.path.removeprefix("registries.")]


def check_here(policy: Policy, workspace: Workspace) -> Mapping[bytes, AttributeSchema]:
    """Check that a policy rests on the contracts of this deployment and on schemas they hold.

    A gate here would judge everything else as unknown, and let nobody in.

    Returns:
        The schemas that the policy names.

    Raises:
        InvalidInput: ``foreign_registry``, ``unknown_schema``, ``unknown_attribute`` or
            ``attribute_type``, with the path in the policy.
        ChainError: the chain or the deployment cannot be relied upon.
    """
    deployed = _deployed(workspace.deployment)
    for kind, registry in policy.registries.pinned():
        if registry != deployed.get(kind):
            message = "the policy pins another contract, or other code, than is deployed here"
            raise InvalidInput("foreign_registry", message, path=f"registries.{kind.json_name}")
    schemas = schemas_of(policy, workspace)
    check(policy, schemas)
    return schemas


def schemas_of(policy: Policy, workspace: Workspace) -> dict[bytes, AttributeSchema]:
    """Return those schemas that a policy names and the registry holds."""
    named = {leaf.schema_id for leaf in policy.credentials.values() if leaf.schema_id is not None}
    found = {schema_id: workspace.sources.schema(schema_id) for schema_id in sorted(named)}
    return {schema_id: schema for schema_id, schema in found.items() if schema is not None}


def _deployed(deployment: Deployment) -> Registries:
    contracts = {kind: deployment.contracts[name] for kind, name in _CONTRACTS.items()}
    return Registries(
        **{
            kind.name.lower(): Registry(contract.address, contract.code_hash)
            for kind, contract in contracts.items()
        }
    )
