"""ECDSA with SHA-256 on P-256 (FIPS 186-5, SP 800-186), by OpenSSL through ``cryptography``."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from didgate.errors import InvalidInput, VerificationError
from didgate.keys import ecdsa

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


def load_public(raw: bytes) -> ec.EllipticCurvePublicKey:
    """Return OpenSSL's form of a compressed 33-byte point; ``invalid_public_key`` if it is none."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise InvalidInput("invalid_public_key", "not a compressed point of P-256") from error


def coordinates(key: ec.EllipticCurvePublicKey) -> tuple[bytes, bytes]:
    """Return the affine coordinates x and y, 32 bytes each."""
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point[1:33], point[33:]


def verify(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> None:
    """Check the 64-byte signature ``r ‖ s``; ``invalid_signature`` if it does not hold."""
    try:
        key.verify(ecdsa.to_der(signature, ORDER), message, _ECDSA_SHA256)
    except InvalidSignature as error:
        raise VerificationError("invalid_signature", "the P-256 signature is wrong") from error


def generate_secret() -> bytes:
    """Return a fresh private key, 32 bytes."""
    return (1 + secrets.randbelow(ORDER - 1)).to_bytes(32)


def load_secret(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return OpenSSL's form of a 32-byte private key; ``invalid_secret_key`` if out of range."""
    return ec.derive_private_key(ecdsa.check_secret(secret, ORDER), ec.SECP256R1())


def public_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the compressed public key, 33 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return the 64-byte signature ``r ‖ s`` with low ``s``."""
    return ecdsa.from_der(key.sign(message, _ECDSA_SHA256), ORDER)
