"""Proof of possession of an issuer's key."""

from __future__ import annotations

import pytest
from py_arkworks_bls12381 import G1Point, Scalar

from didgate import bbs
from didgate.bbs import possession
from didgate.errors import InvalidInput, VerificationError

SECRET_KEY = bytes(31) + b"\x07"
PUBLIC_KEY = bbs.public_key_of(SECRET_KEY)
MESSAGE = b"chain, registry, issuer and key"
PROOF = possession.prove(SECRET_KEY, MESSAGE)


def refuse(code: str, public_key=PUBLIC_KEY, message=MESSAGE, proof=PROOF, kind=VerificationError):
    with pytest.raises(kind) as error:
        possession.verify(public_key, message, proof)
    assert error.value.code == code


def test_proof_of_possession_verifies() -> None:
    possession.verify(PUBLIC_KEY, MESSAGE, PROOF)


def test_proof_is_the_hash_times_the_secret_key() -> None:
    dst = b"DIDGATE-POP-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    product = G1Point.hash_to_curve(MESSAGE, dst) * Scalar(7)
    assert product.to_compressed_bytes() == PROOF


def test_proof_over_another_message_is_refused() -> None:
    refuse("possession_invalid", message=b"another registry")


def test_proof_for_another_key_is_refused() -> None:
    refuse("possession_invalid", public_key=bbs.public_key_of(bytes(31) + b"\x08"))


def test_negated_proof_is_refused() -> None:
    refuse("possession_invalid", proof=bytes([PROOF[0] ^ 0x20]) + PROOF[1:])


def test_identity_as_a_proof_is_refused() -> None:
    refuse("possession_malformed", proof=b"\xc0" + bytes(47))


def test_proof_outside_the_subgroup_is_refused(off_subgroup_g1: bytes) -> None:
    refuse("possession_malformed", proof=off_subgroup_g1)


@pytest.mark.parametrize("proof", [b"", PROOF[:-1], PROOF + b"\x00"])
def test_proof_of_wrong_length_is_refused(proof: bytes) -> None:
    refuse("possession_malformed", proof=proof)


def test_identity_as_a_key_is_refused() -> None:
    refuse("invalid_public_key", public_key=b"\xc0" + bytes(95), kind=InvalidInput)


def test_invalid_secret_key_proves_nothing() -> None:
    with pytest.raises(InvalidInput) as error:
        possession.prove(bytes(32), MESSAGE)
    assert error.value.code == "invalid_secret_key"


def test_bbs_signature_point_is_no_proof_of_possession() -> None:
    signature = bbs.sign(bbs.DIDGATE, SECRET_KEY, PUBLIC_KEY, MESSAGE, [])
    refuse("possession_invalid", proof=signature[:48])
