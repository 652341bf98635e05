"""The wallet: add, list, match, present."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from didgate.chain.presentation_verifier import ChainPresentation
from didgate.credentials.binding import bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import EvidenceSources
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import CredentialForm
from didgate.encoding import canonicalize
from didgate.errors import InvalidInput, VerificationError
from didgate.holder import receiving
from didgate.holder.accounts import HolderAccount
from didgate.holder.checks import Contact, check_challenge
from didgate.holder.choose import Pick, choose
from didgate.holder.held import Held
from didgate.holder.keyring import Keyring
from didgate.holder.on_chain import ChainPlan, ChainRequest, chain_credential
from didgate.holder.plan import Disclosure, Plan, planned
from didgate.holder.store import SealedStore
from didgate.holder.supplies import Supplies, SupplyStore
from didgate.keys import DigestSigner, Signer
from didgate.policy import CredentialLeaf, Policy, conditions_met, dcql, decode, explain
from didgate.ports import Clock, SystemClock
from didgate.query import Query, match, parse_query

CLOCK_SKEW = timedelta(minutes=1)

_NAME_LENGTH = 16
_NONE = Supplies()


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential in the wallet, for its holder's eyes.

    Args:
        id: the wallet's name for it.
        form: how it is secured.
        type: type URL or ``vct``.
        issuer: the issuer's DID.
        claims: all its claims as JSON.
        valid_until: end of validity, exclusive, aware UTC.
        is_linkable: whether two uses of it can be told to be by the same holder.
    """

    id: str
    form: CredentialForm
    type: str
    issuer: str
    claims: Mapping[str, Any] = field(repr=False)
    valid_until: datetime
    is_linkable: bool


