"""Reads what holds for resources: states of the policy registry with the policies' bytes.

A policy's id is the hash of its bytes, so bytes once read are right for ever and at every block;
they are checked against the id all the same, because a node is not asked to be trusted with them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from didgate.chain.client import ChainClient
from didgate.chain.facts import Block, PendingPolicy, PolicyState
from didgate.chain.policy_registry import PolicyRegistry, RegistryState
from didgate.chain.questionnaire import Questionnaire
from didgate.chain.revert import Reverted, unless_reverted
from didgate.encoding import keccak256
from didgate.errors import ChainError

_KEPT_POLICIES: Final = 20_000


class PolicyReader:
    """Reads the states of resources from one policy registry. May be shared by threads.

    Args:
        client: reads the chain.
        registry: the policy registry.
    """

    def __init__(self, client: ChainClient, registry: PolicyRegistry) -> None:
        self._questions = Questionnaire(client, registry.address)
        self._registry = registry
        self._contents: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, resources: Sequence[bytes], block: Block) -> dict[bytes, PolicyState | Reverted]:
        """Read the states of resources at a block, in as few exchanges as the node allows.

        Returns:
            The state of each resource; a ``Reverted`` for one that is not registered.

        Raises:
            ChainError: ``not_canonical``, ``malformed_response`` or a failure to reach the chain.
        """
        calls = [self._registry.state_of(resource) for resource in resources]
        answers = self._questions.ask(calls, at=block.hash)
        states = [state for state in answers if isinstance(state, RegistryState)]
        named = {policy for state in states for policy in _ids(state)}
        contents = self._read_contents(named, block)
        return {
            resource: answer
            if isinstance(answer, Reverted)
            else _policy_state(resource, answer, contents, block)
            for resource, answer in zip(resources, answers, strict=True)
        }

    def _read_contents(self, policies: Iterable[bytes], block: Block) -> dict[bytes, bytes]:
        """Return the bytes of policies, reading those that are not known yet."""
        wanted = list(policies)
        with self._lock:
            kept = self._contents
            known = {policy: kept[policy] for policy in wanted if policy in kept}
        missing = [policy for policy in wanted if policy not in known]
        calls = [self._registry.policy_bytes(policy) for policy in missing]
        contents = map(unless_reverted, self._questions.ask(calls, at=block.hash))
        read = dict(zip(missing, contents, strict=True))
        if any(keccak256(content) != policy for policy, content in read.items()):
            raise ChainError("malformed_response", "a policy's bytes do not hash to its id")
        self._keep(read)
        return known | read

    def _keep(self, contents: Mapping[bytes, bytes]) -> None:
        with self._lock:
            self._contents.update(contents)
            while len(self._contents) > _KEPT_POLICIES:
                self._contents.popitem(last=False)


def _ids(state: RegistryState) -> list[bytes]:
    """Return the ids of all policies of a state."""
    single = [policy for policy in (state.active, state.pending) if policy is not None]
    return [*single, *state.restrictions]


def _policy_state(
    resource: bytes, state: RegistryState, contents: Mapping[bytes, bytes], block: Block
) -> PolicyState:
    pending = None
    if state.pending is not None:
        content = contents[state.pending]
        pending = PendingPolicy(state.pending, content, state.pending_from, state.pending_until)
    return PolicyState(
        resource=resource,
        active=state.active,
        active_bytes=None if state.active is None else contents[state.active],
        activated_at=state.activated_at,
        epoch=state.epoch,
        paused_until=state.paused_until,
        delay=state.delay,
        owner=state.owner,
        guardian=state.guardian,
        restrictions=tuple((policy, contents[policy]) for policy in state.restrictions),
        pending=pending,
        block=block,
    )
