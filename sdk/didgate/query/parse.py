"""Reads a DCQL query strictly (OpenID4VP 1.0 §6, §7 and appendix B).

>>> parse_query({"credentials": []})
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: credentials: expected a non-empty array [invalid_query]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from didgate.errors import InvalidInput
from didgate.query.dcql import (
    TYPE_MEMBERS,
    ClaimsPath,
    ClaimsQuery,
    CredentialQuery,
    CredentialSet,
    Query,
)

MAX_CREDENTIALS = 64
MAX_CLAIMS = 256
MAX_OPTIONS = 1024
_ID = re.compile(r"[A-Za-z0-9_-]+")
_MDOC = "mso_mdoc"


def parse_query(document: Any) -> Query:
    """Return the query that a JSON object describes; unknown members are ignored.

    Args:
        document: the value of ``dcql_query``, as parsed from JSON.

    Raises:
        InvalidInput: ``invalid_query`` with the path of the fault.
    """
    _require(isinstance(document, Mapping), "expected an object", "")
    credentials = tuple(
        _parse_credential(entry, f"credentials[{index}]")
        for index, entry in enumerate(_array(document, "credentials", "", MAX_CREDENTIALS))
    )
    ids = [credential.id for credential in credentials]
    _require(len(set(ids)) == len(ids), "two credential queries have one id", "credentials")
    return Query(credentials, _parse_sets(document, frozenset(ids)))


def _require(condition: object, message: str, path: str) -> None:
    if not condition:
        raise InvalidInput("invalid_query", message, path=path or None)


def _array(document: Mapping[str, Any], name: str, path: str, most: int) -> list[Any]:
    """Return a required, non-empty array."""
    where = f"{path}.{name}" if path else name
    value = document.get(name)
    _require(isinstance(value, list | tuple) and value, "expected a non-empty array", where)
    _require(len(value or ()) <= most, f"at most {most} entries", where)
    return list(value or ())


def _optional(document: Mapping[str, Any], name: str, path: str, most: int) -> list[Any]:
    """Return an array that may be left out but not be empty."""
    return _array(document, name, path, most) if name in document else []


def _boolean(document: Mapping[str, Any], name: str, path: str, *, default: bool) -> bool:
    value = document.get(name, default)
    _require(type(value) is bool, "expected a boolean", f"{path}.{name}")
    return bool(value)


def _id(value: Any, path: str) -> str:
    valid = isinstance(value, str) and _ID.fullmatch(value)
    _require(valid, "an id has letters, digits, underscores and hyphens", path)
    return str(value)


def _parse_credential(entry: Any, path: str) -> CredentialQuery:
    _require(isinstance(entry, Mapping), "expected an object", path)
    format_ = entry.get("format")
    _require(isinstance(format_, str) and format_, "expected a format", f"{path}.format")
    claims = tuple(
        _parse_claim(claim, str(format_), f"{path}.claims[{index}]")
        for index, claim in enumerate(_optional(entry, "claims", path, MAX_CLAIMS))
    )
    names = [claim.id for claim in claims if claim.id is not None]
    _require(len(set(names)) == len(names), "two claims have one id", f"{path}.claims")
    return CredentialQuery(
        id=_id(entry.get("id"), f"{path}.id"),
        format=str(format_),
        meta=_parse_meta(entry.get("meta"), str(format_), f"{path}.meta"),
        claims=claims,
        claim_sets=_parse_claim_sets(entry, claims, path),
        multiple=_boolean(entry, "multiple", path, default=False),
        holder_binding=_boolean(entry, "require_cryptographic_holder_binding", path, default=True),
        trusted_authorities=_parse_authorities(entry, path),
    )


def _parse_meta(meta: Any, format_: str, path: str) -> dict[str, Any]:
    _require(isinstance(meta, Mapping), "expected an object", path)
    if name := TYPE_MEMBERS.get(format_):
        types = _array(meta, name, path, MAX_OPTIONS)
        textual = all(isinstance(value, str) and value for value in types)
        _require(textual, "expected strings", f"{path}.{name}")
    if format_ == _MDOC:
        doctype = meta.get("doctype_value")
        _require(isinstance(doctype, str), "expected a string", f"{path}.doctype_value")
    return dict(meta)


def _parse_authorities(entry: Mapping[str, Any], path: str) -> tuple[dict[str, Any], ...]:
    where = f"{path}.trusted_authorities"
    authorities = _optional(entry, "trusted_authorities", path, MAX_OPTIONS)
    for authority in authorities:
        _require(isinstance(authority, Mapping), "expected an object", where)
        _require(isinstance(authority.get("type"), str), "expected a type", where)
        values = _array(authority, "values", where, MAX_OPTIONS)
        _require(all(isinstance(value, str) for value in values), "expected strings", where)
    return tuple(dict(authority) for authority in authorities)


def _parse_claim(claim: Any, format_: str, path: str) -> ClaimsQuery:
    _require(isinstance(claim, Mapping), "expected an object", path)
    values = _optional(claim, "values", path, MAX_OPTIONS)
    scalar = all(type(value) in {str, int, bool} for value in values)
    _require(scalar, "expected strings, integers and booleans", f"{path}.values")
    return ClaimsQuery(
        path=_parse_path(_array(claim, "path", path, MAX_CLAIMS), format_, f"{path}.path"),
        id=_id(claim["id"], f"{path}.id") if "id" in claim else None,
        values=tuple(values),
    )


def _parse_path(items: list[Any], format_: str, path: str) -> ClaimsPath:
    for item in items:
        index = type(item) is int and item >= 0
        valid = item is None or isinstance(item, str) or index
        _require(valid, "a path holds names, indexes and nulls", path)
    if format_ == _MDOC:
        pair = len(items) == 2 and all(isinstance(item, str) for item in items)
        _require(pair, "a path into an mdoc is a namespace and an element", path)
    return tuple(items)


def _parse_claim_sets(
    entry: Mapping[str, Any], claims: tuple[ClaimsQuery, ...], path: str
) -> tuple[tuple[str, ...], ...]:
    if "claim_sets" not in entry:
        return ()
    where = f"{path}.claim_sets"
    _require(claims, "claim sets choose among claims", where)
    _require(all(claim.id for claim in claims), "every claim needs an id", where)
    known = frozenset(claim.id for claim in claims if claim.id is not None)
    return _references(_array(entry, "claim_sets", path, MAX_OPTIONS), known, where)


def _parse_sets(document: Mapping[str, Any], ids: frozenset[str]) -> tuple[CredentialSet, ...]:
    sets = []
    for index, entry in enumerate(_optional(document, "credential_sets", "", MAX_CREDENTIALS)):
        path = f"credential_sets[{index}]"
        _require(isinstance(entry, Mapping), "expected an object", path)
        options = _array(entry, "options", path, MAX_OPTIONS)
        references = _references(options, ids, f"{path}.options")
        required = _boolean(entry, "required", path, default=True)
        sets.append(CredentialSet(references, required=required))
    return tuple(sets)


def _references(
    alternatives: list[Any], known: frozenset[str], path: str
) -> tuple[tuple[str, ...], ...]:
    """Return alternatives, each a non-empty array of ids that exist."""
    for index, ids in enumerate(alternatives):
        where = f"{path}[{index}]"
        _require(isinstance(ids, list | tuple) and ids, "expected a non-empty array", where)
        named = all(isinstance(name, str) and name in known for name in ids)
        _require(named, "an id refers to nothing", where)
    return tuple(tuple(ids) for ids in alternatives)
