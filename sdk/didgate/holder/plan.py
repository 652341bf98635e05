"""What would be disclosed to whom: the thing that a holder consents to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeAlias, TypeVar

from didgate.credentials.account_proofs import MerkleProof
from didgate.credentials.challenge import Challenge
from didgate.credentials.verified import CredentialForm
from didgate.holder.choose import Choice
from didgate.proofs.disclosures import pointer
from didgate.query.dcql import ClaimsPath

_MANY_CLAIMS = 4


class Asked(Protocol):
    """Something to be answered: a gate's challenge, or a statement to a contract."""

    @property
    def audience(self) -> str:
        """Who asks."""
        ...

    @property
    def resource_uri(self) -> str:
        """On behalf of which resource."""
        ...


Question = TypeVar("Question", bound=Asked)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One credential, and what would be disclosed of it.

    Args:
        leaf: id of the policy's leaf that it answers.
        credential: the wallet's name for it.
        type: its type.
        form: how it is secured.
        issuer: the issuer's DID, which is always disclosed.
        paths: the claims that would be disclosed.
        is_linkable: whether the gate could tell two uses of it to be by the same holder.
    """

    leaf: str
    credential: str
    type: str
    form: CredentialForm
    issuer: str
    paths: tuple[ClaimsPath, ...]
    is_linkable: bool

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of the claims; of nested ones the JSON pointer."""
        return tuple(
            str(path[0]) if len(path) == 1 else pointer([step for step in path if step is not None])
            for path in self.paths
        )


@dataclass(frozen=True, slots=True)
class DisclosurePlan(Generic[Question]):
    """An answer that waits for the holder's consent; made by the wallet.

    Args:
        challenge: what would be answered.
        disclosures: in the order of the leaves.
        accounts: addresses whose control would be proved.
        memberships: Merkle proofs about them that would be shown.
        attestations: UIDs of attestations about them that would be named.
        policy: the policy in plain words.
    """

    challenge: Question
    disclosures: tuple[Disclosure, ...]
    accounts: tuple[str, ...]
    memberships: tuple[MerkleProof, ...]
    attestations: tuple[bytes, ...]
    policy: str = field(repr=False)

    def in_words(self) -> str:
        """Return for people what would be disclosed to whom, and what to think of before."""
        lines = [
            f"{self.challenge.audience} asks on behalf of {self.challenge.resource_uri}.",
            "It would learn:",
            *(f"  - {line}" for line in self._learned()),
            *(f"Mind: {warning}" for warning in self.warnings()),
        ]
        return "\n".join(lines)

    def warnings(self) -> tuple[str, ...]:
        """Return what the holder ought to know before consenting."""
        return tuple(self._warnings())

    def _learned(self) -> Iterator[str]:
        for each in self.disclosures:
            claims = ", ".join(each.claims) or "no claim of yours"
            yield f"from a credential of {each.issuer} ({each.type}): {claims}, when it expires"
        for account in self.accounts:
            yield f"that you control the account {account}"
        for member in self.memberships:
            yield f"that {member.address} is in the tree with the root 0x{member.root.hex()}"
        for uid in self.attestations:
            yield f"which attestation about the account to look at: 0x{uid.hex()}"
        if not self.disclosures and not self.accounts:
            yield "nothing about you"

    def _warnings(self) -> Iterator[str]:
        if any(each.is_linkable for each in self.disclosures):
            yield "it can recognise you when you come again with the same credential."
        if self.accounts:
            yield "all that an account ever did is public, and is now yours to whoever learns this."
        if sum(len(each.paths) for each in self.disclosures) >= _MANY_CLAIMS:
            yield "so many claims together may fit nobody but you."
        if any(each.form is CredentialForm.ATTRIBUTE for each in self.disclosures):
            yield "what is disclosed cannot be taken back; disclosed on a chain, it stays public."


Plan: TypeAlias = DisclosurePlan[Challenge]
"""An answer to a gate's challenge."""


def planned(challenge: Question, choice: Choice, policy: str) -> DisclosurePlan[Question]:
    """Return the plan that carries out a choice."""
    ordered = sorted(choice.picks.items(), key=lambda item: int(item[0][1:]))
    disclosures = tuple(
        Disclosure(leaf, held.id, held.type, held.form, held.issuer, paths, held.is_linkable)
        for leaf, (held, paths) in ordered
    )
    return DisclosurePlan(
        challenge,
        disclosures,
        tuple(sorted(choice.accounts)),
        tuple(sorted(choice.memberships, key=lambda each: (each.root, each.address))),
        tuple(sorted(choice.attestations)),
        policy,
    )
