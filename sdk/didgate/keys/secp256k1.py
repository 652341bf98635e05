"""ECDSA with SHA-256 on secp256k1 (SEC 2, RFC 8812), by libsecp256k1 through ``coincurve``."""

from __future__ import annotations

import secrets

from coincurve import PrivateKey, PublicKey

from didgate.errors import InvalidInput, VerificationError
from didgate.keys import ecdsa

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def load_public(raw: bytes) -> PublicKey:
    """Return the library's form of a compressed 33-byte point; ``invalid_public_key`` if none."""
    try:
        return PublicKey(raw)
    except ValueError as error:
        raise InvalidInput("invalid_public_key", "not a compressed point of secp256k1") from error


def coordinates(key: PublicKey) -> tuple[bytes, bytes]:
    """Return the affine coordinates x and y, 32 bytes each."""
    point = key.format(compressed=False)
    return point[1:33], point[33:]


def verify(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Check the 64-byte signature ``r ‖ s``; ``invalid_signature`` if it does not hold."""
    # libsecp256k1 knows low s only, and to_der lowers it.
    if not key.verify(ecdsa.to_der(signature, ORDER), message):
        raise VerificationError("invalid_signature", "the secp256k1 signature is wrong")


def generate_secret() -> bytes:
    """Return a fresh private key, 32 bytes."""
    return (1 + secrets.randbelow(ORDER - 1)).to_bytes(32)


def load_secret(secret: bytes) -> PrivateKey:
    """Return the library's form of a 32-byte private key; ``invalid_secret_key`` if bad."""
    ecdsa.check_secret(secret, ORDER)
    return PrivateKey(secret)


def public_of(key: PrivateKey) -> bytes:
    """Return the compressed public key, 33 bytes."""
    return key.public_key.format(compressed=True)


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Return the 64-byte signature ``r ‖ s`` with low ``s`` over the SHA-256 of ``message``."""
    return ecdsa.from_der(key.sign(message), ORDER)


def sign_digest(key: PrivateKey, digest: bytes) -> bytes:
    """Return the 64-byte signature ``r ‖ s`` with low ``s`` over a 32-byte digest."""
    return ecdsa.from_der(key.sign(digest, hasher=None), ORDER)
