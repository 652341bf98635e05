"""Presenting and verifying in tests, with every step open to change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from parties import (
    NOW,
    VCT,
    Parties,
)

from didgate.credentials import identifiers
from didgate.credentials.address import prove_address
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence
from didgate.credentials.presentation import Presentation
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued
from didgate.credentials.verified import CredentialForm, VerifiedPresentation
from didgate.errors import VerificationError
from didgate.keys import SoftwareSigner
from didgate.verifier import verify_presentation


def leaf_of(challenge: Challenge, form: CredentialForm) -> str:
    queries = challenge.dcql["credentials"]
    return str(next(query["id"] for query in queries if query["format"] == form))


def present(
    parties: Parties,
    challenge: Challenge,
    *,
    attributes: AttributeCredential | None = None,
    names: tuple[str, ...] = ("role", "clearance"),
    badge: str | None = None,
    accounts: tuple[SoftwareSigner, ...] = (),
) -> Presentation:
    """Answer a challenge without a wallet, so that tests can do what a wallet would not."""
    entries, shown = {}, {}
    if attributes is not None:
        leaf = leaf_of(challenge, CredentialForm.ATTRIBUTE)
        slots = attributes.disclosed_slots(names)
        entries[leaf] = Disclosed(leaf, attributes.schema.schema_id, parties.issuer_id, slots)
        shown[leaf] = lambda access: attributes.derive(names, access)
    if badge is not None:
        leaf = leaf_of(challenge, CredentialForm.SD_JWT)
        entries[leaf] = Disclosed(leaf, identifiers.vct_type_id(VCT), parties.issuer_id)
        held = verify_issued(ReceivedSDJWT.parse(badge), parties.jwt.public_key)
        shown[leaf] = lambda access: held.present(["/role"], parties.holder, challenge, access, NOW)
    ordered = sorted(entries)
    bundle = bundle_hash([entries[leaf] for leaf in ordered])
    credentials = {
        leaf: shown[leaf](gate_access_digest(challenge, bundle, index))
        for index, leaf in enumerate(ordered)
    }
    proofs = tuple(prove_address(account, challenge, bundle) for account in accounts)
    return Presentation(credentials, proofs)


def verify(
    parties: Parties,
    presentation: Presentation,
    challenge: Challenge,
    *,
    evidence: Evidence | None = None,
    now: datetime = NOW,
) -> VerifiedPresentation:
    return verify_presentation(presentation, challenge, evidence or parties.evidence, now)


def code_of(parties: Parties, presentation: Presentation, challenge: Challenge, **options: Any):
    with pytest.raises(VerificationError) as error:
        verify(parties, presentation, challenge, **options)
    return error.value.code
