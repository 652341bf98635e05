"""What a verifier has established: the only input that the policy evaluator accepts (DESIGN §2).

The classes here are plain data. What they say is true only because the verifier checked it, so
they cannot be built by hand: their constructors refuse whoever does not come through
``unsafe_verified_credential`` and ``unsafe_verified_presentation``, which ``didgate.verifier``
and nobody else calls. ``dataclasses.replace`` is refused for the same reason.

A claim value is one of the types of FORMATS §1. Dates, moments and addresses have types of their
own, so that the text ``"2026-01-01"`` is never taken for the date.

>>> str(Date.parse("2026-01-01")), Date.parse("1970-01-02").days
('2026-01-01', 1)
>>> DateTime.parse("2026-01-01T00:00:00Z").seconds
1767225600
>>> VerifiedPresentation(resource=b"", audience="", nonce="", policy_id=b"", epoch=0, chain_id=1,
...     deadline=0, jkt="", credentials=(), addresses=())
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: only the verifier makes a verified presentation [not_verified]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from didgate.encoding.address import checksum_address, parse_address
from didgate.errors import InvalidInput
from didgate.keys import PublicKey

_EPOCH_DAY = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SEAL = object()


class CredentialForm(StrEnum):
    """How a credential is secured; the value is its OpenID4VP format identifier."""

    ATTRIBUTE = "didgate-bbs-attr-2026"
    SD_JWT = "dc+sd-jwt"


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A calendar day of the years 1 to 9999.

    Args:
        days: days since 1970-01-01.

    Raises:
        InvalidInput: ``invalid_date``.
    """

    days: int

    def __post_init__(self) -> None:
        if type(self.days) is not int:
            raise InvalidInput("invalid_date", "days must be an integer")
        self.to_date()

    @classmethod
    def parse(cls, text: str) -> Date:
        """Return the day that ``YYYY-MM-DD`` names; any other spelling is ``invalid_date``."""
        if not _DATE.fullmatch(text):
            raise InvalidInput("invalid_date", "a date is written YYYY-MM-DD")
        try:
            return cls.of(date.fromisoformat(text))
        except ValueError as error:
            raise InvalidInput("invalid_date", "there is no such day") from error

    @classmethod
    def of(cls, day: date) -> Date:
        """Return the value for a day of the standard library (a ``datetime`` is not one)."""
        if type(day) is not date:
            raise InvalidInput("invalid_date", "expected a datetime.date")
        return cls((day - _EPOCH_DAY).days)

    def to_date(self) -> date:
        """Return the day as the standard library has it."""
        try:
            return _EPOCH_DAY + timedelta(days=self.days)
        except OverflowError as error:
            raise InvalidInput("invalid_date", "the years 1 to 9999 can be named") from error

    def __str__(self) -> str:
        return self.to_date().isoformat()


