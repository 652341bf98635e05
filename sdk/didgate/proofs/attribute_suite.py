"""The cryptosuite ``didgate-bbs-attr-2026``: BBS over typed slots (docs/formats.md).

One message per slot under the header ``01 ‖ schema id ‖ keccak256(issuer DID)``. Slot 0 holds the
holder's secret and is never disclosed: proving refuses it, and so does verifying. Nothing here
knows JSON; ``didgate.credentials.attribute`` does.

>>> from didgate.keys import SoftwareBBSSigner
>>> signer = SoftwareBBSSigner.generate()
>>> header = signature_header(bytes(32), bytes(32))
>>> signature = signer.sign_messages(header, [7, 8, 9])
>>> proof = prove(signer.public_key, signature, header, b"purpose", [7, 8, 9], {1})
>>> verify_disclosed(signer.public_key, proof, header, b"purpose", {1: 8}, slot_count=3)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from didgate import bbs
from didgate.encoding import b64url_encode, multibase_decode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey

CRYPTOSUITE = "didgate-bbs-attr-2026"
HOLDER_SECRET_SLOT = 0
SIGNATURE_BYTES = 80
SECRET_BYTES = 32

_HEADER_VERSION = b"\x01"
# A base value holds a signature and a secret; its mark keeps it from being taken for a proof.
_BASE = b"\x00"
_DERIVED = b"\x01"
_MAX_PROOF_BYTES = bbs.proof_length(32)


def signature_header(schema_id: bytes, issuer_id: bytes) -> bytes:
    """Return the 65-byte BBS header that binds schema and issuer.

    Args:
        schema_id: 32 bytes.
        issuer_id: 32 bytes, keccak256 of the issuer's DID.

    Raises:
        InvalidInput: ``invalid_header`` for other lengths.
    """
    if len(schema_id) != 32 or len(issuer_id) != 32:
        raise InvalidInput("invalid_header", "schema id and issuer id have 32 bytes each")
    return _HEADER_VERSION + schema_id + issuer_id


def verify_signature(
    key: PublicKey, signature: bytes, header: bytes, scalars: Sequence[int]
) -> None:
    """Verify an issuer's signature over all slots, as a holder does before storing.

    Raises:
        VerificationError: ``not_a_bbs_key``, or why the signature does not hold.
    """
    bbs.verify(bbs.DIDGATE, _raw(key), signature, header, scalars)


def prove(
    key: PublicKey,
    signature: bytes,
    header: bytes,
    presentation_header: bytes,
    scalars: Sequence[int],
    disclosed: Collection[int],
) -> bytes:
    """Prove that the issuer signed the disclosed slots, for one purpose.

    Args:
        key: the issuer's key.
        signature: 80 bytes.
        header: as ``signature_header`` returns it.
        presentation_header: what the proof is bound to.
        scalars: the messages of all slots.
        disclosed: the slots to disclose.

    Raises:
        InvalidInput: ``holder_secret_disclosed`` if slot 0 is among them.
        VerificationError: ``not_a_bbs_key``.
    """
    if HOLDER_SECRET_SLOT in disclosed:
        raise InvalidInput("holder_secret_disclosed", "slot 0 is never disclosed")
    return bbs.create_proof(
        bbs.DIDGATE,
        _raw(key),
        signature,
        header,
        presentation_header,
        scalars,
        sorted(disclosed),
    )


def verify_disclosed(
    key: PublicKey,
    proof: bytes,
    header: bytes,
    presentation_header: bytes,
    disclosed: Mapping[int, int],
    *,
    slot_count: int,
) -> None:
    """Verify a proof for disclosed slots.

    Args:
        key: the issuer's key.
        proof: as received.
        header: computed from schema and issuer, never received.
        presentation_header: computed from the challenge, never received.
        disclosed: slot to message, computed from the disclosed values.
        slot_count: how many slots the schema has.

    Raises:
        VerificationError: ``holder_secret_disclosed``, ``not_a_bbs_key``, or why the proof does
            not hold.
    """
    if HOLDER_SECRET_SLOT in disclosed:
        raise VerificationError("holder_secret_disclosed", "slot 0 is never disclosed")
    bbs.verify_proof(
        bbs.DIDGATE,
        _raw(key),
        proof,
        header,
        presentation_header,
        disclosed,
        message_count=slot_count,
    )


def encode_base_value(signature: bytes, holder_secret: int) -> str:
    """Return the ``proofValue`` of the form that the holder stores; it holds a secret."""
    return "u" + b64url_encode(_BASE + signature + holder_secret.to_bytes(SECRET_BYTES))


def decode_base_value(value: str) -> tuple[bytes, int]:
    """Return signature and holder secret of a ``proofValue``.

    Raises:
        VerificationError: ``proof_value_malformed``.
    """
    data = _decode(value, _BASE)
    if len(data) != SIGNATURE_BYTES + SECRET_BYTES:
        raise _malformed()
    return data[:SIGNATURE_BYTES], int.from_bytes(data[SIGNATURE_BYTES:])


def encode_derived_value(proof: bytes) -> str:
    """Return the ``proofValue`` of a presentation."""
    return "u" + b64url_encode(_DERIVED + proof)


def decode_derived_value(value: str) -> bytes:
    """Return the BBS proof of a ``proofValue``.

    Raises:
        VerificationError: ``proof_value_malformed``.
    """
    proof = _decode(value, _DERIVED)
    if len(proof) > _MAX_PROOF_BYTES:
        raise _malformed()
    return proof


def _decode(value: str, mark: bytes) -> bytes:
    try:
        data = multibase_decode(value)
    except InvalidInput as error:
        raise _malformed() from error
    # One value, one spelling: base58 would be a second way to write the same proof.
    if not value.startswith("u") or data[:1] != mark:
        raise _malformed()
    return data[1:]


def _malformed() -> VerificationError:
    return VerificationError("proof_value_malformed", "the proof value is not of this suite's form")


def _raw(key: PublicKey) -> bytes:
    if key.algorithm is not KeyAlgorithm.BLS12_381:
        raise VerificationError("not_a_bbs_key", "the issuer's key is of another kind")
    return key.raw
