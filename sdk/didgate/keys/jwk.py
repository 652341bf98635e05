"""The members of a public JSON Web Key (RFC 7517) for signatures.

RFC 7518 §6.2 for P-256, RFC 8812 §3.1 for secp256k1, RFC 8037 §2 for Ed25519. BLS12-381 has none:
draft-ietf-cose-bls-key-representations is no RFC, and between its revisions the key type changed
from OKP to EC. Such keys travel as Multikey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput
from didgate.keys.algorithm import KeyAlgorithm

# (kty, crv) -> algorithm and the values of "alg" that agree with it; RFC 9864 adds "Ed25519".
_KINDS = {
    ("OKP", "Ed25519"): (KeyAlgorithm.ED25519, ("EdDSA", "Ed25519")),
    ("EC", "P-256"): (KeyAlgorithm.P256, ("ES256",)),
    ("EC", "secp256k1"): (KeyAlgorithm.SECP256K1, ("ES256K",)),
}
_PRIVATE_MEMBERS = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


def encode(algorithm: KeyAlgorithm, x: bytes, y: bytes | None) -> dict[str, str]:
    """Return the members that RFC 7638 §3.2 requires, and no other.

    Args:
        algorithm: Ed25519, P-256 or secp256k1.
        x: the 32-byte public key, or the x coordinate.
        y: the y coordinate; None for Ed25519.
    """
    if y is None:
        return {"kty": "OKP", "crv": str(algorithm), "x": b64url_encode(x)}
    return {"kty": "EC", "crv": str(algorithm), "x": b64url_encode(x), "y": b64url_encode(y)}


def decode(members: Mapping[str, Any]) -> tuple[KeyAlgorithm, bytes, bytes | None]:
    """Return algorithm, x and y (None for Ed25519), not yet checked to be a key.

    Raises:
        InvalidInput: ``private_jwk``, ``jwk_not_for_signatures``, ``unsupported_key_algorithm`` or
            ``invalid_jwk``.
    """
    if not _PRIVATE_MEMBERS.isdisjoint(members):
        raise InvalidInput("private_jwk", "the JWK holds a private key")
    kty, crv = _text(members, "kty"), _text(members, "crv")
    if (kty, crv) not in _KINDS:
        raise InvalidInput("unsupported_key_algorithm", "the JWK holds another kind of key")
    algorithm, algs = _KINDS[kty, crv]
    _check_purpose(members, algs)
    x = b64url_decode(_text(members, "x"))
    return algorithm, x, b64url_decode(_text(members, "y")) if kty == "EC" else None


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise InvalidInput("invalid_jwk", f"the JWK lacks the text member {name}")
    return value


def _check_purpose(members: Mapping[str, Any], algs: tuple[str, ...]) -> None:
    operations = members.get("key_ops", ["verify"])
    if not isinstance(operations, list):
        raise InvalidInput("invalid_jwk", "key_ops is not an array")
    if (
        members.get("use", "sig") != "sig"
        or "verify" not in operations
        or members.get("alg", algs[0]) not in algs
    ):
        raise InvalidInput("jwk_not_for_signatures", "the JWK is not meant to verify signatures")
