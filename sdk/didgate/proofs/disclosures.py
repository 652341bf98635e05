"""Disclosures of an SD-JWT and how they are put back into its payload (RFC 9901 §4.2, §7.1).

``reveal`` restores what the given disclosures hold, and refuses whatever RFC 9901 says must be
rejected. Places in a JSON value are named by JSON pointers (RFC 6901). The issuer's side is
``didgate.proofs.concealment``.

>>> role = Disclosure.create("auditor", "role")
>>> payload = {"level": 3, "_sd": [sd_digest(role.encoded)]}
>>> reveal(payload, [role]).claims
{'level': 3, 'role': 'auditor'}
>>> reveal(payload, []).claims
{'level': 3}
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from didgate.encoding import b64url_decode, b64url_encode, strict_json
from didgate.errors import InvalidInput, VerificationError

DIGESTS = "_sd"
"""Member that holds the digests of an object's concealed members (RFC 9901 §4.2.4.1)."""
ELEMENT_DIGEST = "..."
"""Only member of an object that stands for a concealed array element (RFC 9901 §4.2.4.2)."""
HASH_NAME = "_sd_alg"
"""Member of the payload that names the hash function (RFC 9901 §4.1.1)."""
DEFAULT_HASH = "sha-256"
MAX_DISCLOSURES = 256
MAX_DEPTH = 64

RESERVED_NAMES = frozenset({DIGESTS, ELEMENT_DIGEST, HASH_NAME})
_HASHES = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
_SALT_BYTES = 16


def sd_digest(text: str, hash_name: str = DEFAULT_HASH) -> str:
    """Return the base64url digest of ASCII text, as RFC 9901 §4.2.3 hashes disclosures.

    Args:
        text: a disclosure, or the presented part of an SD-JWT.
        hash_name: IANA hash name string: ``sha-256``, ``sha-384`` or ``sha-512``.

    Raises:
        VerificationError: ``unsupported_hash`` for any other name.
    """
    if hash_name not in _HASHES:
        raise _unsupported_hash()
    return b64url_encode(_HASHES[hash_name](text.encode("ascii")).digest())