@dataclass(frozen=True, slots=True, order=True)
class DateTime:
    """A moment of the years 1 to 9999, in whole seconds.

    Args:
        seconds: seconds since 1970-01-01T00:00:00Z.

    Raises:
        InvalidInput: ``invalid_datetime``.
    """

    seconds: int

    def __post_init__(self) -> None:
        if type(self.seconds) is not int:
            raise InvalidInput("invalid_datetime", "seconds must be an integer")
        self.to_datetime()

    @classmethod
    def parse(cls, text: str) -> DateTime:
        """Return the moment that ``YYYY-MM-DDThh:mm:ssZ`` names, in that spelling only."""
        if not _DATETIME.fullmatch(text):
            raise InvalidInput("invalid_datetime", "a moment is written YYYY-MM-DDThh:mm:ssZ")
        try:
            return cls.of(datetime.fromisoformat(text))
        except ValueError as error:
            raise InvalidInput("invalid_datetime", "there is no such moment") from error

    @classmethod
    def of(cls, moment: datetime) -> DateTime:
        """Return the value for an aware ``datetime`` of whole seconds."""
        if moment.tzinfo is None or moment.microsecond:
            raise InvalidInput("invalid_datetime", "expected an aware time in whole seconds")
        return cls((moment - _EPOCH) // timedelta(seconds=1))

    def to_datetime(self) -> datetime:
        """Return the moment as the standard library has it, aware and in UTC."""
        try:
            return _EPOCH + timedelta(seconds=self.seconds)
        except OverflowError as error:
            raise InvalidInput("invalid_datetime", "the years 1 to 9999 can be named") from error

    def __str__(self) -> str:
        return self.to_datetime().replace(tzinfo=None).isoformat() + "Z"


@dataclass(frozen=True, slots=True)
class Address:
    """An Ethereum address as a claim.

    Args:
        text: ``0x`` and 40 hexadecimal digits, in one case or in EIP-55 spelling; it is kept in
            EIP-55 spelling.

    Raises:
        InvalidInput: ``invalid_address``, also where the checksum is wrong.
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise InvalidInput("invalid_address", "an address is written as a string")
        raw = parse_address(self.text)
        # Mixed case has passed as EIP-55 already; hashing is what an address costs.
        if self.text[2:] in {self.text[2:].lower(), self.text[2:].upper()}:
            object.__setattr__(self, "text", checksum_address(raw))

    @classmethod
    def of(cls, raw: bytes) -> Address:
        """Return the value for the 20 bytes of an address."""
        return cls("0x" + raw.hex())

    def to_bytes(self) -> bytes:
        """Return the 20 bytes of the address."""
        return bytes.fromhex(self.text[2:])

    def __str__(self) -> str:
        return self.text


ClaimValue: TypeAlias = str | bytes | int | bool | Date | DateTime | Address
"""A value of a type of FORMATS §1; each is told by its exact class (``True`` is no integer)."""

JSONValue: TypeAlias = (
    "str | int | float | bool | Sequence[JSONValue] | Mapping[str, JSONValue] | None"
)
"""What an SD-JWT may carry besides: a policy condition on anything but a scalar is false."""


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """One credential as presented: signature, binding, validity and disclosures hold.

    Args:
        leaf: id of the credential leaf of the policy that it answers, ``"c0"`` and so on.
        form: how it is secured.
        type: type URI of its schema, or its ``vct``.
        type_id: 32 bytes: the schema id, or keccak256 of the ``vct``.
        schema_id: 32-byte schema id; ``None`` for an SD-JWT.
        issuer: the issuer's DID.
        issuer_id: 32 bytes, keccak256 of the DID.
        key_id: 32-byte id of the signing key where it is of a kind that the issuer registry
            holds (BBS, P-256), else ``None``: then the issuer's DID document vouches for it alone.
        claims: what was disclosed; of an SD-JWT the processed payload without registered claims.
        valid_until: end of validity, exclusive, aware UTC.
        fresh_since: when it was issued or refreshed, aware UTC, if it tells.
        status: (status list id, index) where it has a status to look up, else ``None``.
        holder_key: the confirmation key that signed the presentation, if the form has one.
        seal: proof that the verifier made it; see the module's text.
    """

    leaf: str
    form: CredentialForm
    type: str
    type_id: bytes
    schema_id: bytes | None
    issuer: str
    issuer_id: bytes
    key_id: bytes | None
    claims: Mapping[str, ClaimValue | JSONValue]
    valid_until: datetime
    fresh_since: datetime | None
    status: tuple[bytes, int] | None
    holder_key: PublicKey | None
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise InvalidInput("not_verified", "only the verifier makes a verified credential")


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """An account that is a contract; only the contract can say whether it takes part (EIP-1271).

    Args:
        address: its EIP-55 address.
        digest: the 32 bytes that it is asked about.
        signature: what was presented for it to judge.
    """

    address: str
    digest: bytes
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedPresentation:
    """A presentation that answers one challenge, with everything in it verified.

    Args:
        resource: 32-byte id of the resource that was asked for.
        audience: the gate that it was made for.
        nonce: the challenge's nonce.
        policy_id: 32-byte id of the effective policy that the challenge named.
        epoch: the resource's epoch that the challenge named.
        chain_id: the chain that the policy stands on.
        deadline: end of the challenge, in Unix seconds.
        jkt: RFC 7638 thumbprint of the key that will use the grant.
        credentials: at most one for each credential leaf.
        addresses: EIP-55 addresses whose control was proved.
        contract_accounts: accounts whose control is a fact of the chain, not in ``addresses``.
        memberships: (32-byte root, EIP-55 address): that address is in the tree with that root.
        attestations: UIDs of attestations that the presenter named; nothing is known of them.
        seal: proof that the verifier made it; see the module's text.
    """

    resource: bytes
    audience: str
    nonce: str
    policy_id: bytes
    epoch: int
    chain_id: int
    deadline: int
    jkt: str
    credentials: tuple[VerifiedCredential, ...]
    addresses: tuple[str, ...]
    contract_accounts: tuple[ContractAccount, ...] = ()
    memberships: frozenset[tuple[bytes, str]] = frozenset()
    attestations: tuple[bytes, ...] = ()
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise InvalidInput("not_verified", "only the verifier makes a verified presentation")
        if len({credential.leaf for credential in self.credentials}) != len(self.credentials):
            raise InvalidInput("duplicate_leaf", "two credentials answer the same leaf")


unsafe_verified_credential = partial(VerifiedCredential, seal=_SEAL)
"""Make a ``VerifiedCredential``. For the verifier alone: whoever calls it vouches for it all."""

unsafe_verified_presentation = partial(VerifiedPresentation, seal=_SEAL)
"""Make a ``VerifiedPresentation``. For the verifier alone: whoever calls it vouches for it all."""
