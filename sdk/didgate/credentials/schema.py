"""Attribute schemas: which slots a ``didgate-bbs-attr-2026`` credential has, in which order.

A schema is immutable and content-addressed: ``schema_id`` is the Keccak-256 hash of its encoding,
and the ``SchemaRegistry`` contract keeps that encoding. Slot 0 is the holder's secret, slot 1 the
end of validity, slot 2 the status; the attributes follow from slot 3 on.

>>> schema = AttributeSchema(
...     type="https://example.org/Clearance",
...     lifetime_days=28,
...     attributes=(Attribute("role", SlotType.TEXT), Attribute("level", SlotType.INTEGER)),
... )
>>> AttributeSchema.decode(schema.encode()) == schema
True
>>> schema.slot("level")
4
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from didgate.bbs.typed import SlotType
from didgate.credentials.vcdm import is_url
from didgate.encoding import keccak256
from didgate.errors import InvalidInput

VALID_UNTIL_SLOT = 1
STATUS_SLOT = 2
FIRST_ATTRIBUTE_SLOT = 3
MAX_SLOTS = 32
MAX_ATTRIBUTES = MAX_SLOTS - FIRST_ATTRIBUTE_SLOT

_PREFIX = b"didgate-schema-v1\0"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# "id" and "type" are JSON-LD keywords in a VCDM document: an attribute so named would turn into a
# subject identifier, which a derived presentation must not carry.
_RESERVED_NAMES = frozenset({"id", "type"})
_MAX_TYPE_BYTES = 512
_ATTRIBUTE_TYPES = frozenset(SlotType) - {SlotType.ABSENT, SlotType.SECRET}


class StatusMode(IntEnum):
    """How a credential ends before its validity does.

    ``EPOCH``: the issuer stops refreshing it; unlinkable. ``INDEX``: the issuer sets its bit in the
    on-chain ``StatusRegistry``; the index is shown every time, so presentations are **linkable**.
    """

    EPOCH = 0
    INDEX = 1


class NymMode(IntEnum):
    """Where slot 0 comes from.

    ``ISSUER_DERIVED``: a keyed hash of subject and schema, so that the issuer can link.
    """

    ISSUER_DERIVED = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name, its type, and whether a credential may lack it."""

    name: str
    type: SlotType
    optional: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or _NAME.fullmatch(self.name) is None:
            raise InvalidInput(
                "invalid_attribute_name",
                "a name is a letter and up to 63 letters, digits, hyphens and underscores",
            )
        if self.name in _RESERVED_NAMES:
            raise InvalidInput("invalid_attribute_name", "the name is a keyword of VCDM 2.0")
        if self.type not in _ATTRIBUTE_TYPES:
            raise InvalidInput("invalid_attribute_type", "attributes cannot have this type")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSchema:
    """The constant part of every credential of one kind.

    Args:
        type: URL that names the kind of credential.
        attributes: 1 to 29 attributes in slot order, names unique.
        lifetime_days: the longest time between issuing and ``validUntil``, at least the
            granularity; ``validUntil`` minus this is a credential's freshness.
        granularity_days: ``validUntil`` is a multiple of so many days since 1970-01-01, so that
            it singles out nobody.
        status_mode: how credentials are revoked.
        nym_mode: where the holder secret comes from.

    Raises:
        InvalidInput: ``invalid_schema``.
    """

    type: str
    attributes: tuple[Attribute, ...]
    lifetime_days: int
    granularity_days: int = 7
    status_mode: StatusMode = StatusMode.EPOCH
    nym_mode: NymMode = NymMode.ISSUER_DERIVED
    _slots: dict[str, int] = field(init=False, repr=False, compare=False)
    _id: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        names = [attribute.name for attribute in self.attributes]
        slots = {name: slot for slot, name in enumerate(names, FIRST_ATTRIBUTE_SLOT)}
        if len(slots) != len(names):
            raise InvalidInput("invalid_schema", "two attributes have the same name")
        object.__setattr__(self, "_slots", slots)
        object.__setattr__(self, "_id", keccak256(self.encode()))

    @property
    def schema_id(self) -> bytes:
        """The 32 bytes under which the schema registry holds this schema."""
        return self._id

    @property
    def slot_count(self) -> int:
        """How many slots, and so BBS messages, a credential has."""
        return FIRST_ATTRIBUTE_SLOT + len(self.attributes)

    def slot(self, name: str) -> int:
        """Return the slot of an attribute.

        Raises:
            InvalidInput: ``unknown_attribute``.
        """
        try:
            return self._slots[name]
        except KeyError as error:
            raise InvalidInput("unknown_attribute", "the schema has no such attribute") from error

    def attribute(self, slot: int) -> Attribute:
        """Return the attribute in a slot of 3 or above."""
        return self.attributes[slot - FIRST_ATTRIBUTE_SLOT]

    def always_disclosed(self) -> frozenset[int]:
        """Return the slots that every presentation discloses."""
        if self.status_mode is StatusMode.INDEX:
            return frozenset({VALID_UNTIL_SLOT, STATUS_SLOT})
        return frozenset({VALID_UNTIL_SLOT})

    def encode(self) -> bytes:
        """Return the canonical bytes; integers are big-endian (FORMATS: schema)."""
        url = self.type.encode("ascii")
        head = (
            _PREFIX
            + len(url).to_bytes(2)
            + url
            + bytes((self.status_mode, self.nym_mode))
            + self.granularity_days.to_bytes(2)
            + self.lifetime_days.to_bytes(2)
        )
        return head + bytes((len(self.attributes),)) + b"".join(map(_encode, self.attributes))

    @classmethod
    def decode(cls, data: bytes) -> AttributeSchema:
        """Read canonical bytes, as the schema registry returns them.

        Raises:
            InvalidInput: ``invalid_schema`` for bytes that no valid schema encodes to, or the
                error of the attribute that is at fault.
        """
        reader = _Reader(data)
        try:
            reader.expect(_PREFIX)
            schema = cls(
                type=reader.text(reader.integer(2)),
                status_mode=StatusMode(reader.integer(1)),
                nym_mode=NymMode(reader.integer(1)),
                granularity_days=reader.integer(2),
                lifetime_days=reader.integer(2),
                attributes=tuple(reader.attribute() for _ in range(reader.integer(1))),
            )
        except ValueError as error:
            raise InvalidInput("invalid_schema", "the bytes encode no schema") from error
        reader.end()
        return schema