class Wallet:
    """Keeps a holder's credentials and keys, sealed, in a database.

    Args:
        engine: from ``didgate.stores.open_engine``.
        key: the wallet's key, 32 secret bytes.
        sources: the registries and DIDs that the holder relies on. What they do not hold is not
            stored: a schema or a key made for one holder would mark that holder.
        signers: keys outside the wallet that credentials confirm, such as a hardware module's.
        accounts: accounts whose keys are outside the wallet; a bare secp256k1 key stands for an
            account that signs typed data.
        clock: tells the time.

    Raises:
        InvalidInput: ``invalid_wallet_key`` or ``wrong_wallet_key``.
    """

    def __init__(
        self,
        engine: sa.Engine,
        key: bytes,
        *,
        sources: EvidenceSources,
        signers: Iterable[Signer] = (),
        accounts: Iterable[DigestSigner | HolderAccount] = (),
        clock: Clock | None = None,
    ) -> None:
        self._store = SealedStore(engine, key)
        self._sources = sources
        self._clock = clock or SystemClock()
        self._opened: dict[str, Held] = {}
        self.keys = Keyring(self._store, signers, accounts)
        self.supplies = SupplyStore(self._store)

    def add(self, credential: Mapping[str, Any] | str) -> StoredCredential:
        """Verify a credential that an issuer sent, and store it.

        Args:
            credential: the JSON of an attribute credential, or an SD-JWT in compact form.

        Raises:
            VerificationError: ``unknown_schema``, ``unknown_key``, ``unknown_issuer``,
                ``validity_off_granularity``, ``credential_expired``, ``credential_from_future``
                or what else does not hold.
            InvalidInput: ``unknown_holder_key`` if it confirms a key that the wallet lacks.
            ChainError: the sources could not be asked.
        """
        content = receiving.receive(credential, self._sources)
        name = hashlib.sha256(canonicalize(content)).hexdigest()[:_NAME_LENGTH]
        held = Held.of(name, receiving.restore(content))
        _check_period(held, self._clock.now())
        if held.holder_key is not None:
            self.keys.signer(held.holder_key)
        self._store.put("credential", name, content)
        self._opened[name] = held
        return _stored(held)

    def list(self) -> tuple[StoredCredential, ...]:
        """Return all credentials, expired ones too, those that last longest first."""
        return tuple(map(_stored, self._held()))

    def show(self, credential: str) -> StoredCredential:
        """Return one credential.

        Raises:
            InvalidInput: ``unknown_credential``.
        """
        for held in self._held():
            if held.id == credential:
                return _stored(held)
        raise InvalidInput("unknown_credential", "the wallet holds no such credential")

    def remove(self, credential: str) -> None:
        """Forget a credential.

        Raises:
            InvalidInput: ``unknown_credential``.
        """
        if not self._store.remove("credential", credential):
            raise InvalidInput("unknown_credential", "the wallet holds no such credential")
        self._opened.pop(credential, None)

    def match(
        self,
        challenge: Challenge,
        contact: Contact,
        *,
        account: str | None = None,
        supplies: Supplies = _NONE,
    ) -> Plan:
        """Find the least revealing answer to a challenge, without disclosing anything.

        Args:
            challenge: as received.
            contact: whom the client talks to, and with which key.
            account: which account to use where the policy asks for one; by default the one that
                serves best as far as the wallet knows, else its first.
            supplies: Merkle proofs and attestations beside those that the wallet keeps.

        Raises:
            InvalidInput: ``cannot_satisfy`` if the wallet has no answer, ``unknown_account``, or
                why the challenge is not to be answered at all.
        """
        now = self._clock.now()
        policy, query = check_challenge(challenge, contact, now)
        own = self.keys.addresses()
        accounts = own if account is None else [self.keys.account(account).address]
        answers = {} if query is None else self._answers(policy, query, now)
        choice = choose(policy, answers, accounts, self.supplies.all() + supplies, now)
        if choice is None:
            raise InvalidInput("cannot_satisfy", "nothing in the wallet satisfies the policy")
        return planned(challenge, choice, explain(policy))

    def present(self, plan: Plan, contact: Contact) -> Presentation:
        """Disclose what a plan says, and nothing else.

        Args:
            plan: from ``match``, consented to.
            contact: as for ``match``; everything about the challenge is checked again.

        Raises:
            InvalidInput: why the challenge is not to be answered (any more), or
                ``unknown_credential`` if one was removed meanwhile.
        """
        now = self._clock.now()
        challenge = plan.challenge
        check_challenge(challenge, contact, now)
        by_id = {held.id: held for held in self._held()}
        picked = [(each, _pick(by_id, each)) for each in plan.disclosures]
        bundle = bundle_hash([held.disclosed(each.leaf, each.paths) for each, held in picked])
        credentials = {}
        for index, (each, held) in enumerate(picked):
            access = gate_access_digest(challenge, bundle, index)
            credentials[each.leaf] = held.present(
                each.paths, challenge, access, self.keys.signer, now
            )
        accounts = [self.keys.account(address) for address in plan.accounts]
        proofs = tuple(account.prove(challenge, bundle, now) for account in accounts)
        return Presentation(credentials, proofs, plan.memberships, plan.attestations)

    def match_statement(self, request: ChainRequest, *, supplies: Supplies = _NONE) -> ChainPlan:
        """Find the least revealing way to show a contract what its policy asks for.

        Args:
            request: the statement, from ``Contracts.request``.
            supplies: Merkle proofs and attestations beside those that the wallet keeps.

        Raises:
            InvalidInput: ``cannot_satisfy`` if the wallet has no answer, or ``statement_expired``.
        """
        now = self._clock.now()
        request.check_open(now)
        policy = decode(request.policy)
        query = dcql(policy)
        answers = self._answers(policy, parse_query(query), now) if query else {}
        accounts = [request.access.account]
        choice = choose(policy, answers, accounts, self.supplies.all() + supplies, now)
        if choice is None:
            raise InvalidInput("cannot_satisfy", "nothing in the wallet satisfies the policy")
        return planned(request, choice, explain(policy))

    def present_statement(self, plan: ChainPlan) -> ChainPresentation:
        """Disclose to a contract what a plan says; all that is sent to a chain stays public.

        Args:
            plan: from ``match_statement``, consented to.

        Raises:
            InvalidInput: ``statement_expired``, ``unknown_credential``, or ``unknown_account`` if
                the account neither calls itself nor is the wallet's.
        """
        now, request = self._clock.now(), plan.challenge
        request.check_open(now)
        by_id = {held.id: held for held in self._held()}
        picked = [(each, _pick(by_id, each)) for each in plan.disclosures]
        parts = [held.disclosed(each.leaf, each.paths) for each, held in picked]
        bundle = bundle_hash(parts)
        shown = tuple(
            chain_credential(request, held, each, part, bundle, index, self.keys.signer, now)
            for index, ((each, held), part) in enumerate(zip(picked, parts, strict=True))
        )
        return ChainPresentation(
            credentials=shown,
            memberships=tuple((each.root, each.proof) for each in plan.memberships),
            attestations=plan.attestations,
            account_signature=self._account_signature(plan, bundle),
        )

    def _account_signature(self, plan: ChainPlan, bundle: bytes) -> bytes:
        """Return the account's signature where a leaf judges it and it does not call itself."""
        access = plan.challenge.access
        if not plan.accounts or access.consumer == access.account:
            return b""
        account = self.keys.account(access.account)
        return account.sign_statement(access, plan.challenge.domain, bundle)

    def _answers(self, policy: Policy, query: Query, now: datetime) -> dict[str, tuple[Pick, ...]]:
        by_id = {held.id: held for held in self._held()}
        leaves = policy.credentials
        matching = match(
            query,
            [held.candidate() for held in by_id.values()],
            accept=lambda leaf, candidate: _satisfies(by_id[candidate.name], leaves[leaf], now),
        )
        return {
            leaf: tuple((by_id[answer.candidate], answer.disclosed) for answer in answers)
            for leaf, answers in matching.possible.items()
        }

    def _held(self) -> tuple[Held, ...]:
        entries = self._store.all("credential")
        for name in entries.keys() - self._opened.keys():
            self._opened[name] = Held.of(name, receiving.restore(entries[name]))
        # Of credentials that reveal the same, the one that lasts longest is taken.
        held = (self._opened[name] for name in entries)
        return tuple(sorted(held, key=lambda each: each.valid_until, reverse=True))


def _check_period(held: Held, now: datetime) -> None:
    if held.valid_until <= now:
        raise VerificationError("credential_expired", "the credential has expired")
    if held.fresh_since > now + CLOCK_SKEW:
        raise VerificationError("credential_from_future", "the credential is dated ahead")


def _satisfies(held: Held, leaf: CredentialLeaf, now: datetime) -> bool:
    fresh = not leaf.max_age or held.fresh_since + timedelta(seconds=leaf.max_age) > now
    accepted = leaf.issuers is None or held.issuer in leaf.issuers
    return now < held.valid_until and fresh and accepted and conditions_met(leaf, held.claims)


def _pick(by_id: Mapping[str, Held], disclosure: Disclosure) -> Held:
    if disclosure.credential not in by_id:
        raise InvalidInput("unknown_credential", "a credential of the plan is gone")
    return by_id[disclosure.credential]


def _stored(held: Held) -> StoredCredential:
    return StoredCredential(
        held.id,
        held.form,
        held.type,
        held.issuer,
        held.json_claims(),
        held.valid_until,
        held.is_linkable,
    )
