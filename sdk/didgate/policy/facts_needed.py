"""Which facts to read before a policy can be evaluated on a presentation."""

from __future__ import annotations

from didgate.chain.facts import FactQuery
from didgate.credentials.verified import VerifiedPresentation
from didgate.policy.model import Policy
from didgate.policy.registries import Registries, RegistryKind
from didgate.policy.tree import AccountLeaf, AddressLeaf, TokenLeaf, leaves


def facts_needed(
    policy: Policy, verified: VerifiedPresentation, *, registry_alone: bool = False
) -> FactQuery:
    """Return what to read from the chain, all at one block, to evaluate the policy.

    Args:
        policy: the effective policy.
        verified: what will be evaluated.
        registry_alone: whether to read what ``evaluate_on_chain`` needs.
    """
    asked = policy.credentials
    shown = [(c, asked[c.leaf]) for c in verified.credentials if c.leaf in asked]
    return FactQuery(
        issuers=frozenset(credential.issuer_id for credential, _ in shown),
        accreditations=frozenset(
            (credential.issuer_id, credential.type_id)
            for credential, leaf in shown
            if leaf.asks_accreditation or registry_alone
        ),
        keys=frozenset(c.key_id for c, _ in shown if c.key_id is not None),
        revoked=frozenset(c.status for c, _ in shown if c.status is not None),
        code_hashes=frozenset(registry.address for _, registry in policy.registries.pinned()),
    ) | _about_accounts(policy, verified)


def _about_accounts(policy: Policy, verified: VerifiedPresentation) -> FactQuery:
    judging = [leaf for leaf in leaves(policy.allow) if isinstance(leaf, AccountLeaf)]
    if not judging:
        return FactQuery()
    contracts, registry = verified.contract_accounts, policy.registries.attestations
    accounts = {*verified.addresses, *(account.address for account in contracts)}
    lists = {leaf.list_id for leaf in judging if isinstance(leaf, AddressLeaf)}
    questions = {leaf.question for leaf in judging if isinstance(leaf, TokenLeaf)}
    named = {(registry.address, uid) for uid in verified.attestations} if registry else set()
    return FactQuery(
        list_entries=frozenset((entry, account) for entry in lists for account in accounts),
        tokens=frozenset((question, account) for question in questions for account in accounts),
        attestations=frozenset(named),
        contract_signatures=frozenset((c.address, c.digest, c.signature) for c in contracts),
        attestation_registries=_attestation_registries(policy.registries),
    )


def _attestation_registries(registries: Registries) -> frozenset[str]:
    """Return the contract that attestations are read from, unless it is pinned as another registry.

    The hash of its code is read wherever it stands. Were the same address another registry, too,
    that would pass for the one of the deployment, from which the other facts are read.
    """
    others = {
        registry.address
        for kind, registry in registries.pinned()
        if kind is not RegistryKind.ATTESTATIONS
    }
    pinned = registries.attestations
    return frozenset() if pinned is None else frozenset({pinned.address} - others)
