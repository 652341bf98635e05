"""What held for a resource at a past block, and who could get in by it: ``explain --at-block``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from didgate.chain.facts import Block, PolicyState
from didgate.chain.history import accredited_at, block_at, editors_at, listed_at
from didgate.cli import inputs
from didgate.cli.output import hexadecimal, time_text
from didgate.cli.policy_state import describe, in_force, read_state, schemas_for
from didgate.cli.workspace import Workspace
from didgate.errors import ChainError, InvalidInput
from didgate.policy import AddressLeaf, CredentialLeaf, Policy, explain
from didgate.policy.tree import leaves
from didgate.policy.wording import duration

T = TypeVar("T")


def find_block(workspace: Workspace, number: int | None, moment: str | None) -> Block:
    """Return the block of a number, or the last one that is not after a moment.

    Raises:
        InvalidInput: ``conflicting_options`` or ``invalid_datetime``.
        ChainError: ``unknown_block``, or the chain cannot be read.
    """
    if (number is None) == (moment is None):
        raise InvalidInput("conflicting_options", "pass --at-block, or --at, and not both")
    if number is not None:
        return workspace.chain.header(number).block
    return block_at(workspace.chain, inputs.moment(moment or ""))


def read_then(workspace: Workspace, resource: bytes, block: Block) -> dict[str, Any]:
    """Return what held at a block as JSON, with the explanation and whom the registries admitted.

    Raises:
        ChainError: ``unknown_resource``, or the node does not have the state of that block.
    """
    state = read_state(workspace, resource, block)
    policy = in_force(state)
    registry = workspace.deployment.policies
    editors = _if_found(partial(editors_at, workspace.chain, registry, resource, block))
    return describe(state, now=block.timestamp) | {
        "block": {
            "number": block.number,
            "hash": hexadecimal(block.hash),
            "time": time_text(block.timestamp),
        },
        "editors": editors,
        "explanation": _explanation(workspace, state, policy),
        "accredited": list(_accredited(workspace, policy, block)),
        "listed": list(_listed(workspace, policy, block)),
    }


def then_lines(record: dict[str, Any]) -> Iterator[str]:
    """Yield in words what ``read_then`` found."""
    block = record["block"]
    yield f"At block {block['number']} ({block['hash']}), {block['time']}:"
    yield f"  owner:    {record['owner']}"
    editors = record["editors"]
    yield f"  editors:  {'not known' if editors is None else ', '.join(editors) or 'none'}"
    yield f"  guardian: {record['guardian'] or 'none'}"
    yield f"  delay:    {duration(record['delay'])}; epoch {record['epoch']}"
    if record["pending"]:
        yield "  pending:  {policyId}, {state}: from {from} to {until}".format(**record["pending"])
    yield ""
    yield from record["explanation"].splitlines()
    for each in record["accredited"]:
        yield f"Accredited then for {each['type']}:"
        yield from _entries(each["issuers"], "did")
    for each in record["listed"]:
        yield f"On address list {each['list']} then:"
        yield from _entries(each["accounts"], "account")


def _entries(entries: Sequence[dict[str, Any]] | None, name: str) -> Iterator[str]:
    if entries is None:
        yield "  - not known: the node did not search its events"
    elif not entries:
        yield "  - nobody"
    for each in entries or ():
        suspended = ", suspended" if each.get("suspended") else ""
        yield f"  - {each[name]}, since {each['since']}{suspended}"


def _explanation(workspace: Workspace, state: PolicyState, policy: Policy | None) -> str:
    """Say who could get in; a paused resource, and one without a policy, admits nobody."""
    if state.block.timestamp < state.paused_until:
        barred = "Nobody had access: the resource was paused."
    elif state.active_bytes is None:
        return "Nobody had access: no policy was active."
    elif policy is None:
        return "Nobody had access: what was in force makes no policy."
    else:
        barred = ""
    if policy is None:
        return barred
    text = explain(policy, schemas=dict(schemas_for(workspace, policy)), delay=state.delay)
    return f"{barred}\nOtherwise:\n{text}" if barred else text


def _accredited(
    workspace: Workspace, policy: Policy | None, block: Block
) -> Iterator[dict[str, Any]]:
    """Yield, for each type whose issuers the registry names, who was accredited for it."""
    registry = workspace.deployment.issuers
    for name, type_id in _accredited_types(workspace, policy):
        if not _followed(policy, "issuers", registry.address):
            yield {"type": name, "issuers": None}
            continue
        found = _if_found(partial(accredited_at, workspace.chain, registry, type_id, block))
        issuers = [
            {"did": each.did, "since": time_text(each.since), "suspended": each.suspended}
            for each in found or ()
        ]
        yield {"type": name, "issuers": None if found is None else issuers}


def _accredited_types(workspace: Workspace, policy: Policy | None) -> Iterator[tuple[str, bytes]]:
    if policy is None:
        return
    schemas = schemas_for(workspace, policy)
    asked = [leaf for leaf in leaves(policy.allow) if isinstance(leaf, CredentialLeaf)]
    types = {leaf.type_id: leaf for leaf in asked if leaf.issuers is None}
    for type_id, leaf in sorted(types.items()):
        schema = schemas.get(type_id)
        yield leaf.vct or (schema.type if schema else f"schema 0x{type_id.hex()}"), type_id


def _listed(workspace: Workspace, policy: Policy | None, block: Block) -> Iterator[dict[str, Any]]:
    if policy is None:
        return
    registry = workspace.deployment.address_lists
    asked = {leaf.list_id for leaf in leaves(policy.allow) if isinstance(leaf, AddressLeaf)}
    for list_id in sorted(asked):
        if not _followed(policy, "address_lists", registry.address):
            yield {"list": hexadecimal(list_id), "accounts": None}
            continue
        found = _if_found(partial(listed_at, workspace.chain, registry, list_id, block))
        accounts = [
            {"account": each.account, "since": time_text(each.since)} for each in found or ()
        ]
        yield {"list": hexadecimal(list_id), "accounts": None if found is None else accounts}


def _followed(policy: Policy | None, kind: str, address: str) -> bool:
    """Tell whether a policy relies on the registry of this deployment."""
    pinned = getattr(policy.registries, kind) if policy else None
    return pinned is not None and pinned.address == address


def _if_found(search: Callable[[], T]) -> T | None:
    """Return what a search of events finds; None where the node refuses to search."""
    try:
        return search()
    except ChainError as error:
        if error.code != "rpc_error":
            raise
        return None
