"""What a holder can tell about accounts that nobody else will: places in trees, attestations.

A gate looks up lists and tokens by itself. That an account is in a Merkle tree it sees only from a
proof, and which attestation counts only from its UID: these the holder keeps and supplies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from didgate.credentials.account_proofs import MerkleProof
from didgate.credentials.address_tree import verify_member
from didgate.encoding import is_checksum_address
from didgate.errors import InvalidInput
from didgate.holder.store import SealedStore
from didgate.policy import AttestationLeaf

_MOST_FOR_A_LEAF: Final = 4
_NAME_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class HeldAttestation:
    """An attestation about an account of the holder, as its registry (EAS) has it.

    Args:
        uid: 32-byte UID.
        schema: 32-byte UID of its schema.
        attester: EIP-55 address of whom it is by.
        recipient: EIP-55 address of the account that it is about.

    Raises:
        InvalidInput: ``invalid_attestation``.
    """

    uid: bytes
    schema: bytes
    attester: str
    recipient: str

    def __post_init__(self) -> None:
        hashes = len(self.uid) == len(self.schema) == 32
        if not (hashes and all(map(is_checksum_address, (self.attester, self.recipient)))):
            raise InvalidInput("invalid_attestation", "UIDs have 32 bytes, addresses are EIP-55")

    def answers(self, leaf: AttestationLeaf, account: str) -> bool:
        """Tell whether it is what a leaf asks for about an account, as far as a holder knows."""
        accepted = self.schema == leaf.schema and self.attester in leaf.attesters
        return accepted and self.recipient == account


@dataclass(frozen=True, slots=True)
class Supplies:
    """What is at hand for one answer.

    Args:
        memberships: Merkle proofs.
        attestations: attestations.
    """

    memberships: tuple[MerkleProof, ...] = ()
    attestations: tuple[HeldAttestation, ...] = ()

    def __add__(self, other: Self) -> Supplies:
        """Return both together."""
        return Supplies(
            self.memberships + other.memberships, self.attestations + other.attestations
        )

    def membership(self, root: bytes, account: str) -> MerkleProof | None:
        """Return a proof that an account is in the tree with a root, if there is one."""
        proofs = (each for each in self.memberships if each.root == root)
        return next((each for each in proofs if each.address == account), None)

    def attested(self, leaf: AttestationLeaf, account: str) -> tuple[bytes, ...]:
        """Return UIDs of what answers a leaf about an account.

        One may be revoked or expired that nobody told the holder about, so several are named:
        whoever learns the account can look all of them up anyway.
        """
        uids = (each.uid for each in self.attestations if each.answers(leaf, account))
        return tuple(dict.fromkeys(uids))[:_MOST_FOR_A_LEAF]


class SupplyStore:
    """Keeps Merkle proofs and attestations in the wallet.

    Args:
        store: where the wallet's entries are.
    """

    def __init__(self, store: SealedStore) -> None:
        self._store = store

    def add_membership(self, proof: MerkleProof) -> str:
        """Verify a Merkle proof and store it, in place of what was there for account and root.

        Returns:
            The wallet's name for it.

        Raises:
            VerificationError: ``membership_invalid``.
        """
        verify_member(proof.root, proof.address, proof.proof)
        name = _name(proof.root, proof.address.encode("ascii"))
        self._store.put("membership", name, proof.to_dict())
        return name

    def add_attestation(self, attestation: HeldAttestation) -> str:
        """Store what is known of an attestation, and return the wallet's name for it."""
        name = _name(attestation.uid)
        self._store.put("attestation", name, _write(attestation))
        return name

    def memberships(self) -> dict[str, MerkleProof]:
        """Return all Merkle proofs by the wallet's names for them."""
        entries = self._store.all("membership")
        return {name: MerkleProof.from_dict(content) for name, content in entries.items()}

    def attestations(self) -> dict[str, HeldAttestation]:
        """Return all attestations by the wallet's names for them."""
        return {name: _read(content) for name, content in self._store.all("attestation").items()}

    def remove(self, name: str) -> None:
        """Forget a Merkle proof or an attestation.

        Raises:
            InvalidInput: ``unknown_proof``.
        """
        if not (self._store.remove("membership", name) or self._store.remove("attestation", name)):
            raise InvalidInput("unknown_proof", "the wallet holds no such proof or attestation")

    def all(self) -> Supplies:
        """Return everything."""
        return Supplies(tuple(self.memberships().values()), tuple(self.attestations().values()))


def _name(*parts: bytes) -> str:
    """Return a name that shows nothing of what it is for, unless one knows it."""
    return hashlib.sha256(b"".join(parts)).hexdigest()[:_NAME_LENGTH]


def _write(attestation: HeldAttestation) -> dict[str, str]:
    return {
        "uid": attestation.uid.hex(),
        "schema": attestation.schema.hex(),
        "attester": attestation.attester,
        "recipient": attestation.recipient,
    }


def _read(content: Mapping[str, Any]) -> HeldAttestation:
    return HeldAttestation(
        bytes.fromhex(content["uid"]),
        bytes.fromhex(content["schema"]),
        content["attester"],
        content["recipient"],
    )
