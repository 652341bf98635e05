"""Ed25519 (RFC 8032) by libsodium.

A public key must be a canonical point of the prime-order group; libsodium itself asks less of the
keys it verifies with. A non-canonical ``S`` and an ``R`` of small order are refused as well, so
that a signature holds for one key and one message only.
"""

from __future__ import annotations

import secrets

from nacl.bindings import crypto_core_ed25519_is_valid_point
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from didgate.errors import InvalidInput, VerificationError


def load_public(raw: bytes) -> VerifyKey:
    """Return libsodium's form of a 32-byte public key; ``invalid_public_key`` if it is none."""
    if not crypto_core_ed25519_is_valid_point(raw):
        raise InvalidInput("invalid_public_key", "not a point of the prime-order group of Ed25519")
    return VerifyKey(raw)


def verify(key: VerifyKey, message: bytes, signature: bytes) -> None:
    """Check the 64-byte signature ``R ‖ S``; ``invalid_signature`` if it does not hold."""
    try:
        key.verify(message, signature)
    except CryptoError as error:
        raise VerificationError("invalid_signature", "the Ed25519 signature is wrong") from error


def generate_secret() -> bytes:
    """Return a fresh 32-byte seed."""
    return secrets.token_bytes(32)


def load_secret(secret: bytes) -> SigningKey:
    """Return libsodium's form of a 32-byte seed."""
    return SigningKey(secret)


def public_of(key: SigningKey) -> bytes:
    """Return the 32-byte public key."""
    return bytes(key.verify_key)


def sign(key: SigningKey, message: bytes) -> bytes:
    """Return the 64-byte signature ``R ‖ S``."""
    return key.sign(message).signature
