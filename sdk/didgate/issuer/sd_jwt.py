"""Issue SD-JWT VCs of one type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from didgate.credentials import identifiers, sd_jwt
from didgate.errors import InvalidInput
from didgate.issuer.records import IssuanceRecords
from didgate.issuer.status import StatusPublisher, end_validity
from didgate.keys import PublicKey, Signer
from didgate.ports import Clock, SystemClock


class SDJWTIssuer:
    """Issues SD-JWT VCs of one type; each subject has at most one at a time.

    An SD-JWT shows the same signature each time, so its presentations are **linkable**, with or
    without a status index.

    Args:
        did: the issuer's DID.
        signer: its key, Ed25519 or P-256.
        vct: the type, a URL or URN.
        key_id: DID URL of the key in the issuer's DID document.
        lifetime: how long a credential is valid, at least a second.
        records: what was issued.
        status: where revocations go; without it credentials have no status index, and end with
            their validity only.
        decoys: how many decoy digests hide the number of claims.
        clock: tells the time of issuing.
    """

    def __init__(
        self,
        did: str,
        signer: Signer,
        vct: str,
        *,
        key_id: str,
        lifetime: timedelta,
        records: IssuanceRecords,
        status: StatusPublisher | None = None,
        decoys: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.did = did
        self.vct = vct
        self.issuer_id = identifiers.issuer_id(did)
        self.type_id = identifiers.vct_type_id(vct)
        self._list_id = identifiers.status_list_id(self.issuer_id, self.type_id)
        self._signer = signer
        self._key_id = key_id
        self._lifetime = lifetime
        self.records = records
        self._status = status
        self._decoys = decoys
        self._clock = clock or SystemClock()

    def __repr__(self) -> str:
        return f"SDJWTIssuer({self.did!r}, {self.vct!r})"

    def issue(
        self,
        subject: str,
        claims: Mapping[str, Any],
        holder_key: PublicKey,
        *,
        concealed: Collection[str] | None = None,
    ) -> str:
        """Issue a subject's first credential.

        Args:
            subject: how the issuer knows the holder; it appears nowhere in the credential.
            claims: JSON values by name.
            holder_key: the holder's key, of which the holder has proved possession.
            concealed: JSON pointers of what is selectively disclosable; by default each claim.

        Returns:
            The SD-JWT in compact form.

        Raises:
            InvalidInput: ``already_issued``, ``status_list_full``, or what SD-JWT VC forbids.
        """
        now = self._clock.now()
        with self.records.book(self._list_id) as book:
            index = book.enter(
                subject, claims, now=now, valid_until=now + self._lifetime,
                indexed=self._status is not None,
            )  # fmt: skip
            return self._sign(claims, holder_key, index, now, concealed)

    def refresh(
        self,
        subject: str,
        holder_key: PublicKey,
        claims: Mapping[str, Any] | None = None,
        *,
        concealed: Collection[str] | None = None,
    ) -> str:
        """Issue a subject's credential anew, with a later validity and the same status index.

        Args:
            subject: who has one already.
            holder_key: the holder's key; a fresh one unlinks the new credential from the old.
            claims: what to attest from now on; by default what was attested last.
            concealed: as for ``issue``.

        Raises:
            InvalidInput: ``unknown_subject``, ``credential_revoked``, or what SD-JWT VC forbids.
        """
        now = self._clock.now()
        with self.records.book(self._list_id) as book:
            record = book.find(subject)
            if record.revoked_at is not None:
                raise InvalidInput("credential_revoked", "a revoked credential is not refreshed")
            attested = record.claims if claims is None else claims
            book.renew(subject, attested, now=now, valid_until=now + self._lifetime)
            return self._sign(attested, holder_key, record.status_index, now, concealed)

    def revoke(self, subject: str) -> None:
        """End a subject's credential; see ``AttributeIssuer.revoke``."""
        end_validity(
            self.records, self._list_id, subject, self._clock.now(),
            publisher=self._status, issuer_id=self.issuer_id, type_id=self.type_id,
        )  # fmt: skip

    def _sign(
        self,
        claims: Mapping[str, Any],
        holder_key: PublicKey,
        index: int | None,
        now: datetime,
        concealed: Collection[str] | None,
    ) -> str:
        return sd_jwt.issue(
            self._signer,
            self.did,
            self.vct,
            claims,
            holder_key=holder_key,
            now=now,
            valid_until=now + self._lifetime,
            key_id=self._key_id,
            concealed=concealed,
            status_index=index,
            decoys=self._decoys,
        ).serialize()
