"""Verifying a presented attribute credential."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from didgate.credentials.attribute import document
from didgate.credentials.attribute.document import Origin, SlotValues
from didgate.credentials.attribute.messages import (
    check_key,
    claims_of,
    disclosed_messages,
    header_of,
)
from didgate.credentials.schema import AttributeSchema
from didgate.credentials.verified import ClaimValue
from didgate.errors import VerificationError
from didgate.keys import PublicKey
from didgate.proofs import attribute_suite as suite

CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PresentedAttributes:
    """A presented document taken apart, its proof **not yet verified**.

    Args:
        schema: the schema it follows.
        origin: issuer, key and proof value as stated.
        values: the disclosed slots.
    """

    schema: AttributeSchema
    origin: Origin
    values: SlotValues = field(repr=False)

    @property
    def disclosed(self) -> tuple[int, ...]:
        """The disclosed slots, ascending."""
        return tuple(sorted(self.values))

    @property
    def claims(self) -> dict[str, ClaimValue]:
        """The disclosed attributes that are not absent, by name."""
        return claims_of(self.schema, self.values)

    @property
    def valid_until(self) -> datetime:
        """End of validity, exclusive, aware UTC."""
        return document.valid_until_time(self.values)

    @property
    def fresh_since(self) -> datetime:
        """A moment no later than the issuing, aware UTC."""
        return self.valid_until - timedelta(days=self.schema.lifetime_days)


def read_presented(received: Any, schema: AttributeSchema) -> PresentedAttributes:
    """Take a presented document apart; see ``document.read`` for what is refused."""
    values = document.read(received, schema)
    return PresentedAttributes(schema, document.origin(received), values)


def verify_presented(
    presented: PresentedAttributes, key: PublicKey, presentation_header: bytes, now: datetime
) -> None:
    """Verify a presentation: key, validity, and that the issuer signed what it discloses.

    Args:
        presented: from ``read_presented``.
        key: the issuer's key, from a trusted source, looked up by the stated key id.
        presentation_header: computed from the challenge, never received.
        now: aware UTC time.

    Raises:
        VerificationError: ``key_mismatch``, ``credential_expired``, ``credential_from_future``,
            ``proof_value_malformed`` or why the proof does not hold.
    """
    check_key(presented.origin, key)
    if now >= presented.valid_until:
        raise VerificationError("credential_expired", "the credential has expired")
    if now + CLOCK_SKEW < presented.fresh_since:
        raise VerificationError("credential_from_future", "it is valid for longer than it may be")
    schema = presented.schema
    suite.verify_disclosed(
        key,
        suite.decode_derived_value(presented.origin.proof_value),
        header_of(schema, presented.origin.issuer),
        presentation_header,
        disclosed_messages(schema, presented.values),
        slot_count=schema.slot_count,
    )
