"""Conceal parts of a JSON object behind digests: the issuer's side of RFC 9901 §4.2.

>>> payload, disclosures = conceal({"role": "auditor", "level": 3}, ["/role"])
>>> sorted(payload), [disclosure.name for disclosure in disclosures]
(['_sd', '_sd_alg', 'level'], ['role'])
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from typing import Any

from didgate.encoding import b64url_encode
from didgate.errors import InvalidInput
from didgate.proofs.disclosures import (
    DEFAULT_HASH,
    DIGESTS,
    ELEMENT_DIGEST,
    HASH_NAME,
    RESERVED_NAMES,
    Disclosure,
    pointer,
    sd_digest,
)


def conceal(
    claims: Mapping[str, Any], concealed: Collection[str], *, decoys: int = 0
) -> tuple[dict[str, Any], list[Disclosure]]:
    """Replace the named places of ``claims`` by digests.

    Args:
        claims: the object to issue, without ``_sd``, ``...`` or ``_sd_alg`` anywhere.
        concealed: JSON pointers of members and elements; naming a place and one inside it makes
            the inner one recursive (RFC 9901 §4.2.6).
        decoys: how many digests without a disclosure to add to each object that has digests.

    Returns:
        The payload with digests and ``_sd_alg`` where there are any, and the disclosures.

    Raises:
        InvalidInput: ``reserved_claim_name``, or ``no_such_claim`` for a pointer to nothing.
    """
    issuance = _Issuance(set(concealed), decoys)
    payload = issuance.walk(dict(claims), ())
    if issuance.wanted:
        raise InvalidInput("no_such_claim", "a place to conceal is not in the claims")
    if issuance.disclosures:
        payload[HASH_NAME] = DEFAULT_HASH
    return payload, issuance.disclosures


class _Issuance:
    """The walk that conceals: depth first, so that an outer disclosure holds inner digests."""

    def __init__(self, wanted: set[str], decoys: int) -> None:
        self.wanted = wanted
        self.disclosures: list[Disclosure] = []
        self._decoys = decoys

    def walk(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, Mapping):
            return self._object(value, path)
        if isinstance(value, list | tuple):
            return [self._element(child, (*path, i)) for i, child in enumerate(value)]
        return value

    def _object(self, members: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        digests: list[str] = []
        for name, member in members.items():
            if name in RESERVED_NAMES:
                raise InvalidInput("reserved_claim_name", "a claim has a name RFC 9901 reserves")
            value = self.walk(member, (*path, name))
            if self._is_wanted((*path, name)):
                digests.append(self._disclose(value, name))
            else:
                plain[name] = value
        if digests:
            digests += [_decoy() for _ in range(self._decoys)]
            plain[DIGESTS] = sorted(digests)  # §4.2.4.1: the original order must not show
        return plain

    def _element(self, value: Any, path: tuple[str | int, ...]) -> Any:
        inner = self.walk(value, path)
        return {ELEMENT_DIGEST: self._disclose(inner)} if self._is_wanted(path) else inner

    def _is_wanted(self, path: tuple[str | int, ...]) -> bool:
        place = pointer(path)
        found = place in self.wanted
        self.wanted.discard(place)
        return found

    def _disclose(self, value: Any, name: str | None = None) -> str:
        disclosure = Disclosure.create(value, name)
        self.disclosures.append(disclosure)
        return sd_digest(disclosure.encoded)


def _decoy() -> str:
    return b64url_encode(hashlib.sha256(secrets.token_bytes(32)).digest())
