"""Random policies that compile, from a seeded generator: fast enough for a hundred thousand cases.

Names, types, issuers and contracts come from small pools, so that leaves meet what is shown for
others; and each node is as likely to be one that only just keeps the rules as any other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from didgate.chain.facts import TokenStandard
from didgate.credentials.verified import Address, CredentialForm, Date, DateTime
from didgate.errors import InvalidInput
from didgate.policy import (
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
    Policy,
    Quota,
    Registries,
    Registry,
    RegistryKind,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.registries import needed_kinds
from didgate.policy.rules import check_tree, every_branch_shows_key, shows_two_credentials
from didgate.policy.tree import credential_leaves
from didgate.policy.values import encode_value, order_key

SECONDS = 1_780_315_200  # 2026-06-01T12:00:00Z
DIDS = ("did:web:a.example", "did:web:b.example", "did:key:zX", "did:ethr:0x1:0xab")
SCHEMAS = tuple(bytes([fill] * 32) for fill in (1, 2, 3))
VCTS = ("https://a.example/employee", "urn:b", "c")
LISTS = tuple(bytes([fill] * 32) for fill in (4, 5))
ROOTS = 3
ATTESTERS = tuple(Address.of(bytes([fill] * 20)).text for fill in (0xA1, 0xA2, 0xA3))
ATTESTED = tuple(bytes([fill] * 32) for fill in (6, 7))
AGES = (0, 0, 0, 0, 60, 86_400)
ATTRIBUTE_NAMES = ("role", "level", "born", "seen", "home", "mark", "ok", "x-1")
SD_JWT_NAMES = ("role", "level", "ok", "/address/country", "/~1odd/~0", "über", "a b", "/~1iss")
ORDERED = (int, Date, DateTime)


@dataclass(frozen=True)
class Pool:
    """The contracts that policies may name.

    Args:
        registries: EIP-55 address for each kind of registry.
        tokens: EIP-55 addresses.
        code_hash: of the code of every registry.
        roots: roots of Merkle trees of accounts.
    """

    registries: dict[RegistryKind, str]
    tokens: tuple[str, ...]
    code_hash: bytes
    roots: tuple[bytes, ...] = field(default=tuple(bytes([i] * 32) for i in range(8, 8 + ROOTS)))


class PolicyMaker:
    """Makes policies from a generator of random numbers.

    Args:
        rng: the generator.
        pool: the contracts to name.
    """

    def __init__(self, rng: random.Random, pool: Pool) -> None:
        self.rng = rng
        self.pool = pool

    def policy(self) -> Policy:
        """Return a policy that compiles; now and then one that pins code that is not there."""
        while True:
            tree = self.node(self.rng.choice((1, 2, 2, 3, 3, 4)))
            try:
                check_tree(tree, "allow")
            except InvalidInput:
                continue
            return Policy(tree, self.rng.randint(1, 300), self.quota(tree), self.pins(tree))

    def restriction(self, active: Policy) -> Policy:
        """Return a policy whose pins mostly agree with another's."""
        other = self.policy()
        if self.rng.random() < 0.1:
            return other
        pins = {
            kind.name.lower(): active.registries.get(kind) or pinned
            for kind, pinned in other.registries.pinned()
        }
        return Policy(other.allow, other.grant_lifetime, other.quota, Registries(**pins))

    def quota(self, tree: Any) -> Quota | None:
        if self.rng.random() < 0.6 or not every_branch_shows_key(tree):
            return None
        return Quota(self.rng.randint(1, 2**32 - 1), self.rng.randint(1, 2**32 - 1))

    def pins(self, tree: Any) -> Registries:
        kinds = needed_kinds(tree)
        hashes = dict.fromkeys(kinds, self.pool.code_hash)
        if kinds and self.rng.random() < 0.08:
            hashes[self.rng.choice(kinds)] = bytes([0xEE] * 32)
        return Registries(
            **{
                kind.name.lower(): Registry(self.pool.registries[kind], hashes[kind])
                for kind in kinds
            }
        )

    def node(self, levels: int) -> Any:
        if levels <= 1:
            return self.leaf()
        kind = self.rng.choice((All, All, Any_, Any_, AtLeast, AtLeast, Not))
        if kind is Not:
            return self.negation(levels)
        children = tuple(self.node(levels - 1) for _ in range(self.rng.choice((2, 2, 3, 4))))
        if kind is Any_:
            return Any_(children)
        need = self.rng.randint(1, len(children)) if kind is AtLeast else len(children)
        holder = self.holder(children, need)
        return All(children, holder) if kind is All else AtLeast(need, children, holder)

    def negation(self, levels: int) -> Any:
        """Return a ``not`` that compiles, in an ``all`` where it judges an account."""
        if self.rng.random() < 0.3:
            return Not(self.window())
        positive = self.rng.choice((self.listed, self.token, self.member, self.attestation))()
        negated = [self.listed(), self.token(), self.window()]
        inner = self.rng.choice(
            (negated[0], negated[1], Any_(tuple(negated)), AtLeast(2, tuple(negated)))
        )
        more = (self.node(levels - 1),) if self.rng.random() < 0.4 else ()
        children = (positive, Not(inner), *more)
        return All(children, self.holder(children, len(children)))

    def holder(self, children: Sequence[Any], need: int) -> Holder | None:
        if not shows_two_credentials(tuple(children), need):
            return None
        forms = {leaf.form for child in children for leaf in credential_leaves(child)}
        if forms != {CredentialForm.SD_JWT}:
            return Holder.ANY
        return self.rng.choice((Holder.SAME, Holder.SAME, Holder.ANY))

    def leaf(self) -> Any:
        return self.rng.choices(
            (self.credential, self.listed, self.token, self.window, self.attestation, self.member),
            weights=(50, 12, 14, 10, 9, 5),
        )[0]()

    def credential(self) -> CredentialLeaf:
        rng = self.rng
        sd_jwt = rng.random() < 0.6
        form = CredentialForm.SD_JWT if sd_jwt else CredentialForm.ATTRIBUTE
        names = rng.sample(SD_JWT_NAMES if sd_jwt else ATTRIBUTE_NAMES, rng.choice((0, 1, 1, 2, 3)))
        named = tuple(rng.sample(DIDS, rng.choice((1, 1, 2, 3))))
        return CredentialLeaf(
            issuers=None if rng.random() < 0.4 else named,
            schema_id=None if sd_jwt else rng.choice(SCHEMAS),
            vct=rng.choice(VCTS) if sd_jwt else None,
            min_age=rng.choice(AGES),
            max_age=rng.choice(AGES),
            claims=tuple(self.condition(name, form) for name in names),
        )

    def condition(self, name: str, form: CredentialForm) -> Condition:
        native = (str, int, bool)
        kinds = (
            native if form is CredentialForm.SD_JWT else (*native, bytes, Date, DateTime, Address)
        )
        kind = self.rng.choice((*kinds, int))
        operators = tuple(Operator) if kind in ORDERED else (Operator.EQUALS, Operator.IN)
        operator = self.rng.choice(operators)
        count = {Operator.IN: self.rng.choice((2, 2, 3, 5)), Operator.BETWEEN: 2}.get(operator, 1)
        if kind is bool:
            count = min(count, 2)
        values: dict[bytes, Any] = {}
        while len(values) < count:
            value = self.value(kind)
            values[encode_value(value)] = value
        operands = list(values.values())
        if operator is Operator.BETWEEN:
            operands.sort(key=order_key)
        return Condition(name, operator, tuple(operands))

    def value(self, kind: type) -> Any:
        """Return a value of a type, among them the extremes."""
        rng = self.rng
        if kind is str:
            return rng.choice(("NL", "auditor", "", "ü", "x" * rng.randint(1, 70)))
        if kind is bytes:
            return rng.randbytes(rng.choice((0, 1, 32, 40)))
        if kind is bool:
            return rng.random() < 0.5
        if kind is Date:
            return Date(rng.choice((0, -719_162, 2_932_896, rng.randint(-30_000, 30_000))))
        if kind is DateTime:
            return DateTime(
                rng.choice((0, -62_135_596_800, 253_402_300_799, rng.randint(0, SECONDS)))
            )
        if kind is Address:
            return Address.of(bytes([rng.randint(0, 9)] * 20))
        return rng.choice(
            (0, 2**53 - 1, 1 - 2**53, rng.randint(-5, 5), rng.randint(-(2**52), 2**52))
        )

    def listed(self) -> AddressLeaf:
        return AddressLeaf(self.rng.choice(LISTS), self.rng.choice(AGES))

    def member(self) -> MerkleLeaf:
        return MerkleLeaf(self.rng.choice(self.pool.roots))

    def attestation(self) -> AttestationLeaf:
        attesters = tuple(self.rng.sample(ATTESTERS, self.rng.choice((1, 1, 2))))
        ages = self.rng.choice(AGES), self.rng.choice(AGES)
        return AttestationLeaf(self.rng.choice(ATTESTED), attesters, *ages)

    def token(self) -> TokenLeaf:
        rng = self.rng
        contract, standard = rng.choice(self.pool.tokens), rng.choice(tuple(TokenStandard))
        if standard <= TokenStandard.ERC721_BALANCE:
            return TokenLeaf(standard, contract, 0, rng.choice((1, 2, 1000, 2**256 - 1)))
        one = standard is not TokenStandard.ERC1155_BALANCE
        return TokenLeaf(
            standard, contract, rng.choice((0, 1, 2**255)), 1 if one else rng.choice((1, 9))
        )

    def window(self) -> TimeLeaf:
        first, last = sorted(self.rng.sample(range(SECONDS - 90, SECONDS + 60), 2))
        start, end = DateTime(first), DateTime(last)
        return self.rng.choice((TimeLeaf(start, end), TimeLeaf(start), TimeLeaf(None, end)))
