"""What a presenter supplies about accounts, on the wire: everything here is **unverified**.

An account's control is shown in one of three ways: a signature over the typed data of the
challenge (EIP-712), over a sign-in text that names it (EIP-4361), or one that the account, being a
contract, judges itself (EIP-1271). Beside that may stand proofs that accounts are in Merkle trees
of addresses, and the UIDs of attestations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeAlias

from didgate.encoding import is_checksum_address
from didgate.errors import VerificationError

MAX_ADDRESSES: Final = 16
MAX_MEMBERSHIPS: Final = 16
MAX_ATTESTATIONS: Final = 16
MAX_TREE_DEPTH: Final = 64
MAX_CONTRACT_SIGNATURE: Final = 16 * 1024
"""Bytes: a contract may want the signatures of many owners."""
MAX_MESSAGE: Final = 4096
"""Characters of a sign-in text."""

_SIGNATURE = re.compile(r"0x[0-9a-f]{130}")
_BYTES = re.compile(r"0x(?:[0-9a-f]{2})*")
_BYTES32 = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AddressProof:
    """A signature over the ``AddressControl`` of a challenge (EIP-712), by the account's key.

    Args:
        address: the account's EIP-55 address.
        signature: 65 bytes, r ‖ s ‖ v.
    """

    address: str
    signature: bytes = field(repr=False)

    def to_dict(self) -> dict[str, str]:
        """Return the proof as JSON."""
        return {"address": self.address, "signature": _hex(self.signature)}

    @classmethod
    def from_dict(cls, members: Any) -> AddressProof:
        """Read a proof as received.

        Raises:
            VerificationError: ``presentation_malformed``.
        """
        match members:
            case {"address": address, "signature": str(signature)} if len(members) == 2:
                if is_checksum_address(address) and _SIGNATURE.fullmatch(signature):
                    return cls(address, _bytes(signature))
        raise malformed("an address proof has an EIP-55 address and a signature")


@dataclass(frozen=True, slots=True)
class SignInProof:
    """A signature over a sign-in text (EIP-4361, EIP-191), by the account's key.

    Args:
        address: the account's EIP-55 address.
        signature: 65 bytes, r ‖ s ‖ v.
        message: the text that was signed.
    """

    TYPE: ClassVar[str] = "eip4361"

    address: str
    signature: bytes = field(repr=False)
    message: str = field(repr=False)

    def to_dict(self) -> dict[str, str]:
        """Return the proof as JSON."""
        return {
            "type": self.TYPE,
            "address": self.address,
            "signature": _hex(self.signature),
            "message": self.message,
        }

    @classmethod
    def from_dict(cls, members: Any) -> SignInProof:
        """Read a proof as received.

        Raises:
            VerificationError: ``presentation_malformed``.
        """
        match members:
            case {
                "type": cls.TYPE,
                "address": address,
                "signature": str(signature),
                "message": str(message),
            } if len(members) == 4 and len(message) <= MAX_MESSAGE:
                if is_checksum_address(address) and _SIGNATURE.fullmatch(signature):
                    return cls(address, _bytes(signature), message)
        raise malformed("a sign-in has an EIP-55 address, a signature and a message")


@dataclass(frozen=True, slots=True)
class ContractProof:
    """A signature that the account, a contract, is to judge (EIP-1271).

    Args:
        address: the account's EIP-55 address.
        signature: at most ``MAX_CONTRACT_SIGNATURE`` bytes of which only the contract knows what
            they mean; some contracts want none.
    """

    TYPE: ClassVar[str] = "eip1271"

    address: str
    signature: bytes = field(repr=False)

    def to_dict(self) -> dict[str, str]:
        """Return the proof as JSON."""
        return {"type": self.TYPE, "address": self.address, "signature": _hex(self.signature)}

    @classmethod
    def from_dict(cls, members: Any) -> ContractProof:
        """Read a proof as received.

        Raises:
            VerificationError: ``presentation_malformed``.
        """
        match members:
            case {"type": cls.TYPE, "address": address, "signature": str(signature)} if (
                len(members) == 3 and len(signature) <= 2 + 2 * MAX_CONTRACT_SIGNATURE
            ):
                if is_checksum_address(address) and _BYTES.fullmatch(signature):
                    return cls(address, _bytes(signature))
        raise malformed("a contract's proof has an EIP-55 address and a signature")


AccountProof: TypeAlias = AddressProof | SignInProof | ContractProof


@dataclass(frozen=True, slots=True)
class MerkleProof:
    """The way from an address up to the root of a tree of addresses.

    Args:
        root: 32 bytes, as policies name it.
        address: the account's EIP-55 address.
        proof: at most ``MAX_TREE_DEPTH`` hashes of 32 bytes, from the leaf upwards.
    """

    root: bytes
    address: str
    proof: tuple[bytes, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as JSON."""
        siblings = [_hex(each) for each in self.proof]
        return {"root": _hex(self.root), "address": self.address, "proof": siblings}

    @classmethod
    def from_dict(cls, members: Any) -> MerkleProof:
        """Read a proof as received.

        Raises:
            VerificationError: ``presentation_malformed``.
        """
        match members:
            case {"root": root, "address": address, "proof": list(siblings)} if (
                len(members) == 3 and len(siblings) <= MAX_TREE_DEPTH
            ):
                if is_checksum_address(address):
                    return cls(_bytes32(root), address, tuple(map(_bytes32, siblings)))
        raise malformed("a Merkle proof has a root, an EIP-55 address and hashes")


