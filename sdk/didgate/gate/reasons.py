"""Why access was denied, leaf by leaf, and what would satisfy each: in the policy's words alone.

What was shown plays no part in the text, so that a refusal tells nobody about anyone's claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from didgate.policy import Evaluation, Policy
from didgate.policy.account_words import account_text
from didgate.policy.explain import condition_text
from didgate.policy.tree import (
    AddressLeaf,
    AttestationLeaf,
    CredentialLeaf,
    Leaf,
    MerkleLeaf,
    TimeLeaf,
    TokenLeaf,
    located_leaves,
)
from didgate.policy.wording import duration
from didgate.trust import Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """One leaf that did not hold.

    Attributes:
        path: where it stands in the policy, e.g. ``"allow.any[0]"``.
        verdict: ``"false"`` or ``"unknown"``.
        code: stable identifier of the reason.
        message: the reason in words.
        needed: what would satisfy the leaf.
    """

    path: str
    verdict: str
    code: str
    message: str
    needed: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON object of a problem body."""
        return {
            "path": self.path,
            "verdict": self.verdict,
            "code": self.code,
            "message": self.message,
            "needed": self.needed,
        }


def reasons(
    policy: Policy, evaluation: Evaluation, types: Mapping[bytes, str]
) -> tuple[Reason, ...]:
    """Return the leaves that did not hold.

    Args:
        policy: the policy that was evaluated.
        evaluation: what came of it.
        types: type URIs of schemas by 32-byte schema id.
    """
    leaves = dict(located_leaves(policy.allow))
    return tuple(
        Reason(
            path=result.path,
            verdict=result.verdict.value,
            code=result.code,
            message=result.message,
            needed=needed(leaves[result.path], types),
        )
        for result in evaluation.leaves
        if result.verdict is not Verdict.TRUE
    )


def needed(leaf: Leaf, types: Mapping[bytes, str]) -> str:
    """Return what a leaf asks for, in one line."""
    match leaf:
        case CredentialLeaf():
            return "; ".join(_credential(leaf, types))
        case AddressLeaf():
            age = f", since {duration(leaf.min_age)} or more" if leaf.min_age else ""
            return f"control over an account {account_text(leaf)}{age}"
        case MerkleLeaf() | TokenLeaf():
            return f"control over an account {account_text(leaf)}"
        case AttestationLeaf():
            return "; ".join(_attestation(leaf))
        case TimeLeaf():
            sides = (
                f"from {leaf.start}" if leaf.start else "",
                f"before {leaf.end}" if leaf.end else "",
            )
            return " ".join(("a time", *filter(None, sides)))


def _attestation(leaf: AttestationLeaf) -> Iterable[str]:
    yield f"control over an account {account_text(leaf)}"
    yield f"made by {' or '.join(leaf.attesters)}"
    if leaf.min_age:
        yield f"{duration(leaf.min_age)} ago or more"
    if leaf.max_age:
        yield f"less than {duration(leaf.max_age)} ago"


def _credential(leaf: CredentialLeaf, types: Mapping[bytes, str]) -> Iterable[str]:
    schema = leaf.schema_id
    name = leaf.vct if schema is None else types.get(schema, f"schema 0x{schema.hex()}")
    yield f"a credential of type {name}"
    if leaf.issuers is None:
        yield "issued by an issuer accredited for it"
    else:
        yield f"issued by {' or '.join(leaf.issuers)}"
    yield from map(condition_text, leaf.claims)
    if leaf.max_age:
        yield f"issued or refreshed less than {duration(leaf.max_age)} ago"
