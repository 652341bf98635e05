"""Keys that a did:ethr declares as attributes, as verification methods hold them.

The did:ethr specification, "Public Keys": the name of the attribute says which kind of key it is,
its value is the key in bytes.

>>> material("Ed25519", bytes(32), hint=None)[:2]
('Ed25519VerificationKey2020', 'publicKeyMultibase')
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from didgate.encoding import base58btc_encode, multicodec_wrap
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey

Material = tuple[str, str, Any]
"""Type of the verification method, name of the property that holds the key, and its value."""

# No key that can be used here is longer, and base 58 takes time quadratic in the length.
_MAX_LENGTH = 2048
_UNCOMPRESSED = 4  # SEC 1, 2.3.3


def material(algorithm: str, value: bytes, *, hint: str | None) -> Material | None:
    """Return how a declared key stands in a verification method.

    Args:
        algorithm: as the attribute names it, e.g. ``Secp256k1``; one that is not known becomes the
            type of the method.
        value: the value of the attribute.
        hint: the encoding asked for; it counts for algorithms that are not known.

    Returns:
        None for a value that is no such key.
    """
    if len(value) > _MAX_LENGTH:
        return None
    if algorithm in _KNOWN:
        return _KNOWN[algorithm](value)
    if hint == "base64":
        return algorithm, "publicKeyBase64", b64encode(value).decode("ascii")
    if hint == "base58":
        return algorithm, "publicKeyBase58", base58btc_encode(value)
    return algorithm, "publicKeyHex", value.hex()


def secp256k1_method(key: PublicKey) -> Material:
    """Return how a secp256k1 key stands in a verification method of a did:ethr."""
    return "EcdsaSecp256k1VerificationKey2019", "publicKeyJwk", key.to_jwk()


def _secp256k1(value: bytes) -> Material | None:
    try:
        if len(value) == 65 and value[0] == _UNCOMPRESSED:
            x, y = value[1:33], value[33:]
            return secp256k1_method(PublicKey.from_coordinates(KeyAlgorithm.SECP256K1, x, y))
        return secp256k1_method(PublicKey(KeyAlgorithm.SECP256K1, value))
    except InvalidInput:
        return None


def _multibase(type_: str, *, code: int | None) -> Callable[[bytes], Material]:
    def material(value: bytes) -> Material:
        # The value of a Multikey brings its multicodec prefix along.
        wrapped = value if code is None else multicodec_wrap(code, value)
        return type_, "publicKeyMultibase", f"z{base58btc_encode(wrapped)}"

    return material


_KNOWN: Mapping[str, Callable[[bytes], Material | None]] = {
    "Secp256k1": _secp256k1,
    "Ed25519": _multibase("Ed25519VerificationKey2020", code=0xED),
    "X25519": _multibase("X25519KeyAgreementKey2020", code=0xEC),
    "Multikey": _multibase("Multikey", code=None),
}
