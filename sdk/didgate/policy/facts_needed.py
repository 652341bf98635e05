"""Which facts to read before a policy can be evaluated on a presentation."""

from __future__ import annotations

from didgate.chain.facts import FactQuery
from didgate.credentials.verified import VerifiedPresentation
from didgate.policy.model import Policy
from didgate.policy.tree import AddressLeaf, leaves


def facts_needed(policy: Policy, verified: VerifiedPresentation) -> FactQuery:
    """Return what to read from the chain, all at one block, to evaluate the policy.

    Args:
        policy: the effective policy.
        verified: what will be evaluated.
    """
    asked = policy.credentials
    shown = [(c, asked[c.leaf]) for c in verified.credentials if c.leaf in asked]
    lists = {leaf.list_id for leaf in leaves(policy.allow) if isinstance(leaf, AddressLeaf)}
    return FactQuery(
        issuers=frozenset(credential.issuer_id for credential, _ in shown),
        accreditations=frozenset(
            (credential.issuer_id, credential.type_id)
            for credential, leaf in shown
            if leaf.asks_accreditation
        ),
        keys=frozenset(c.key_id for c, _ in shown if c.key_id is not None),
        revoked=frozenset(c.status for c, _ in shown if c.status is not None),
        list_entries=frozenset((entry, a) for entry in lists for a in verified.addresses),
        code_hashes=frozenset(registry.address for _, registry in policy.registries.pinned()),
    )
