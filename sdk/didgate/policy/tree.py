"""The tree of a policy: what must hold, as ``all``, ``any``, ``atLeast`` and ``not`` over leaves.

Nodes are plain, immutable data in the order they were written. What a tree means is FORMATS §3;
``rules`` says which trees compile, ``node_bytes`` how they are encoded, ``evaluate`` whether they
hold. A ``didgate.policy.model.Policy`` keeps its tree in canonical order.

>>> adults = CredentialLeaf(
...     vct="https://id.example/person", issuers=None,
...     claims=(Condition("age", Operator.AT_LEAST, (18,)),),
... )
>>> tree = Any_((adults, AddressLeaf(bytes(32))))
>>> [type(leaf).__name__ for leaf in leaves(tree)]
['CredentialLeaf', 'AddressLeaf']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from didgate.chain.facts import TokenQuestion, TokenStandard
from didgate.credentials.identifiers import vct_type_id
from didgate.credentials.verified import ClaimValue, CredentialForm, DateTime
from didgate.policy.paths import item, member


class Operator(Enum):
    """What a condition demands of a claim; the value is the operator's name in JSON."""

    EQUALS = "equals"
    IN = "in"
    AT_LEAST = "atLeast"
    AT_MOST = "atMost"
    BETWEEN = "between"


class Holder(Enum):
    """Whether the credentials counted below a node must be held by one key."""

    SAME = "same"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Condition:
    """A demand on one claim.

    Args:
        claim: an attribute's name, the name of a top-level claim, or (SD-JWT only) a JSON pointer
            (RFC 6901) into nested objects.
        operator: what is demanded.
        operands: one value; two or more for ``in``; both ends, inclusive, for ``between``.
    """

    claim: str
    operator: Operator
    operands: tuple[ClaimValue, ...]


@dataclass(frozen=True, slots=True)
class CredentialLeaf:
    """Holds when a credential of one type, from an accepted issuer, meets every condition.

    Args:
        issuers: DIDs, or ``None`` for whoever the issuer registry accredits for the type.
        claims: the conditions, all of which must hold; at most one for each claim.
        schema_id: 32-byte schema id of an attribute credential; or else
        vct: the type of an SD-JWT VC.
        min_age: seconds that accreditation and key must have stood in the registry.
        max_age: seconds after issuing or refreshing during which it counts; 0 is for ever.
    """

    issuers: tuple[str, ...] | None
    claims: tuple[Condition, ...] = ()
    schema_id: bytes | None = None
    vct: str | None = None
    min_age: int = 0
    max_age: int = 0

    @property
    def form(self) -> CredentialForm:
        """The form that the type implies."""
        return CredentialForm.SD_JWT if self.schema_id is None else CredentialForm.ATTRIBUTE

    @property
    def type_id(self) -> bytes:
        """The 32 bytes by which the registries know the type: schema id or keccak256(vct)."""
        return vct_type_id(self.vct or "") if self.schema_id is None else self.schema_id

    @property
    def asks_accreditation(self) -> bool:
        """Whether the issuer must be accredited for the type.

        A named issuer of SD-JWTs need not be: its DID document vouches for its keys. For an
        attribute credential nothing but the registry does, and whoever may accredit issuers for
        some other type could enter a key under any DID that is not registered yet.
        """
        return self.issuers is None or self.form is CredentialForm.ATTRIBUTE


@dataclass(frozen=True, slots=True)
class AddressLeaf:
    """Holds when the presenter controls an account that stands on an address list.

    Args:
        list_id: 32-byte id of the list.
        min_age: seconds that the entry must have stood on the list.
    """

    list_id: bytes
    min_age: int = 0


@dataclass(frozen=True, slots=True)
class MerkleLeaf:
    """Holds when the presenter controls an account that is a leaf of a Merkle tree.

    Args:
        root: 32-byte root of a standard Merkle tree (OpenZeppelin) over one column of addresses.
    """

    root: bytes


@dataclass(frozen=True, slots=True)
class TokenLeaf:
    """Holds when an account that the presenter controls holds tokens, or may use one.

    Args:
        standard: what is asked of the contract.
        contract: EIP-55 address of the token's contract.
        id: which token, 0 to 2²⁵⁶ - 1; 0 where the question names none.
        amount: the least balance; 1 where the question is who owns or may use a token.
    """

    standard: TokenStandard
    contract: str
    id: int = 0
    amount: int = 1

    @property
    def question(self) -> TokenQuestion:
        """What to ask the contract."""
        return TokenQuestion(self.standard, self.contract, self.id)


@dataclass(frozen=True, slots=True)
class AttestationLeaf:
    """Holds when an accepted attester attested something about an account of the presenter.

    Args:
        schema: 32-byte UID of the schema in the Ethereum Attestation Service.
        attesters: EIP-55 addresses of whom is accepted.
        min_age: seconds after attesting from which it counts.
        max_age: seconds after attesting during which it counts; 0 is for ever.
    """

    schema: bytes
    attesters: tuple[str, ...]
    min_age: int = 0
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class TimeLeaf:
    """Holds from ``start`` until just before ``end``; ``None`` leaves that side open."""

    start: DateTime | None = None
    end: DateTime | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every child does; ``holder`` where two or more children show credentials."""

    children: tuple[Node, ...]
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801  # ``Any`` is taken by every typed module that would import it
    """Holds when at least one child does."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds when ``need`` of the children do."""

    need: int
    children: tuple[Node, ...]
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its child is known not to."""

    child: Node


AccountLeaf: TypeAlias = AddressLeaf | MerkleLeaf | TokenLeaf | AttestationLeaf
"""A leaf that judges an account of the presenter."""

SuppliedLeaf: TypeAlias = MerkleLeaf | AttestationLeaf
"""A leaf that judges what the presenter has to name: without that, it is false."""

Leaf: TypeAlias = CredentialLeaf | AccountLeaf | TimeLeaf
Node: TypeAlias = All | Any_ | AtLeast | Not | Leaf


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the children of a node in order; a leaf has none."""
    match node:
        case All() | Any_() | AtLeast():
            return node.children
        case Not():
            return (node.child,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in pre-order."""
    yield node
    for child in children_of(node):
        yield from walk(child)


def child_path(node: Node, path: str, index: int) -> str:
    """Return the path of a child of the node at ``path``."""
    match node:
        case All():
            return item(member(path, "all"), index)
        case Any_():
            return item(member(path, "any"), index)
        case AtLeast():
            return item(member(member(path, "atLeast"), "of"), index)
        case _:
            return member(path, "not")


def located_leaves(node: Node, path: str = "allow") -> Iterator[tuple[str, Leaf]]:
    """Yield the leaves at and below a node with their paths, in pre-order."""
    if isinstance(node, Leaf):
        yield path, node
    for index, child in enumerate(children_of(node)):
        yield from located_leaves(child, child_path(node, path, index))


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves at and below a node, in pre-order."""
    return (leaf for _, leaf in located_leaves(node))


def credential_leaves(node: Node) -> list[CredentialLeaf]:
    """Return the credential leaves at and below a node, in pre-order."""
    return [leaf for leaf in leaves(node) if isinstance(leaf, CredentialLeaf)]
