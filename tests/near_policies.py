"""Policies that differ a little, and worlds in which that matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from property.policy_strategies import (
    ACCOUNTS,
    ATTESTERS,
    DIDS,
    KEYS,
    NOW,
    SECONDS,
    UIDS,
    attestations,
    compiles,
    composites,
    conditions,
    fitting,
    pin,
    present,
    tokens,
    windows,
)
from property.policy_strategies import leaves as single

from didgate.chain.facts import (
    AttestationFact,
    Block,
    Facts,
    IssuerFact,
    KeyFact,
    KeyKind,
    KeyState,
    TokenStandard,
)
from didgate.credentials.identifiers import issuer_id
from didgate.credentials.verified import (
    CredentialForm,
    unsafe_verified_credential,
)
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
    TimeLeaf,
    TokenLeaf,
    Verdict,
    evaluate,
)
from didgate.policy.compare import Conclusion
from didgate.policy.pointer import pointer_segments
from didgate.policy.tree import leaves
from didgate.policy.values import ORDERED, order_key, type_of

NO_GAIN = {Conclusion.EQUAL, Conclusion.NARROWS}
NO_LOSS = {Conclusion.EQUAL, Conclusion.WIDENS}
many = settings(
    deadline=None,
    max_examples=500,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


ages = st.sampled_from((0, 60, 86400))


@dataclass(frozen=True)
class World:
    """What someone holds and what the registries hold, for whatever policy."""

    wallet: tuple[dict[str, Any], ...]
    accounts: tuple[str, ...]
    supplied: dict[str, Any]
    facts: Facts

    def allows(self, policy: Policy) -> bool:
        """Whether some choice of credentials is allowed."""
        options = []
        for name, leaf in policy.credentials.items():
            alike = [c for c in self.wallet if c["type_id"] == leaf.type_id]
            options.append([None, *({**c, "leaf": name} for c in alike)])
        hashes = {r.address: r.code_hash for _, r in policy.registries.pinned()}
        facts = replace(self.facts, code_hashes=hashes)
        return any(
            evaluate(policy, present(shown, self.accounts, **self.supplied), facts, NOW).verdict
            is Verdict.TRUE
            for choice in product(*options)
            for shown in [tuple(unsafe_verified_credential(**c) for c in choice if c)]
        )


@st.composite
def worlds(draw: st.DrawFn, *of: Policy) -> World:
    asked = [leaf for policy in of for leaf in leaves(policy.allow)]
    shown = [leaf for leaf in asked if isinstance(leaf, CredentialLeaf)]
    wallet = tuple(draw(credential(leaf)) for leaf in draw(st.permutations(shown))[:4])
    ages = sorted({0, *(getattr(leaf, "min_age", 0) for leaf in asked)})
    added = rarely(st.none(), st.sampled_from([SECONDS - age + s for age in ages for s in (0, 1)]))
    accounts = draw(rarely(st.just(()), st.just(ACCOUNTS[:1])))
    registered = rarely(st.none(), st.just(IssuerFact("0x", 0)))
    roots = sorted({leaf.root for leaf in asked if isinstance(leaf, MerkleLeaf)})
    proofs = [(root, account) for root in roots for account in accounts if draw(st.integers(0, 5))]
    facts = Facts(
        block=Block(1, bytes(32), SECONDS + draw(rarely(st.sampled_from((-3, 5)), st.just(0)))),
        issuers={issuer_id(did): draw(registered) for did in DIDS},
        accreditations={
            (issuer_id(did), c["type_id"]): draw(added) for did in DIDS for c in wallet
        },
        keys={c["key_id"]: key_of(c, draw(added) or 0) for c in wallet if c["key_id"]},
        revoked={},
        list_entries=draw(answers(asked, AddressLeaf, lambda leaf: leaf.list_id, added)),
        tokens=draw(answers(asked, TokenLeaf, lambda leaf: leaf.question, balances(asked))),
        attestations={
            (registry.address, uid): draw(attestation(asked))
            for policy in of
            if (registry := policy.registries.attestations)
            for uid in UIDS
        },
    )
    supplied = {"memberships": frozenset(proofs), "attestations": UIDS}
    return World(wallet, accounts, supplied, facts)


@st.composite
def answers(
    draw: st.DrawFn, asked: list[Any], kind: type, subject: Any, values: st.SearchStrategy[Any]
) -> dict[Any, Any]:
    """Return what registries or tokens say about accounts; some was not read."""
    subjects = dict.fromkeys(subject(leaf) for leaf in asked if isinstance(leaf, kind))
    pairs = [(each, account) for each in subjects for account in ACCOUNTS]
    return {pair: draw(values) for pair in pairs if draw(st.integers(0, 9))}


def balances(asked: list[Any]) -> st.SearchStrategy[int]:
    amounts = {leaf.amount for leaf in asked if isinstance(leaf, TokenLeaf)}
    return st.sampled_from(sorted({0, *amounts, *(each - 1 for each in amounts)}))


@st.composite
def attestation(draw: st.DrawFn, asked: list[Any]) -> AttestationFact:
    leaf = draw(st.sampled_from([each for each in asked if isinstance(each, AttestationLeaf)]))
    old = [age for age in (leaf.min_age, leaf.max_age) if age < SECONDS]
    return AttestationFact(
        schema=leaf.schema,
        time=SECONDS - draw(st.sampled_from([0, *old])) + draw(st.integers(0, 1)),
        expiration=0,
        revocation=0,
        recipient=ACCOUNTS[0],
        attester=draw(st.sampled_from(leaf.attesters)),
    )


def rarely(odd: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from((usual,) * 7 + (odd,)).flatmap(lambda chosen: chosen)


def key_of(shown: dict[str, Any], added_at: int) -> KeyFact:
    attribute = shown["form"] is CredentialForm.ATTRIBUTE
    kind = KeyKind.BBS if attribute else KeyKind.P256
    return KeyFact(shown["issuer_id"], kind, KeyState.ACTIVE, added_at, 0, b"")


@st.composite
def credential(draw: st.DrawFn, leaf: CredentialLeaf) -> dict[str, Any]:
    issuer = draw(st.sampled_from(leaf.issuers or DIDS))
    attribute = leaf.form is CredentialForm.ATTRIBUTE
    ages = [0, leaf.max_age - 1, leaf.max_age] if 0 < leaf.max_age < 10**6 else [0, 59, 10**6]
    key_id = issuer_id(issuer + leaf.type_id.hex())
    return {
        "form": leaf.form,
        "type": "urn:type",
        "type_id": leaf.type_id,
        "schema_id": leaf.schema_id,
        "issuer": issuer,
        "issuer_id": issuer_id(issuer),
        "key_id": key_id if attribute or draw(st.booleans()) else None,
        "claims": draw(claims_near(leaf)),
        "valid_until": NOW + timedelta(seconds=99),
        "fresh_since": NOW - timedelta(seconds=draw(st.sampled_from(ages))),
        "status": None,
        "holder_key": None if attribute else draw(st.sampled_from(KEYS)),
    }


@st.composite
def claims_near(draw: st.DrawFn, leaf: CredentialLeaf) -> dict[str, Any]:
    """Return claims at the edges of what a leaf asks for."""
    claims: dict[str, Any] = {}
    for condition in leaf.claims:
        value = draw(st.sampled_from([fitting(condition), *condition.operands]))
        if type_of(value) in ORDERED:
            value = nudged(value, draw(rarely(st.sampled_from((-1, 1)), st.just(0))))
        if not draw(st.integers(0, 19)):
            continue
        *path, last = pointer_segments(condition.claim)
        target = claims
        for segment in path:
            target = target.setdefault(segment, {})
        target[last] = value
    return claims


def nudged(value: Any, step: int) -> Any:
    try:
        return type(value)(order_key(value) + step)
    except InvalidInput:
        return value


@st.composite
def variants(draw: st.DrawFn, node: Any) -> Any:
    """Return a tree with a leaf or two changed a little, or a branch more or less."""
    match node:
        case Not():
            return Not(draw(variants(node.child)))
        case All(holder=Holder()) if draw(st.booleans()) and len(node.children) == 2:
            return replace(node, holder=draw(st.sampled_from(Holder)))
        case All() | Any_() | AtLeast():
            children = [draw(variants(child)) for child in node.children]
            need = {}
            if isinstance(node, AtLeast) and draw(st.booleans()):
                need = {"need": draw(st.integers(1, len(children)))}
            if len(children) > 2 and not draw(st.integers(0, 5)):
                children.pop()
                need = {"need": min(node.need, 2)} if isinstance(node, AtLeast) else {}
            return replace(node, children=tuple(children), **need)
        case _:
            return draw(near_leaf(node))


@st.composite
def near_leaf(draw: st.DrawFn, node: Any) -> Any:
    match node:
        case CredentialLeaf() if draw(st.booleans()):
            return draw(near_credential(node))
        case AddressLeaf() if draw(st.booleans()):
            return replace(node, min_age=draw(ages))
        case TokenLeaf() if node.amount > 1 or node.id == 0:
            whole = node.standard in {TokenStandard.ERC20_BALANCE, TokenStandard.ERC721_BALANCE}
            return replace(node, amount=draw(st.sampled_from((1, 2, 3)))) if whole else node
        case AttestationLeaf():
            return draw(near_attestation(node))
        case TimeLeaf() if draw(st.booleans()):
            return draw(windows())
        case _:
            return node


@st.composite
def near_attestation(draw: st.DrawFn, leaf: AttestationLeaf) -> AttestationLeaf:
    named = st.lists(st.sampled_from(ATTESTERS), min_size=1, unique=True).map(tuple)
    changes = {"attesters": named, "min_age": ages, "max_age": ages}
    change = draw(st.sampled_from(sorted(changes)))
    return replace(leaf, **{change: draw(changes[change])})


kinds_of_change = st.integers(0, 5)


@st.composite
def near_credential(
    draw: st.DrawFn, leaf: CredentialLeaf, changes: st.SearchStrategy[int] = kinds_of_change
) -> CredentialLeaf:
    named = st.lists(st.sampled_from(DIDS), min_size=1, max_size=3, unique=True).map(tuple)
    change = draw(changes)
    if change == 0:
        return replace(leaf, issuers=draw(st.none() | named))
    if change == 1:
        return replace(leaf, min_age=draw(ages))
    if change == 2:
        return replace(leaf, max_age=draw(ages))
    if change == 3:
        return replace(leaf, claims=leaf.claims[1:])
    if change == 4:
        return replace(leaf, claims=tuple(draw(near_condition(c)) for c in leaf.claims))
    more = draw(st.lists(conditions(leaf.form), max_size=2, unique_by=lambda c: c.claim))
    taken = {c.claim for c in more}
    kept = tuple(c for c in leaf.claims if c.claim not in taken)
    return replace(leaf, claims=(*kept, *more))


@st.composite
def near_condition(draw: st.DrawFn, condition: Condition) -> Condition:
    ordered = type_of(condition.operands[0]) in ORDERED
    if not ordered:
        return replace(condition, operator=Operator.EQUALS, operands=condition.operands[-1:])
    low, high = sorted(nudged(draw(st.sampled_from(condition.operands)), n) for n in (-1, 1))
    operator = draw(st.sampled_from(Operator))
    both = operator in {Operator.IN, Operator.BETWEEN}
    return Condition(
        condition.claim, operator, (low, high) if both else (draw(st.sampled_from((low, high))),)
    )


@st.composite
def simple(draw: st.DrawFn) -> Any:
    """Return a small tree of a kind that is easily judged wrongly."""
    kind = draw(st.integers(0, 4))
    first, second, third = (AddressLeaf(bytes([n] * 32), draw(ages)) for n in (1, 2, 3))
    if kind == 0:
        return draw(attestations)
    if kind == 1:
        return All((first, Not(draw(st.sampled_from((second, draw(tokens())))))))
    if kind == 4:
        return draw(tokens())
    if kind == 2:
        return AtLeast(draw(st.integers(1, 3)), (first, second, third))
    pair = tuple(CredentialLeaf(None, vct=f"urn:{n}") for n in "ab")
    return All(pair, draw(st.sampled_from(Holder)))


few_leaves = simple() | st.recursive(single, composites, max_leaves=3).filter(compiles)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Return two policies that have much in common, mostly."""
    old = draw(few_leaves)
    new = draw(variants(old) | variants(old) | few_leaves | few_leaves.map(lambda t: All((old, t))))
    new = draw(rarely(st.just(Any_((old, new))), st.just(new)))
    try:
        return Policy(old, 60, None, pin(old)), Policy(new, 60, None, pin(new))
    except InvalidInput:
        return (policy := Policy(old, 60, None, pin(old))), policy
