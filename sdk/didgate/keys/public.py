"""Public keys of all algorithms as one value: check signatures, read and write Multikey and JWK.

Multikey as Controlled Identifiers 1.0 §2.2.2, JWK as RFC 7517 with RFC 7518 §6.2 (P-256),
RFC 8812 (secp256k1) and RFC 8037 (Ed25519), thumbprints as RFC 7638.

>>> key = PublicKey.from_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
>>> key.algorithm, key.jose_alg
(<KeyAlgorithm.ED25519: 'Ed25519'>, 'EdDSA')
>>> PublicKey.from_jwk(key.to_jwk()) == key
True
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, Self

from didgate.encoding import b64url_encode
from didgate.errors import InvalidInput
from didgate.keys import bls12_381, ed25519, jwk, multikey, p256, secp256k1
from didgate.keys.algorithm import KeyAlgorithm

# A gate sees few keys often; a decoded key takes about a kilobyte.
_CACHED_KEYS = 4096


class _Scheme(Protocol):
    def load_public(self, raw: bytes) -> Any: ...

    def verify(self, key: Any, message: bytes, signature: bytes) -> None: ...


_SCHEMES: Mapping[KeyAlgorithm, _Scheme] = {
    KeyAlgorithm.ED25519: ed25519,
    KeyAlgorithm.P256: p256,
    KeyAlgorithm.SECP256K1: secp256k1,
    KeyAlgorithm.BLS12_381: bls12_381,
}
_RAW_LENGTHS = {
    KeyAlgorithm.ED25519: 32,
    KeyAlgorithm.P256: 33,
    KeyAlgorithm.SECP256K1: 33,
    KeyAlgorithm.BLS12_381: 96,
}
_JOSE_ALGS = {
    KeyAlgorithm.ED25519: "EdDSA",
    KeyAlgorithm.P256: "ES256",
    KeyAlgorithm.SECP256K1: "ES256K",
}


@lru_cache(maxsize=_CACHED_KEYS)
def _load(algorithm: KeyAlgorithm, raw: bytes) -> Any:
    return _SCHEMES[algorithm].load_public(raw)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that was checked to be one: on its curve, in its group, not the identity.

    Args:
        algorithm: what kind of key.
        raw: Ed25519 32 bytes (RFC 8032); P-256 and secp256k1 33 bytes, the compressed point
            (SEC 1); BLS12-381 96 bytes, the compressed point of G2.

    Raises:
        InvalidInput: ``invalid_public_key``.
    """

    algorithm: KeyAlgorithm
    raw: bytes

    def __post_init__(self) -> None:
        if not isinstance(self.raw, bytes) or len(self.raw) != _RAW_LENGTHS[self.algorithm]:
            raise InvalidInput("invalid_public_key", f"not the bytes of a key of {self.algorithm}")
        _load(self.algorithm, self.raw)

    @property
    def jose_alg(self) -> str:
        """The ``alg`` of its JWS: EdDSA, ES256 or ES256K (``unsupported_key_algorithm`` if BLS)."""
        if self.algorithm not in _JOSE_ALGS:
            raise InvalidInput("unsupported_key_algorithm", "JOSE has no algorithm for this key")
        return _JOSE_ALGS[self.algorithm]

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature over ``message``: Ed25519 (RFC 8032) or ECDSA with SHA-256.

        Args:
            message: the message itself, not a digest.
            signature: 64 bytes; of ECDSA ``r ‖ s`` big-endian, with any ``s``.

        Raises:
            VerificationError: ``invalid_signature``.
            InvalidInput: ``unsupported_key_algorithm`` for a BLS12-381 key, which verifies BBS.
        """
        _SCHEMES[self.algorithm].verify(_load(self.algorithm, self.raw), message, signature)

    def coordinates(self) -> tuple[bytes, bytes]:
        """Return the affine coordinates x and y of a P-256 or secp256k1 key, 32 bytes each.

        Raises:
            InvalidInput: ``unsupported_key_algorithm`` for other keys.
        """
        key = _load(self.algorithm, self.raw)
        if self.algorithm is KeyAlgorithm.P256:
            return p256.coordinates(key)
        if self.algorithm is KeyAlgorithm.SECP256K1:
            return secp256k1.coordinates(key)
        raise InvalidInput("unsupported_key_algorithm", "only ECDSA keys have affine coordinates")

    @classmethod
    def from_coordinates(cls, algorithm: KeyAlgorithm, x: bytes, y: bytes) -> Self:
        """Return the P-256 or secp256k1 key with the affine coordinates x and y, 32 bytes each.

        Raises:
            InvalidInput: ``invalid_public_key`` if that is no point of the curve.
        """
        if len(x) != 32 or len(y) != 32:
            raise InvalidInput("invalid_public_key", "a coordinate has 32 bytes")
        key = cls(algorithm, bytes([2 + (y[-1] & 1)]) + x)
        # Compression keeps one bit of y; the rest must be what the curve gives for x.
        if key.coordinates() != (x, y):
            raise InvalidInput("invalid_public_key", "the coordinates are not on the curve")
        return key

    def to_multikey(self) -> str:
        """Return the Multikey text, e.g. ``z6Mk…`` for Ed25519."""
        return multikey.encode(self.algorithm, self.raw)

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """Return the key of a Multikey text.

        Raises:
            InvalidInput: the text is no Multikey, or holds no valid key of a known algorithm.
        """
        return cls(*multikey.decode(text))

    def to_jwk(self) -> dict[str, str]:
        """Return the JSON Web Key with the members that RFC 7638 requires and no other.

        Raises:
            InvalidInput: ``unsupported_key_algorithm`` for BLS12-381, of which JOSE has no
                settled form.
        """
        if self.algorithm is KeyAlgorithm.ED25519:
            return jwk.encode(self.algorithm, self.raw, None)
        if self.algorithm is KeyAlgorithm.BLS12_381:
            raise InvalidInput("unsupported_key_algorithm", "BLS12-381 has no settled JWK form")
        return jwk.encode(self.algorithm, *self.coordinates())

    @classmethod
    def from_jwk(cls, members: Mapping[str, Any]) -> Self:
        """Return the key of a JSON Web Key for signatures.

        Args:
            members: the JWK as parsed; members that say nothing about the key are ignored.

        Raises:
            InvalidInput: ``private_jwk`` if it holds a private key, ``jwk_not_for_signatures`` if
                ``use``, ``key_ops`` or ``alg`` speak against it, ``unsupported_key_algorithm``,
                ``invalid_jwk`` or ``invalid_public_key``.
        """
        algorithm, x, y = jwk.decode(members)
        return cls(algorithm, x) if y is None else cls.from_coordinates(algorithm, x, y)

    def thumbprint(self) -> str:
        """Return the RFC 7638 thumbprint: base64url of SHA-256 over the canonical JWK."""
        text = json.dumps(self.to_jwk(), sort_keys=True, separators=(",", ":"))
        return b64url_encode(hashlib.sha256(text.encode()).digest())
