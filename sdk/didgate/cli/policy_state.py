"""What the policy registry holds about a resource, for people and for programs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from didgate.chain.facts import Block, PendingPolicy, PolicyState
from didgate.chain.policy_reader import PolicyReader
from didgate.chain.presentation_verifier import PresentationVerifier
from didgate.cli.output import hexadecimal, time_text
from didgate.cli.policy_file import schemas_of
from didgate.cli.workspace import Workspace
from didgate.credentials.schema import AttributeSchema
from didgate.errors import ChainError, InvalidInput
from didgate.policy import Policy, decode, effective
from didgate.policy.compare import PolicyDiff, compare
from didgate.policy.wording import duration


def read_state(workspace: Workspace, resource: bytes, block: Block | None = None) -> PolicyState:
    """Read what a block, the latest one if not given, says about a resource.

    Raises:
        ChainError: ``unknown_resource``, or the chain cannot be read.
    """
    reader = PolicyReader(workspace.chain, workspace.deployment.policies)
    at = block or workspace.chain.header().block
    state = reader.read([resource], at)[resource]
    if not isinstance(state, PolicyState):
        raise ChainError("unknown_resource", "the registry holds no such resource")
    return state


def read_record(workspace: Workspace, resource: bytes) -> dict[str, Any]:
    """Return what the latest block says about a resource as JSON, with what is scheduled.

    Raises:
        ChainError: as ``read_state``.
    """
    state, policies = read_state(workspace, resource), workspace.deployment.policies
    at, now = state.block.hash, soon(state)
    delay = workspace.chain.read(policies.pending_delay(resource), at=at)
    guardian = workspace.chain.read(policies.pending_guardian(resource), at=at)
    record = describe(state)
    if state.pending is not None:
        record["pending"]["diff"] = pending_diff(workspace, state).to_dict()
    return record | {
        "scheduledDelay": delay and {"delay": delay.value} | _times(delay.from_, delay.until, now),
        "scheduledGuardian": guardian
        and {"guardian": _account(guardian.value)} | _times(guardian.from_, guardian.until, now),
        "admittedByVerifier": _is_admitted(workspace, resource, at),
    }


def pending_diff(workspace: Workspace, state: PolicyState) -> PolicyDiff:
    """Compare what is in force with what would be, once what is scheduled is activated.

    Raises:
        ChainError: the chain cannot be read.
    """
    if state.pending is None:
        return PolicyDiff()
    before, after = in_force(state), after_activation(workspace, state)
    return compare(before, after, schemas=schemas_for(workspace, before, after))


def after_activation(workspace: Workspace, state: PolicyState) -> Policy | None:
    """Return the policy that would hold, once what is scheduled is activated.

    The restrictions that it was scheduled against end with the present policy; later ones stay.

    Raises:
        ChainError: the chain cannot be read.
    """
    policies = workspace.deployment.policies
    scheduled = workspace.chain.read(policies.pending_policy(state.resource), at=state.block.hash)
    if scheduled is None or state.pending is None:
        return in_force(state)
    surviving = [content for _, content in state.restrictions[scheduled.lifted :]]
    return composed(state.pending.content, surviving)


def in_force(state: PolicyState) -> Policy | None:
    """Return the policy in force, restrictions included; None where nobody has access."""
    if state.active_bytes is None:
        return None
    return composed(state.active_bytes, [content for _, content in state.restrictions])


def composed(active: bytes, restrictions: Iterable[bytes]) -> Policy | None:
    """Return a policy with restrictions; None where they make no policy, and let nobody in."""
    try:
        return effective(decode(active), map(decode, restrictions))
    except InvalidInput:
        return None


def schemas_for(workspace: Workspace, *policies: Policy | None) -> Mapping[bytes, AttributeSchema]:
    """Return the schemas that policies name, to call their types by name."""
    found: dict[bytes, AttributeSchema] = {}
    for policy in policies:
        if policy is not None:
            found |= schemas_of(policy, workspace)
    return found


def _is_admitted(workspace: Workspace, resource: bytes, at: bytes) -> bool | None:
    """Tell whether contracts can ask for the policy in force; None where no verifier stands."""
    if PresentationVerifier.NAME not in workspace.deployment.contracts:
        return None
    in_force = workspace.deployment.verifier.effective_policy(resource)
    _, is_admitted = workspace.chain.read(in_force, at=at)
    return is_admitted


def effective_policy(state: PolicyState) -> Policy:
    """Return the policy in force, restrictions included.

    Raises:
        InvalidInput: ``no_policy`` before the first; or what is on chain makes no policy, and so
            lets nobody in.
    """
    if state.active_bytes is None:
        raise InvalidInput("no_policy", "no policy is active: nobody has access")
    restrictions = [decode(content) for _, content in state.restrictions]
    return effective(decode(state.active_bytes), restrictions)


def describe(state: PolicyState, *, now: int | None = None) -> dict[str, Any]:
    """Return the state as JSON.

    Args:
        state: the state.
        now: Unix seconds by which pauses and schedules are told; the present if not given.
    """
    now = soon(state) if now is None else now
    active = None
    if state.active is not None and state.active_bytes is not None:
        active = _version(state.active, state.active_bytes)
        active["since"] = time_text(state.activated_at)
    return {
        "resource": hexadecimal(state.resource),
        "owner": state.owner,
        "guardian": _account(state.guardian),
        "delay": state.delay,
        "epoch": state.epoch,
        "paused": now < state.paused_until,
        "pausedUntil": time_text(state.paused_until) if now < state.paused_until else None,
        "active": active,
        "restrictions": [_version(name, content) for name, content in state.restrictions],
        "pending": None if state.pending is None else _pending(state.pending, now),
        "block": state.block.number,
    }


def summarize(record: dict[str, Any]) -> dict[str, Any]:
    """Return a described state in few words, without the text of policies."""
    times = "{state}: from {from} to {until}"
    delay, guardian = record["scheduledDelay"], record["scheduledGuardian"]
    return record | {
        "delay": duration(record["delay"]),
        "active": record["active"] and "{policyId} since {since}".format(**record["active"]),
        "restrictions": [each["policyId"] for each in record["restrictions"]],
        "pending": record["pending"] and f"{{policyId}} {times}".format(**record["pending"]),
        "scheduledDelay": delay and f"{duration(delay['delay'])} {times}".format(**delay),
        "scheduledGuardian": guardian
        and f"{guardian['guardian'] or 'nobody'} {times}".format(**guardian),
    }


def soon(state: PolicyState) -> int:
    """Return the time at which a transaction may be mined now, in Unix seconds."""
    # The head of an idle chain is old; the time of an embedded one may run ahead of the clock.
    return max(state.block.timestamp, int(time.time()))


def _version(policy_id: bytes, content: bytes) -> dict[str, Any]:
    try:
        policy = decode(content).to_dict()
    except InvalidInput:  # anything can be published, but only a policy can let somebody in
        policy = None
    return {"policyId": hexadecimal(policy_id), "policy": policy}


def _pending(pending: PendingPolicy, now: int) -> dict[str, Any]:
    version = _version(pending.policy_id, pending.content)
    return version | _times(pending.from_, pending.until, now)


def _times(from_: int, until: int, now: int) -> dict[str, Any]:
    begun, lapsed = now >= from_, now >= until
    return {
        "state": "lapsed" if lapsed else "ready" if begun else "waiting",
        "from": time_text(from_),
        "until": time_text(until),
    }


def _account(address: str) -> str | None:
    return None if int(address, 16) == 0 else address
