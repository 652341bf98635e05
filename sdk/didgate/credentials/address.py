"""Proof that the presenter controls an account: an EIP-712 signature over the challenge."""

from __future__ import annotations

from didgate.credentials.binding import address_control_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import AddressProof
from didgate.errors import VerificationError
from didgate.keys import DigestSigner
from didgate.keys.ethereum import address_of, recover_address, sign_digest


def prove_address(signer: DigestSigner, challenge: Challenge, bundle: bytes) -> AddressProof:
    """Sign that an account takes part in the presentation with this bundle."""
    account = address_of(signer.public_key)
    digest = address_control_digest(challenge, bundle, account)
    return AddressProof(account, sign_digest(signer, digest))


def verify_address(proof: AddressProof, challenge: Challenge, bundle: bytes) -> str:
    """Verify a proof of control.

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
    try:
        signer = recover_address(digest, proof.signature)
    except VerificationError as error:
        raise _invalid() from error
    if signer != proof.address:
        raise _invalid()
    return proof.address


def _invalid() -> VerificationError:
    return VerificationError("address_proof_invalid", "another account, or of another challenge")
