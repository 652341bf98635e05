"""The pure core of the verifier: from presentation, challenge and evidence to what is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from didgate.credentials.address import verify_accounts
from didgate.credentials.binding import bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import VerifiedPresentation, unsafe_verified_presentation
from didgate.errors import InvalidInput, VerificationError
from didgate.verifier.asked import Asked, asked_by
from didgate.verifier.forms import open_credential
from didgate.verifier.supplied import check_attestations, verify_memberships


def verify_presentation(
    presentation: Presentation, challenge: Challenge, evidence: Evidence, now: datetime
) -> VerifiedPresentation:
    """Verify that a presentation answers a challenge, and return what it proves.

    1. The challenge is still open.
    2. Each credential answers a credential query of the challenge, at most one for each, and
       states the form and type that the query asks for, and an issuer that the policy accepts if
       the policy names any.
    3. Each is taken apart: an attribute credential must be exactly the document that its slots
       have; an SD-JWT must state issuer, type and key.
    4. The issuer's key is in the evidence, and belongs to the issuer that the credential states.
    5. From all that is presented the bundle is computed, and from it and the challenge, for each
       credential, the digest that its proof must be bound to.
    6. Each credential holds: the issuer signed it, it has not expired, and its holder made the
       proof for that very digest; an SD-JWT's also for the audience and the nonce.
    7. Each account signed that it takes part, once: typed data (EIP-712), or a sign-in text that
       says nothing else and was made just now (EIP-4361). Of an account that is a contract
       (EIP-1271) nothing is established here; the result says what to ask it.
    8. Each Merkle proof leads from an account of step 7 to a root that the policy names.
    9. UIDs of attestations are named only where the policy asks for attestations.
    10. What was disclosed without being asked for is dropped, so that it reaches neither the
       policy nor a receipt.

    Whether an issuer is trusted now, a credential revoked, a contract's signature good and an
    attestation what it should be are facts of the chain, which the evaluation of the policy
    judges: the result names issuer, key, status index, contract and UIDs.

    Args:
        presentation: as received, read by ``Presentation.from_dict``.
        challenge: the one that was given out, from one's own records, its nonce already spent.
        evidence: from ``gather_evidence``.
        now: aware UTC time.

    Returns:
        Everything that was proved.

    Raises:
        VerificationError: what does not hold; where it is one credential's fault, with the id of
            its leaf as the path.
        InvalidInput: ``naive_time``; or the challenge's own query or policy is malformed.
    """
    if now.tzinfo is None:
        raise InvalidInput("naive_time", "the time must be aware of its time zone")
    if now >= challenge.deadline_time:
        raise VerificationError("challenge_expired", "the challenge's deadline has passed")
    asked = asked_by(challenge)
    opened = []
    for leaf, received in presentation.in_order():
        with _fault_of(leaf):
            opened.append(open_credential(_asked(asked, leaf), received, evidence))
    bundle = bundle_hash([credential.disclosed() for credential in opened])
    credentials = []
    for index, credential in enumerate(opened):
        with _fault_of(credential.query.id):
            access = gate_access_digest(challenge, bundle, index)
            credentials.append(credential.verify(challenge, access, now))
    accounts = verify_accounts(presentation.address_proofs, challenge, bundle, now)
    return unsafe_verified_presentation(
        resource=challenge.resource,
        audience=challenge.audience,
        nonce=challenge.nonce,
        policy_id=challenge.policy_id,
        epoch=challenge.epoch,
        chain_id=challenge.chain_id,
        deadline=challenge.deadline,
        jkt=challenge.jkt,
        credentials=tuple(credentials),
        addresses=accounts.controlled,
        contract_accounts=accounts.contracts,
        memberships=verify_memberships(presentation.merkle_proofs, challenge, accounts),
        attestations=check_attestations(presentation.attestations, challenge),
    )


def _asked(asked: Mapping[str, Asked], leaf: str) -> Asked:
    if leaf not in asked:
        raise VerificationError("leaf_not_asked", "the challenge asks for no such credential")
    return asked[leaf]


@contextmanager
def _fault_of(leaf: str) -> Iterator[None]:
    """Name the leaf in errors; whatever is wrong with a credential is its presenter's fault."""
    try:
        yield
    except (VerificationError, InvalidInput) as error:
        raise VerificationError(error.code, error.message, path=leaf) from error
