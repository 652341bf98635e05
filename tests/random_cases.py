"""Random presentations for a policy, and chains to judge them by, for both languages at once.

A ``ContractCase`` holds what Python evaluates (a verified presentation and facts) and what the
contracts evaluate (shown credentials, and what each contract answers to each question). A fact
that Python has not read is, on chain, a call that reverts or an answer that is malformed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contract_cases import (
    ACCOUNT,
    FORMS,
    ONE_HOLDER,
    OTHER,
    PROOFS,
    ContractCase,
    Shown,
    address_word,
    attestation_answer,
    claim_number,
    hashed,
    holder_key,
    selector,
    token_answer,
    token_question,
    word,
)
from random_policies import ATTESTED, ATTESTERS, DIDS, SCHEMAS, SECONDS, VCTS, Pool

from didgate.chain.facts import (
    AttestationFact,
    Block,
    Facts,
    IssuerFact,
    KeyFact,
    KeyState,
)
from didgate.credentials.identifiers import issuer_id, vct_type_id
from didgate.credentials.verified import (
    Address,
    CredentialForm,
    Date,
    DateTime,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.policy import (
    AddressLeaf,
    Condition,
    CredentialLeaf,
    Operator,
    Policy,
    RegistryKind,
    TokenLeaf,
)
from didgate.policy.pointer import pointer_segments
from didgate.policy.tree import leaves
from didgate.policy.values import ORDERED, order_key, type_of

UIDS = tuple(bytes([fill] * 32) for fill in (0x51, 0x52, 0x53))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

KEYS: tuple[PublicKey, ...] = tuple(
    SoftwareSigner.from_private_bytes(KeyAlgorithm.P256, bytes([secret] * 32)).public_key
    for secret in (1, 2)
)


@dataclass
class _Chain:
    """Facts that grow together with the answers that say the same."""

    rng: random.Random
    facts: dict[str, dict[Any, Any]] = field(
        default_factory=lambda: {
            name: {}
            for name in (
                "issuers", "accreditations", "keys", "revoked", "list_entries", "tokens",
                "attestations",
            )
        }
    )  # fmt: skip
    answers: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    asked: dict[tuple[str, bytes], Any] = field(default_factory=dict)

    def tell(self, asked: str, question: bytes, answer: bytes) -> None:
        self.answers[asked, question] = answer

    def mumble(self, asked: str, question: bytes, answer: bytes) -> None:
        """Answer with something that is no answer, or not at all."""
        spoilt = self.rng.choice((None, b"", answer[:-1], answer + bytes(32), answer[32:]))
        if spoilt is not None:
            self.tell(asked, question, spoilt)


class CaseMaker:
    """Makes cases for policies.

    Args:
        rng: a generator of random numbers.
        pool: the contracts that the policies may name.
    """

    def __init__(self, rng: random.Random, pool: Pool) -> None:
        self.rng = rng
        self.pool = pool

    def case(self, policy: Policy) -> ContractCase:
        """Return a case in which most things are in order, and some are not."""
        rng = self.rng
        trouble = rng.choice((0.0, 0.02, 0.02, 0.05, 0.15))
        chain = _Chain(rng)
        moment = SECONDS + rng.choice((0, 0, -3, 5, 40))
        account = None if rng.random() < 0.1 else ACCOUNT
        shown, credentials = [], []
        for index, (name, leaf) in enumerate(policy.credentials.items()):
            if rng.random() < 0.12:
                continue
            one, other = self.credential(index, name, leaf, moment, trouble)
            shown.append(one)
            credentials.append(other)
        self.issuers(chain, shown, moment, trouble)
        self.keys(chain, shown, moment, trouble)
        self.status(chain, shown, trouble)
        memberships, proved = self.memberships(account)
        uids = tuple(rng.sample(UIDS, rng.choice((0, 1, 1, 2, 3))))
        if account is not None:
            self.lists(chain, policy, account, moment, trouble)
            self.tokens(chain, policy, account, trouble)
        self.attestations(chain, uids, moment, trouble)
        verified = _presentation(credentials, account, proved, uids)
        codes = dict.fromkeys(self.pool.registries.values(), self.pool.code_hash)
        facts = Facts(Block(1, bytes(32), moment), code_hashes=codes, **chain.facts)
        return ContractCase(policy, verified, facts, tuple(shown), memberships, chain.answers)

    def credential(
        self, index: int, name: str, leaf: CredentialLeaf, moment: int, trouble: float
    ) -> tuple[Shown, Any]:
        rng = self.rng
        issuer = rng.choice(DIDS if rng.random() < trouble else leaf.issuers or DIDS)
        form = leaf.form
        type_id = leaf.type_id
        if rng.random() < trouble:
            type_id = rng.choice((*SCHEMAS, *map(vct_type_id, VCTS)))
        if rng.random() < trouble / 4:
            form = rng.choice(tuple(CredentialForm))
        who = issuer_id(issuer)
        key_id = hashed(who + bytes([FORMS[form], rng.random() < trouble]))
        until = moment + (rng.choice((1, 0, -1)) if rng.random() < 2 * trouble else 99)
        fresh = moment - rng.choice((0, 0, 59, 60, 61, 86_400) if trouble else (0,))
        key = None if form is CredentialForm.ATTRIBUTE else KEYS[rng.random() < 0.25]
        status = rng.choice((None, None, 5, 2**32 - 1))
        claims, told = self.claims(leaf, trouble)
        shown = Shown(
            index, FORMS[form], type_id, who, key_id, until, fresh, status,
            bytes(32) if key is None else holder_key(key), told,
        )  # fmt: skip
        return shown, unsafe_verified_credential(
            leaf=name,
            form=form,
            type="urn:type",
            type_id=type_id,
            schema_id=leaf.schema_id,
            issuer=issuer,
            issuer_id=who,
            key_id=key_id,
            claims=claims,
            valid_until=_EPOCH + timedelta(seconds=until),
            fresh_since=_EPOCH + timedelta(seconds=fresh),
            status=None if status is None else (hashed(who + type_id), status),
            holder_key=key,
        )

    def claims(
        self, leaf: CredentialLeaf, trouble: float
    ) -> tuple[dict[str, Any], tuple[tuple[bytes, int, int], ...]]:
        """Return what is disclosed of a credential, for Python and for the contracts."""
        rng = self.rng
        claims: dict[str, Any] = {}
        told = []
        for condition in leaf.claims:
            chance = rng.random()
            if chance < trouble:
                continue
            value = self.other_value(condition) if chance < 3 * trouble else self.fitting(condition)
            *way, last = pointer_segments(condition.claim)
            target = claims
            for segment in way:
                target = target.setdefault(segment, {})
            target[last] = value
            told.append((hashed(condition.claim), *claim_number(value)))
        told.append((hashed("more"), 1, 7))
        rng.shuffle(told)
        return claims, tuple(told)

    def fitting(self, condition: Condition) -> Any:
        """Return a value that meets a condition."""
        low, high = condition.operands[0], condition.operands[-1]
        if condition.operator is Operator.IN:
            return self.rng.choice(condition.operands)
        if type_of(low) not in ORDERED or condition.operator is Operator.EQUALS:
            return low
        if condition.operator is Operator.AT_MOST:
            return low
        return self.rng.choice((low, high))

    def other_value(self, condition: Condition) -> Any:
        """Return a value that need not meet a condition, often only just."""
        operand = self.rng.choice(condition.operands)
        if type_of(operand) in ORDERED:
            near = order_key(operand) + self.rng.choice((-1, 1))
            if type(operand) is int:
                return self.rng.choice((near, near, 2**53, -(2**60), str(near), True, Date(3)))
            bounds = {Date: (-719_162, 2_932_896), DateTime: (-62_135_596_800, 253_402_300_799)}
            low, high = bounds[type(operand)]
            return self.rng.choice((type(operand)(min(max(near, low), high)), 3, DateTime(5)))
        return self.rng.choice(
            ("", "NL", b"NL", 0, 1, True, False, Address.of(bytes(20)), 1.5, None)
        )

    def issuers(self, chain: _Chain, shown: list[Shown], moment: int, trouble: float) -> None:
        rng = self.rng
        registry = self.pool.registries[RegistryKind.ISSUERS]
        for who in sorted({credential.issuer_id for credential in shown}):
            types = sorted({c.type_id for c in shown if c.issuer_id == who})
            known, unread = rng.random() >= trouble, rng.random() < trouble
            suspended = rng.choice((moment, moment + 1)) if rng.random() < trouble else 0
            if not unread:
                chain.facts["issuers"][who] = IssuerFact("", suspended) if known else None
            for type_id in types:
                added = self.added(moment, trouble)
                question = selector("standing(bytes32,bytes32)") + who + type_id
                answer = word(known) + word(suspended) + word(added or 0)
                if not unread:
                    chain.facts["accreditations"][who, type_id] = added
                    chain.tell(registry, question, answer)
                elif rng.random() < 0.5:
                    chain.mumble(registry, question, answer)
                else:
                    broken = word(2) + answer[32:], answer[:32] + word(2**64) + answer[64:]
                    chain.tell(registry, question, rng.choice(broken))

    def added(self, moment: int, trouble: float) -> int | None:
        """Return when something was added: long ago, or a moment that only just does, or never."""
        if self.rng.random() >= 2 * trouble:
            return 1
        return self.rng.choice((None, moment, moment - 59, moment - 60, moment - 86_400))

    def keys(self, chain: _Chain, shown: list[Shown], moment: int, trouble: float) -> None:
        rng = self.rng
        registry = self.pool.registries[RegistryKind.ISSUERS]
        for key_id, credential in sorted({c.key_id: c for c in shown}.items()):
            who = credential.issuer_id
            if rng.random() < trouble:
                who = issuer_id(rng.choice(DIDS))
            kind = rng.choice((1, 2)) if rng.random() < trouble else credential.form
            state = rng.choice(tuple(KeyState)) if rng.random() < 2 * trouble else KeyState.ACTIVE
            until = moment + rng.choice((0, 1)) if state is KeyState.RETIRED else 2**64 - 1
            added = self.added(moment, trouble)
            question = selector("keyRecord(bytes32)") + key_id
            answer = who + b"".join(map(word, (kind, state, added or 0, until)))
            if added is None:
                answer = bytes(160)
            fact = None if added is None else KeyFact(who, kind, state, added, until, b"")
            self.record(
                chain, "keys", key_id, registry, question, value=fact,
                answer=lambda _, answer=answer: answer, trouble=trouble,
                broken=answer[:64] + word(4) + answer[96:],
            )  # fmt: skip

    def status(self, chain: _Chain, shown: list[Shown], trouble: float) -> None:
        registry = self.pool.registries[RegistryKind.STATUS]
        for credential in shown:
            if credential.status is None:
                continue
            list_id = hashed(credential.issuer_id + credential.type_id)
            question = selector("isRevoked(bytes32,uint32)") + list_id + word(credential.status)
            self.record(
                chain, "revoked", (list_id, credential.status), registry, question,
                value=self.rng.random() < trouble, answer=word, trouble=trouble, broken=word(2),
            )  # fmt: skip

    def record(
        self, chain: _Chain, name: str, key: Any, asked: str, question: bytes, *, value: Any,
        answer: Callable[[Any], bytes], trouble: float, broken: bytes,
    ) -> None:  # fmt: skip
        """Tell a fact to both, unless it is to be unread: then answer with what is none."""
        if (asked, question) in chain.asked:
            # ERC-20 and ERC-721 put the same question: what one was answered, so is the other.
            said = chain.asked[asked, question]
            if chain.answers.get((asked, question)) == answer(said):
                chain.facts[name][key] = said
            return
        chain.asked[asked, question] = value
        if self.rng.random() >= trouble:
            chain.facts[name][key] = value
            chain.tell(asked, question, answer(value))
        elif self.rng.random() < 0.5:
            chain.tell(asked, question, broken)
        else:
            chain.mumble(asked, question, answer(value))

    def lists(
        self, chain: _Chain, policy: Policy, account: str, moment: int, trouble: float
    ) -> None:
        registry = self.pool.registries[RegistryKind.ADDRESS_LISTS]
        for leaf in leaves(policy.allow):
            if not isinstance(leaf, AddressLeaf):
                continue
            question = selector("addedAt(bytes32,address)") + leaf.list_id + address_word(account)
            added = None if self.rng.random() < 0.35 else self.added(moment, trouble)
            self.record(
                chain, "list_entries", (leaf.list_id, account), registry, question, value=added,
                answer=lambda at: word(at or 0), trouble=trouble, broken=word(2**64),
            )  # fmt: skip

    def tokens(self, chain: _Chain, policy: Policy, account: str, trouble: float) -> None:
        for leaf in leaves(policy.allow):
            if isinstance(leaf, TokenLeaf):
                self.token(chain, leaf, account, trouble)

    def token(self, chain: _Chain, leaf: TokenLeaf, account: str, trouble: float) -> None:
        rng = self.rng
        question, key = token_question(leaf, account), (leaf.question, account)
        near = leaf.amount + rng.choice((-1, 0, 0, 0))
        held = (
            int(rng.random() < 0.6) if leaf.standard in ONE_HOLDER else rng.choice((near, near, 0))
        )
        broken = word(2**160 + int(account, 16)) if leaf.standard in ONE_HOLDER else b""
        self.record(
            chain, "tokens", key, leaf.contract, question, value=held,
            answer=lambda told: token_answer(leaf, account, told), trouble=trouble, broken=broken,
        )  # fmt: skip

    def memberships(self, account: str | None) -> tuple[Any, frozenset[tuple[bytes, str]]]:
        """Return Merkle proofs, good and bad, and what they prove about the account."""
        shown, proved = [], set()
        for root, proof in zip(self.pool.roots, PROOFS, strict=True):
            chance = self.rng.random()
            if chance < 0.55:
                shown.append((root, proof))
                proved |= {(root, account)} if account else set()
            elif chance < 0.65:
                shown.append((root, self.rng.choice(((bytes(32),), (*proof, root), proof * 33))))
                unchanged = shown[-1][1] == proof
                proved |= {(root, account)} if account and unchanged else set()
        return tuple(shown), frozenset(proved)

    def attestations(
        self, chain: _Chain, uids: tuple[bytes, ...], moment: int, trouble: float
    ) -> None:
        registry = self.pool.registries[RegistryKind.ATTESTATIONS]
        rng = self.rng
        for uid in uids:
            time = moment - rng.choice((0, 59, 60, 61, 86_399, 86_400))
            fact = AttestationFact(
                schema=rng.choice(ATTESTED),
                time=time,
                expiration=rng.choice((0, 0, 0, moment + 1, moment)),
                revocation=rng.choice((0, 0, 0, 0, time)),
                recipient=ACCOUNT if rng.random() < 0.9 else OTHER,
                attester=rng.choice(ATTESTERS),
            )
            exists = rng.random() > trouble
            self.record(
                chain, "attestations", (registry, uid), registry,
                selector("getAttestation(bytes32)") + uid, value=fact if exists else None,
                answer=lambda told, uid=uid: attestation_answer(uid, told), trouble=trouble,
                broken=attestation_answer(uid, fact)[:-1] + word(1),
            )  # fmt: skip


def _presentation(
    credentials: list[Any],
    account: str | None,
    proved: frozenset[tuple[bytes, str]],
    uids: tuple[bytes, ...],
) -> VerifiedPresentation:
    return unsafe_verified_presentation(
        resource=bytes(32),
        audience="",
        nonce="",
        policy_id=bytes(32),
        epoch=0,
        chain_id=1,
        deadline=0,
        jkt="",
        credentials=tuple(credentials),
        addresses=() if account is None else (account,),
        memberships=proved,
        attestations=uids,
    )
