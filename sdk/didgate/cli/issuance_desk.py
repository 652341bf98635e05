"""Where credentials are issued: one way to work with both forms."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from didgate.bbs.typed import SlotType
from didgate.cli import inputs
from didgate.cli.issuance_entries import Entry
from didgate.cli.workspace import Workspace
from didgate.credentials import identifiers, slots
from didgate.credentials.identifiers import issuer_id, status_list_id
from didgate.dids import did_jwk
from didgate.errors import InvalidInput, ResolutionError
from didgate.issuer import AttributeIssuer, IssuanceRecords, OnChainStatus, SDJWTIssuer
from didgate.keys import KeyAlgorithm, PublicKey
from didgate.keys.keystore import Keystore

_NYM_KIND = "pseudonym-key"
_NYM_BYTES = 32
_TYPES = {"text": SlotType.TEXT, "integer": SlotType.INTEGER, "boolean": SlotType.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued, by whom.

    Args:
        did: the issuer.
        key: name of its key in the keystore.
        schema: schema id, for attribute credentials.
        vct: type URL, for SD-JWT VCs.
        lifetime: how long an SD-JWT VC is valid.
        revocable: whether an SD-JWT VC gets a status index.
        key_id: DID URL of the key that signs SD-JWT VCs, if it need not be looked up.
    """

    did: str
    key: str
    schema: str | None
    vct: str | None
    lifetime: str
    revocable: bool
    key_id: str | None


class Desk(Protocol):
    """Issues one type of credential."""

    list_id: bytes
    suffix: str

    def issue(self, entry: Entry) -> str:
        """Issue a first credential, and return it as text."""
        ...

    def issue_many(self, entries: Sequence[Entry], *, skip: bool) -> Iterator[tuple[str, str]]:
        """Issue first credentials, and yield subject and credential of each.

        Args:
            entries: read through before anything is issued.
            skip: pass over subjects that have a credential.
        """
        ...

    def refresh(self, entry: Entry) -> str:
        """Issue anew, with what was attested last if the entry holds no claims."""
        ...


def open_desk(workspace: Workspace, order: Order, records: IssuanceRecords) -> Desk:
    """Return the desk for an order.

    Raises:
        InvalidInput: ``conflicting_options``, ``unknown_schema``, ``key_not_registered``,
            ``unknown_verification_method``, or the key is not to be had.
    """
    if (order.schema is None) == (order.vct is None):
        raise InvalidInput("conflicting_options", "pass --schema or --vct, and not both")
    if order.schema is not None:
        return _open_attribute_desk(workspace, order, inputs.bytes32(order.schema), records)
    return _open_sd_jwt_desk(workspace, order, order.vct or "", records)


class AttributeDesk:
    """Issues attribute credentials."""

    suffix = ".json"

    def __init__(self, issuer: AttributeIssuer) -> None:
        self.list_id = status_list_id(issuer.issuer_id, issuer.schema.schema_id)
        self._issuer = issuer

    def issue(self, entry: Entry) -> str:
        """Issue a first credential; see :class:`Desk`."""
        return json.dumps(self._issuer.issue(entry.subject, self._claims(entry)).to_document())

    def issue_many(self, entries: Sequence[Entry], *, skip: bool) -> Iterator[tuple[str, str]]:
        """Issue first credentials, a hundred at a time; see :class:`Desk`."""
        rows = []
        for number, entry in enumerate(entries, 1):
            with _fault_of_row(number):
                rows.append((entry.subject, self._claims(entry)))
        for subject, credential in self._issuer.issue_many(rows, skip_issued=skip):
            yield subject, json.dumps(credential.to_document())

    def refresh(self, entry: Entry) -> str:
        """Issue anew; see :class:`Desk`."""
        claims = self._claims(entry) if entry.has_claims else None
        return json.dumps(self._issuer.refresh(entry.subject, claims).to_document())

    def _claims(self, entry: Entry) -> dict[str, Any]:
        if entry.holder is not None:
            message = "an attribute credential confirms no key of the holder"
            raise InvalidInput("conflicting_options", message)
        schema = self._issuer.schema
        return {
            **slots.claims_from_json(schema, entry.members),
            **slots.claims_from_text(schema, entry.cells),
        }


def _open_attribute_desk(
    workspace: Workspace, order: Order, schema_id: bytes, records: IssuanceRecords
) -> AttributeDesk:
    schema = workspace.sources.schema(schema_id)
    if schema is None:
        raise InvalidInput("unknown_schema", "register the schema first")
    _check_registered(workspace, order)
    issuer = AttributeIssuer(
        order.did,
        workspace.keystore.bbs_signer(order.key),
        schema,
        nym_key=_nym_key(workspace.keystore, order.did),
        records=records,
    )
    return AttributeDesk(issuer)


