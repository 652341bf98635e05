"""Credentials as a wallet holds them: one view of both forms, for choosing and for presenting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from didgate.credentials import identifiers, slots
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed
from didgate.credentials.challenge import Challenge
from didgate.credentials.schema import StatusMode
from didgate.credentials.sd_jwt import SDJWTCredential
from didgate.credentials.verified import CredentialForm
from didgate.keys import PublicKey, Signer
from didgate.proofs.disclosures import pointer
from didgate.query import Candidate
from didgate.query.dcql import ClaimsPath


@dataclass(frozen=True, slots=True)
class Held:
    """A verified credential in a wallet.

    Args:
        id: the wallet's name for it.
        credential: what presentations derive from.
        form: how it is secured.
        type: type URL of its schema, or its ``vct``.
        type_id: 32 bytes: the schema id, or keccak256 of the ``vct``.
        issuer: the issuer's DID.
        claims: all it can disclose, in the types that policies compare.
        fresh_since: no later than when it was issued, aware UTC.
        valid_until: end of validity, exclusive, aware UTC.
        is_linkable: whether two presentations of it can be told to be of one credential.
        holder_key: the key it confirms, if its form has one.
    """

    id: str
    credential: AttributeCredential | SDJWTCredential = field(repr=False)
    form: CredentialForm
    type: str
    type_id: bytes
    issuer: str
    claims: Mapping[str, Any] = field(repr=False)
    fresh_since: datetime
    valid_until: datetime
    is_linkable: bool
    holder_key: PublicKey | None = None

    @classmethod
    def of(cls, name: str, credential: AttributeCredential | SDJWTCredential) -> Held:
        """Return the view of a credential."""
        if isinstance(credential, AttributeCredential):
            return _attributes(name, credential)
        return _sd_jwt(name, credential)

    def json_claims(self) -> dict[str, Any]:
        """Return all it can disclose as JSON."""
        if self.form is CredentialForm.SD_JWT:
            return dict(self.claims)
        return {name: slots.to_json(value) for name, value in self.claims.items()}

    def candidate(self) -> Candidate:
        """Return it as what a query is matched against."""
        attributes = self.form is CredentialForm.ATTRIBUTE
        kind = "0x" + self.type_id.hex() if attributes else self.type
        return Candidate(self.id, self.form.value, kind, self.json_claims())

    def disclosed(self, leaf: str, paths: Sequence[ClaimsPath]) -> Disclosed:
        """Return its part of the bundle when it discloses these claims for a leaf."""
        slots_shown = (
            self.credential.disclosed_slots(_names(paths))
            if isinstance(self.credential, AttributeCredential)
            else ()
        )
        return Disclosed(leaf, self.type_id, identifiers.issuer_id(self.issuer), slots_shown)

    def present(
        self,
        paths: Sequence[ClaimsPath],
        challenge: Challenge,
        access: bytes,
        signer_of: Callable[[PublicKey], Signer],
        now: datetime,
    ) -> Any:
        """Return the presented credential.

        Args:
            paths: the claims to disclose.
            challenge: what is answered.
            access: the ``GateAccess`` digest for it.
            signer_of: finds the signer of the key it confirms.
            now: aware UTC time.
        """
        if isinstance(self.credential, AttributeCredential):
            return self.credential.derive(_names(paths), access)
        signer = signer_of(self.credential.claims.holder_key)
        return self.credential.present(places_of(paths), signer, challenge, access, now)


def places_of(paths: Sequence[ClaimsPath]) -> list[str]:
    """Return the JSON pointers of what the paths lead to; what they lead through stays whole."""
    return [pointer([step for step in path if step is not None]) for path in paths]


def _attributes(name: str, credential: AttributeCredential) -> Held:
    schema = credential.schema
    return Held(
        id=name,
        credential=credential,
        form=CredentialForm.ATTRIBUTE,
        type=schema.type,
        type_id=schema.schema_id,
        issuer=credential.issuer,
        claims=credential.claims,
        fresh_since=credential.valid_until - timedelta(days=schema.lifetime_days),
        valid_until=credential.valid_until,
        # A status index is shown each time; nothing else of a credential is the same twice.
        is_linkable=schema.status_mode is StatusMode.INDEX,
    )


def _sd_jwt(name: str, credential: SDJWTCredential) -> Held:
    claims = credential.claims
    return Held(
        id=name,
        credential=credential,
        form=CredentialForm.SD_JWT,
        type=claims.vct,
        type_id=identifiers.vct_type_id(claims.vct),
        issuer=claims.issuer,
        claims=claims.claims,
        fresh_since=claims.issued_at,
        valid_until=claims.valid_until,
        is_linkable=True,  # the issuer's signature is shown each time
        holder_key=claims.holder_key,
    )


def _names(paths: Sequence[ClaimsPath]) -> list[str]:
    return [str(path[0]) for path in paths]
