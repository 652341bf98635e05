"""Judges single leaves: is this credential, this moment what the leaf asks for?

Every judgement is total: whatever the facts are, it finds true, false or unknown, with a reason
that names no claim value. Facts of a registry whose code is not the pinned one count as unread,
so they can neither admit anyone nor, below a ``not``, fail to exclude. What leaves ask of accounts
is judged by ``didgate.policy.judge_account``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from didgate.chain.facts import Facts
from didgate.credentials.verified import VerifiedCredential, VerifiedPresentation
from didgate.policy.conditions import failed_conditions
from didgate.policy.registries import Registries, RegistryKind, needed_by
from didgate.policy.tree import CredentialLeaf, Leaf, TimeLeaf
from didgate.trust import HOLDS, Finding, conjunction, false, judge_issuer, moments, unknown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What leaves are judged by.

    Args:
        facts: facts of one block, without those of unverified registries.
        now: the caller's clock, aware UTC.
        unverified: registries whose code could not be shown to be the pinned one.
        memberships: (Merkle root, EIP-55 address) for each proof that holds.
        attestations: UIDs that the presenter names.
        attestation_registry: EIP-55 address of the contract that holds them; "" if there is none.
        registry_alone: whether registries alone vouch for issuers and keys, as on chain.
    """

    facts: Facts
    now: datetime
    unverified: frozenset[RegistryKind]
    memberships: frozenset[tuple[bytes, str]]
    attestations: tuple[bytes, ...]
    attestation_registry: str
    registry_alone: bool = False

    @classmethod
    def of(
        cls, registries: Registries, verified: VerifiedPresentation, facts: Facts, now: datetime
    ) -> Context:
        """Return the context in which only registries with the pinned code are believed."""
        unverified = frozenset(
            kind
            for kind, registry in registries.pinned()
            if facts.code_hashes.get(registry.address) != registry.code_hash
        )
        return cls(
            _believable(facts, unverified),
            now,
            unverified,
            verified.memberships,
            verified.attestations,
            registries.attestations.address if registries.attestations else "",
        )


def _believable(facts: Facts, unverified: frozenset[RegistryKind]) -> Facts:
    if RegistryKind.ISSUERS in unverified:
        facts = replace(facts, issuers={}, accreditations={}, keys={})
    if RegistryKind.STATUS in unverified:
        facts = replace(facts, revoked={})
    if RegistryKind.ADDRESS_LISTS in unverified:
        facts = replace(facts, list_entries={})
    if RegistryKind.ATTESTATIONS in unverified:
        facts = replace(facts, attestations={})
    return facts


def judge_credential(
    leaf: CredentialLeaf, credential: VerifiedCredential | None, context: Context
) -> Finding:
    """Judge the credential that was presented for a leaf.

    Args:
        leaf: the leaf.
        credential: the credential, or ``None`` where none was presented or counts.
        context: facts and clock.
    """
    if credential is None:
        return false("credential_missing", "no credential was presented for this")
    if credential.form is not leaf.form or credential.type_id != leaf.type_id:
        return false("credential_type", "the credential is of another type")
    return conjunction(
        (
            *judge_registries(leaf, context),
            *_judge_validity(leaf, credential, context),
            *_judge_status(credential, context),
            _judge_issuer(leaf, credential, context),
            *failed_conditions(leaf, credential.claims),
        )
    )


def _judge_issuer(
    leaf: CredentialLeaf, credential: VerifiedCredential, context: Context
) -> Finding:
    alone = context.registry_alone
    return judge_issuer(leaf, credential, context.facts, context.now, registry_alone=alone)


def judge_registries(leaf: Leaf, context: Context) -> Iterator[Finding]:
    """Yield a finding for each registry that a leaf relies on and that is not verified."""
    for kind in sorted(needed_by(leaf) & context.unverified):
        message = f'the code of the registry "{kind.json_name}" is not shown to be the pinned one'
        yield unknown("registry_unverified", message)


def _judge_validity(
    leaf: CredentialLeaf, credential: VerifiedCredential, context: Context
) -> Iterator[Finding]:
    times = moments(context.facts, context.now)
    if max(times) >= _seconds(credential.valid_until):
        yield false("credential_expired", "the credential has expired")
    if not leaf.max_age:
        return
    if credential.fresh_since is None:
        yield false("credential_age_unknown", "the credential does not tell how fresh it is")
    elif max(times) >= _seconds(credential.fresh_since) + leaf.max_age:
        yield false("credential_stale", "the credential was not issued or refreshed recently")


def _seconds(moment: datetime) -> int:
    """Return a moment in Unix seconds, rounded down, so never later than it is."""
    return (moment - _EPOCH) // timedelta(seconds=1)


def _judge_status(credential: VerifiedCredential, context: Context) -> Iterator[Finding]:
    if credential.status is None:
        return
    revoked = context.facts.revoked.get(credential.status)
    if revoked is None:
        yield unknown("status_unread", "the credential's status could not be read")
    elif revoked:
        yield false("credential_revoked", "the credential is revoked")


def judge_time(leaf: TimeLeaf, context: Context) -> Finding:
    """Judge whether it is time, by the block and by the clock."""
    start = None if leaf.start is None else leaf.start.seconds
    end = None if leaf.end is None else leaf.end.seconds
    return judge_window(start, end, context, "outside_window", "the time window is not open")


def judge_window(
    start: int | None, end: int | None, context: Context, code: str, message: str
) -> Finding:
    """Judge whether it is from ``start`` until before ``end``, by the block and by the clock."""
    inside = {
        (start is None or start <= moment) and (end is None or moment < end)
        for moment in moments(context.facts, context.now)
    }
    if len(inside) == 2:
        # Neither true nor false: under "not", too, both times must agree before anyone enters.
        return unknown("clocks_disagree", "the chain and this clock do not agree on it yet")
    return HOLDS if inside == {True} else false(code, message)
