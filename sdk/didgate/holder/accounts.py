"""Accounts of a holder, and how each shows that it takes part in a presentation.

A wallet computes what is signed from the challenge: nobody can hand it a text or a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeAlias

from didgate.credentials import address
from didgate.credentials.account_proofs import AddressProof, ContractProof, SignInProof
from didgate.credentials.binding import WHOLE_PRESENTATION
from didgate.credentials.chain_access import (
    ChainAccess,
    chain_access_digest,
    sign_chain_access,
)
from didgate.credentials.challenge import Challenge
from didgate.credentials.eip712 import Domain
from didgate.encoding import is_checksum_address
from didgate.errors import InvalidInput
from didgate.keys import DigestSigner
from didgate.keys.ethereum import address_of, sign_digest


@dataclass(frozen=True, slots=True)
class KeyAccount:
    """An account whose key signs typed data (EIP-712).

    Args:
        signer: its secp256k1 key.
    """

    signer: DigestSigner = field(repr=False)

    @property
    def address(self) -> str:
        """Its EIP-55 address."""
        return address_of(self.signer.public_key)

    def prove(self, challenge: Challenge, bundle: bytes, now: datetime) -> AddressProof:
        """Prove that it takes part in the presentation with this bundle."""
        del now
        return address.prove_address(self.signer, challenge, bundle)

    def sign_statement(self, access: ChainAccess, domain: Domain, bundle: bytes) -> bytes:
        """Sign that it takes part in a presentation to a contract."""
        return sign_chain_access(self.signer, access, domain, bundle)


@dataclass(frozen=True, slots=True)
class SignInAccount:
    """An account whose wallet signs texts only (EIP-4361).

    Args:
        address: its EIP-55 address.
        sign_message: signs a text as ``personal_sign`` does, 65 bytes r ‖ s ‖ v.

    Raises:
        InvalidInput: ``invalid_address``.
    """

    address: str
    sign_message: Callable[[str], bytes] = field(repr=False)

    def __post_init__(self) -> None:
        _check_address(self.address)

    @classmethod
    def of(cls, signer: DigestSigner) -> Self:
        """Return the account of a key that signs here."""
        return cls(
            address_of(signer.public_key), lambda message: address.sign_message(signer, message)
        )

    def prove(self, challenge: Challenge, bundle: bytes, now: datetime) -> SignInProof:
        """Prove that it takes part in the presentation with this bundle."""
        return address.prove_by_sign_in(self.address, self.sign_message, challenge, bundle, now)

    def sign_statement(self, access: ChainAccess, domain: Domain, bundle: bytes) -> bytes:
        """Refuse: a contract takes no signature over a text.

        Raises:
            InvalidInput: ``signs_texts_only``.
        """
        del access, domain, bundle
        message = "this account signs texts, which contracts do not take: have it call itself"
        raise InvalidInput("signs_texts_only", message)


@dataclass(frozen=True, slots=True)
class ContractWallet:
    """An account that is a contract, and judges signatures itself (EIP-1271).

    Args:
        address: its EIP-55 address.
        sign: returns for a 32-byte digest what the contract takes for its own signature.

    Raises:
        InvalidInput: ``invalid_address``.
    """

    address: str
    sign: Callable[[bytes], bytes] = field(repr=False)

    def __post_init__(self) -> None:
        _check_address(self.address)

    @classmethod
    def owned_by(cls, account: str, owner: DigestSigner) -> Self:
        """Return a contract that takes the plain signature of its one owner."""
        return cls(account, lambda digest: sign_digest(owner, digest))

    def prove(self, challenge: Challenge, bundle: bytes, now: datetime) -> ContractProof:
        """Make what the contract is to judge for the presentation with this bundle."""
        del now
        return address.prove_by_contract(self.address, self.sign, challenge, bundle)

    def sign_statement(self, access: ChainAccess, domain: Domain, bundle: bytes) -> bytes:
        """Make what the contract is to judge for a presentation to another contract."""
        return self.sign(chain_access_digest(access, domain, bundle, WHOLE_PRESENTATION))


HolderAccount: TypeAlias = KeyAccount | SignInAccount | ContractWallet


def _check_address(value: str) -> None:
    if not is_checksum_address(value):
        raise InvalidInput("invalid_address", "an account is named in EIP-55 spelling")
