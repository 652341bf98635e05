"""The JSON of an attribute credential: a pure function of schema, issuer and slots.

Only slots are signed, so nothing outside them may mean anything. ``render`` writes the one
document that given slots have; ``read`` takes a received document apart, renders it again and
compares canonical JSON (RFC 8785), so that any other member, order or spelling is refused
(*closed world*). The document is a VCDM 2.0 credential with a Data Integrity proof; it carries no
``id``, subject ``id``, ``validFrom`` or ``created``.

A slot that is disclosed and empty is ``null``; one that is not disclosed is not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from didgate.credentials import slots, vcdm
from didgate.credentials.schema import (
    FIRST_ATTRIBUTE_SLOT,
    STATUS_SLOT,
    VALID_UNTIL_SLOT,
    AttributeSchema,
    StatusMode,
)
from didgate.credentials.verified import ClaimValue, Date
from didgate.encoding import canonicalize
from didgate.errors import InvalidInput, VerificationError
from didgate.proofs.attribute_suite import CRYPTOSUITE

SCHEMA_TYPE = "DidgateAttributeSchema2026"
STATUS_TYPE = "DidgateStatusIndex2026"
SUBJECT_TYPE = "Holder"
MAX_STATUS_INDEX = 2**32 - 1

_SCHEMA_URN = "urn:didgate:schema:"
_SCHEMA_ID = re.compile(r"urn:didgate:schema:([0-9a-f]{64})")
_KEY_FRAGMENT = re.compile(r"0x([0-9a-f]{64})")

SlotValues = Mapping[int, ClaimValue | None]
"""Disclosed values by slot: 1 is a ``Date``, 2 an integer, 3 and above the attributes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document says of where it comes from, **unverified**: what to look up.

    Args:
        schema_id: 32 bytes.
        issuer: the issuer's DID.
        key_id: 32 bytes, the id of the signing key in the issuer registry.
        proof_value: the multibase text of the proof.
    """

    schema_id: bytes
    issuer: str
    key_id: bytes
    proof_value: str


def origin(document: Any) -> Origin:
    """Read what a received document says of its origin.

    Raises:
        VerificationError: ``document_malformed``.
    """
    match document:
        case {
            "issuer": str(issuer),
            "credentialSchema": {"id": str(schema)},
            "proof": {
                "cryptosuite": cryptosuite,
                "verificationMethod": str(method),
                "proofValue": str(proof_value),
            },
        } if cryptosuite == CRYPTOSUITE:
            schema_match = _SCHEMA_ID.fullmatch(schema)
            key_match = _KEY_FRAGMENT.fullmatch(method.removeprefix(f"{issuer}#"))
            if schema_match and key_match:
                schema_id, key_id = (bytes.fromhex(found[1]) for found in (schema_match, key_match))
                return Origin(schema_id, issuer, key_id, proof_value)
    raise _malformed("not a credential of this cryptosuite")


def render(schema: AttributeSchema, source: Origin, values: SlotValues) -> dict[str, Any]:
    """Write the document that discloses the given slots.

    Args:
        schema: the schema whose id ``source`` names.
        source: issuer, key and proof value.
        values: the disclosed slots; slot 1 always among them.
    """
    schema_url = _SCHEMA_URN + source.schema_id.hex()
    subject: dict[str, Any] = {"type": SUBJECT_TYPE}
    for slot in sorted(values):
        if slot >= FIRST_ATTRIBUTE_SLOT:
            subject[schema.attribute(slot).name] = slots.to_json(values[slot])
    status = (
        {"credentialStatus": {"type": STATUS_TYPE, "index": values[STATUS_SLOT]}}
        if STATUS_SLOT in values
        else {}
    )
    return {
        "@context": [vcdm.CONTEXT_V2, {"@vocab": f"{schema_url}#"}],
        "type": [vcdm.CREDENTIAL_TYPE, schema.type],
        "issuer": source.issuer,
        "validUntil": f"{values[VALID_UNTIL_SLOT]}T00:00:00Z",
        "credentialSchema": {"id": schema_url, "type": SCHEMA_TYPE},
        **status,
        "credentialSubject": subject,
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": CRYPTOSUITE,
            "proofPurpose": "assertionMethod",
            "verificationMethod": f"{source.issuer}#0x{source.key_id.hex()}",
            "proofValue": source.proof_value,
        },
    }


def read(document: Any, schema: AttributeSchema) -> dict[int, ClaimValue | None]:
    """Return the slots that a received document discloses, and refuse whatever else it holds.

    Args:
        document: parsed JSON.
        schema: the schema that its origin names.

    Raises:
        VerificationError: ``document_malformed``, ``schema_mismatch``, ``closed_world_violation``
            (the document is not the one that its slots have), ``validity_off_granularity`` or
            ``status_mode_mismatch``.
    """
    source = origin(document)
    if source.schema_id != schema.schema_id:
        raise VerificationError("schema_mismatch", "the credential names another schema")
    try:
        vcdm.check_credential(document)
        values = _slot_values(document, schema)
        regenerated, received = canonicalize(render(schema, source, values)), canonicalize(document)
    except InvalidInput as error:
        raise _malformed("a member has another form than its schema says") from error
    if regenerated != received:
        raise VerificationError(
            "closed_world_violation", "the document says something that its slots do not"
        )
    _check_fixed_slots(schema, values)
    return values


def _slot_values(document: Mapping[str, Any], schema: AttributeSchema) -> dict[int, Any]:
    subject = document["credentialSubject"]
    if not isinstance(subject, dict):
        raise InvalidInput("document_malformed", "there is more than one subject")
    values: dict[int, Any] = {
        slot: slots.from_json(attribute.type, subject[attribute.name])
        for slot, attribute in enumerate(schema.attributes, FIRST_ATTRIBUTE_SLOT)
        if attribute.name in subject
    }
    values[VALID_UNTIL_SLOT] = Date.parse(str(document.get("validUntil"))[:10])
    if "credentialStatus" in document:
        values[STATUS_SLOT] = _status_index(document["credentialStatus"])
    return values


def _status_index(status: Any) -> int:
    index = status.get("index") if isinstance(status, dict) else None
    if type(index) is not int or not 0 <= index <= MAX_STATUS_INDEX:
        raise InvalidInput("document_malformed", "the status index is no number below 2^32")
    return index


def _check_fixed_slots(schema: AttributeSchema, values: SlotValues) -> None:
    valid_until = values[VALID_UNTIL_SLOT]
    assert isinstance(valid_until, Date)
    if valid_until.days % schema.granularity_days:
        # A day of its own would mark one holder among all.
        raise VerificationError(
            "validity_off_granularity", "validUntil is no multiple of the schema's granularity"
        )
    if (STATUS_SLOT in values) != (schema.status_mode is StatusMode.INDEX):
        raise VerificationError(
            "status_mode_mismatch", "a status index is shown exactly if the schema has them"
        )


def valid_until_time(values: SlotValues) -> datetime:
    """Return the end of validity, exclusive, as aware UTC time."""
    valid_until = values[VALID_UNTIL_SLOT]
    assert isinstance(valid_until, Date)
    return midnight(valid_until.to_date())


def midnight(day: date) -> datetime:
    """Return the first moment of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _malformed(message: str) -> VerificationError:
    return VerificationError("document_malformed", message)