def _check(schema: AttributeSchema) -> None:
    if not is_url(schema.type) or len(schema.type) > _MAX_TYPE_BYTES:
        raise InvalidInput("invalid_schema", f"the type is no URL of at most {_MAX_TYPE_BYTES} B")
    if not 1 <= len(schema.attributes) <= MAX_ATTRIBUTES:
        raise InvalidInput("invalid_schema", f"a schema has 1 to {MAX_ATTRIBUTES} attributes")
    if not 1 <= schema.granularity_days <= schema.lifetime_days <= 0xFFFF:
        raise InvalidInput("invalid_schema", "the lifetime is shorter than the granularity")


def _encode(attribute: Attribute) -> bytes:
    name = attribute.name.encode("ascii")
    return bytes((attribute.type, attribute.optional, len(name))) + name


class _Reader:
    """Takes bytes from the front, and refuses to read past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise InvalidInput("invalid_schema", "the encoding is cut off")
        self._at += count
        return piece

    def expect(self, constant: bytes) -> None:
        if self.take(len(constant)) != constant:
            raise InvalidInput("invalid_schema", "the encoding has another version or none")

    def integer(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def text(self, size: int) -> str:
        return self.take(size).decode("ascii")

    def attribute(self) -> Attribute:
        kind, optional, size = self.take(3)
        if optional > 1:
            raise InvalidInput("invalid_schema", "the mark of an optional attribute is 0 or 1")
        return Attribute(self.text(size), SlotType(kind), bool(optional))

    def end(self) -> None:
        if self._at != len(self._data):
            raise InvalidInput("invalid_schema", "bytes follow the encoding")
