"""The two forms of credentials as the verifier sees them: taken apart, then verified.

Each form is opened with its evidence first, because every proof is bound to what stands beside it:
only when all credentials of a presentation are open is it known what each proof must say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Protocol

from didgate.credentials import attribute, identifiers, sd_jwt
from didgate.credentials.attribute import Origin, PresentedAttributes
from didgate.credentials.binding import Disclosed
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence
from didgate.credentials.schema import STATUS_SLOT
from didgate.credentials.sd_jwt import ReceivedSDJWT
from didgate.credentials.verified import (
    CredentialForm,
    VerifiedCredential,
    unsafe_verified_credential,
)
from didgate.keys import KeyAlgorithm, PublicKey
from didgate.query import CredentialQuery
from didgate.query.dcql import ClaimsPath
from didgate.verifier.asked import Asked


class Opened(Protocol):
    """A credential taken apart, its issuer's key at hand, **not yet verified**."""

    @property
    def query(self) -> CredentialQuery:
        """What it answers."""
        ...

    def disclosed(self) -> Disclosed:
        """Return its part of the bundle."""
        ...

    def verify(self, challenge: Challenge, access: bytes, now: datetime) -> VerifiedCredential:
        """Verify it as the answer to a challenge; ``access`` is its ``GateAccess`` digest."""
        ...


def open_credential(asked: Asked, received: Any, evidence: Evidence) -> Opened:
    """Take a presented credential apart, if it claims to be what the challenge asks for.

    Raises:
        VerificationError: ``form_mismatch``, ``type_not_asked`` or ``issuer_not_accepted``, or
            what is malformed or unknown.
    """
    match asked.read(received):
        case Origin() as origin:
            return OpenedAttributes.read(asked.query, origin, received, evidence)
        case ReceivedSDJWT() as token:
            return OpenedSDJWT.read(asked.query, token, evidence)


@dataclass(frozen=True, slots=True)
class OpenedAttributes:
    """An attribute credential, taken apart."""

    query: CredentialQuery
    presented: PresentedAttributes
    key: PublicKey

    @classmethod
    def read(
        cls,
        query: CredentialQuery,
        origin: Origin,
        received: Mapping[str, Any],
        evidence: Evidence,
    ) -> OpenedAttributes:
        """Read a document of this origin with the schema and key of the evidence."""
        issuer_id = identifiers.issuer_id(origin.issuer)
        schema = evidence.schema(origin.schema_id)
        key = evidence.issuer_key(origin.key_id, issuer_id)
        return cls(query, attribute.read_presented(received, schema), key)

    def disclosed(self) -> Disclosed:
        """Return its part of the bundle, with the indexes of the disclosed slots."""
        origin = self.presented.origin
        issuer_id = identifiers.issuer_id(origin.issuer)
        return Disclosed(self.query.id, origin.schema_id, issuer_id, self.presented.disclosed)

    def verify(self, challenge: Challenge, access: bytes, now: datetime) -> VerifiedCredential:
        """Verify the BBS proof for ``access``; the challenge is in there whole."""
        del challenge
        presented, origin = self.presented, self.presented.origin
        attribute.verify_presented(presented, self.key, access, now)
        issuer_id = identifiers.issuer_id(origin.issuer)
        list_id = identifiers.status_list_id(issuer_id, origin.schema_id)
        index = presented.values.get(STATUS_SLOT)
        return unsafe_verified_credential(
            leaf=self.query.id,
            form=CredentialForm.ATTRIBUTE,
            type=presented.schema.type,
            type_id=origin.schema_id,
            schema_id=origin.schema_id,
            issuer=origin.issuer,
            issuer_id=issuer_id,
            key_id=origin.key_id,
            claims=only_asked(presented.claims, self.query),
            valid_until=presented.valid_until,
            fresh_since=presented.fresh_since,
            status=(list_id, index) if isinstance(index, int) else None,
            holder_key=None,
        )


@dataclass(frozen=True, slots=True)
class OpenedSDJWT:
    """An SD-JWT VC, taken apart."""

    query: CredentialQuery
    received: ReceivedSDJWT
    key: PublicKey

    @classmethod
    def read(cls, query: CredentialQuery, token: ReceivedSDJWT, evidence: Evidence) -> OpenedSDJWT:
        """Find the issuer's key of a token in the issuer's DID document."""
        return cls(query, token, evidence.document(token.issuer).key(token.key_id))

    def disclosed(self) -> Disclosed:
        """Return its part of the bundle; key binding covers the disclosures."""
        type_id = identifiers.vct_type_id(self.received.vct)
        return Disclosed(self.query.id, type_id, identifiers.issuer_id(self.received.issuer))

    def verify(self, challenge: Challenge, access: bytes, now: datetime) -> VerifiedCredential:
        """Verify issuer's signature, key binding and its claim about ``access``."""
        claims = sd_jwt.verify_presented(self.received, self.key, challenge, access, now)
        registered = self.key.algorithm is KeyAlgorithm.P256
        return unsafe_verified_credential(
            leaf=self.query.id,
            form=CredentialForm.SD_JWT,
            type=claims.vct,
            type_id=identifiers.vct_type_id(claims.vct),
            schema_id=None,
            issuer=claims.issuer,
            issuer_id=identifiers.issuer_id(claims.issuer),
            key_id=identifiers.key_id(self.key) if registered else None,
            claims=only_asked(claims.claims, self.query),
            valid_until=claims.valid_until,
            fresh_since=claims.issued_at,
            status=claims.status,
            holder_key=claims.holder_key,
        )


def only_asked(claims: Mapping[str, Any], query: CredentialQuery) -> dict[str, Any]:
    """Return the part of disclosed claims that a query asks for.

    A path's steps into arrays are not followed: the array that it leads into is kept whole. Nor do
    paths disagree: where one asks for a whole and another for a part of it, the whole is kept.
    """
    kept: dict[str, Any] = {}
    for claim in query.claims:
        names = tuple(takewhile(lambda step: isinstance(step, str), claim.path))
        if names:
            _keep(claims, names, kept)
    return kept


def _keep(source: Mapping[Any, Any], names: ClaimsPath, kept: dict[Any, Any]) -> None:
    """Copy what the names lead to from ``source`` to ``kept``, if there is such a thing."""
    name, *rest = names
    if name not in source:
        return
    inner = source[name]
    if not rest:
        kept[name] = inner
    elif isinstance(inner, Mapping) and kept.get(name) is not inner:
        part = kept.get(name, {})
        _keep(inner, tuple(rest), part)
        if part:
            kept[name] = part
