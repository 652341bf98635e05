"""What the contracts need to judge a case that Python judges: the same, as they would see it.

For the vectors: their cases are written for the gate, and most of them mean something on chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contract_cases import (
    FORMS,
    ContractCase,
    Shown,
    address_word,
    attestation_answer,
    claim_number,
    holder_key,
    selector,
    token_answer,
    token_question,
    word,
)

from didgate.chain.facts import Facts
from didgate.credentials.verified import VerifiedCredential, VerifiedPresentation
from didgate.encoding import keccak256
from didgate.policy import AddressLeaf, CredentialLeaf, MerkleLeaf, Policy, TokenLeaf
from didgate.policy.pointer import ABSENT, find_claim
from didgate.policy.tree import leaves


def on_chain_case(
    policy: Policy, verified: VerifiedPresentation, facts: Facts, now: datetime
) -> ContractCase | None:
    """Return the case for the contracts; ``None`` where there is none.

    A contract has one clock and judges one account; it knows the key of every credential and since
    when it is fresh; and it takes Merkle proofs, not somebody's word.
    """
    alike = (
        int(now.timestamp()) == facts.block.timestamp
        and len(verified.addresses) <= 1
        and not verified.contract_accounts
        and not any(isinstance(leaf, MerkleLeaf) for leaf in leaves(policy.allow))
        and all(c.key_id and c.fresh_since for c in verified.credentials)
    )
    if not alike:
        return None
    asked = policy.credentials
    shown = tuple(_shown(c, asked[c.leaf]) for c in verified.credentials if c.leaf in asked)
    answers = dict(_answers(policy, verified, facts))
    return ContractCase(policy, verified, facts, shown, (), answers)


def _shown(credential: VerifiedCredential, leaf: CredentialLeaf) -> Shown:
    found = (
        (condition.claim, find_claim(credential.claims, condition.claim))
        for condition in leaf.claims
    )
    claims = [(keccak256(n.encode()), *claim_number(v)) for n, v in found if v is not ABSENT]
    key, fresh = credential.holder_key, credential.fresh_since
    assert credential.key_id is not None
    assert fresh is not None
    return Shown(
        leaf=int(credential.leaf[1:]),
        form=FORMS[credential.form],
        type_id=credential.type_id,
        issuer_id=credential.issuer_id,
        key_id=credential.key_id,
        valid_until=int(credential.valid_until.timestamp()),
        fresh_since=int(fresh.timestamp()),
        status=None if credential.status is None else credential.status[1],
        holder_key=bytes(32) if key is None else holder_key(key),
        claims=tuple(claims),
    )


def _answers(
    policy: Policy, verified: VerifiedPresentation, facts: Facts
) -> Iterator[tuple[tuple[str, bytes], bytes]]:
    pinned = policy.registries
    for credential in verified.credentials:
        if pinned.issuers is not None:
            yield from _of_issuer(pinned.issuers.address, credential, facts)
        if pinned.status is not None and credential.status in facts.revoked:
            list_id = keccak256(credential.issuer_id + credential.type_id)
            question = selector("isRevoked(bytes32,uint32)") + list_id + word(credential.status[1])
            yield (pinned.status.address, question), word(facts.revoked[credential.status])
    for account in verified.addresses:
        yield from _of_account(policy, account, facts)
    if pinned.attestations is not None:
        registry = pinned.attestations.address
        for uid in verified.attestations:
            if (registry, uid) in facts.attestations:
                answer = attestation_answer(uid, facts.attestations[registry, uid])
                yield (registry, selector("getAttestation(bytes32)") + uid), answer


def _of_issuer(
    registry: str, credential: VerifiedCredential, facts: Facts
) -> Iterator[tuple[tuple[str, bytes], bytes]]:
    who, type_id, key_id = credential.issuer_id, credential.type_id, credential.key_id
    if who in facts.issuers and (who, type_id) in facts.accreditations:
        issuer = facts.issuers[who]
        until = 0 if issuer is None else issuer.suspended_until
        added = facts.accreditations[who, type_id] or 0
        answer = word(issuer is not None) + word(until) + word(added)
        yield (registry, selector("standing(bytes32,bytes32)") + who + type_id), answer
    if key_id is not None and key_id in facts.keys:
        key = facts.keys[key_id]
        answer = bytes(160)
        if key is not None:
            numbers = (key.kind, key.state, key.added_at, key.accepted_until)
            answer = key.issuer_id + b"".join(map(word, numbers))
        yield (registry, selector("keyRecord(bytes32)") + key_id), answer


def _of_account(
    policy: Policy, account: str, facts: Facts
) -> Iterator[tuple[tuple[str, bytes], bytes]]:
    lists = policy.registries.address_lists
    for leaf in leaves(policy.allow):
        if isinstance(leaf, AddressLeaf) and (leaf.list_id, account) in facts.list_entries:
            assert lists is not None
            question = selector("addedAt(bytes32,address)") + leaf.list_id + address_word(account)
            yield (lists.address, question), word(facts.list_entries[leaf.list_id, account] or 0)
        elif isinstance(leaf, TokenLeaf) and (leaf.question, account) in facts.tokens:
            held = facts.tokens[leaf.question, account]
            yield (leaf.contract, token_question(leaf, account)), token_answer(leaf, account, held)
