"""Digital Credentials Query Language: the model of a query (OpenID4VP 1.0 §6 and §7).

A query names credentials to present and the claims to disclose of each, and which combinations of
credentials will do. ``didgate.query.parse`` reads one strictly, ``didgate.query.match`` answers it.

>>> from didgate.query.parse import parse_query
>>> query = parse_query({"credentials": [{"id": "c0", "format": "dc+sd-jwt",
...     "meta": {"vct_values": ["https://id.example/person"]}, "claims": [{"path": ["age"]}]}]})
>>> query.credentials[0].claims[0].path
('age',)
>>> parse_query(query.to_dict()) == query
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from didgate.credentials.verified import CredentialForm

PathItem: TypeAlias = str | int | None
ClaimsPath: TypeAlias = tuple[PathItem, ...]
"""A claims path pointer (OpenID4VP 1.0 §7): member names, array indexes, ``None`` for all items."""

TYPE_MEMBERS: Mapping[str, str] = {
    CredentialForm.SD_JWT.value: "vct_values",
    CredentialForm.ATTRIBUTE.value: "schema_values",
}
"""The member of ``meta`` that lists the accepted types, for the formats that are matched here."""


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim that is asked for.

    Args:
        path: leads to the claim.
        id: names it for ``claim_sets``.
        values: the only values that are wanted; empty for any.
    """

    path: ClaimsPath
    id: str | None = None
    values: tuple[str | int | bool, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        document: dict[str, Any] = {} if self.id is None else {"id": self.id}
        document["path"] = list(self.path)
        if self.values:
            document["values"] = list(self.values)
        return document


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One credential that is asked for.

    Args:
        id: names it in the response and in credential sets.
        format: credential format identifier.
        meta: what the format lets a query say about the credential as a whole, as received.
        claims: the claims to disclose; empty for none beyond the mandatory ones.
        claim_sets: alternatives among ``claims`` by their ids, the preferred one first.
        multiple: whether several credentials may answer.
        holder_binding: whether possession of a key must be proved.
        trusted_authorities: hints about accepted issuers, as received.
    """

    id: str
    format: str
    meta: Mapping[str, Any]
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    holder_binding: bool = True
    trusted_authorities: tuple[Mapping[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, members with their default value left out."""
        document: dict[str, Any] = {"id": self.id, "format": self.format, "meta": dict(self.meta)}
        if self.claims:
            document["claims"] = [claim.to_dict() for claim in self.claims]
        if self.claim_sets:
            document["claim_sets"] = [list(ids) for ids in self.claim_sets]
        if self.multiple:
            document["multiple"] = True
        if not self.holder_binding:
            document["require_cryptographic_holder_binding"] = False
        if self.trusted_authorities:
            document["trusted_authorities"] = [dict(entry) for entry in self.trusted_authorities]
        return document


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """Alternatives: one of the options, each a set of credential query ids, is to be presented."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        document: dict[str, Any] = {"options": [list(option) for option in self.options]}
        return document if self.required else document | {"required": False}


@dataclass(frozen=True, slots=True)
class Query:
    """A DCQL query; without credential sets, every credential is asked for."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSet, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        document: dict[str, Any] = {"credentials": [c.to_dict() for c in self.credentials]}
        if self.credential_sets:
            document["credential_sets"] = [s.to_dict() for s in self.credential_sets]
        return document