def _check_registered(workspace: Workspace, order: Order) -> None:
    """Refuse a key with which credentials would be of no use: holders would not take them."""
    public_key = workspace.public_key(order.key)
    if public_key.algorithm is not KeyAlgorithm.BLS12_381:
        raise InvalidInput("wrong_kind", "attribute credentials are signed with a BLS12-381 key")
    registered = workspace.sources.issuer_key(identifiers.key_id(public_key))
    if registered is None or registered.issuer_id != issuer_id(order.did):
        message = f"the key is not the issuer's: `didgate issuer add-key {order.did}` registers it"
        raise InvalidInput("key_not_registered", message)


def _nym_key(keystore: Keystore, did: str) -> bytes:
    """Return the issuer's key for pseudonyms; made on first use, and to be kept for ever."""
    name = f"pseudonyms 0x{issuer_id(did).hex()}"
    if name not in keystore.names():
        keystore.seal(name, secrets.token_bytes(_NYM_BYTES), _NYM_KIND)
    return keystore.unseal(name, _NYM_KIND)


class SDJWTDesk:
    """Issues SD-JWT VCs."""

    suffix = ".sd-jwt"

    def __init__(self, issuer: SDJWTIssuer, records: IssuanceRecords) -> None:
        self.list_id = status_list_id(issuer.issuer_id, issuer.type_id)
        self._issuer = issuer
        self._records = records

    def issue(self, entry: Entry) -> str:
        """Issue a first credential; see :class:`Desk`."""
        return self._issuer.issue(entry.subject, _sd_jwt_claims(entry), _holder_key(entry))

    def issue_many(self, entries: Sequence[Entry], *, skip: bool) -> Iterator[tuple[str, str]]:
        """Issue first credentials; see :class:`Desk`."""
        rows = []
        for number, entry in enumerate(entries, 1):
            with _fault_of_row(number):
                rows.append((number, entry.subject, _sd_jwt_claims(entry), _holder_key(entry)))
        for number, subject, claims, holder in rows:
            if skip and self._has(subject):
                continue
            with _fault_of_row(number):
                token = self._issuer.issue(subject, claims, holder)
            yield subject, token

    def refresh(self, entry: Entry) -> str:
        """Issue anew; see :class:`Desk`."""
        claims = _sd_jwt_claims(entry) if entry.has_claims else None
        return self._issuer.refresh(entry.subject, _holder_key(entry), claims)

    def _has(self, subject: str) -> bool:
        with self._records.book(self.list_id) as book:
            return book.has(subject)


def _open_sd_jwt_desk(
    workspace: Workspace, order: Order, vct: str, records: IssuanceRecords
) -> SDJWTDesk:
    status = None
    if order.revocable:
        registry = workspace.deployment.status
        status = OnChainStatus(workspace.chain, registry, workspace.account)
    issuer = SDJWTIssuer(
        order.did,
        workspace.keystore.signer(order.key),
        vct,
        key_id=order.key_id or _method_id(workspace, order),
        lifetime=timedelta(seconds=inputs.seconds(order.lifetime)),
        records=records,
        status=status,
    )
    return SDJWTDesk(issuer, records)


def _method_id(workspace: Workspace, order: Order) -> str:
    """Return the id of the verification method that holds the issuer's key."""
    public_key = workspace.public_key(order.key)
    document = workspace.resolver.resolve(order.did)
    for method in document.methods:
        if method.id in document.purposes["assertionMethod"] and method.public_key == public_key:
            return method.id
    message = "the issuer's DID document does not list the key for assertions"
    raise ResolutionError("unknown_verification_method", message)


def _sd_jwt_claims(entry: Entry) -> dict[str, Any]:
    return {**entry.members, **dict(_typed(*each) for each in entry.cells.items())}


def _typed(name: str, text: str) -> tuple[str, Any]:
    """Read a cell, whose column is called ``name`` or ``name:type``."""
    claim, _, kind = name.partition(":")
    slot_type = _TYPES.get(kind or "text")
    if slot_type is None:
        raise InvalidInput("invalid_claim", f"a type is one of {', '.join(_TYPES)}", path=name)
    return claim, slots.parse_text(slot_type, text)


def _holder_key(entry: Entry) -> PublicKey:
    """Return the key that the holder gave, as did:key, did:jwk or multikey."""
    if entry.holder is None:
        raise InvalidInput("holder_missing", "an SD-JWT VC confirms a key of the holder")
    if entry.holder.startswith("did:jwk:"):
        return did_jwk.resolve(entry.holder).methods[0].public_key
    return PublicKey.from_multikey(entry.holder.removeprefix("did:key:"))


@contextmanager
def _fault_of_row(number: int) -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        where = f"row {number}" + (f": {error.path}" if error.path else "")
        raise InvalidInput(error.code, error.message, path=where) from error
