"""The form in which a holder stores an attribute credential, and from which it presents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from didgate.credentials import identifiers
from didgate.credentials.attribute import document
from didgate.credentials.attribute.document import Origin, SlotValues
from didgate.credentials.attribute.messages import (
    all_messages,
    check_key,
    claims_of,
    disclosed_messages,
    header_of,
)
from didgate.credentials.schema import FIRST_ATTRIBUTE_SLOT, STATUS_SLOT, AttributeSchema
from didgate.credentials.verified import ClaimValue
from didgate.errors import VerificationError
from didgate.keys import PublicKey
from didgate.proofs import attribute_suite as suite


@dataclass(frozen=True, slots=True)
class AttributeCredential:
    """A credential as its holder stores it. Made by ``issue`` and by ``from_document``.

    Args:
        schema: the schema it follows.
        issuer: the issuer's DID.
        key: the issuer's BBS key.
        values: all slots but slot 0: a ``Date``, the status index if the schema has one, and
            every attribute, ``None`` where absent.
        signature: the issuer's BBS signature.
        holder_secret: slot 0; whoever has it and the signature can present the credential.
    """

    schema: AttributeSchema
    issuer: str
    key: PublicKey
    values: SlotValues = field(repr=False)
    signature: bytes = field(repr=False)
    holder_secret: int = field(repr=False)

    @classmethod
    def from_document(
        cls, received: Any, schema: AttributeSchema, key: PublicKey
    ) -> AttributeCredential:
        """Read what an issuer sent, and verify its signature.

        Args:
            received: parsed JSON.
            schema: the schema that its origin names, from a trusted source.
            key: the key that its origin names, from a trusted source.

        Raises:
            VerificationError: the document, its signature or its key does not hold;
                ``slot_missing`` if it discloses only some slots.
        """
        values = document.read(received, schema)
        source = document.origin(received)
        check_key(source, key)
        signature, secret = suite.decode_base_value(source.proof_value)
        expected = set(range(FIRST_ATTRIBUTE_SLOT, schema.slot_count)) | schema.always_disclosed()
        if values.keys() != expected:
            raise VerificationError("slot_missing", "the credential lacks some of its slots")
        disclosed_messages(schema, values)
        credential = cls(schema, source.issuer, key, values, signature, secret)
        suite.verify_signature(key, signature, credential.header, credential.messages())
        return credential

    @property
    def header(self) -> bytes:
        """The BBS header, which binds schema and issuer."""
        return header_of(self.schema, self.issuer)

    @property
    def claims(self) -> dict[str, ClaimValue]:
        """The attributes that are not absent, by name."""
        return claims_of(self.schema, self.values)

    @property
    def valid_until(self) -> datetime:
        """End of validity, exclusive, aware UTC."""
        return document.valid_until_time(self.values)

    @property
    def status_index(self) -> int | None:
        """Its index in the issuer's status list, if the schema has one."""
        index = self.values.get(STATUS_SLOT)
        return index if isinstance(index, int) else None

    def messages(self) -> list[int]:
        """Return the BBS messages of all slots; the first one is secret."""
        return all_messages(self.schema, self.holder_secret, self.values)

    def to_document(self) -> dict[str, Any]:
        """Return the storage form as JSON; its proof value holds the secret."""
        value = suite.encode_base_value(self.signature, self.holder_secret)
        return document.render(self.schema, self._origin(value), self.values)

    def disclosed_slots(self, names: Collection[str]) -> tuple[int, ...]:
        """Return the slots that a presentation of these attributes discloses, ascending.

        Raises:
            InvalidInput: ``unknown_attribute``.
        """
        return tuple(sorted({*self.schema.always_disclosed(), *map(self.schema.slot, names)}))

    def derive(self, names: Collection[str], presentation_header: bytes) -> dict[str, Any]:
        """Return a presentation that discloses these attributes and nothing else one may hide.

        Args:
            names: attributes to disclose; the end of validity, and the status index if there is
                one, are disclosed always.
            presentation_header: 32 bytes computed by ``didgate.credentials.binding``.

        Raises:
            InvalidInput: ``unknown_attribute``.
        """
        shown = self.disclosed_slots(names)
        proof = self.prove(names, presentation_header)
        source = self._origin(suite.encode_derived_value(proof))
        return document.render(self.schema, source, {slot: self.values[slot] for slot in shown})

    def prove(self, names: Collection[str], presentation_header: bytes) -> bytes:
        """Return the bare BBS proof of such a presentation; arguments and errors as ``derive``."""
        shown = self.disclosed_slots(names)
        return suite.prove(
            self.key, self.signature, self.header, presentation_header, self.messages(), shown
        )

    def _origin(self, proof_value: str) -> Origin:
        key_id = identifiers.key_id(self.key)
        return Origin(self.schema.schema_id, self.issuer, key_id, proof_value)
