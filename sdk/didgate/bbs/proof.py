"""Proving and verifying knowledge of a signature, with some of its messages disclosed.

``CoreProofGen`` and ``CoreProofVerify`` of draft-irtf-cfrg-bbs-signatures with their
subroutines. A proof is 272 + 32·U bytes for U undisclosed messages: the points Abar, Bbar and D
compressed, then the scalars e^, r1^, r3^, one m^ for each undisclosed message, and the challenge.

>>> from didgate.bbs.keys import generate_secret_key, public_key_of
>>> from didgate.bbs.signature import sign
>>> from didgate.bbs.suite import DIDGATE
>>> secret_key = generate_secret_key()
>>> public_key = public_key_of(secret_key)
>>> signature = sign(DIDGATE, secret_key, public_key, b"header", [11, 22, 33])
>>> proof = create_proof(DIDGATE, public_key, signature, b"header", b"nonce", [11, 22, 33], [1])
>>> verify_proof(DIDGATE, public_key, proof, b"header", b"nonce", {1: 22}, message_count=3)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from didgate.bbs.curve import CURVE, G1, G1_BYTES, SCALAR_BYTES, Scalar
from didgate.bbs.domain import Context, context_of, message_scalars
from didgate.bbs.signature import decode_signature
from didgate.bbs.suite import Suite, hash_to_scalar
from didgate.errors import InvalidInput, VerificationError

_POINTS_BYTES: Final = 3 * G1_BYTES


@dataclass(frozen=True, slots=True)
class _Proof:
    """A decoded proof: Abar, Bbar, D, then e^, r1^, r3^, the m^ of each hidden message, and c."""

    points: tuple[G1, G1, G1]
    e: Scalar
    r1: Scalar
    r3: Scalar
    messages: tuple[Scalar, ...]
    challenge: Scalar


def proof_length(undisclosed: int) -> int:
    """Return the length in bytes of a proof that hides ``undisclosed`` messages."""
    return _POINTS_BYTES + (4 + undisclosed) * SCALAR_BYTES


def create_proof(
    suite: Suite,
    public_key: bytes,
    signature: bytes,
    header: bytes,
    presentation_header: bytes,
    scalars: Sequence[int],
    disclosed: Sequence[int],
) -> bytes:
    """Prove knowledge of a signature, disclosing the messages at some indexes.

    The signature is not verified here: a proof from one that does not hold will not verify.

    Args:
        suite: the suite that the key serves.
        public_key: 96 bytes compressed.
        signature: 80 bytes.
        header: the header it was made under.
        presentation_header: bytes that bind the proof to one purpose, e.g. a digest with a nonce.
        scalars: all signed messages in order, integers within [1, r − 1].
        disclosed: indexes from 0, strictly ascending.

    Returns:
        ``proof_length(len(scalars) - len(disclosed))`` bytes, different on every call.

    Raises:
        VerificationError: ``signature_malformed``.
        InvalidInput: ``invalid_public_key``, ``invalid_scalar``, ``invalid_indexes`` or
            ``invalid_message_count``.
    """
    count = 5 + len(scalars) - len(disclosed)
    randomness = [CURVE.random_scalar() for _ in range(count)]
    statement = (suite, public_key, signature, header, presentation_header)
    return _prove(*statement, scalars, disclosed, randomness)


def verify_proof(
    suite: Suite,
    public_key: bytes,
    proof: bytes,
    header: bytes,
    presentation_header: bytes,
    disclosed: Mapping[int, int],
    *,
    message_count: int,
) -> None:
    """Verify that the prover knows a signature over the disclosed messages.

    Args:
        suite: the suite that the key serves.
        public_key: 96 bytes compressed.
        proof: as ``create_proof`` returned it.
        header: the header that the issuer signed under.
        presentation_header: what this proof must be bound to; compute it, never take it.
        disclosed: index, from 0, to message for all that is disclosed.
        message_count: how many messages the signature covers; known, never taken from the proof.

    Raises:
        VerificationError: ``proof_malformed``, ``disclosure_malformed`` or ``proof_invalid``.
        InvalidInput: ``invalid_public_key`` or ``invalid_message_count``.
    """
    context = context_of(suite, public_key, header, message_count)
    shown = _disclosed_scalars(disclosed, message_count)
    parsed = _decode_proof(proof, message_count - len(shown))
    abar, bbar, d = parsed.points
    t1 = CURVE.combine((bbar, abar, d), (parsed.challenge, parsed.e, parsed.r1))
    t2 = _second_commitment(context, shown, parsed)
    octets = _challenge_octets(shown, (abar, bbar, d, t1, t2), context.domain, presentation_header)
    challenge = hash_to_scalar(suite, octets, suite.hash_to_scalar_dst)
    if CURVE.encode_scalar(parsed.challenge) != challenge.to_bytes(SCALAR_BYTES, "big"):
        raise VerificationError("proof_invalid", "the BBS proof is of another statement")
    # h(Abar, W) · h(Bbar, −BP2) = 1
    if not CURVE.pairings_cancel((abar, context.key), bbar):
        raise VerificationError("proof_invalid", "the BBS proof is of another key's signature")


def _prove(
    suite: Suite,
    public_key: bytes,
    signature: bytes,
    header: bytes,
    presentation_header: bytes,
    scalars: Sequence[int],
    disclosed: Sequence[int],
    randomness: Sequence[Scalar],
) -> bytes:
    """Prove with given randomness, which must never be used twice (official vectors need this)."""
    point, e = decode_signature(signature)
    messages = message_scalars(scalars)
    hidden = _undisclosed(disclosed, len(messages))
    context = context_of(suite, public_key, header, len(messages))
    signed = _signed_base(context, messages, hidden)
    r1, r2, e_mask, r1_mask, r3_mask, *masks = randomness
    # ProofInit, with every sum written over A and B: D = B·r2, Abar = A·(r1·r2) and so on
    r12 = r1 * r2
    abar = CURVE.combine_secret([point], [r12])
    bbar = CURVE.combine_secret((signed, point), (r12, -(r12 * e)))
    d = CURVE.combine_secret([signed], [r2])
    t1 = CURVE.combine_secret((point, signed), (r12 * e_mask, r2 * r1_mask))
    generators = [context.generators[index] for index in hidden]
    t2 = CURVE.combine_secret((signed, *generators), (r2 * r3_mask, *masks))
    shown = {index: messages[index] for index in disclosed}
    octets = _challenge_octets(shown, (abar, bbar, d, t1, t2), context.domain, presentation_header)
    challenge = CURVE.scalar(hash_to_scalar(suite, octets, suite.hash_to_scalar_dst))
    # ProofFinalize
    responses = [
        e_mask + e * challenge,
        r1_mask - r1 * challenge,
        r3_mask - CURVE.invert_secret(r2) * challenge,
        *(mask + messages[j] * challenge for mask, j in zip(masks, hidden, strict=True)),
        challenge,
    ]
    parts = [*map(CURVE.encode_g1, (abar, bbar, d)), *map(CURVE.encode_scalar, responses)]
    return b"".join(parts)


def _undisclosed(disclosed: Sequence[int], count: int) -> list[int]:
    if not all(type(index) is int and 0 <= index < count for index in disclosed) or (
        list(disclosed) != sorted(set(disclosed))
    ):
        raise InvalidInput(
            "invalid_indexes", "disclosed indexes are not strictly ascending within the messages"
        )
    shown = set(disclosed)
    return [index for index in range(count) if index not in shown]


def _signed_base(context: Context, messages: Sequence[Scalar], hidden: Sequence[int]) -> G1:
    """Return B = P1 + Q_1·domain + Σ H_i·msg_i, blinding the undisclosed messages only."""
    secret = set(hidden)
    shown = [index for index in range(len(messages)) if index not in secret]
    open_part = CURVE.combine(*_terms(context, messages, shown))
    return context.base + open_part + CURVE.combine_secret(*_terms(context, messages, hidden))


def _terms(
    context: Context, messages: Sequence[Scalar], indexes: Sequence[int]
) -> tuple[list[G1], list[Scalar]]:
    return [context.generators[i] for i in indexes], [messages[i] for i in indexes]


def _second_commitment(context: Context, shown: Mapping[int, Scalar], proof: _Proof) -> G1:
    """Return T2 = Bv·c + D·r3^ + Σ H_j·m^_j, with Bv·c spread over its terms: one sum."""
    hidden = [index for index in range(len(context.generators)) if index not in shown]
    indexes = [*shown, *hidden]
    opened = [message * proof.challenge for message in shown.values()]
    return CURVE.combine(
        [context.base, proof.points[2], *(context.generators[index] for index in indexes)],
        [proof.challenge, proof.r3, *opened, *proof.messages],
    )


def _challenge_octets(
    shown: Mapping[int, Scalar], points: Sequence[G1], domain: Scalar, presentation_header: bytes
) -> bytes:
    """Serialize the input of ``ProofChallengeCalculate``; ``shown`` is in ascending order."""
    parts = [len(shown).to_bytes(8, "big")]
    for index, message in shown.items():
        parts += [index.to_bytes(8, "big"), CURVE.encode_scalar(message)]
    parts += [*map(CURVE.encode_g1, points), CURVE.encode_scalar(domain)]
    return b"".join([*parts, len(presentation_header).to_bytes(8, "big"), presentation_header])


def _disclosed_scalars(disclosed: Mapping[int, int], count: int) -> dict[int, Scalar]:
    """Return what is disclosed as scalars in ascending order of their indexes."""
    if not all(type(index) is int and 0 <= index < count for index in disclosed):
        raise VerificationError(
            "disclosure_malformed", "a disclosed index lies outside the signed messages"
        )
    indexes = sorted(disclosed)
    try:
        return dict(zip(indexes, message_scalars([disclosed[i] for i in indexes]), strict=True))
    except InvalidInput as error:
        raise VerificationError(
            "disclosure_malformed", "a disclosed message is not a valid scalar"
        ) from error


def _decode_proof(proof: bytes, undisclosed: int) -> _Proof:
    """Decode a proof of exactly the length due (``octets_to_proof``)."""
    if len(proof) != proof_length(undisclosed):
        raise VerificationError("proof_malformed", "the BBS proof has a wrong length")
    try:
        abar, bbar, d = map(CURVE.decode_g1, _split(proof[:_POINTS_BYTES], G1_BYTES))
        scalars = map(CURVE.decode_scalar, _split(proof[_POINTS_BYTES:], SCALAR_BYTES))
        e, r1, r3, *messages, challenge = scalars
    except InvalidInput as error:
        raise VerificationError(
            "proof_malformed", "the BBS proof holds an invalid point or scalar"
        ) from error
    return _Proof((abar, bbar, d), e, r1, r3, tuple(messages), challenge)


def _split(data: bytes, width: int) -> list[bytes]:
    return [data[i : i + width] for i in range(0, len(data), width)]
