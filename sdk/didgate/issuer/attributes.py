"""Issue attribute credentials of one schema, one at a time or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from didgate.credentials import attribute, identifiers, slots
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.schema import AttributeSchema, StatusMode
from didgate.credentials.verified import ClaimValue
from didgate.errors import InvalidInput
from didgate.issuer.records import Book, IssuanceRecords
from didgate.issuer.status import StatusPublisher, end_validity
from didgate.keys import BBSSigner
from didgate.ports import Clock, SystemClock

Claims: TypeAlias = Mapping[str, ClaimValue | None]

_BATCH = 100


class AttributeIssuer:
    """Issues the credentials of one schema; each subject has at most one at a time.

    Args:
        did: the issuer's DID.
        signer: its BBS key, registered with the issuer registry.
        schema: what its credentials follow.
        nym_key: 32 secret bytes from which every subject's slot 0 derives. Keep it for ever: with
            another one, refreshed credentials would be other pseudonyms.
        records: what was issued.
        status: where revocations go, if the schema has a status index.
        clock: tells the time of issuing.

    Raises:
        InvalidInput: ``invalid_nym_key``.
    """

    def __init__(
        self,
        did: str,
        signer: BBSSigner,
        schema: AttributeSchema,
        *,
        nym_key: bytes,
        records: IssuanceRecords,
        status: StatusPublisher | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.did = did
        self.schema = schema
        self.issuer_id = identifiers.issuer_id(did)
        self._list_id = identifiers.status_list_id(self.issuer_id, schema.schema_id)
        self._signer = signer
        self._nym_key = attribute.check_nym_key(nym_key)
        self.records = records
        self._status = status
        self._clock = clock or SystemClock()

    def __repr__(self) -> str:
        return f"AttributeIssuer({self.did!r}, {self.schema.type!r})"

    def issue(self, subject: str, claims: Claims) -> AttributeCredential:
        """Issue a subject's first credential.

        Args:
            subject: how the issuer knows the holder; it appears nowhere in the credential.
            claims: attributes by name.

        Raises:
            InvalidInput: ``already_issued``, ``status_list_full``, or what the schema forbids.
        """
        now = self._clock.now()
        with self.records.book(self._list_id) as book:
            return self._issue_first(book, subject, claims, now)

    def issue_many(
        self, rows: Iterable[tuple[str, Claims]], *, skip_issued: bool = False
    ) -> Iterator[tuple[str, AttributeCredential]]:
        """Issue to many subjects; a batch of a hundred becomes durable before it is yielded.

        Args:
            rows: subject and claims of each, read as needed.
            skip_issued: pass over subjects that have a credential, as after an interruption.

        Yields:
            Subject and credential, in the order of the rows.

        Raises:
            InvalidInput: as ``issue``, with the number of the row (from 1) as the path. Nothing
                of that row's batch was issued; all batches before it were.
        """
        numbered = enumerate(rows, 1)
        while batch := list(islice(numbered, _BATCH)):
            with self.records.book(self._list_id) as book:
                issued = [
                    (subject, self._issue_row(book, number, subject, claims))
                    for number, (subject, claims) in batch
                    if not (skip_issued and book.has(subject))
                ]
            yield from issued

    def refresh(self, subject: str, claims: Claims | None = None) -> AttributeCredential:
        """Issue a subject's credential anew, with a later validity and the same slot 0 and index.

        Args:
            subject: who has one already.
            claims: what to attest from now on; by default what was attested last. What was issued
                before stays valid until its end.

        Raises:
            InvalidInput: ``unknown_subject``, ``credential_revoked``, or what the schema forbids.
        """
        now = self._clock.now()
        with self.records.book(self._list_id) as book:
            record = book.find(subject)
            if record.revoked_at is not None:
                raise InvalidInput("credential_revoked", "a revoked credential is not refreshed")
            if claims is None:
                claims = slots.claims_from_json(self.schema, record.claims)
            credential = self._sign(subject, claims, record.status_index, now)
            book.renew(subject, _json(claims), now=now, valid_until=credential.valid_until)
        return credential

    def revoke(self, subject: str) -> None:
        """End a subject's credential.

        With a status index it ends as soon as the chain has taken it. Without one it ends with its
        validity: it is not refreshed any more.

        Raises:
            InvalidInput: ``unknown_subject``, or ``no_status_publisher``.
            ChainError: the revocation was recorded, but not published: call again.
        """
        end_validity(
            self.records, self._list_id, subject, self._clock.now(),
            publisher=self._status, issuer_id=self.issuer_id, type_id=self.schema.schema_id,
        )  # fmt: skip

    def _issue_row(
        self, book: Book, number: int, subject: str, claims: Claims
    ) -> AttributeCredential:
        try:
            return self._issue_first(book, subject, claims, self._clock.now())
        except InvalidInput as error:
            where = f"row {number}" + (f": {error.path}" if error.path else "")
            raise InvalidInput(error.code, error.message, path=where) from error

    def _issue_first(
        self, book: Book, subject: str, claims: Claims, now: datetime
    ) -> AttributeCredential:
        indexed = self.schema.status_mode is StatusMode.INDEX
        valid_until = attribute.valid_until_time(self.schema, now)
        index = book.enter(
            subject, _json(claims), now=now, valid_until=valid_until, indexed=indexed
        )
        return self._sign(subject, claims, index, now)

    def _sign(
        self, subject: str, claims: Claims, index: int | None, now: datetime
    ) -> AttributeCredential:
        secret = attribute.derive_holder_secret(self._nym_key, self.schema.schema_id, subject)
        return attribute.issue(
            self._signer,
            self.schema,
            self.did,
            claims,
            holder_secret=secret,
            now=now,
            status_index=index,
        )


def _json(claims: Claims) -> dict[str, Any]:
    return {name: slots.to_json(value) for name, value in claims.items()}
