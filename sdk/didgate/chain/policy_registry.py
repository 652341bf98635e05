"""The contract ``PolicyRegistry``: which policy holds for a resource, and who may change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, address, same

INDEFINITELY: Final = (1 << 64) - 1
"""``paused_until`` of a resource whose pause has no end."""
_NO_ACCOUNT: Final = "0x0000000000000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class RegistryState:
    """What the registry holds about one resource, policies by their ids.

    Args:
        active: 32-byte id of the policy in force, or ``None`` before the first.
        activated_at: when it came into force, in Unix seconds; 0 before the first.
        epoch: grants of another epoch are void.
        paused_until: Unix seconds; paused while the time is before it.
        delay: seconds that a widening waits.
        owner: EIP-55 address of the owner of the resource's token.
        guardian: EIP-55 address of who may only narrow; the zero address for none.
        restrictions: ids of the policies to be fulfilled as well, oldest first.
        pending: id of the scheduled policy, if there is one.
        pending_from: when it can be activated, in Unix seconds.
        pending_until: when the schedule lapses, exclusive, in Unix seconds.
    """

    active: bytes | None
    activated_at: int
    epoch: int
    paused_until: int
    delay: int
    owner: str
    guardian: str
    restrictions: tuple[bytes, ...]
    pending: bytes | None
    pending_from: int
    pending_until: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A policy that came into force.

    Args:
        policy: its 32-byte id.
        activated_at: when, in Unix seconds.
        block_number: at which height.
    """

    policy: bytes
    activated_at: int
    block_number: int


@dataclass(frozen=True, slots=True)
class ScheduledPolicy:
    """A policy that waits to be brought into force, with what it was made against.

    Args:
        policy: its 32-byte id.
        base: id of the active policy that it replaces, or ``None`` for the first.
        lifted: how many of the restrictions, oldest first, it ends; later ones survive.
        from_: when it can be brought into force, in Unix seconds.
        until: when the schedule lapses, exclusive, in Unix seconds.
    """

    policy: bytes
    base: bytes | None
    lifted: int
    from_: int
    until: int


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Scheduled(Generic[Value]):
    """A setting that waits to be brought into force.

    Args:
        value: the delay in seconds, or the guardian's EIP-55 address, zero for none.
        from_: when it can be brought into force, in Unix seconds.
        until: when the schedule lapses, exclusive, in Unix seconds.
    """

    value: Value
    from_: int
    until: int


