"""What presenters supply about their accounts beside proofs of control: memberships, attestations.

Nothing is accepted that the policy does not ask for: what stands in a receipt's evidence, and what
is read from the chain, is then bounded by what the policy's author wrote.
"""

from __future__ import annotations

from collections.abc import Sequence

from didgate.credentials.account_proofs import MerkleProof
from didgate.credentials.address import Accounts
from didgate.credentials.address_tree import verify_member
from didgate.credentials.challenge import Challenge
from didgate.errors import VerificationError
from didgate.verifier.asked import asked_of_accounts


def verify_memberships(
    proofs: Sequence[MerkleProof], challenge: Challenge, accounts: Accounts
) -> frozenset[tuple[bytes, str]]:
    """Verify the Merkle proofs of a presentation.

    Args:
        proofs: as received.
        challenge: what the presentation answers, from one's own records.
        accounts: those that take part in the presentation.

    Returns:
        Root and EIP-55 address of each.

    Raises:
        VerificationError: ``root_not_asked``, ``account_not_proved`` or ``membership_invalid``.
    """
    roots = asked_of_accounts(challenge).roots
    for each in proofs:
        if each.root not in roots:
            raise VerificationError("root_not_asked", "the policy names no tree with that root")
        if each.address not in accounts:
            raise VerificationError("account_not_proved", "a member's control is not proved")
        verify_member(each.root, each.address, each.proof)
    return frozenset((each.root, each.address) for each in proofs)


def check_attestations(uids: tuple[bytes, ...], challenge: Challenge) -> tuple[bytes, ...]:
    """Return the UIDs that a presentation names, if the policy asks for attestations.

    Raises:
        VerificationError: ``attestation_not_asked``.
    """
    if uids and not asked_of_accounts(challenge).attestations:
        raise VerificationError("attestation_not_asked", "the policy asks for no attestation")
    return uids
