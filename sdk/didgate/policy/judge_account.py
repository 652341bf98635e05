"""Judges what a leaf asks of an account: its lists, its tokens, what was attested about it.

Everything rests on control over the account. Who is the holder of a key has proved it by a
signature; whether an account that is a contract takes a signature for its own, the chain says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from didgate.chain.facts import AttestationFact
from didgate.credentials.verified import ContractAccount
from didgate.policy.judge import Context, judge_registries, judge_window
from didgate.policy.tree import AccountLeaf, AddressLeaf, AttestationLeaf, MerkleLeaf, TokenLeaf
from didgate.trust import (
    HOLDS,
    Finding,
    Verdict,
    conjunction,
    disjunction,
    false,
    moments,
    unknown,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the presenter.

    Args:
        address: EIP-55 address.
        control: what the chain has to confirm; ``None`` where a signature has proved control.
    """

    address: str
    control: ContractAccount | None = None


def judge_account(leaf: AccountLeaf, account: Account | None, context: Context) -> Finding:
    """Judge whether an account is what a leaf asks for.

    Args:
        leaf: the leaf.
        account: the one account that all leaves judge, or ``None`` where none was shown.
        context: facts, clock and what was presented.
    """
    if account is None:
        return false("address_missing", "control over no account was proved")
    control = _judge_control(account, context)
    if control is not HOLDS:
        return control
    match leaf:
        case AddressLeaf():
            return _judge_entry(leaf, account.address, context)
        case MerkleLeaf():
            return _judge_membership(leaf, account.address, context)
        case TokenLeaf():
            return _judge_token(leaf, account.address, context)
        case AttestationLeaf():
            return _judge_attestations(leaf, account.address, context)


def _judge_control(account: Account, context: Context) -> Finding:
    if account.control is None:
        return HOLDS
    asked = (account.address, account.control.digest, account.control.signature)
    controlled = context.facts.contract_signatures.get(asked)
    if controlled is None:
        return unknown("account_unread", "the account, a contract, could not be asked")
    if not controlled:
        return false("account_not_controlled", "the account, a contract, refuses the signature")
    return HOLDS


def _judge_entry(leaf: AddressLeaf, address: str, context: Context) -> Finding:
    unverified = conjunction(judge_registries(leaf, context))
    if unverified is not HOLDS:
        return unverified
    entry = (leaf.list_id, address)
    if entry not in context.facts.list_entries:
        return unknown("list_unread", "the address list could not be read")
    added_at = context.facts.list_entries[entry]
    if added_at is None:
        return false("address_not_listed", "the account is not on the list")
    since = added_at + leaf.min_age
    return judge_window(since, None, context, "entry_too_young", "the entry is too young")


def _judge_membership(leaf: MerkleLeaf, address: str, context: Context) -> Finding:
    if (leaf.root, address) in context.memberships:
        return HOLDS
    return false("not_a_member", "no proof shows that the account is in the tree")


def _judge_token(leaf: TokenLeaf, address: str, context: Context) -> Finding:
    held = context.facts.tokens.get((leaf.question, address))
    if held is None:
        return unknown("token_unread", "the token's contract gave no answer that can be read")
    if held < leaf.amount:
        return false("token_not_held", "the account does not hold what is asked for")
    return HOLDS


def _judge_attestations(leaf: AttestationLeaf, address: str, context: Context) -> Finding:
    unverified = conjunction(judge_registries(leaf, context))
    if unverified is not HOLDS:
        return unverified
    if not context.attestations:
        return false("attestation_missing", "no attestation was named")
    return disjunction(
        _judge_attestation(leaf, uid, address, context) for uid in context.attestations
    )


def _judge_attestation(
    leaf: AttestationLeaf, uid: bytes, address: str, context: Context
) -> Finding:
    key = (context.attestation_registry, uid)
    if key not in context.facts.attestations:
        return unknown("attestation_unread", "the attestation could not be read")
    fact = context.facts.attestations[key]
    if fact is None:
        return false("attestation_unknown", "there is no such attestation")
    return conjunction(
        (*_judge_content(leaf, fact, address), *_judge_validity(leaf, fact, context))
    )


def _judge_content(leaf: AttestationLeaf, fact: AttestationFact, address: str) -> Iterator[Finding]:
    if fact.schema != leaf.schema:
        yield false("attestation_schema", "the attestation is of another schema")
    if fact.recipient != address:
        yield false("attestation_recipient", "the attestation is about another account")
    if fact.attester not in leaf.attesters:
        yield false("attester_not_accepted", "the policy does not accept this attester")


def _judge_validity(
    leaf: AttestationLeaf, fact: AttestationFact, context: Context
) -> Iterator[Finding]:
    if fact.revocation:
        yield false("attestation_revoked", "the attestation is revoked")
    latest = max(moments(context.facts, context.now))
    if fact.expiration and latest >= fact.expiration:
        yield false("attestation_expired", "the attestation has expired")
    if leaf.max_age and latest >= fact.time + leaf.max_age:
        yield false("attestation_stale", "the attestation was not made recently")
    since, message = fact.time + leaf.min_age, "the attestation is too young"
    yield judge_window(since, None, context, "attestation_too_young", message)


def attestation_ends(leaf: AttestationLeaf, address: str, context: Context) -> int | None:
    """Return until when time alone cannot end a leaf that holds.

    Args:
        leaf: a leaf that holds.
        address: EIP-55 address of the account that it was judged on.
        context: what it was judged by.

    Returns:
        Unix seconds, exclusive: when the last of the attestations that now count stops to; None if
        one of them never does.
    """
    ends = [
        _end(leaf, fact)
        for uid in context.attestations
        if (fact := context.facts.attestations.get((context.attestation_registry, uid)))
        and _judge_attestation(leaf, uid, address, context).verdict is Verdict.TRUE
    ]
    lasting = [end for end in ends if end is not None]
    return max(lasting) if lasting == ends and ends else None


def _end(leaf: AttestationLeaf, fact: AttestationFact) -> int | None:
    stale = fact.time + leaf.max_age if leaf.max_age else None
    return min((end for end in (fact.expiration or None, stale) if end is not None), default=None)
