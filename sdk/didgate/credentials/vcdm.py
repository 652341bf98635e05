"""The structure of a Verifiable Credentials Data Model 2.0 credential (VCDM 2.0 §4).

``check_credential`` decides what can be decided from the JSON alone. What needs JSON-LD processing
is outside it: whether a term is defined by a remote context, and what a property expands to.
Closed forms of our own, such as the attribute credential, need no more than this.

>>> check_credential({
...     "@context": ["https://www.w3.org/ns/credentials/v2"],
...     "type": ["VerifiableCredential"],
...     "issuer": "did:example:university",
...     "credentialSubject": {"id": "did:example:student"},
... })
>>> check_credential({"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["Degree"]})
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: type: not a VerifiableCredential [invalid_credential]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from didgate.errors import InvalidInput

CONTEXT_V2 = "https://www.w3.org/ns/credentials/v2"
CREDENTIAL_TYPE = "VerifiableCredential"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
# XML Schema 1.1 part 2, §3.4.28: a dateTime whose time zone is required.
_DATE_TIME_STAMP = re.compile(
    r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)"
)
_LANGUAGE_VALUE = frozenset({"@value", "@language", "@direction"})
# The terms that the base context defines and protects at its top level.
_PROTECTED_TERMS = frozenset({
    "id", "type", "description", "digestMultibase", "digestSRI", "mediaType", "name",
    "VerifiableCredential", "EnvelopedVerifiableCredential", "VerifiablePresentation",
    "EnvelopedVerifiablePresentation", "JsonSchemaCredential", "JsonSchema",
    "BitstringStatusListCredential", "BitstringStatusList", "BitstringStatusListEntry",
    "DataIntegrityProof", "...", "_sd", "_sd_alg", "aud", "cnf", "exp", "iat", "iss", "jku",
    "kid", "nbf", "sub", "x5u",
})  # fmt: skip


def is_url(value: Any) -> bool:
    """Tell whether ``value`` is text in the form of an absolute URL (a URI of RFC 3986)."""
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def parse_date_time(value: Any, *, path: str) -> datetime:
    """Return the moment that an XML Schema ``dateTimeStamp`` names.

    Raises:
        InvalidInput: ``invalid_date_time``.
    """
    if not isinstance(value, str) or _DATE_TIME_STAMP.fullmatch(value) is None:
        raise InvalidInput("invalid_date_time", "not a date and time with time zone", path=path)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("invalid_date_time", "no such date or time", path=path) from error


def check_credential(document: Mapping[str, Any]) -> None:
    """Check the structure of a credential.

    Args:
        document: the credential as parsed JSON; it is not changed.

    Raises:
        InvalidInput: ``invalid_credential`` or ``invalid_date_time``, with the path of the fault.
    """
    _check_context(document.get("@context"))
    _check_type(document.get("type"))
    _check_url(document, "id", "id")
    _check_issuer(document.get("issuer"))
    _check_period(document)
    for name in ("name", "description"):
        if name in document:
            _check_text(document[name], name)
    _check_subjects(document)
    for name, check in _CHECKS.items():
        if name in document:
            for path, entry in _objects(document[name], name):
                check(entry, path)


def _fail(path: str, message: str) -> InvalidInput:
    return InvalidInput("invalid_credential", message, path=path)


def _check_context(context: Any) -> None:
    # §4.3: an ordered set, the base context first, then URLs and objects.
    if not isinstance(context, list) or not context or context[0] != CONTEXT_V2:
        raise _fail("@context", "the first entry is not the context of VCDM 2.0")
    protected = set(_PROTECTED_TERMS)
    for index, entry in enumerate(context[1:], 1):
        path = f"@context[{index}]"
        if isinstance(entry, dict):
            if protected & entry.keys():
                raise _fail(path, "a protected term is defined again")
            if entry.get("@protected") is True:
                protected |= {term for term in entry if not term.startswith("@")}
        elif not is_url(entry):
            raise _fail(path, "neither a URL nor an object")


def _check_type(value: Any) -> None:
    if not _is_text_or_texts(value):
        raise _fail("type", "neither text nor an array of texts")
    if CREDENTIAL_TYPE not in _listed(value):
        raise _fail("type", f"not a {CREDENTIAL_TYPE}")


def _check_url(members: Mapping[str, Any], name: str, path: str) -> None:
    if name in members and not is_url(members[name]):
        raise _fail(path, "not a single URL")


def _check_issuer(issuer: Any) -> None:
    # §4.7: a URL, or an object whose id is one.
    if isinstance(issuer, dict):
        issuer = issuer.get("id")
    if not is_url(issuer):
        raise _fail("issuer", "names no issuer by URL")


def _check_period(document: Mapping[str, Any]) -> None:
    # §4.9: both are optional, and the end may not precede the beginning.
    bounds = [
        parse_date_time(document[name], path=name)
        for name in ("validFrom", "validUntil")
        if name in document
    ]
    if bounds != sorted(bounds):
        raise _fail("validUntil", "the credential ends before it begins")


def _check_text(value: Any, path: str) -> None:
    # §11.1: text, or language value objects with nothing else in them.
    for each in _listed(value):
        text = each.get("@value") if isinstance(each, dict) else each
        if not isinstance(text, str) or (
            isinstance(each, dict) and not each.keys() <= _LANGUAGE_VALUE
        ):
            raise _fail(path, "neither text nor a language value object")


def _check_subjects(document: Mapping[str, Any]) -> None:
    # §4.8: one or more objects, each with one or more claims.
    if "credentialSubject" not in document:
        raise _fail("credentialSubject", "missing")
    for path, subject in _objects(document["credentialSubject"], "credentialSubject"):
        if not subject:
            raise _fail(path, "holds no claim")
        _check_url(subject, "id", f"{path}.id")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_text_or_texts(value: Any) -> bool:
    entries = _listed(value)
    return bool(entries) and all(isinstance(entry, str) and entry for entry in entries)


def _objects(value: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    entries = _listed(value)
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise _fail(path, "not an object or an array of objects")
    return [(path if value is entry else f"{path}[{i}]", entry) for i, entry in enumerate(entries)]


def _check_typed(entry: dict[str, Any], path: str) -> None:
    if not _is_text_or_texts(entry.get("type")):
        raise _fail(f"{path}.type", "missing, or not text")
    _check_url(entry, "id", f"{path}.id")


def _check_schema(entry: dict[str, Any], path: str) -> None:
    # §4.11: here the id is required as well.
    _check_typed(entry, path)
    if "id" not in entry:
        raise _fail(f"{path}.id", "missing")


_CHECKS: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "credentialStatus": _check_typed,
    "credentialSchema": _check_schema,
    "refreshService": _check_typed,
    "termsOfUse": _check_typed,
    "evidence": _check_typed,
    "proof": _check_typed,
}
