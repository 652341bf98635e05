"""Cases as the contracts see them: what was shown, what is asked of other contracts, and answers.

The evaluator takes the first from whoever calls it, and asks the second itself. The encodings are
written out here, for the tests compare them with those of the contracts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from didgate.chain.facts import AttestationFact, Facts, TokenStandard
from didgate.credentials.verified import (
    Address,
    CredentialForm,
    Date,
    DateTime,
    VerifiedPresentation,
)
from didgate.encoding import b64url_decode, keccak256
from didgate.keys import PublicKey
from didgate.policy import Policy, TokenLeaf
from didgate.policy.values import order_key, type_of

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
FORMS = {CredentialForm.ATTRIBUTE: 1, CredentialForm.SD_JWT: 2}
ONE_HOLDER = frozenset({TokenStandard.ERC721_OWNER, TokenStandard.ERC4907_USER})
OFFSET = 2**53
WORD = 2**256


@cache
def hashed(text: str | bytes) -> bytes:
    """Return the keccak256 of a text in UTF-8, or of bytes, and remember it."""
    return keccak256(text.encode() if isinstance(text, str) else text)


@cache
def selector(signature: str) -> bytes:
    """Return the first four bytes of a call of a function."""
    return keccak256(signature.encode())[:4]


def word(number: int) -> bytes:
    """Return a number in 32 bytes."""
    return (number % WORD).to_bytes(32)


def address_word(address: str) -> bytes:
    """Return an address in 32 bytes."""
    return bytes(12) + bytes.fromhex(address[2:])


@dataclass(frozen=True)
class Shown:
    """A credential as the contracts see it; ``claims`` are (name's hash, type code, number)."""

    leaf: int
    form: int
    type_id: bytes
    issuer_id: bytes
    key_id: bytes
    valid_until: int
    fresh_since: int
    status: int | None
    holder_key: bytes
    claims: tuple[tuple[bytes, int, int], ...]


@dataclass(frozen=True)
class ContractCase:
    """One policy, one presentation, one chain.

    Args:
        policy: the policy.
        verified: what Python evaluates.
        facts: what Python evaluates it on.
        shown: the same credentials, for the contracts.
        memberships: Merkle proofs, for the contracts: (root, proof).
        answers: what contracts answer: (EIP-55 address, question) → answer.
    """

    policy: Policy
    verified: VerifiedPresentation
    facts: Facts
    shown: tuple[Shown, ...]
    memberships: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    answers: Mapping[tuple[str, bytes], bytes]


def token_question(leaf: TokenLeaf, account: str) -> bytes:
    """Return the call that a token leaf stands for."""
    match leaf.standard:
        case TokenStandard.ERC721_OWNER:
            return selector("ownerOf(uint256)") + word(leaf.id)
        case TokenStandard.ERC1155_BALANCE:
            return selector("balanceOf(address,uint256)") + address_word(account) + word(leaf.id)
        case TokenStandard.ERC4907_USER:
            return selector("userOf(uint256)") + word(leaf.id)
        case _:
            return selector("balanceOf(address)") + address_word(account)


def token_answer(leaf: TokenLeaf, account: str, held: int) -> bytes:
    """Return what the contract answers to ``token_question``, from what the facts say."""
    if leaf.standard in ONE_HOLDER:
        return address_word(account if held else OTHER)
    return word(held)


def attestation_answer(uid: bytes, fact: AttestationFact | None) -> bytes:
    """Return an attestation as the service encodes it, with some data; zeros for none."""
    if fact is None:
        return word(32) + bytes(9 * 32) + word(320) + bytes(32)
    members = (fact.time, fact.expiration, fact.revocation)
    people = address_word(fact.recipient) + address_word(fact.attester)
    tail = word(1) + word(320) + word(3) + b"abc" + bytes(29)
    return word(32) + uid + fact.schema + b"".join(map(word, members)) + bytes(32) + people + tail


def claim_number(value: Any) -> tuple[int, int]:
    """Return a claim's type code and number, as the contracts hold it; (0, 0) for none."""
    if isinstance(value, bool):
        return 4, int(value)
    if isinstance(value, str | bytes):
        return (1 if isinstance(value, str) else 2), int.from_bytes(hashed(value))
    if isinstance(value, Address):
        return 7, int(value.text, 16)
    if isinstance(value, int | Date | DateTime):
        return type_of(value), (order_key(value) + OFFSET) % WORD
    return 0, 0


@cache
def holder_key(key: PublicKey) -> bytes:
    """Return the hash by which the contracts know a P-256 key."""
    jwk = key.to_jwk()
    return keccak256(b64url_decode(jwk["x"]) + b64url_decode(jwk["y"]))


def merkle_leaf(account: str) -> bytes:
    """Return the leaf of an account in an OpenZeppelin standard tree."""
    return keccak256(keccak256(address_word(account)))


def merkle_node(a: bytes, b: bytes) -> bytes:
    """Return the node above two others."""
    return keccak256(min(a, b) + max(a, b))


SIBLINGS = (bytes([0x71] * 32), bytes([0x72] * 32))
PROOFS: tuple[tuple[bytes, ...], ...] = ((), SIBLINGS[:1], SIBLINGS)


def roots() -> tuple[bytes, ...]:
    """Return the roots of trees with one, two and four leaves, in each of which is the account."""
    found = []
    for proof in PROOFS:
        node = merkle_leaf(ACCOUNT)
        for sibling in proof:
            node = merkle_node(node, sibling)
        found.append(node)
    return tuple(found)
