"""Signing and verifying a list of messages (``CoreSign`` and ``CoreVerify``).

Follows draft-irtf-cfrg-bbs-signatures, "Core Operations". Messages are scalars; octet strings
are mapped by ``messages_to_scalars`` first, typed values by ``didgate.bbs.typed``. A signature
is 80 bytes: the point A, 48 compressed, then the scalar e, 32.

>>> from didgate.bbs.keys import generate_secret_key, public_key_of
>>> from didgate.bbs.suite import DIDGATE
>>> secret_key = generate_secret_key()
>>> public_key = public_key_of(secret_key)
>>> signature = sign(DIDGATE, secret_key, public_key, b"header", [1, 2, 3])
>>> verify(DIDGATE, public_key, signature, b"header", [1, 2, 3])
"""

from __future__ import annotations

from collections.abc import Sequence

from didgate.bbs.curve import CURVE, G1, G1_BYTES, Scalar
from didgate.bbs.domain import context_of, message_scalars
from didgate.bbs.keys import secret_scalar
from didgate.bbs.suite import Suite, hash_to_scalar
from didgate.errors import InvalidInput, VerificationError


def sign(
    suite: Suite, secret_key: bytes, public_key: bytes, header: bytes, scalars: Sequence[int]
) -> bytes:
    """Sign messages under a header; the same input always gives the same signature.

    Args:
        suite: the suite that the key serves.
        secret_key: 32 big-endian bytes.
        public_key: the 96 bytes of ``public_key_of(secret_key)``; it is not derived again here.
        header: bytes that every presentation will reveal.
        scalars: the messages, integers within [1, r − 1].

    Returns:
        80 bytes.

    Raises:
        InvalidInput: ``invalid_secret_key``, ``invalid_public_key``, ``invalid_scalar`` or
            ``invalid_message_count``.
    """
    secret = secret_scalar(secret_key)
    messages = message_scalars(scalars)
    context = context_of(suite, public_key, header, len(messages))
    octets = b"".join(map(CURVE.encode_scalar, (secret, *messages, context.domain)))
    e = CURVE.scalar(hash_to_scalar(suite, octets, suite.hash_to_scalar_dst))
    base = context.base + CURVE.combine_secret(context.generators, messages)
    point = CURVE.combine_secret([base], [CURVE.invert_secret(secret + e)])
    return CURVE.encode_g1(point) + CURVE.encode_scalar(e)


def verify(
    suite: Suite, public_key: bytes, signature: bytes, header: bytes, scalars: Sequence[int]
) -> None:
    """Verify a signature over all of its messages.

    Args:
        suite: the suite that the key serves.
        public_key: 96 bytes compressed.
        signature: 80 bytes.
        header: the header it was made under.
        scalars: all messages in order, integers within [1, r − 1].

    Raises:
        VerificationError: ``signature_malformed`` or ``signature_invalid``.
        InvalidInput: ``invalid_public_key``, ``invalid_scalar`` or ``invalid_message_count``.
    """
    point, e = decode_signature(signature)
    messages = message_scalars(scalars)
    context = context_of(suite, public_key, header, len(messages))
    # B − A·e; the holder verifies too, and its messages and signature are no one else's: blinded
    right = context.base + CURVE.combine_secret([*context.generators, point], [*messages, -e])
    # h(A, W) · h(A·e − B, BP2) = 1
    if not CURVE.pairings_cancel((point, context.key), right):
        raise VerificationError(
            "signature_invalid", "the BBS signature does not hold for these messages"
        )


def decode_signature(signature: bytes) -> tuple[G1, Scalar]:
    """Return (A, e) (``octets_to_signature``), or raise ``signature_malformed``."""
    try:
        # Each decoder demands its exact length, and so both together demand 80 bytes
        return CURVE.decode_g1(signature[:G1_BYTES]), CURVE.decode_scalar(signature[G1_BYTES:])
    except InvalidInput as error:
        raise VerificationError(
            "signature_malformed", "the BBS signature is not a valid point and scalar"
        ) from error
