"""Issuing attribute credentials: what may be signed, until when, and under which secret."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from didgate.bbs.curve import SCALAR_ORDER
from didgate.credentials.attribute.credential import AttributeCredential
from didgate.credentials.attribute.document import MAX_STATUS_INDEX, midnight
from didgate.credentials.attribute.messages import all_messages, header_of
from didgate.credentials.schema import (
    FIRST_ATTRIBUTE_SLOT,
    STATUS_SLOT,
    VALID_UNTIL_SLOT,
    AttributeSchema,
    StatusMode,
)
from didgate.credentials.verified import ClaimValue, Date
from didgate.errors import InvalidInput
from didgate.keys import BBSSigner

_NYM_PREFIX = b"didgate-nym-secret-v1\0"
_NYM_KEY_BYTES = 32


def issue(
    signer: BBSSigner,
    schema: AttributeSchema,
    issuer: str,
    claims: Mapping[str, ClaimValue | None],
    *,
    holder_secret: int,
    now: datetime,
    valid_until: Date | None = None,
    status_index: int | None = None,
) -> AttributeCredential:
    """Sign a credential.

    Args:
        signer: the issuer's BBS key.
        schema: what the credential follows.
        issuer: the issuer's DID.
        claims: attributes by name; those marked optional may be missing or ``None``.
        holder_secret: slot 0, from ``derive_holder_secret``.
        now: aware UTC time of issuing.
        valid_until: first day on which it no longer holds, a multiple of the granularity; by
            default the latest that the schema's lifetime allows.
        status_index: its index in the status list, if and only if the schema has such a list.

    Raises:
        InvalidInput: ``unknown_attribute``, ``attribute_missing``, ``claim_type_mismatch``,
            ``validity_out_of_range``, ``validity_off_granularity``, ``status_mode_mismatch``,
            ``status_index_out_of_range`` or an error of a value.
    """
    end = latest_valid_until(schema, now) if valid_until is None else valid_until
    _check_validity(schema, end, now)
    values: dict[int, ClaimValue | None] = {VALID_UNTIL_SLOT: end, **_attributes(schema, claims)}
    if status_index is not None:
        values[STATUS_SLOT] = status_index
    _check_status(schema, status_index)
    messages = all_messages(schema, holder_secret, values)
    signature = signer.sign_messages(header_of(schema, issuer), messages)
    return AttributeCredential(schema, issuer, signer.public_key, values, signature, holder_secret)


def latest_valid_until(schema: AttributeSchema, now: datetime) -> Date:
    """Return the last ``validUntil`` that a credential issued now may have.

    It is at most the lifetime after today, so that ``validUntil`` minus the lifetime is never
    later than the issuing: that is what freshness means.
    """
    days = Date.of(now.astimezone(UTC).date()).days + schema.lifetime_days
    return Date(days - days % schema.granularity_days)


def valid_until_time(schema: AttributeSchema, now: datetime) -> datetime:
    """Return ``latest_valid_until`` as aware UTC time."""
    return midnight(latest_valid_until(schema, now).to_date())


def check_nym_key(nym_key: bytes) -> bytes:
    """Return a pseudonym key that has the right length.

    Raises:
        InvalidInput: ``invalid_nym_key``.
    """
    if len(nym_key) != _NYM_KEY_BYTES:
        raise InvalidInput("invalid_nym_key", f"the pseudonym key has {_NYM_KEY_BYTES} bytes")
    return nym_key


def derive_holder_secret(nym_key: bytes, schema_id: bytes, subject: str) -> int:
    """Return slot 0 of a subject's credentials under pseudonym mode 0.

    It is a keyed hash of subject and schema, so that a refreshed credential keeps it. The issuer
    can compute it, and so could link pseudonyms.

    Args:
        nym_key: 32 secret bytes that the issuer keeps for ever.
        schema_id: 32 bytes.
        subject: how the issuer knows the subject; it appears nowhere in a credential.

    Raises:
        InvalidInput: ``invalid_nym_key``.
    """
    message = _NYM_PREFIX + schema_id + subject.encode("utf-8")
    # 512 bits modulo a 255-bit order: no bias that could ever be seen.
    digest = hmac.digest(check_nym_key(nym_key), message, "sha512")
    return int.from_bytes(digest) % (SCALAR_ORDER - 1) + 1


def _check_validity(schema: AttributeSchema, end: Date, now: datetime) -> None:
    if end.days % schema.granularity_days:
        raise InvalidInput("validity_off_granularity", "validUntil is no multiple of granularity")
    if not now < midnight(end.to_date()) or end > latest_valid_until(schema, now):
        raise InvalidInput("validity_out_of_range", "validUntil is past, or beyond the lifetime")


def _check_status(schema: AttributeSchema, index: int | None) -> None:
    if (index is not None) != (schema.status_mode is StatusMode.INDEX):
        raise InvalidInput("status_mode_mismatch", "the schema says whether there is an index")
    if index is not None and not 0 <= index <= MAX_STATUS_INDEX:
        raise InvalidInput("status_index_out_of_range", "a status index is below 2^32")


def _attributes(
    schema: AttributeSchema, claims: Mapping[str, ClaimValue | None]
) -> dict[int, ClaimValue | None]:
    values = {schema.slot(name): value for name, value in claims.items()}
    for slot, attribute in enumerate(schema.attributes, FIRST_ATTRIBUTE_SLOT):
        if values.setdefault(slot, None) is None and not attribute.optional:
            raise InvalidInput("attribute_missing", "an attribute is missing", path=attribute.name)
    return values
