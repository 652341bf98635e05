"""From slots to what BBS signs: messages, header, and the claims by name."""

from __future__ import annotations

from didgate.bbs.typed import SlotType
from didgate.credentials import identifiers, slots
from didgate.credentials.attribute.document import Origin, SlotValues
from didgate.credentials.schema import (
    FIRST_ATTRIBUTE_SLOT,
    STATUS_SLOT,
    VALID_UNTIL_SLOT,
    AttributeSchema,
)
from didgate.credentials.verified import ClaimValue
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey
from didgate.proofs.attribute_suite import signature_header


def header_of(schema: AttributeSchema, issuer: str) -> bytes:
    """Return the BBS header for credentials of this schema from this issuer's DID."""
    return signature_header(schema.schema_id, identifiers.issuer_id(issuer))


def disclosed_messages(schema: AttributeSchema, values: SlotValues) -> dict[int, int]:
    """Return the BBS message of each slot of a document that was received.

    Raises:
        VerificationError: ``disclosed_value_invalid`` for a value that no slot can hold.
    """
    try:
        return {slot: _message(schema, slot, value) for slot, value in values.items()}
    except InvalidInput as error:
        raise VerificationError(
            "disclosed_value_invalid", "a disclosed value is none that a slot can hold"
        ) from error


def all_messages(schema: AttributeSchema, holder_secret: int, values: SlotValues) -> list[int]:
    """Return the BBS messages of all slots in order; the first is the holder's secret."""
    rest = (_message(schema, slot, values.get(slot)) for slot in range(1, schema.slot_count))
    return [holder_secret, *rest]


def claims_of(schema: AttributeSchema, values: SlotValues) -> dict[str, ClaimValue]:
    """Return the attributes among ``values`` that are not absent, by name."""
    return {
        schema.attribute(slot).name: value
        for slot, value in sorted(values.items())
        if slot >= FIRST_ATTRIBUTE_SLOT and value is not None
    }


def check_key(source: Origin, key: PublicKey) -> None:
    """Check that ``key`` is the one a document names.

    Raises:
        VerificationError: ``key_mismatch``.
        InvalidInput: ``unsupported_key_algorithm`` for a key that issuers do not register.
    """
    if identifiers.key_id(key) != source.key_id:
        raise VerificationError("key_mismatch", "the credential names another key")


def _message(schema: AttributeSchema, slot: int, value: ClaimValue | None) -> int:
    return slots.scalar(_slot_type(schema, slot), value)


def _slot_type(schema: AttributeSchema, slot: int) -> SlotType:
    if slot == VALID_UNTIL_SLOT:
        return SlotType.DATE
    return SlotType.INTEGER if slot == STATUS_SLOT else schema.attribute(slot).type
