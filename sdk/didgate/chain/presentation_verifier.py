"""The contracts that verify presentations: ``PresentationVerifier`` and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, address, same
from didgate.encoding import keccak256

SESSION = keccak256(b"didgate-session-v1")
"""The action by which an account opens a session for itself."""


class Statement(Protocol):
    """What a presentation to a contract is for: a ``ChainAccess``."""

    @property
    def resource(self) -> bytes:
        """32-byte id of the resource."""
        ...

    @property
    def epoch(self) -> int:
        """The resource's epoch."""
        ...

    @property
    def account(self) -> str:
        """EIP-55 address of who gets what the consumer gives."""
        ...

    @property
    def consumer(self) -> str:
        """EIP-55 address of who has the statement executed."""
        ...

    @property
    def action(self) -> bytes:
        """32 bytes that the consumer gives a meaning."""
        ...

    @property
    def nonce(self) -> bytes:
        """32 bytes, never used before by the account."""
        ...

    @property
    def deadline(self) -> int:
        """Unix seconds from which on the statement is void."""
        ...


@dataclass(frozen=True, slots=True)
class ChainCredential:
    """One credential as a contract takes it.

    Args:
        leaf: number of the credential leaf that it answers.
        key_id: 32-byte id of the issuer's key.
        disclosure: 32 bytes, the hash of its part of the bundle.
        values: of an attribute credential what it discloses beyond what the policy fixes.
        proof: the BBS proof in EIP-2537 form, or an SD-JWT in its parts, ABI-encoded.
    """

    leaf: int
    key_id: bytes
    disclosure: bytes
    values: bytes = field(repr=False)
    proof: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChainPresentation:
    """All that is shown to a contract for one statement.

    Args:
        credentials: by ascending leaf.
        memberships: (root, hashes) of each Merkle proof about the account.
        attestations: UIDs of attestations about the account.
        account_signature: the account's, where it does not call itself.
    """

    credentials: tuple[ChainCredential, ...]
    memberships: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()
    attestations: tuple[bytes, ...] = ()
    account_signature: bytes = field(default=b"", repr=False)


class PolicyChecker(Contract):
    """Says what is a policy, and what several are together."""

    NAME = "PolicyChecker"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy a checker."""
        return cls._create()

    def check(self, policy: bytes) -> Call[None]:
        """Revert unless the bytes are a policy."""
        return self._read("check", policy, result=lambda: None)

    def compose(self, active: bytes, restrictions: Sequence[bytes]) -> Call[bytes]:
        """The effective policy of an active one and its restrictions, in canonical bytes."""
        return self._read("compose", active, list(restrictions), result=same)


class AttributeSuite(Contract):
    """The generators of attribute credentials, which it computed itself."""

    NAME = "AttributeSuite"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy the suite; this takes millions of gas."""
        return cls._create()


class AttributeVerifier(Contract):
    """Verifies attribute credentials, and keeps what leaves and keys fix."""

    NAME = "AttributeVerifier"

    @classmethod
    def deployment(cls, *, suite: str) -> Transaction:
        """Deploy a verifier with the generators of the suite at that address."""
        return cls._create(suite)

    def pin(self, policy: bytes, leaf: int, key_id: bytes) -> Transaction:
        """Compute once what every proof for a leaf with an issuer's key has in common; by anyone.

        Args:
            policy: canonical bytes of the effective policy.
            leaf: number of a leaf for attribute credentials.
            key_id: 32-byte id of a registered BBS key.
        """
        return self._change("pin", policy, leaf, key_id)

    def is_pinned(self, policy: bytes, leaf: int, key_id: bytes) -> Call[bool]:
        """Whether a leaf of the policy with that id is pinned for a key."""
        return self._read("isPinned", policy, leaf, key_id, result=same)


