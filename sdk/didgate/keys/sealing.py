"""Secrets sealed under a passphrase: Argon2id (RFC 9106) and XChaCha20-Poly1305, by libsodium.

The 24-byte nonce of XChaCha20 is long enough to be random under one key for ever.

>>> key = derive_key("correct horse", bytes(16), Argon2Cost(operations=1, memory=8192))
>>> unseal(key, seal(key, b"secret", b"label"), b"label")
b'secret'
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from didgate.errors import InvalidInput

SALT_BYTES = 16
_KEY_BYTES = 32
_NONCE_BYTES = 24
_MAX_OPERATIONS = 16
_MAX_MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one try at a passphrase costs; bounded, so that a hostile file cannot exhaust us.

    Args:
        operations: passes over the memory, 1…16.
        memory: bytes, 8 KiB…1 GiB.

    Raises:
        InvalidInput: ``invalid_argon2_cost``.
    """

    operations: int
    memory: int

    def __post_init__(self) -> None:
        if (
            not 1 <= self.operations <= _MAX_OPERATIONS
            or not argon2id.MEMLIMIT_MIN <= self.memory <= _MAX_MEMORY
        ):
            raise InvalidInput("invalid_argon2_cost", "the cost of Argon2id is out of bounds")


INTERACTIVE = Argon2Cost(operations=2, memory=64 << 20)
"""About 0.1 s: for passphrases that a program made and no one could guess."""

MODERATE = Argon2Cost(operations=3, memory=256 << 20)
"""Nearly a second: for passphrases that people chose, guarding a file that may be stolen.

More than the second choice of RFC 9106 §4 (64 MiB, three passes, four lanes).
"""


def derive_key(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    """Return the 32-byte key of a passphrase.

    Args:
        passphrase: any text but the empty one; compared after Unicode normalization (NFC), since
            keyboards differ in how they compose accents.
        salt: 16 random bytes.
        cost: time and memory to spend.

    Raises:
        InvalidInput: ``invalid_passphrase``, or ``argon2_failed`` when memory is short.
    """
    try:
        secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    except UnicodeEncodeError:
        # The library's error holds the passphrase.
        raise InvalidInput("invalid_passphrase", "the passphrase is no Unicode text") from None
    if not secret:
        raise InvalidInput("invalid_passphrase", "the passphrase is empty")
    try:
        return argon2id.kdf(_KEY_BYTES, secret, salt, cost.operations, cost.memory)
    except CryptoError as error:
        raise InvalidInput("argon2_failed", "Argon2id failed: too little memory?") from error


def seal(key: bytes, secret: bytes, associated_data: bytes) -> bytes:
    """Return nonce and ciphertext of ``secret``, bound to ``associated_data``."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(secret, associated_data, nonce, key)


def unseal(key: bytes, sealed: bytes, associated_data: bytes) -> bytes:
    """Return the secret that :func:`seal` was given.

    Raises:
        InvalidInput: ``unseal_failed``: another key, other associated data, or damaged.
    """
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated_data, nonce, key)
    except (CryptoError, ValueError) as error:  # ValueError when too short to hold a tag
        raise InvalidInput("unseal_failed", "the sealed secret does not open") from error
