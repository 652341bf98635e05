"""Says in plain words what a leaf asks of an account, and whom one has to trust with it.

>>> *rests_on, = account_lines(MerkleLeaf(bytes(32)))
>>> rests_on[1:]
['  the list is fixed by its root: nobody is ever added or taken off']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from didgate.chain.facts import TokenStandard
from didgate.policy.tree import AccountLeaf, AddressLeaf, AttestationLeaf, MerkleLeaf, TokenLeaf
from didgate.policy.wording import duration, listed, plural

AT_ONCE = "the registry's owner can admit anyone at once"
ATTESTER_AT_ONCE = "the attester can admit anyone at once"


def account_lines(leaf: AccountLeaf) -> Iterator[str]:
    """Yield what a leaf asks for, and below it, indented, what it rests on."""
    yield f"the presenter controls an account {account_text(leaf)}"
    match leaf:
        case AddressLeaf():
            yield f"  {_entry_age(leaf)}"
        case MerkleLeaf():
            yield "  the list is fixed by its root: nobody is ever added or taken off"
        case TokenLeaf():
            yield f"  {_LENT[leaf.standard]}, if only for the moment of asking"
            yield "  whoever controls the contract decides who holds what, at once"
        case AttestationLeaf():
            yield f"  made by {listed(leaf.attesters, 'or')}, neither revoked nor expired"
            yield from (f"  {line}" for line in _attestation_ages(leaf))


def account_text(leaf: AccountLeaf) -> str:
    """Return what an account has to be, to continue "an account …"."""
    match leaf:
        case AddressLeaf():
            return f"on address list 0x{leaf.list_id.hex()}"
        case MerkleLeaf():
            return f"in the Merkle tree with root 0x{leaf.root.hex()}"
        case TokenLeaf():
            return _holding(leaf)
        case AttestationLeaf():
            return f"with an attestation (EAS) of schema 0x{leaf.schema.hex()}"


def judged_beside(leaves: Iterable[object]) -> Iterator[str]:
    """Yield what is judged of accounts beside the wallet's query."""
    kinds = {type(leaf) for leaf in leaves}
    named = [words for kind, words in _JUDGED.items() if kind in kinds]
    if named:
        yield f"control over an account, and {listed(named, 'and')}"


def negation_remarks(leaves: Iterable[object]) -> Iterator[str]:
    """Yield how whoever a ``not`` over these leaves keeps out comes in again."""
    kinds = {type(leaf) for leaf in leaves}
    if AddressLeaf in kinds:
        yield "(whoever is taken off the list is no longer kept out, at once)"
    if TokenLeaf in kinds:
        yield "(whoever moves the tokens to another account is no longer kept out, at once)"


_JUDGED = {
    AddressLeaf: "the address lists",
    MerkleLeaf: "the Merkle proofs",
    TokenLeaf: "the tokens",
    AttestationLeaf: "the attestations",
}

_LENT = {
    TokenStandard.ERC20_BALANCE: "a balance can be borrowed",
    TokenStandard.ERC721_BALANCE: "a balance can be borrowed",
    TokenStandard.ERC721_OWNER: "it can be lent or sold",
    TokenStandard.ERC1155_BALANCE: "a balance can be borrowed",
    TokenStandard.ERC4907_USER: "it can be lent or sold",
}


def _holding(leaf: TokenLeaf) -> str:
    match leaf.standard:
        case TokenStandard.ERC20_BALANCE:
            held = f"{plural(leaf.amount, 'smallest unit')} of the ERC-20 token"
        case TokenStandard.ERC721_BALANCE:
            held = f"{plural(leaf.amount, 'token')} of the ERC-721 contract"
        case TokenStandard.ERC1155_BALANCE:
            held = f"{leaf.amount} of token {leaf.id} of the ERC-1155 contract"
        case TokenStandard.ERC721_OWNER:
            return f"that owns token {leaf.id} of the ERC-721 contract {leaf.contract}"
        case TokenStandard.ERC4907_USER:
            return f"that is the user of token {leaf.id} of the ERC-4907 contract {leaf.contract}"
    return f"that holds at least {held} {leaf.contract}"


def _entry_age(leaf: AddressLeaf) -> str:
    if leaf.min_age:
        return f"an entry counts after {duration(leaf.min_age)} on the list"
    return AT_ONCE


def _attestation_ages(leaf: AttestationLeaf) -> Iterator[str]:
    if leaf.max_age:
        yield f"made less than {duration(leaf.max_age)} ago"
    if leaf.min_age:
        yield f"an attestation counts {duration(leaf.min_age)} after it was made"
    else:
        yield ATTESTER_AT_ONCE