class PolicyRegistry(Contract):
    """Speaks to a policy registry."""

    NAME = "PolicyRegistry"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy a registry, and with it the resource registry that it belongs to."""
        return cls._create()

    def resources(self) -> Call[str]:
        """Address of the resource registry."""
        return self._read("resources", result=address)

    def state_of(self, resource: bytes) -> Call[RegistryState]:
        """The state of a resource; the call reverts if there is no such resource."""
        return self._read("stateOf", resource, result=_state)

    def policy_bytes(self, policy: bytes) -> Call[bytes]:
        """The canonical bytes of a policy; the call reverts if it was never stored."""
        return self._read("policyBytes", policy, result=same)

    def is_editor(self, resource: bytes, account: str) -> Call[bool]:
        """Whether an account may publish policies for a resource beside its owner."""
        return self._read("isEditor", resource, account, result=bool)

    def pending_policy(self, resource: bytes) -> Call[ScheduledPolicy | None]:
        """The scheduled policy, if there is one."""
        return self._read("pendingPolicy", resource, result=_scheduled_policy)

    def pending_delay(self, resource: bytes) -> Call[Scheduled[int] | None]:
        """The scheduled delay, if there is one."""
        return self._read("pendingDelay", resource, result=_scheduled)

    def pending_guardian(self, resource: bytes) -> Call[Scheduled[str] | None]:
        """The scheduled guardian, if there is one."""
        return self._read(
            "pendingGuardian", resource, result=lambda who, *times: _scheduled(address(who), *times)
        )

    def history_length(self, resource: bytes) -> Call[int]:
        """How many policies came into force so far."""
        return self._read("historyLength", resource, result=int)

    def history_at(self, resource: bytes, index: int) -> Call[HistoryEntry]:
        """A policy that came into force, by its number counted from 0."""
        return self._read("historyAt", resource, index, result=HistoryEntry)

    def publish(self, resource: bytes, policy: bytes, *, epoch: int) -> Transaction:
        """Store a policy and schedule it; by the owner and editors.

        Args:
            resource: id of the resource.
            policy: canonical bytes.
            epoch: the epoch of the state that the change was made against.
        """
        return self._change("publish", resource, policy, epoch)

    def activate(self, resource: bytes, policy: bytes) -> Transaction:
        """Bring the scheduled policy, named by its id, into force; by the owner and editors."""
        return self._change("activate", resource, policy)

    def cancel(self, resource: bytes) -> Transaction:
        """Withdraw the scheduled policy; by the owner, editors and the guardian."""
        return self._change("cancel", resource)

    def restrict(self, resource: bytes, policy: bytes) -> Transaction:
        """Add a condition at once; by the owner, editors and the guardian."""
        return self._change("restrict", resource, policy)

    def pause(self, resource: bytes) -> Transaction:
        """Stop all access at once; by the owner, editors and the guardian."""
        return self._change("pause", resource)

    def unpause(self, resource: bytes) -> Transaction:
        """Let a pause end after the delay; by the owner and editors."""
        return self._change("unpause", resource)

    def bump_epoch(self, resource: bytes) -> Transaction:
        """Void all grants at once; by the owner, editors and the guardian."""
        return self._change("bumpEpoch", resource)

    def set_editor(self, resource: bytes, account: str, *, allowed: bool) -> Transaction:
        """Name or dismiss an editor; by the owner."""
        return self._change("setEditor", resource, account, allowed)

    def set_delay(self, resource: bytes, delay: int) -> Transaction:
        """Set the delay in seconds, at once if it is longer; by the owner."""
        return self._change("setDelay", resource, delay)

    def activate_delay(self, resource: bytes) -> Transaction:
        """Bring the scheduled delay into force; by the owner."""
        return self._change("activateDelay", resource)

    def cancel_delay(self, resource: bytes) -> Transaction:
        """Withdraw the scheduled delay; by the owner and the guardian."""
        return self._change("cancelDelay", resource)

    def set_guardian(self, resource: bytes, guardian: str | None) -> Transaction:
        """Schedule another guardian, or none; by the owner."""
        return self._change("setGuardian", resource, guardian or _NO_ACCOUNT)

    def activate_guardian(self, resource: bytes) -> Transaction:
        """Bring the scheduled guardian into force; by the owner."""
        return self._change("activateGuardian", resource)

    def cancel_guardian(self, resource: bytes) -> Transaction:
        """Withdraw the scheduled guardian; by the owner."""
        return self._change("cancelGuardian", resource)


def _state(fields: tuple[Any, ...]) -> RegistryState:
    """Make a state of the struct that the contract returns."""
    active, activated_at, epoch, paused_until, delay, owner, guardian, *rest = fields
    restrictions, pending, pending_from, pending_until = rest
    return RegistryState(
        active=_policy_or_none(active),
        activated_at=activated_at,
        epoch=epoch,
        paused_until=paused_until,
        delay=delay,
        owner=address(owner),
        guardian=address(guardian),
        restrictions=tuple(restrictions),
        pending=_policy_or_none(pending),
        pending_from=pending_from,
        pending_until=pending_until,
    )


def _scheduled(value: Value, from_: int, until: int) -> Scheduled[Value] | None:
    return Scheduled(value, from_, until) if from_ else None


def _scheduled_policy(
    policy: bytes, base: bytes, lifted: int, from_: int, until: int
) -> ScheduledPolicy | None:
    if not from_:
        return None
    return ScheduledPolicy(policy, _policy_or_none(base), lifted, from_, until)


def _policy_or_none(policy: bytes) -> bytes | None:
    return policy if any(policy) else None