class PresentationVerifier(Contract):
    """Verifies presentations, and decides on them by the published policy."""

    NAME = "PresentationVerifier"

    @classmethod
    def deployment(
        cls, *, policies: str, checker: str, attributes: str, sd_jwts: str
    ) -> Transaction:
        """Deploy a verifier for the resources of one policy registry.

        Args:
            policies: address of the ``PolicyRegistry``.
            checker: of a ``PolicyChecker``.
            attributes: of an ``AttributeVerifier``.
            sd_jwts: of an ``SDJWTVerifier``.
        """
        return cls._create(policies, checker, attributes, sd_jwts)

    def admit(self, resource: bytes) -> Transaction:
        """Check the policy in force for a resource and keep it, ready for use; by anyone."""
        return self._change("admit", resource)

    def effective_policy(self, resource: bytes) -> Call[tuple[bytes, bool]]:
        """Id of the policy in force for a resource, and whether it was admitted.

        While there are restrictions, the id is zero until then.
        """
        return self._read("effectivePolicy", resource, result=lambda *answer: answer)

    def policy_bytes(self, policy: bytes) -> Call[bytes]:
        """Canonical bytes of an admitted policy."""
        return self._read("policyBytes", policy, result=same)

    def consume(self, statement: Statement, presentation: ChainPresentation) -> Transaction:
        """Have a statement executed, once; by its consumer."""
        members = presentation_members(presentation)
        return self._change("consume", access_members(statement), members)

    def verify(self, statement: Statement, presentation: ChainPresentation) -> Call[bytes]:
        """What ``consume`` would do, from the same caller, without doing it: the policy's id."""
        return self._read(
            "verify", access_members(statement), presentation_members(presentation), result=same
        )

    def is_spent(self, statement: Statement) -> Call[bool]:
        """Whether a statement was executed."""
        return self._read("isSpent", access_members(statement), result=same)

    def has_session(self, resource: bytes, account: str) -> Call[bool]:
        """Whether an account's session for a resource is open."""
        return self._read("hasSession", resource, account, result=same)


def access_members(statement: Statement) -> tuple[object, ...]:
    """Return a statement as the ABI has an ``Access``, for contracts that consume it."""
    return (
        statement.resource,
        statement.epoch,
        statement.account,
        statement.consumer,
        statement.action,
        statement.nonce,
        statement.deadline,
    )


def presentation_members(presentation: ChainPresentation) -> tuple[object, ...]:
    """Return a presentation as the ABI has it, for contracts that pass it on."""
    credentials = [
        (each.leaf, each.key_id, each.disclosure, each.values, each.proof)
        for each in presentation.credentials
    ]
    memberships = [(root, list(proof)) for root, proof in presentation.memberships]
    signature = presentation.account_signature
    return credentials, memberships, list(presentation.attestations), signature


class UsePass(Contract):
    """An ERC-721 whose passes are minted to whoever satisfies a resource's policy."""

    NAME = "UsePass"
    MINT: ClassVar[bytes] = keccak256(b"didgate-use-pass-mint-v1")
    """The action of a statement that has a pass minted."""

    @classmethod
    def deployment(cls, *, verifier: str, resource: bytes) -> Transaction:
        """Deploy passes for a resource."""
        return cls._create(verifier, resource)

    def mint(self, statement: Statement, presentation: ChainPresentation) -> Transaction:
        """Have a pass minted to the account of a statement; by anyone."""
        members = presentation_members(presentation)
        return self._change("mint", access_members(statement), members)

    def owner_of(self, token: int) -> Call[str]:
        """Who has a pass; the call reverts if there is no such pass."""
        return self._read("ownerOf", token, result=address)

    def balance_of(self, account: str) -> Call[int]:
        """How many passes an account has."""
        return self._read("balanceOf", account, result=int)


class SessionPredicate(Contract):
    """Tells a registry of tools (ERC-8257) whether an account has a session for a resource."""

    NAME = "SessionPredicate"

    @classmethod
    def deployment(cls, *, verifier: str, resource: bytes) -> Transaction:
        """Deploy a predicate for a resource."""
        return cls._create(verifier, resource)

    def has_access(self, tool: int, account: str) -> Call[bool]:
        """Whether an account may use a tool."""
        return self._read("hasAccess", tool, account, b"", result=same)