def _unsupported_hash() -> VerificationError:
    return VerificationError("unsupported_hash", "the SD-JWT's hash function is not accepted")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One concealed member or array element.

    Args:
        encoded: the base64url text that travels and is hashed.
        name: the member's name, or None for an array element.
        value: the JSON value, which may itself hold digests of further disclosures.
    """

    encoded: str = field(repr=False)
    name: str | None = field(repr=False)
    value: Any = field(repr=False)

    @classmethod
    def create(cls, value: Any, name: str | None = None) -> Disclosure:
        """Make a disclosure with a fresh 128-bit salt."""
        salt = b64url_encode(secrets.token_bytes(_SALT_BYTES))
        content = [salt, value] if name is None else [salt, name, value]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return cls(b64url_encode(text.encode("utf-8")), name, value)

    @classmethod
    def parse(cls, encoded: str) -> Disclosure:
        """Read a disclosure as received.

        Raises:
            VerificationError: ``malformed_disclosure`` unless it is base64url of a JSON array
                ``[salt, value]`` or ``[salt, name, value]`` with text for salt and name.
        """
        try:
            content = strict_json.loads(b64url_decode(encoded))
        except InvalidInput as error:
            raise _malformed() from error
        match content:
            case [str(), value]:
                return cls(encoded, None, value)
            case [str(), str(name), value]:
                return cls(encoded, name, value)
            case _:
                raise _malformed()


def _malformed() -> VerificationError:
    return VerificationError("malformed_disclosure", "a disclosure has not the form of RFC 9901")


def pointer(path: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a path of names and indexes.

    >>> pointer(["address", "a/b", 0])
    '/address/a~1b/0'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


@dataclass(frozen=True, slots=True)
class Revealed:
    """What an SD-JWT says once the disclosures are put back.

    Args:
        claims: the processed payload, without digests and ``_sd_alg``.
        places: JSON pointer into ``claims`` of each disclosed place, and its disclosure.
        hash_name: the hash function the issuer chose.
    """

    claims: dict[str, Any]
    places: Mapping[str, Disclosure]
    hash_name: str


def reveal(payload: Mapping[str, Any], disclosures: Sequence[Disclosure]) -> Revealed:
    """Put disclosures back into a payload (RFC 9901 §7.1, steps 3 to 5).

    Args:
        payload: the issuer-signed payload; it is not changed.
        disclosures: as received, in any order.

    Raises:
        VerificationError: ``unsupported_hash``, ``duplicate_disclosure``, ``duplicate_digest``,
            ``malformed_digest``, ``disclosure_kind_mismatch``, ``reserved_claim_name``,
            ``claim_already_exists``, ``unreferenced_disclosure``, ``too_many_disclosures`` or
            ``too_deep``.
    """
    hash_name = payload.get(HASH_NAME, DEFAULT_HASH)
    if not isinstance(hash_name, str) or hash_name not in _HASHES:
        raise _unsupported_hash()
    if len(disclosures) > MAX_DISCLOSURES:
        raise VerificationError("too_many_disclosures", f"more than {MAX_DISCLOSURES} disclosures")
    by_digest = {sd_digest(each.encoded, hash_name): each for each in disclosures}
    if len(by_digest) != len(disclosures):
        raise VerificationError("duplicate_disclosure", "a disclosure is given twice")
    processing = _Processing(by_digest)
    plain = {name: value for name, value in payload.items() if name != HASH_NAME}
    claims = processing.object(plain, ())
    if processing.unused:
        raise VerificationError("unreferenced_disclosure", "a disclosure belongs to no digest")
    return Revealed(claims, processing.places, hash_name)


class _Processing:
    """The walk that reveals. Every digest may be met once, and every disclosure used once."""

    def __init__(self, by_digest: dict[str, Disclosure]) -> None:
        self.unused = by_digest
        self.places: dict[str, Disclosure] = {}
        self._met: set[str] = set()

    def _walk(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if len(path) > MAX_DEPTH:
            raise VerificationError("too_deep", f"the claims nest deeper than {MAX_DEPTH}")
        if isinstance(value, dict):
            return self.object(value, path)
        return self._array(value, path) if isinstance(value, list) else value

    def object(self, members: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        if ELEMENT_DIGEST in members or HASH_NAME in members:
            raise VerificationError("reserved_claim_name", "a reserved member stands out of place")
        claims = {
            name: self._walk(value, (*path, name))
            for name, value in members.items()
            if name != DIGESTS
        }
        for disclosure in self._disclosed_members(members):
            name = disclosure.name
            if name is None:
                raise _wrong_kind()
            if name in RESERVED_NAMES:
                raise VerificationError("reserved_claim_name", "a disclosure's name is reserved")
            if name in claims:
                raise VerificationError("claim_already_exists", "a disclosure repeats a claim")
            claims[name] = self._place(disclosure, (*path, name))
        return claims

    def _disclosed_members(self, members: dict[str, Any]) -> list[Disclosure]:
        digests = members.get(DIGESTS, [])
        if not isinstance(digests, list):
            raise VerificationError("malformed_digest", "_sd is not an array")
        found = [self._take(digest) for digest in digests]
        return [disclosure for disclosure in found if disclosure is not None]

    def _array(self, elements: list[Any], path: tuple[str | int, ...]) -> list[Any]:
        revealed: list[Any] = []
        for element in elements:
            place = (*path, len(revealed))
            if not (isinstance(element, dict) and ELEMENT_DIGEST in element):
                revealed.append(self._walk(element, place))
                continue
            if len(element) != 1:
                raise VerificationError("malformed_digest", "an element's digest has company")
            disclosure = self._take(element[ELEMENT_DIGEST])
            if disclosure is None:
                continue  # step 3.4: an element whose disclosure is not given is left out
            if disclosure.name is not None:
                raise _wrong_kind()
            revealed.append(self._place(disclosure, place))
        return revealed

    def _take(self, digest: Any) -> Disclosure | None:
        if not isinstance(digest, str):
            raise VerificationError("malformed_digest", "a digest is not text")
        if digest in self._met:
            raise VerificationError("duplicate_digest", "a digest stands in the SD-JWT twice")
        self._met.add(digest)
        return self.unused.pop(digest, None)

    def _place(self, disclosure: Disclosure, path: tuple[str | int, ...]) -> Any:
        self.places[pointer(path)] = disclosure
        return self._walk(disclosure.value, path)


def _wrong_kind() -> VerificationError:
    return VerificationError(
        "disclosure_kind_mismatch", "a member's disclosure stands for an element, or the reverse"
    )
