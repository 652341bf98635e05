"""Proofs of control over accounts: how they are made, and what a verifier makes of them.

Whatever the kind of proof, it is over the ``AddressControl`` digest of one challenge, one bundle
and one account. Whether a contract accepts a signature is for the chain to say; of a contract's
proof the verifier only keeps what to ask it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from didgate.credentials import sign_in
from didgate.credentials.account_proofs import (
    AccountProof,
    AddressProof,
    ContractProof,
    SignInProof,
)
from didgate.credentials.binding import address_control_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.verified import ContractAccount, DateTime
from didgate.errors import VerificationError
from didgate.keys import DigestSigner
from didgate.keys.ethereum import address_of, recover_address, sign_digest


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that take part in a presentation.

    Args:
        controlled: EIP-55 addresses whose control was proved.
        contracts: those that are contracts, whose word has yet to be asked for.
    """

    controlled: tuple[str, ...] = ()
    contracts: tuple[ContractAccount, ...] = ()

    def __contains__(self, address: str) -> bool:
        """Tell whether an account takes part."""
        return address in self.controlled or any(each.address == address for each in self.contracts)


def prove_address(signer: DigestSigner, challenge: Challenge, bundle: bytes) -> AddressProof:
    """Sign typed data (EIP-712): an account takes part in the presentation with this bundle."""
    account = address_of(signer.public_key)
    digest = address_control_digest(challenge, bundle, account)
    return AddressProof(account, sign_digest(signer, digest))


def prove_by_sign_in(
    account: str,
    sign_message: Callable[[str], bytes],
    challenge: Challenge,
    bundle: bytes,
    now: datetime,
) -> SignInProof:
    """Have a sign-in text signed (EIP-4361).

    Args:
        account: the account's EIP-55 address.
        sign_message: signs a text as ``personal_sign`` does, 65 bytes r ‖ s ‖ v.
        challenge: what is answered.
        bundle: computed from what is presented.
        now: aware UTC time.
    """
    issued_at = DateTime.of(now.replace(microsecond=0))
    message = sign_in.compose(challenge, bundle, account, issued_at)
    return SignInProof(account, sign_message(message), message)


def prove_by_contract(
    account: str, sign: Callable[[bytes], bytes], challenge: Challenge, bundle: bytes
) -> ContractProof:
    """Have signed what a contract will accept as its own signature (EIP-1271).

    Args:
        account: the contract's EIP-55 address.
        sign: signs a 32-byte digest as the contract wants it, e.g. with its owner's key.
        challenge: what is answered.
        bundle: computed from what is presented.
    """
    return ContractProof(account, sign(address_control_digest(challenge, bundle, account)))


def sign_message(signer: DigestSigner, message: str) -> bytes:
    """Return the 65-byte signature ``r ‖ s ‖ v`` over a text, as ``personal_sign`` makes it."""
    return sign_digest(signer, sign_in.personal_digest(message))


def verify_accounts(
    proofs: tuple[AccountProof, ...], challenge: Challenge, bundle: bytes, now: datetime
) -> Accounts:
    """Verify the proofs of control of a presentation.

    Args:
        proofs: as received.
        challenge: what the presentation answers, still open.
        bundle: computed from what was presented.
        now: aware UTC time.

    Returns:
        The accounts, in the order of their proofs.

    Raises:
        VerificationError: ``duplicate_address``, ``address_proof_invalid``, ``sign_in_mismatch``
            or ``sign_in_stale``.
    """
    if len({proof.address for proof in proofs}) != len(proofs):
        raise VerificationError("duplicate_address", "an account's control is proved twice")
    controlled, contracts = [], []
    for proof in proofs:
        match proof:
            case AddressProof():
                controlled.append(verify_address(proof, challenge, bundle))
            case SignInProof():
                controlled.append(verify_sign_in(proof, challenge, bundle, now))
            case ContractProof(address, signature):
                digest = address_control_digest(challenge, bundle, address)
                contracts.append(ContractAccount(address, digest, signature))
    return Accounts(tuple(controlled), tuple(contracts))


def verify_address(proof: AddressProof, challenge: Challenge, bundle: bytes) -> str:
    """Verify a signature over typed data.

    Args:
        proof: as received.
        challenge: what the presentation answers.
        bundle: computed from what was presented.

    Returns:
        The account's EIP-55 address.

    Raises:
        VerificationError: ``address_proof_invalid``.
    """
    digest = address_control_digest(challenge, bundle, proof.address)
    return _signed_by(proof.address, digest, proof.signature)


def verify_sign_in(proof: SignInProof, challenge: Challenge, bundle: bytes, now: datetime) -> str:
    """Verify a signed sign-in text.

    Args:
        proof: as received.
        challenge: what the presentation answers, still open.
        bundle: computed from what was presented.
        now: aware UTC time.

    Returns:
        The account's EIP-55 address.

    Raises:
        VerificationError: ``sign_in_mismatch``, ``sign_in_stale`` or ``address_proof_invalid``.
    """
    sign_in.check_message(proof.message, challenge, bundle, proof.address, now)
    return _signed_by(proof.address, sign_in.personal_digest(proof.message), proof.signature)


def _signed_by(account: str, digest: bytes, signature: bytes) -> str:
    try:
        signer = recover_address(digest, signature)
    except VerificationError as error:
        raise _invalid() from error
    if signer != account:
        raise _invalid()
    return account


def _invalid() -> VerificationError:
    return VerificationError("address_proof_invalid", "another account, or of another challenge")
