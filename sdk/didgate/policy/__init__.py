"""The policy language: who may have a grant (FORMATS §3, DESIGN §5).

A policy is written as JSON or YAML (``parse_policy``; ``pin`` adds the registries), stands on chain
as canonical bytes (``encode``, ``decode``, ``policy_id``), is combined with its restrictions
(``effective``), asks a wallet by DCQL (``dcql``), is evaluated on verified presentations and chain
facts (``facts_needed``, ``evaluate``) and can say in plain words what it means (``explain``).
"""

from __future__ import annotations

from didgate.chain.facts import TokenStandard
from didgate.encoding import keccak256
from didgate.policy.compose import effective
from didgate.policy.conditions import conditions_met
from didgate.policy.decode import decode
from didgate.policy.evaluate import Evaluation, LeafResult, evaluate, evaluate_on_chain
from didgate.policy.explain import explain
from didgate.policy.facts_needed import facts_needed
from didgate.policy.grounds import Ground, grounds, lasts_until
from didgate.policy.model import Policy, Quota
from didgate.policy.parse import parse_policy
from didgate.policy.pinning import pin
from didgate.policy.registries import Registries, Registry, RegistryKind
from didgate.policy.schema_check import check
from didgate.policy.to_dcql import dcql
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Holder,
    MerkleLeaf,
    Not,
    Operator,
    TimeLeaf,
    TokenLeaf,
)
from didgate.trust import Verdict

__all__ = [
    "AddressLeaf",
    "All",
    "Any_",
    "AtLeast",
    "AttestationLeaf",
    "Condition",
    "CredentialLeaf",
    "Evaluation",
    "Ground",
    "Holder",
    "LeafResult",
    "MerkleLeaf",
    "Not",
    "Operator",
    "Policy",
    "Quota",
    "Registries",
    "Registry",
    "RegistryKind",
    "TimeLeaf",
    "TokenLeaf",
    "TokenStandard",
    "Verdict",
    "check",
    "conditions_met",
    "dcql",
    "decode",
    "effective",
    "encode",
    "evaluate",
    "evaluate_on_chain",
    "explain",
    "facts_needed",
    "grounds",
    "lasts_until",
    "parse_policy",
    "pin",
    "policy_id",
]


def encode(policy: Policy) -> bytes:
    """Return the canonical bytes of a policy, which ``decode`` reads back."""
    return policy.to_bytes()


def policy_id(content: bytes) -> bytes:
    """Return the 32-byte id of canonical policy bytes: their keccak256."""
    return keccak256(content)
