"""What a change of a resource's policy does, for whom and from when on: read from the chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from didgate.chain.facts import PolicyState
from didgate.cli.output import hexadecimal, time_text
from didgate.cli.policy_state import (
    in_force,
    pending_diff,
    read_record,
    read_state,
    schemas_for,
    soon,
)
from didgate.cli.transactions import AT_ONCE, Deed
from didgate.cli.workspace import Workspace
from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.policy import Policy, effective
from didgate.policy.compare import PolicyDiff, compare
from didgate.policy.wording import duration, plural

OWNER: Final = "the owner"
PUBLISHERS: Final = "the owner and editors"
NARROWERS: Final = "the owner, editors and the guardian"
_LAPSE: Final = 14 * 86400
_NO_CODE: Final = keccak256(b"")
_ENDS_GRANTS: Final = "all grants given out are void"


@dataclass(slots=True)
class Situation:
    """A resource as it stands, in words.

    Args:
        workspace: the chain.
        resource: 32-byte id.
    """

    workspace: Workspace
    resource: bytes
    state: PolicyState = field(init=False)
    record: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.state = read_state(self.workspace, self.resource)
        self.record = read_record(self.workspace, self.resource)

    @property
    def name(self) -> str:
        """The resource's URI and id."""
        uri = self.workspace.chain.read(self.workspace.deployment.resources.uri_of(self.resource))
        return f"{uri} ({hexadecimal(self.resource)})"

    def publish(self, policy: Policy) -> Deed:
        """Schedule a policy."""
        diff = compare(in_force(self.state), policy, schemas=schemas_for(self.workspace, policy))
        lifted = len(self.state.restrictions)
        notes = [f"it would end {plural(lifted, 'restriction')} that stand now"] if lifted else []
        return Deed(
            f"Schedule policy {hexadecimal(policy.policy_id)} for {self.name}",
            PUBLISHERS,
            f"when it is activated, {self._window(self.state.delay)}",
            (*notes, *_diff_lines("against what is in force", diff)),
        )

    def activate(self, policy_id: bytes) -> Deed:
        """Bring the scheduled policy into force."""
        pending = self.state.pending
        notes: tuple[str, ...] = ()
        if pending is not None and pending.policy_id == policy_id:
            notes = tuple(_diff_lines("it", pending_diff(self.workspace, self.state)))
        what = f"Bring policy {hexadecimal(policy_id)} into force for {self.name}"
        return Deed(what, PUBLISHERS, f"{AT_ONCE}; {_ENDS_GRANTS}", notes)

    def restrict(self, policy: Policy) -> Deed:
        """Demand a policy besides."""
        notes: tuple[str, ...] = (self._to_lift("lifting it again"),)
        before = in_force(self.state)
        if before is not None:
            notes += tuple(_diff_lines("it", compare(before, _together(before, policy))))
        what = f"Demand policy {hexadecimal(policy.policy_id)} besides for {self.name}"
        return Deed(what, NARROWERS, f"{AT_ONCE}; {_ENDS_GRANTS}", notes)

    def cancel(self) -> Deed:
        """Withdraw the scheduled policy."""
        pending = self.state.pending
        named = "the scheduled policy" if pending is None else hexadecimal(pending.policy_id)
        return Deed(f"Withdraw {named}, scheduled for {self.name}", NARROWERS)

    def pause(self) -> Deed:
        """Stop all access."""
        notes = (self._to_lift("letting the pause end"),)
        effect = f"{AT_ONCE}; nobody has access, and {_ENDS_GRANTS}"
        return Deed(f"Stop all access to {self.name}", NARROWERS, effect, notes)

    def unpause(self) -> Deed:
        """Let a pause end."""
        effect = f"the pause ends by itself {self._from(self.state.delay)}"
        return Deed(f"Let the pause of {self.name} end", PUBLISHERS, effect)

    def bump_epoch(self) -> Deed:
        """Void all grants."""
        effect = f"{AT_ONCE}; {_ENDS_GRANTS}, and can be asked for anew"
        return Deed(f"Void all grants for {self.name}", NARROWERS, effect)

    def set_delay(self, seconds: int) -> Deed:
        """Set the delay."""
        longer = seconds > self.state.delay
        effect = AT_ONCE if longer else f"when it is activated, {self._window(self.state.delay)}"
        was = f"(now {duration(self.state.delay)})"
        return Deed(f"Set the delay of {self.name} to {duration(seconds)} {was}", OWNER, effect)

    def activate_delay(self) -> Deed:
        """Bring the scheduled delay into force."""
        text = f"Bring the scheduled delay of {self.name} into force"
        return Deed(text, OWNER, AT_ONCE, self._scheduled("scheduledDelay", "delay"))

    def cancel_delay(self) -> Deed:
        """Withdraw the scheduled delay."""
        text = f"Withdraw the scheduled delay of {self.name}"
        who = "the owner and the guardian"
        return Deed(text, who, AT_ONCE, self._scheduled("scheduledDelay", "delay"))

    def set_guardian(self, guardian: str | None) -> Deed:
        """Schedule another guardian."""
        what = f"Schedule {guardian or 'nobody'} as guardian of {self.name}"
        was = f"guardian until then: {self.record['guardian'] or 'nobody'}"
        effect = f"when it is activated, {self._window(self.state.delay)}"
        return Deed(what, OWNER, effect, (was,))

    def activate_guardian(self) -> Deed:
        """Bring the scheduled guardian into force."""
        text = f"Bring the scheduled guardian of {self.name} into force"
        return Deed(text, OWNER, AT_ONCE, self._scheduled("scheduledGuardian", "guardian"))

    def cancel_guardian(self) -> Deed:
        """Withdraw the scheduled guardian."""
        text = f"Withdraw the scheduled guardian of {self.name}"
        return Deed(text, OWNER, AT_ONCE, self._scheduled("scheduledGuardian", "guardian"))

    def set_editor(self, editor: str, *, allowed: bool) -> Deed:
        """Name or dismiss an editor."""
        may = "it may schedule policies, activate them after the delay, and narrow access"
        what = f"{'Name' if allowed else 'Dismiss'} {editor} as editor of {self.name}"
        return Deed(what, OWNER, AT_ONCE, (may,) if allowed else ())

    def transfer(self, to: str) -> Deed:
        """Hand the resource over."""
        code = self.workspace.chain.code_hashes([to])[to]
        kind = "an account without code" if code == _NO_CODE else f"a contract, code 0x{code.hex()}"
        notes = (
            f"{to} is {kind}",
            "what is scheduled is cancelled, editors are dismissed, a pause stays",
            f"kept are policy, restrictions, guardian and delay ({duration(self.state.delay)})",
        )
        effect = f"{AT_ONCE}; {_ENDS_GRANTS}; only the new owner can hand it on"
        return Deed(f"Hand {self.name} over to {to}", OWNER, effect, notes)

    def _window(self, delay: int) -> str:
        first = soon(self.state) + delay
        return f"{self._from(delay)} at the earliest; it lapses about {time_text(first + _LAPSE)}"

    def _from(self, delay: int) -> str:
        moment = time_text(soon(self.state) + delay)
        return f"about {moment} ({duration(delay)} after it is mined)"

    def _to_lift(self, deed: str) -> str:
        return f"{deed} takes {duration(self.state.delay)}"

    def _scheduled(self, name: str, member: str) -> tuple[str, ...]:
        scheduled = self.record[name]
        if scheduled is None:
            return ()
        value = scheduled[member]
        text = duration(value) if member == "delay" else value or "nobody"
        return (f"scheduled is {text}, {{state}}: from {{from}} to {{until}}".format(**scheduled),)


def _together(before: Policy, restriction: Policy) -> Policy | None:
    try:
        return effective(before, [restriction])
    except InvalidInput:  # what contradicts itself lets nobody in
        return None


def _diff_lines(subject: str, diff: PolicyDiff) -> list[str]:
    first, *rest = diff.lines()
    return [f"{subject}: {first[0].lower()}{first[1:]}", *rest]
