"""JSON Web Signatures in compact form (RFC 7515) with EdDSA, ES256 and ES256K.

The practices of RFC 8725 are not optional here: the caller lists the algorithms it accepts, the
algorithm must be that of the key, and what has no use for us (``none``, ``crit``, ``b64``, the JSON
serialization) does not exist. Signatures are checked by :class:`~didgate.keys.PublicKey`.

>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> signer = SoftwareSigner.generate(KeyAlgorithm.P256)
>>> token = sign_jws(signer, b'{"sub":"alice"}', {"typ": "example+jwt"})
>>> verify_jws(token, signer.public_key, algorithms=["ES256"], typ="example+jwt").claims()
{'sub': 'alice'}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from didgate.encoding import b64url_decode, b64url_encode, strict_json
from didgate.errors import InvalidInput, VerificationError
from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.public import PublicKey
from didgate.keys.signer import Signer

MAX_JWS_BYTES = 65536

# RFC 7518 §3.1, RFC 8812 §3.2, RFC 8037 §3.1; RFC 9864 §2.2 names Ed25519 alone.
_ALGORITHMS = {
    "EdDSA": KeyAlgorithm.ED25519,
    "Ed25519": KeyAlgorithm.ED25519,
    "ES256": KeyAlgorithm.P256,
    "ES256K": KeyAlgorithm.SECP256K1,
}
# crit makes extensions mandatory and b64 changes what is signed (RFC 7797): we know no extension.
_REFUSED_MEMBERS = ("crit", "b64")

KeySource: TypeAlias = PublicKey | Callable[[Mapping[str, Any]], PublicKey]
"""A key, or a function that picks one by the unverified header, raising if it knows none."""


@dataclass(frozen=True, slots=True)
class JWS:
    """A verified JWS: only :func:`verify_jws` makes one.

    Args:
        header: the protected header, unknown members included.
        payload: what was signed.
    """

    header: Mapping[str, Any]
    payload: bytes = field(repr=False)

    def claims(self) -> dict[str, Any]:
        """Return the payload of a JWT as a JSON object.

        Raises:
            VerificationError: ``jws_malformed`` if it is none.
        """
        return _object(self.payload)


class _Unverified(NamedTuple):
    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def sign_jws(signer: Signer, payload: bytes, header: Mapping[str, Any]) -> str:
    """Return the compact JWS of ``payload``.

    Args:
        signer: an Ed25519, P-256 or secp256k1 key.
        payload: the bytes to sign; of a JWT, UTF-8 JSON.
        header: members of the protected header, without ``alg``, which the key decides.

    Raises:
        InvalidInput: ``invalid_jws_header`` for a member that :func:`verify_jws` refuses or JSON
            cannot express, ``unsupported_key_algorithm`` for a BLS12-381 key.
    """
    if not header.keys().isdisjoint({"alg", *_REFUSED_MEMBERS}):
        raise InvalidInput("invalid_jws_header", "the header must not hold alg, crit or b64")
    members = {"alg": signer.public_key.jose_alg, **header}
    try:
        text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        encoded = b64url_encode(text.encode("utf-8"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("invalid_jws_header", "the header is not JSON") from error
    signing_input = f"{encoded}.{b64url_encode(payload)}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode('ascii')))}"


def verify_jws(
    token: str,
    key: KeySource,
    *,
    algorithms: Collection[str],
    typ: str | None,
    max_bytes: int = MAX_JWS_BYTES,
) -> JWS:
    """Verify a compact JWS (RFC 7515 §5.2).

    Args:
        token: the JWS.
        key: the key to verify with, or a function that picks it by the unverified header.
        algorithms: the ``alg`` values accepted, of EdDSA, Ed25519, ES256 and ES256K.
        typ: the media type that the header must name, with or without ``application/``
            (RFC 8725 §3.11); None where the application gives the type no meaning.
        max_bytes: the longest token accepted.

    Raises:
        VerificationError: ``jws_too_large``, ``jws_malformed``, ``jws_unsupported_header``,
            ``jws_algorithm_refused``, ``jws_wrong_type``, ``jws_wrong_key`` (the algorithm is not
            the key's) or ``invalid_signature``; and whatever ``key`` raises.
    """
    unverified = _parse(token, max_bytes)
    header = unverified.header
    if any(member in header for member in _REFUSED_MEMBERS):
        raise VerificationError("jws_unsupported_header", "the JWS header demands an extension")
    algorithm = _algorithm(header, algorithms)
    if typ is not None and not _same_media_type(header.get("typ"), typ):
        raise VerificationError("jws_wrong_type", f"the JWS is not of type {typ}")
    public_key = key if isinstance(key, PublicKey) else key(header)
    if public_key.algorithm is not algorithm:
        raise VerificationError("jws_wrong_key", "the JWS names another algorithm than its key's")
    public_key.verify(unverified.signing_input, unverified.signature)
    return JWS(header, unverified.payload)


def decode_unverified_jws(
    token: str, *, max_bytes: int = MAX_JWS_BYTES
) -> tuple[dict[str, Any], bytes]:
    """Return header and payload of a compact JWS that **nobody has verified**.

    For finding out which key to fetch; what it says must not be relied upon.

    Raises:
        VerificationError: ``jws_too_large`` or ``jws_malformed``.
    """
    unverified = _parse(token, max_bytes)
    return unverified.header, unverified.payload


def _parse(token: str, max_bytes: int) -> _Unverified:
    if len(token) > max_bytes:
        raise VerificationError("jws_too_large", f"the JWS is longer than {max_bytes} bytes")
    signing_input, _, signature = token.rpartition(".")
    header, dot, payload = signing_input.partition(".")
    try:
        parts = b64url_decode(header), b64url_decode(payload), b64url_decode(signature)
    except InvalidInput as error:
        raise VerificationError("jws_malformed", "not a compact JWS") from error
    if not dot:
        raise VerificationError("jws_malformed", "a compact JWS has three parts")
    return _Unverified(_object(parts[0]), parts[1], signing_input.encode("ascii"), parts[2])


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = strict_json.loads(data)
    except InvalidInput as error:
        raise VerificationError("jws_malformed", "a part of the JWS is not JSON") from error
    if not isinstance(value, dict):
        raise VerificationError("jws_malformed", "a part of the JWS is not a JSON object")
    return value


def _algorithm(header: Mapping[str, Any], algorithms: Collection[str]) -> KeyAlgorithm:
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithms or alg not in _ALGORITHMS:
        raise VerificationError("jws_algorithm_refused", "the algorithm of the JWS is not accepted")
    return _ALGORITHMS[alg]


def _same_media_type(actual: object, expected: str) -> bool:
    if not isinstance(actual, str):
        return False
    # RFC 7515 §4.1.9: media types ignore case, and "application/" may be left out.
    return _media_type(actual) == _media_type(expected)


def _media_type(text: str) -> str:
    lower = text.lower()
    return lower if "/" in lower else f"application/{lower}"
