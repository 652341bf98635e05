"""Salted commitments to what a decision saw, and the sealed bundle that can open them (FORMATS §5).

A receipt is public, so it holds no input: only ``SHA-256(salt ‖ JCS(input))`` of each, under a
fresh 32-byte salt. (The unsalted hash of a small value would be the value to anyone who can
count.) The inputs and their salts exist outside of this process only if the operator keeps
evidence: sealed with XChaCha20-Poly1305 under the operator's key, one blob for each receipt, so
that erasing the blob leaves the receipt valid and mute.

>>> inputs = committed({"challenge": {"nonce": "n"}})
>>> inputs[0].commitment == commitment(inputs[0].salt, {"nonce": "n"})
True
>>> key = secrets.token_bytes(32)
>>> unseal(key, "receipt-1", seal(key, "receipt-1", inputs)) == inputs
True
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from didgate.encoding import b64url_decode, b64url_encode, canonicalize, strict_json
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import atomic_file

SALT_BYTES: Final = 32
KEY_BYTES: Final = 32
MAX_BUNDLE_BYTES: Final = 4 * 1024 * 1024
_NONCE_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES


@dataclass(frozen=True, slots=True)
class CommittedInput:
    """One input of a decision with its salt. Personal data: never log it.

    Attributes:
        name: which input it is, e.g. ``"presentation"``.
        value: JSON.
        salt: 32 random bytes.
    """

    name: str
    value: Any
    salt: bytes

    def __repr__(self) -> str:
        return f"CommittedInput({self.name!r})"

    @property
    def commitment(self) -> str:
        """What the receipt holds of it, in base64url."""
        return commitment(self.salt, self.value)


class EvidenceVault(Protocol):
    """Where an operator keeps sealed evidence."""

    def put(self, receipt_id: str, inputs: Sequence[CommittedInput]) -> None:
        """Seal the inputs of one decision and store them durably."""
        ...


class EvidenceFolder:
    """Keeps each sealed bundle in a file of its own, to be deleted one by one.

    Args:
        folder: created for its owner alone if it is not there.
        key: 32 bytes that seal the bundles.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        _check_key(key)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._key = key

    def __repr__(self) -> str:
        return f"EvidenceFolder({str(self._folder)!r})"

    def put(self, receipt_id: str, inputs: Sequence[CommittedInput]) -> None:
        """Seal the inputs of one decision into a file; it is durable when this returns."""
        atomic_file.replace(self._path(receipt_id), seal(self._key, receipt_id, inputs))

    def get(self, receipt_id: str) -> tuple[CommittedInput, ...]:
        """Open the bundle of one receipt.

        Raises:
            InvalidInput: ``unknown_evidence``: never kept, or erased.
            VerificationError: ``evidence_sealed_otherwise``.
        """
        try:
            sealed = self._path(receipt_id).read_bytes()
        except OSError as error:
            raise InvalidInput("unknown_evidence", "no evidence is kept for it") from error
        return unseal(self._key, receipt_id, sealed)

    def erase(self, receipt_id: str) -> None:
        """Delete the bundle of one receipt; it is no error if there is none."""
        self._path(receipt_id).unlink(missing_ok=True)

    def _path(self, receipt_id: str) -> Path:
        # An identifier from outside must not choose the place: the alphabet has no dot or slash.
        return self._folder / f"{b64url_encode(b64url_decode(receipt_id))}.sealed"


def commitment(salt: bytes, value: Any) -> str:
    """Return ``SHA-256(salt ‖ JCS(value))`` in base64url."""
    return b64url_encode(hashlib.sha256(salt + canonicalize(value)).digest())


def committed(inputs: Mapping[str, Any]) -> tuple[CommittedInput, ...]:
    """Give each input a fresh salt."""
    return tuple(
        CommittedInput(name, value, secrets.token_bytes(SALT_BYTES))
        for name, value in inputs.items()
    )


def seal(key: bytes, receipt_id: str, inputs: Sequence[CommittedInput]) -> bytes:
    """Return the inputs and salts, encrypted; they belong to this receipt and to no other.

    Args:
        key: 32 bytes.
        receipt_id: authenticated with the contents.
        inputs: what the receipt committed to.

    Returns:
        24-byte nonce ‖ ciphertext and tag.
    """
    _check_key(key)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps(to_list(inputs), separators=(",", ":")).encode()
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, _associated(receipt_id), nonce, key
    )


def unseal(key: bytes, receipt_id: str, sealed: bytes) -> tuple[CommittedInput, ...]:
    """Return what ``seal`` was given.

    Raises:
        VerificationError: ``evidence_sealed_otherwise``: another key, another receipt, or altered.
    """
    _check_key(key)
    nonce, cipher = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        plain = crypto_aead_xchacha20poly1305_ietf_decrypt(
            cipher, _associated(receipt_id), nonce, key
        )
    except (CryptoError, ValueError, TypeError) as error:
        raise VerificationError(
            "evidence_sealed_otherwise", "the bundle does not open for this key and receipt"
        ) from error
    return from_list(strict_json.loads(plain, max_bytes=MAX_BUNDLE_BYTES, max_depth=64))


def to_list(inputs: Sequence[CommittedInput]) -> list[dict[str, Any]]:
    """Return inputs with their salts as JSON."""
    return [
        {"name": each.name, "salt": b64url_encode(each.salt), "value": each.value}
        for each in inputs
    ]


def from_list(members: Any) -> tuple[CommittedInput, ...]:
    """Read what ``to_list`` returned.

    Raises:
        VerificationError: ``evidence_malformed``.
    """
    try:
        found = tuple(
            CommittedInput(each["name"], each["value"], b64url_decode(each["salt"]))
            for each in members
        )
    except (KeyError, TypeError, AttributeError, InvalidInput) as error:
        raise _malformed() from error
    if to_list(found) != members or any(len(each.salt) != SALT_BYTES for each in found):
        raise _malformed()
    return found


def _malformed() -> VerificationError:
    return VerificationError("evidence_malformed", "not a list of inputs with their salts")


def _associated(receipt_id: str) -> bytes:
    return b"didgate-evidence-v1\0" + receipt_id.encode()


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise InvalidInput("invalid_secret", "the key that seals evidence has 32 bytes")
