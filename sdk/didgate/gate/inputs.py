"""Everything that a decision saw, by name: what a receipt commits to and a replay starts from.

Personal data: it leaves the process sealed (``didgate.gate.commitments``), or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from didgate.chain.facts import Facts, PolicyState
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence
from didgate.credentials.presentation import Presentation
from didgate.credentials.schema import AttributeSchema
from didgate.errors import VerificationError
from didgate.gate.evidence_json import from_json, to_json
from didgate.policy import Evaluation

LATEST: Final = "latest"
FINALIZED: Final = "finalized"
BLOCKS: Final = (LATEST, FINALIZED)

_SINGLE: Final[Mapping[str, Any]] = {
    "challenge": Challenge,
    "presentation": Presentation,
    "now": datetime,
    "schemas": Mapping[bytes, AttributeSchema],
    "evidence": Evidence,
}
_BY_BLOCK: Final[Mapping[str, Any]] = {
    "state": PolicyState,
    "facts": Facts,
    "verdicts": Evaluation,
}
_ALWAYS: Final = frozenset({"challenge", "presentation", "now", "schemas", "state.latest"})

NAMES: Final = frozenset({*_SINGLE, *(f"{name}.{at}" for name in _BY_BLOCK for at in BLOCKS)})
"""The names that inputs may have."""

JUDGED: Final = frozenset({*_SINGLE, *(f"{name}.{LATEST}" for name in _BY_BLOCK)})
"""The names that the inputs of a decision have at least, if it came to a verdict."""


@dataclass(slots=True)
class Inputs:
    """What one decision saw, as far as it came. Personal data: never log it.

    What is kept by block stands under ``"latest"`` and ``"finalized"``, or under ``"latest"`` alone
    where the two blocks are one.

    Args:
        challenge: what was asked.
        presentation: what was answered, unverified.
        now: the gate's clock, read once.
        state: the resource's policy state by block.
        schemas: those that the policies name, by 32-byte id.
        evidence: what the presentation was verified against; None if it did not come to that.
        facts: what the other registries said, by block.
        verdicts: what came of it, by block.
    """

    challenge: Challenge
    presentation: Presentation
    now: datetime
    state: dict[str, PolicyState]
    schemas: dict[bytes, AttributeSchema] = field(default_factory=dict)
    evidence: Evidence | None = None
    facts: dict[str, Facts] = field(default_factory=dict)
    verdicts: dict[str, Evaluation] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Inputs({', '.join(sorted(self.to_dict()))})"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON by the name of the input."""
        single = {name: getattr(self, name) for name in _SINGLE}
        by_block = {
            f"{name}.{at}": value for name in _BY_BLOCK for at, value in getattr(self, name).items()
        }
        return {name: to_json(v) for name, v in (single | by_block).items() if v is not None}

    @classmethod
    def from_dict(cls, members: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            VerificationError: ``evidence_malformed``.
        """
        if not _ALWAYS <= members.keys() <= NAMES:
            raise VerificationError("evidence_malformed", "the evidence has not the inputs it has")
        found: dict[str, Any] = {
            name: from_json(kind, members[name])
            for name, kind in _SINGLE.items()
            if name in members
        }
        for name, kind in _BY_BLOCK.items():
            named = {at: f"{name}.{at}" for at in BLOCKS if f"{name}.{at}" in members}
            found[name] = {at: from_json(kind, members[each]) for at, each in named.items()}
        return cls(**found)
