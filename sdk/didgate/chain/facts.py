"""What was read from the chain, as plain data: the facts a decision rests on.

One ``Facts`` holds answers read at one block and at no other (DESIGN §3, FORMATS §3). Its mappings
tell three cases apart, because a policy does: a key that is *absent* was not read, and counts as
unknown; a key with the value ``None`` was read, and the registry holds no such entry; any other
value is what the registry holds. Nothing here talks to a chain: ``didgate.chain.snapshot`` fills
these objects, the policy evaluator and the gate read them.

>>> block = Block(number=7, hash=bytes(32), timestamp=1_790_000_000)
>>> known, unread = bytes(32), bytes([255] * 32)
>>> facts = Facts(block, issuers={known: None})
>>> facts.issuers.get(known, "not read"), facts.issuers.get(unread, "not read")
(None, 'not read')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the chain.

    Args:
        number: its height.
        hash: its 32-byte hash.
        timestamp: its time, in seconds since 1970-01-01 UTC.
    """

    number: int
    hash: bytes
    timestamp: int


class KeyKind(IntEnum):
    """Which signature scheme an issuer's registered key serves."""

    BBS = 1
    P256 = 2


class KeyState(IntEnum):
    """What the issuer says of one of its keys."""

    ACTIVE = 1
    RETIRED = 2
    COMPROMISED = 3


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A key as the issuer registry holds it.

    Args:
        issuer_id: 32 bytes, keccak256 of the issuer's DID.
        kind: a ``KeyKind``, as the number the registry holds.
        state: active, retired or compromised.
        added_at: when it was registered, in Unix seconds.
        accepted_until: until when a retired key still counts, exclusive, in Unix seconds.
        public_key: the bytes as stored: EIP-2537 G2 point (256 B) or x ‖ y of P-256 (64 B).
    """

    issuer_id: bytes
    kind: int
    state: KeyState
    added_at: int
    accepted_until: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class IssuerFact:
    """An issuer as the issuer registry holds it.

    Args:
        controller: EIP-55 address that manages its keys.
        suspended_until: Unix seconds; the issuer is suspended while the time is before it.
    """

    controller: str
    suspended_until: int


class TokenStandard(IntEnum):
    """What is asked of a token's contract, and by which standard; numbered as policies do."""

    ERC20_BALANCE = 1
    ERC721_BALANCE = 2
    ERC721_OWNER = 3
    ERC1155_BALANCE = 4
    ERC4907_USER = 5


@dataclass(frozen=True, slots=True, order=True)
class TokenQuestion:
    """A question to a token's contract about some account.

    Args:
        standard: what is asked.
        contract: EIP-55 address of the contract.
        id: which token; 0 where the standard's question names none.
    """

    standard: TokenStandard
    contract: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class AttestationFact:
    """An attestation as the Ethereum Attestation Service holds it; times in Unix seconds.

    Args:
        schema: 32-byte UID of its schema.
        time: when it was made.
        expiration: when it ends, exclusive; 0 for never.
        revocation: when it was revoked; 0 if it was not.
        recipient: EIP-55 address of whom it is about.
        attester: EIP-55 address of who made it.
    """

    schema: bytes
    time: int
    expiration: int
    revocation: int
    recipient: str
    attester: str


