"""What would satisfy a leaf, in the policy's words."""

from __future__ import annotations

import pytest

from didgate.credentials.verified import DateTime
from didgate.gate.reasons import needed
from didgate.policy import AddressLeaf, Condition, CredentialLeaf, Operator, TimeLeaf

SCHEMA = bytes([1] * 32)
CLEARED = Condition("clearance", Operator.AT_LEAST, (3,))


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (
            CredentialLeaf(issuers=None, schema_id=SCHEMA, claims=(CLEARED,)),
            (
                "a credential of type https://example.org/Clearance; "
                'issued by an issuer accredited for it; "clearance" is at least 3'
            ),
        ),
        (
            CredentialLeaf(issuers=("did:a:1", "did:b:2"), vct="https://v.example", max_age=3600),
            (
                "a credential of type https://v.example; issued by did:a:1 or did:b:2; "
                "issued or refreshed less than 1 hour ago"
            ),
        ),
        (
            CredentialLeaf(issuers=None, schema_id=bytes(32)),
            f"a credential of type schema 0x{'00' * 32}; issued by an issuer accredited for it",
        ),
        (
            AddressLeaf(bytes(32), min_age=60),
            f"control over an account on address list 0x{'00' * 32}, since 1 minute or more",
        ),
        (TimeLeaf(start=DateTime(0)), "a time from 1970-01-01T00:00:00Z"),
        (TimeLeaf(end=DateTime(0)), "a time before 1970-01-01T00:00:00Z"),
    ],
)
def test_needed(leaf: object, text: str) -> None:
    assert needed(leaf, {SCHEMA: "https://example.org/Clearance"}) == text  # type: ignore[arg-type]
