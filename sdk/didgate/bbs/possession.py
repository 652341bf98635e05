"""Proof that whoever registers a BBS public key holds its secret key.

A plain BLS signature in G1 over a message that names the registration:
``signature = H(message)·sk`` with ``H`` = hash_to_curve of RFC 9380 under a tag of its own
(``BLS12381G1_XMD:SHA-256_SSWU_RO_``). It holds if ``e(signature, BP2) = e(H(message), W)``. The
issuer registry checks the same equation on chain, see ``docs/formats.md``.

>>> from didgate.bbs.keys import generate_secret_key, public_key_of
>>> secret_key = generate_secret_key()
>>> verify(public_key_of(secret_key), b"register me", prove(secret_key, b"register me"))
"""

from __future__ import annotations

from typing import Final

from didgate.bbs.curve import CURVE
from didgate.bbs.domain import public_key_point
from didgate.bbs.expand import expand_message_xmd, hash_to_g1
from didgate.bbs.keys import secret_scalar
from didgate.errors import InvalidInput, VerificationError

POSSESSION_DST: Final = b"DIDGATE-POP-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_"


def prove(secret_key: bytes, message: bytes) -> bytes:
    """Return the proof of possession of ``secret_key`` over ``message``, 48 bytes compressed.

    Args:
        secret_key: 32 big-endian bytes.
        message: what names the registration: chain, registry, issuer and key.

    Raises:
        InvalidInput: ``invalid_secret_key``.
    """
    hashed = hash_to_g1(expand_message_xmd, message, POSSESSION_DST)
    return CURVE.encode_g1(CURVE.combine_secret([hashed], [secret_scalar(secret_key)]))


def verify(public_key: bytes, message: bytes, proof: bytes) -> None:
    """Verify a proof of possession.

    Args:
        public_key: 96 bytes compressed.
        message: what the proof must be over.
        proof: 48 bytes compressed.

    Raises:
        VerificationError: ``possession_malformed`` or ``possession_invalid``.
        InvalidInput: ``invalid_public_key``.
    """
    key = public_key_point(public_key)
    try:
        point = CURVE.decode_g1(proof)
    except InvalidInput as error:
        raise VerificationError(
            "possession_malformed", "the proof of possession is not a valid point of G1"
        ) from error
    hashed = hash_to_g1(expand_message_xmd, message, POSSESSION_DST)
    if not CURVE.pairings_cancel((hashed, key), point):
        raise VerificationError(
            "possession_invalid", "the proof of possession does not hold for this key and message"
        )