_KINDS: Final[Mapping[Any, type[SignInProof | ContractProof]]] = {
    SignInProof.TYPE: SignInProof,
    ContractProof.TYPE: ContractProof,
}


def read_account_proofs(entries: Any) -> tuple[AccountProof, ...]:
    """Read the proofs of control of a presentation, each account's once.

    Raises:
        VerificationError: ``presentation_malformed`` or ``duplicate_address``.
    """
    proofs = tuple(map(_account_proof, _array(entries, MAX_ADDRESSES, "address proofs")))
    if has_duplicates([proof.address for proof in proofs]):
        raise VerificationError("duplicate_address", "an account's control is proved twice")
    return proofs


def read_merkle_proofs(entries: Any) -> tuple[MerkleProof, ...]:
    """Read the Merkle proofs of a presentation, one for each account and root.

    Raises:
        VerificationError: ``presentation_malformed`` or ``duplicate_membership``.
    """
    proofs = tuple(map(MerkleProof.from_dict, _array(entries, MAX_MEMBERSHIPS, "Merkle proofs")))
    if has_duplicates([(proof.root, proof.address) for proof in proofs]):
        raise VerificationError("duplicate_membership", "an account's place is proved twice")
    return proofs


def read_attestations(entries: Any) -> tuple[bytes, ...]:
    """Read the UIDs of a presentation, each once.

    Raises:
        VerificationError: ``presentation_malformed`` or ``duplicate_attestation``.
    """
    uids = tuple(map(_bytes32, _array(entries, MAX_ATTESTATIONS, "attestation UIDs")))
    if has_duplicates(uids):
        raise VerificationError("duplicate_attestation", "an attestation is named twice")
    return uids


def has_duplicates(values: Sequence[Any]) -> bool:
    """Tell whether two of the values are equal."""
    return len(set(values)) < len(values)


def malformed(message: str) -> VerificationError:
    """Return the error for what is no presentation."""
    return VerificationError("presentation_malformed", message)


def _account_proof(entry: Any) -> AccountProof:
    if isinstance(entry, dict) and "type" in entry:
        kind = entry["type"]
        if not isinstance(kind, str) or kind not in _KINDS:
            raise malformed("an address proof is of no known type")
        return _KINDS[kind].from_dict(entry)
    return AddressProof.from_dict(entry)


def _array(entries: Any, limit: int, what: str) -> list[Any]:
    if not isinstance(entries, list) or len(entries) > limit:
        raise malformed(f"not an array of at most {limit} {what}")
    return entries


def _bytes32(value: Any) -> bytes:
    if not isinstance(value, str) or not _BYTES32.fullmatch(value):
        raise malformed("a hash is 0x and 64 lower-case hexadecimal digits")
    return _bytes(value)


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
