"""Private keys that sign: the ports, and the implementation that holds the key in memory.

A hardware module or a key service implements :class:`Signer`, :class:`DigestSigner` or
:class:`BBSSigner` without ever giving out its key.

>>> signer = SoftwareSigner.generate(KeyAlgorithm.ED25519)
>>> signer.public_key.verify(b"message", signer.sign(b"message"))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from didgate import bbs
from didgate.errors import InvalidInput
from didgate.keys import ed25519, p256, secp256k1
from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.public import PublicKey


class Signer(Protocol):
    """A key that signs messages: Ed25519 or ECDSA with SHA-256."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this one signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature that ``public_key.verify(message, signature)`` accepts."""
        ...


class DigestSigner(Protocol):
    """A secp256k1 key that signs digests, as Ethereum does with Keccak-256."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this one signs."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the 64-byte ECDSA signature ``r ‖ s`` over a 32-byte digest."""
        ...


class BBSSigner(Protocol):
    """A BLS12-381 key that issues attribute credentials, and nothing else."""

    @property
    def public_key(self) -> PublicKey:
        """The issuer's public key, a point of G2."""
        ...

    def sign_messages(self, header: bytes, scalars: Sequence[int]) -> bytes:
        """Return the 80-byte BBS signature over ``header`` and the message scalars, in order."""
        ...

    def prove_possession(self, message: bytes) -> bytes:
        """Return the 48-byte BLS signature in G1 over ``message`` (``bbs.possession``)."""
        ...


class _Scheme(Protocol):
    def generate_secret(self) -> bytes: ...

    def load_secret(self, secret: bytes) -> Any: ...

    def public_of(self, key: Any) -> bytes: ...

    def sign(self, key: Any, message: bytes) -> bytes: ...


_SCHEMES: Mapping[KeyAlgorithm, _Scheme] = {
    KeyAlgorithm.ED25519: ed25519,
    KeyAlgorithm.P256: p256,
    KeyAlgorithm.SECP256K1: secp256k1,
}


def _scheme(algorithm: KeyAlgorithm) -> _Scheme:
    if algorithm not in _SCHEMES:
        raise InvalidInput("unsupported_key_algorithm", "this kind of key does not sign messages")
    return _SCHEMES[algorithm]


class SoftwareSigner:
    """An Ed25519, P-256 or secp256k1 private key in this process's memory.

    Made by :meth:`generate` or :meth:`from_private_bytes`.
    """

    __slots__ = ("_key", "_secret", "public_key")

    public_key: PublicKey

    def __init__(self, algorithm: KeyAlgorithm, secret: bytes) -> None:
        scheme = _scheme(algorithm)
        if len(secret) != 32:
            raise InvalidInput("invalid_secret_key", "a private key has 32 bytes")
        self._secret = secret
        self._key = scheme.load_secret(secret)
        self.public_key = PublicKey(algorithm, scheme.public_of(self._key))

    @classmethod
    def generate(cls, algorithm: KeyAlgorithm) -> Self:
        """Return a signer with a fresh key from the operating system's randomness.

        Raises:
            InvalidInput: ``unsupported_key_algorithm`` for BLS12-381.
        """
        return cls(algorithm, _scheme(algorithm).generate_secret())

    @classmethod
    def from_private_bytes(cls, algorithm: KeyAlgorithm, secret: bytes) -> Self:
        """Return the signer of a 32-byte private key: an Ed25519 seed, or a big-endian scalar.

        Raises:
            InvalidInput: ``invalid_secret_key``, or ``unsupported_key_algorithm`` for BLS12-381.
        """
        return cls(algorithm, secret)

    def __repr__(self) -> str:
        return f"SoftwareSigner({self.public_key.to_multikey()})"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over ``message``: Ed25519, or ECDSA ``r ‖ s``, low ``s``."""
        return _SCHEMES[self.public_key.algorithm].sign(self._key, message)

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the 64-byte secp256k1 signature ``r ‖ s``, low ``s``, over a 32-byte digest.

        Raises:
            InvalidInput: ``unsupported_key_algorithm`` for another kind of key, ``invalid_digest``
                for another length.
        """
        if self.public_key.algorithm is not KeyAlgorithm.SECP256K1:
            raise InvalidInput("unsupported_key_algorithm", "only secp256k1 keys sign digests")
        if len(digest) != 32:
            raise InvalidInput("invalid_digest", "the digest must have 32 bytes")
        return secp256k1.sign_digest(self._key, digest)

    def unsafe_private_bytes(self) -> bytes:
        """Return the 32-byte private key, for sealing it in a keystore and nothing else."""
        return self._secret


class SoftwareBBSSigner:
    """A BLS12-381 private key of an issuer in this process's memory.

    It signs under the suite of attribute credentials only: signing raw scalars under the IETF
    suites too would let an attacker have any message of those suites signed.
    """

    __slots__ = ("_secret", "public_key")

    public_key: PublicKey

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.public_key = PublicKey(KeyAlgorithm.BLS12_381, bbs.public_key_of(secret))

    @classmethod
    def generate(cls) -> Self:
        """Return a signer with a fresh key from the operating system's randomness."""
        return cls(bbs.generate_secret_key())

    @classmethod
    def from_private_bytes(cls, secret: bytes) -> Self:
        """Return the signer of a 32-byte big-endian scalar.

        Raises:
            InvalidInput: ``invalid_secret_key``.
        """
        return cls(secret)

    def __repr__(self) -> str:
        return f"SoftwareBBSSigner({self.public_key.to_multikey()})"

    def sign_messages(self, header: bytes, scalars: Sequence[int]) -> bytes:
        """Return the 80-byte BBS signature over ``header`` and the message scalars, in order."""
        return bbs.sign(bbs.DIDGATE, self._secret, self.public_key.raw, header, scalars)

    def prove_possession(self, message: bytes) -> bytes:
        """Return the 48-byte BLS signature in G1 over ``message`` (``bbs.possession``)."""
        return bbs.possession.prove(self._secret, message)

    def unsafe_private_bytes(self) -> bytes:
        """Return the 32-byte private key, for sealing it in a keystore and nothing else."""
        return self._secret
