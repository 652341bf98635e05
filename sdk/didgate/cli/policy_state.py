"""What the policy registry holds about a resource, for people and for programs."""

from __future__ import annotations

import time
from typing import Any

from didgate.chain.facts import PendingPolicy, PolicyState
from didgate.chain.policy_reader import PolicyReader
from didgate.cli.output import hexadecimal, time_text
from didgate.cli.workspace import Workspace
from didgate.errors import ChainError, InvalidInput
from didgate.policy import Policy, decode, effective
from didgate.policy.explain import duration


def read_state(workspace: Workspace, resource: bytes) -> PolicyState:
    """Read what the latest block says about a resource.

    Raises:
        ChainError: ``unknown_resource``, or the chain cannot be read.
    """
    reader = PolicyReader(workspace.chain, workspace.deployment.policies)
    state = reader.read([resource], workspace.chain.header().block)[resource]
    if not isinstance(state, PolicyState):
        raise ChainError("unknown_resource", "the registry holds no such resource")
    return state


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


def describe(state: PolicyState) -> dict[str, Any]:
    """Return the state as JSON."""
    now = _now(state)
    active = None
    if state.active is not None and state.active_bytes is not None:
        active = _version(state.active, state.active_bytes)
        active["since"] = time_text(state.activated_at)
    return {
        "resource": hexadecimal(state.resource),
        "owner": state.owner,
        "guardian": None if int(state.guardian, 16) == 0 else state.guardian,
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
    return record | {
        "delay": duration(record["delay"]),
        "active": record["active"] and "{policyId} since {since}".format(**record["active"]),
        "restrictions": [each["policyId"] for each in record["restrictions"]],
        "pending": record["pending"]
        and "{policyId} {state}: from {from} to {until}".format(**record["pending"]),
    }


def _now(state: PolicyState) -> int:
    # The head of an idle chain is old; the time of an embedded one may run ahead of the clock.
    return max(state.block.timestamp, int(time.time()))


def _version(policy_id: bytes, content: bytes) -> dict[str, Any]:
    try:
        policy = decode(content).to_dict()
    except InvalidInput:  # anything can be published, but only a policy can let somebody in
        policy = None
    return {"policyId": hexadecimal(policy_id), "policy": policy}


def _pending(pending: PendingPolicy, now: int) -> dict[str, Any]:
    begun, lapsed = now >= pending.from_, now >= pending.until
    return _version(pending.policy_id, pending.content) | {
        "state": "lapsed" if lapsed else "ready" if begun else "waiting",
        "from": time_text(pending.from_),
        "until": time_text(pending.until),
    }
