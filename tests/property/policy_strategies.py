"""Random policies that compile, presentations that answer them, and facts to judge them by."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

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
    Address,
    ContractAccount,
    CredentialForm,
    Date,
    DateTime,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner
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
    TimeLeaf,
    TokenLeaf,
    facts_needed,
)
from didgate.policy.pointer import pointer_segments
from didgate.policy.registries import needed_kinds
from didgate.policy.rules import check_tree, every_branch_shows_key, shows_two_credentials
from didgate.policy.tree import credential_leaves
from didgate.policy.tree import leaves as leaves_of
from didgate.policy.values import encode_value, order_key

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ACCOUNTS = (
    "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
    "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF",
)
DIDS = ("did:web:a.example", "did:web:b.example", "did:key:zX", "did:ethr:0x1:0xab")
KEYS = tuple(SoftwareSigner.generate(KeyAlgorithm.P256).public_key for _ in range(2))
SECRET = "undisclosed-to-receipts"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.encode(errors="ignore").decode())


texts = st.text(max_size=12).map(_nfc) | st.sampled_from(("NL", "auditor"))
integers = st.integers(-(2**53) + 1, 2**53 - 1) | st.integers(-3, 3)
dates = st.dates().map(Date.of)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda m: DateTime.of(m.replace(microsecond=0)))
addresses = st.binary(min_size=20, max_size=20).map(Address.of)
ids = st.sampled_from([bytes([fill] * 32) for fill in range(1, 6)])
seconds = st.sampled_from((0, 0, 0, 1, 60, 86400, 2**32 - 1))


def values(form: CredentialForm) -> list[st.SearchStrategy[Any]]:
    """Return a strategy for each type of operand that the form knows."""
    native: list[st.SearchStrategy[Any]] = [texts, integers, st.booleans()]
    if form is CredentialForm.SD_JWT:
        return native
    return [*native, dates, moments, addresses, st.binary(max_size=9)]


@st.composite
def conditions(draw: st.DrawFn, form: CredentialForm) -> Condition:
    name = draw(st.sampled_from(("role", "level", "born", "x-1")))
    if form is CredentialForm.SD_JWT and draw(st.booleans()):
        name = draw(st.sampled_from(("/address/country", "/~1odd/~0", "über", "a b")))
    kinds = values(form)
    kind = draw(st.sampled_from(kinds))
    ordered = [integers, dates, moments]
    operators = list(Operator) if any(kind is o for o in ordered) else list(Operator)[:2]
    operator = draw(st.sampled_from(operators))
    if operator is Operator.BETWEEN:
        pair = draw(st.lists(kind, min_size=2, max_size=2, unique_by=order_key))
        return Condition(name, operator, tuple(sorted(pair, key=order_key)))
    if operator is Operator.IN:
        many = draw(st.lists(kind, min_size=2, max_size=4, unique_by=encode_value))
        return Condition(name, operator, tuple(many))
    return Condition(name, operator, (draw(kind),))


@st.composite
def credentials(draw: st.DrawFn) -> CredentialLeaf:
    form = draw(st.sampled_from(CredentialForm))
    attribute = form is CredentialForm.ATTRIBUTE
    named = st.lists(st.sampled_from(DIDS), min_size=1, max_size=3, unique=True).map(tuple)
    claims = draw(st.lists(conditions(form), max_size=3, unique_by=lambda c: c.claim))
    return CredentialLeaf(
        issuers=draw(st.none() | named),
        schema_id=draw(ids) if attribute else None,
        vct=None if attribute else draw(st.sampled_from(("https://a.example", "urn:b", "c"))),
        min_age=draw(seconds),
        max_age=draw(seconds),
        claims=tuple(claims),
    )


@st.composite
def windows(draw: st.DrawFn) -> TimeLeaf:
    bounds = draw(
        st.lists(st.integers(SECONDS - 99, SECONDS + 30), min_size=2, max_size=2, unique=True)
    )
    start, end = map(DateTime, sorted(bounds))
    return draw(st.sampled_from((TimeLeaf(start, end), TimeLeaf(start), TimeLeaf(None, end))))


contracts = st.sampled_from([Address.of(bytes([fill] * 20)).text for fill in (0xA1, 0xA2)])
ATTESTERS = tuple(Address.of(bytes([fill] * 20)).text for fill in (0xB1, 0xB2, 0xB3))
UIDS = tuple(bytes([fill] * 32) for fill in (0xD1, 0xD2))
amounts = st.sampled_from((1, 1, 2, 2**256 - 1))


@st.composite
def tokens(draw: st.DrawFn) -> TokenLeaf:
    standard = draw(st.sampled_from(TokenStandard))
    whole = standard in {TokenStandard.ERC20_BALANCE, TokenStandard.ERC721_BALANCE}
    single = standard in {TokenStandard.ERC721_OWNER, TokenStandard.ERC4907_USER}
    number = 0 if whole else draw(st.sampled_from((0, 1, 2**256 - 1)))
    return TokenLeaf(standard, draw(contracts), number, 1 if single else draw(amounts))


attestations = st.builds(
    AttestationLeaf,
    ids,
    st.lists(st.sampled_from(ATTESTERS), min_size=1, unique=True).map(tuple),
    seconds,
    seconds,
)
negatable = st.builds(AddressLeaf, ids, seconds) | tokens()
on_accounts = negatable | st.builds(MerkleLeaf, ids) | attestations
leaves = credentials() | on_accounts | windows()


@st.composite
def composites(draw: st.DrawFn, children: st.SearchStrategy[Any]) -> Any:
    """Return a node that keeps the rules as far as its children let it."""
    nodes = tuple(draw(st.lists(children, min_size=2, max_size=4)))
    kind = draw(st.sampled_from((All, Any_, AtLeast, Not)))
    if kind is Any_:
        return Any_(nodes)
    if kind is Not:
        return _negation(draw, nodes[0])
    need = draw(st.integers(1, len(nodes))) if kind is AtLeast else len(nodes)
    holder = _holder(draw, nodes, need)
    return All(nodes, holder) if kind is All else AtLeast(need, nodes, holder)


def _negation(draw: st.DrawFn, node: Any) -> Any:
    if credential_leaves(node):
        return Not(draw(windows()))
    negated = draw(negatable | st.lists(negatable, min_size=2, max_size=3).map(tuple).map(Any_))
    return All((draw(on_accounts), Not(negated)))


def _holder(draw: st.DrawFn, nodes: tuple[Any, ...], need: int) -> Holder | None:
    if not shows_two_credentials(nodes, need):
        return None
    forms = {leaf.form for node in nodes for leaf in credential_leaves(node)}
    provable = forms == {CredentialForm.SD_JWT}
    return draw(st.sampled_from(Holder)) if provable else Holder.ANY


def compiles(tree: Any) -> bool:
    try:
        check_tree(tree, "allow")
    except InvalidInput:
        return False
    return True


trees = st.recursive(leaves, composites, max_leaves=8).filter(compiles)


def pin(tree: Any) -> Registries:
    """Return pins for exactly the registries that a tree needs."""
    pins = {
        kind.name.lower(): Registry(Address.of(bytes([kind] * 20)).text, bytes([kind] * 32))
        for kind in needed_kinds(tree)
    }
    return Registries(**pins)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Return a policy that compiles."""
    tree = draw(trees)
    quota = st.none()
    if every_branch_shows_key(tree):
        quota |= st.builds(Quota, st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
    return Policy(tree, draw(st.integers(1, 300)), draw(quota), pin(tree))


def fitting(condition: Condition) -> Any:
    """Return a value that meets a condition."""
    return condition.operands[-1 if condition.operator is Operator.BETWEEN else 0]


def disclosed(draw: st.DrawFn, leaf: CredentialLeaf) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for condition in leaf.claims:
        odd = st.sampled_from((None, True, 3, 2**60, 1.5, SECRET, [1], {"country": SECRET}))
        value = draw(st.just(fitting(condition)) | st.just(fitting(condition)) | odd)
        if draw(st.integers(0, 9)):
            *way, last = pointer_segments(condition.claim)
            target = claims
            for segment in way:
                target = target.setdefault(segment, {})
            target[last] = value
    return claims


CONTRACT_ACCOUNTS = (
    ContractAccount("0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69", bytes([1] * 32), b"a"),
    ContractAccount("0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69", bytes([1] * 32), b"b"),
)
accounts = st.sampled_from((ACCOUNTS[:1], ACCOUNTS, ACCOUNTS[1:], ()))


@st.composite
def presentations(draw: st.DrawFn, policy: Policy) -> VerifiedPresentation:
    """Return a presentation that answers some leaves of a policy, more or less well."""
    shown = []
    for name, leaf in policy.credentials.items():
        if not draw(st.integers(0, 4)):
            continue
        issuer = draw(st.sampled_from(leaf.issuers or DIDS))
        attribute = leaf.form is CredentialForm.ATTRIBUTE
        shown.append(
            unsafe_verified_credential(
                leaf=name,
                form=leaf.form,
                type="urn:type",
                type_id=draw(st.sampled_from((leaf.type_id,) * 9 + (bytes(32),))),
                schema_id=leaf.schema_id,
                issuer=issuer,
                issuer_id=issuer_id(issuer),
                key_id=bytes([7] * 32) if attribute or draw(st.booleans()) else None,
                claims=disclosed(draw, leaf),
                valid_until=NOW + timedelta(seconds=draw(st.sampled_from((99, 99, 99, 1, 0, -1)))),
                fresh_since=draw(st.sampled_from((None, NOW, NOW - timedelta(days=2)))),
                status=draw(st.none() | st.just((bytes([9] * 32), 5))),
                holder_key=None if attribute else draw(st.sampled_from(KEYS)),
            )
        )
    controlled = draw(accounts)
    asked = draw(st.sampled_from(((), CONTRACT_ACCOUNTS[:1], CONTRACT_ACCOUNTS)))
    addresses = [*controlled, *(account.address for account in asked)]
    roots = {leaf.root for leaf in leaves_of(policy.allow) if isinstance(leaf, MerkleLeaf)}
    proved = [(root, address) for root in sorted(roots) for address in addresses]
    return present(
        tuple(shown),
        controlled,
        contract_accounts=asked,
        memberships=frozenset(pair for pair in proved if draw(st.integers(0, 3))),
        attestations=draw(st.sampled_from((UIDS, UIDS[:1], ()))),
    )


def present(
    shown: tuple[Any, ...], controlled: tuple[str, ...], **supplied: Any
) -> VerifiedPresentation:
    """Return a presentation of credentials and accounts for no challenge in particular."""
    return unsafe_verified_presentation(
        resource=bytes(32),
        audience="",
        nonce="",
        policy_id=bytes(32),
        epoch=0,
        chain_id=1,
        deadline=0,
        jkt="",
        credentials=shown,
        addresses=controlled,
        **supplied,
    )


@st.composite
def facts(draw: st.DrawFn, policy: Policy, verified: VerifiedPresentation) -> Facts:
    """Return facts for a policy and a presentation: mostly good, some bad, some missing."""
    query = facts_needed(policy, verified)
    owner = {c.key_id: c for c in verified.credentials}
    added = st.sampled_from((0, 0, 0, SECONDS, SECONDS + 10, None))
    held = st.sampled_from((0, 1, 1, 2, 2**256 - 1))

    def key_fact(key_id: bytes) -> KeyFact | None:
        kind = KeyKind.BBS if owner[key_id].form is CredentialForm.ATTRIBUTE else KeyKind.P256
        state = draw(st.sampled_from((KeyState.ACTIVE, *KeyState)))
        fact = KeyFact(owner[key_id].issuer_id, kind, state, 0, SECONDS + 5, b"")
        return draw(st.sampled_from((fact, fact, fact, replace(fact, issuer_id=b""), None)))

    suspended = st.sampled_from((0, 0, 0, SECONDS + 99))
    issuer = st.builds(IssuerFact, st.just("0x"), suspended)
    complete = Facts(
        block=Block(1, bytes(32), SECONDS + draw(st.sampled_from((0, -3, 5)))),
        issuers={i: draw(issuer | st.none()) for i in sorted(query.issuers)},
        accreditations={entry: draw(added) for entry in sorted(query.accreditations)},
        keys={key_id: key_fact(key_id) for key_id in sorted(query.keys)},
        revoked={entry: draw(st.sampled_from((False, False, True))) for entry in query.revoked},
        list_entries={entry: draw(added) for entry in sorted(query.list_entries)},
        tokens={asked: draw(held) for asked in sorted(query.tokens)},
        attestations={
            asked: draw(st.none() | attestation_facts(policy, verified))
            for asked in sorted(query.attestations)
        },
        contract_signatures={
            asked: draw(st.sampled_from((True, True, False)))
            for asked in sorted(query.contract_signatures)
        },
        code_hashes={
            registry.address: draw(st.sampled_from((registry.code_hash,) * 19 + (bytes(32),)))
            for _, registry in policy.registries.pinned()
        },
    )
    return draw(st.just(complete) | fewer(complete))


@st.composite
def attestation_facts(
    draw: st.DrawFn, policy: Policy, verified: VerifiedPresentation
) -> AttestationFact:
    """Return an attestation that some leaf of the policy mostly accepts."""
    asked = [leaf for leaf in leaves_of(policy.allow) if isinstance(leaf, AttestationLeaf)]
    leaf = draw(st.sampled_from(asked))
    contracts = [account.address for account in verified.contract_accounts]
    about = st.sampled_from((*verified.addresses, *contracts, *ACCOUNTS[:1]))
    return AttestationFact(
        schema=draw(st.sampled_from((leaf.schema,) * 9 + (bytes(32),))),
        time=draw(st.sampled_from((0, SECONDS - 60, SECONDS - 3, SECONDS))),
        expiration=draw(st.sampled_from((0, 0, SECONDS + 99, SECONDS + 3, SECONDS))),
        revocation=draw(st.sampled_from((0,) * 9 + (1,))),
        recipient=draw(about),
        attester=draw(st.sampled_from(leaf.attesters * 3 + ATTESTERS)),
    )


MAPPINGS = tuple(field.name for field in fields(Facts) if field.name != "block")


@st.composite
def fewer(draw: st.DrawFn, complete: Facts) -> Facts:
    """Return the same facts, some of them unread."""
    kept = {
        name: {key: value for key, value in getattr(complete, name).items() if draw(st.booleans())}
        for name in MAPPINGS
    }
    return replace(complete, **kept)