@dataclass(frozen=True, slots=True)
class FactQuery:
    """Which facts to read; the members are the keys of the mappings of ``Facts``.

    Args:
        attestation_registries: EIP-55 addresses; the one member without a mapping of its own. Facts
            come from other registries only if they belong to the deployment; attestations are read
            from these contracts wherever they stand, and so is the hash of their code.
    """

    issuers: frozenset[bytes] = frozenset()
    accreditations: frozenset[tuple[bytes, bytes]] = frozenset()
    keys: frozenset[bytes] = frozenset()
    revoked: frozenset[tuple[bytes, int]] = frozenset()
    list_entries: frozenset[tuple[bytes, str]] = frozenset()
    tokens: frozenset[tuple[TokenQuestion, str]] = frozenset()
    attestations: frozenset[tuple[str, bytes]] = frozenset()
    contract_signatures: frozenset[tuple[str, bytes, bytes]] = frozenset()
    code_hashes: frozenset[str] = frozenset()
    attestation_registries: frozenset[str] = frozenset()

    def asked(self) -> dict[str, frozenset[Any]]:
        """Return by the name of each mapping of ``Facts`` the keys that are asked for."""
        keys = {member.name: getattr(self, member.name) for member in fields(self)}
        keys["code_hashes"] |= keys.pop("attestation_registries")
        return keys

    def __or__(self, other: FactQuery) -> FactQuery:
        """Return the query that asks for everything either of the two asks for."""
        names = [member.name for member in fields(self)]
        return FactQuery(**{name: getattr(self, name) | getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Facts:
    """Answers read at one block: absent = not read = unknown, ``None`` = read and not there.

    Args:
        block: the block that everything below was read at.
        issuers: issuer id (32 bytes) → the issuer.
        accreditations: (issuer id, type id) → when it was accredited, in Unix seconds.
        keys: key id (32 bytes) → the key.
        revoked: (status list id, index) → whether the bit is set.
        list_entries: (address list id, EIP-55 address) → when it was added, in Unix seconds.
        tokens: (question, EIP-55 address) → the balance; 1 or 0 where the question is whether the
            account is the token's owner or user.
        attestations: (EIP-55 address of the registry, UID) → the attestation.
        contract_signatures: (EIP-55 address of a contract, digest, signature) → whether the
            contract takes it for its own (EIP-1271).
        code_hashes: EIP-55 address → keccak256 of the code that stands there.
    """

    block: Block
    issuers: Mapping[bytes, IssuerFact | None] = field(default_factory=dict)
    accreditations: Mapping[tuple[bytes, bytes], int | None] = field(default_factory=dict)
    keys: Mapping[bytes, KeyFact | None] = field(default_factory=dict)
    revoked: Mapping[tuple[bytes, int], bool] = field(default_factory=dict)
    list_entries: Mapping[tuple[bytes, str], int | None] = field(default_factory=dict)
    tokens: Mapping[tuple[TokenQuestion, str], int] = field(default_factory=dict)
    attestations: Mapping[tuple[str, bytes], AttestationFact | None] = field(default_factory=dict)
    contract_signatures: Mapping[tuple[str, bytes, bytes], bool] = field(default_factory=dict)
    code_hashes: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PendingPolicy:
    """A policy that is scheduled and not yet active.

    Args:
        policy_id: 32 bytes, keccak256 of ``content``.
        content: the canonical policy bytes.
        from_: when it may be activated at the earliest, in Unix seconds.
        until: when the schedule lapses, exclusive, in Unix seconds.
    """

    policy_id: bytes
    content: bytes
    from_: int
    until: int


@dataclass(frozen=True, slots=True)
class PolicyState:
    """What the policy registry holds about one resource at ``block``.

    Args:
        resource: 32-byte resource id.
        active: 32-byte id of the active policy, or ``None`` before the first one.
        active_bytes: its canonical bytes.
        activated_at: when it became active, in Unix seconds.
        epoch: counter of abrupt changes; grants of an earlier epoch are void.
        paused_until: Unix seconds; the resource is paused while the time is before it.
        delay: seconds that a widening waits.
        owner: EIP-55 address of the owner of the resource's token.
        guardian: EIP-55 address that may narrow and never widen.
        restrictions: (policy id, canonical bytes) of each restriction, in order of publication.
        pending: the scheduled policy, if any.
        block: the block at which all of this holds.
    """

    resource: bytes
    active: bytes | None
    active_bytes: bytes | None
    activated_at: int
    epoch: int
    paused_until: int
    delay: int
    owner: str
    guardian: str
    restrictions: tuple[tuple[bytes, bytes], ...]
    pending: PendingPolicy | None
    block: Block

    def at(self, block: Block) -> PolicyState:
        """Return the same state at another block, up to which nothing changed."""
        # One by one: ``dataclasses.replace`` takes four times as long, and a gate does this often.
        return PolicyState(
            self.resource,
            self.active,
            self.active_bytes,
            self.activated_at,
            self.epoch,
            self.paused_until,
            self.delay,
            self.owner,
            self.guardian,
            self.restrictions,
            self.pending,
            block,
        )
