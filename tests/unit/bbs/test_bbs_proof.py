"""Proofs that hold, and proofs that cannot be made."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from didgate import bbs
from didgate.errors import InvalidInput, VerificationError


def prove(signed, disclosed: Sequence[int], **changes) -> bytes:
    arguments = {
        "suite": signed.suite,
        "public_key": signed.public_key,
        "signature": signed.signature,
        "header": signed.header,
        "presentation_header": signed.presentation_header,
        "scalars": signed.scalars,
        "disclosed": disclosed,
    } | changes
    return bbs.create_proof(**arguments)


@pytest.mark.parametrize("disclosed", [[], [0], [4], [1, 2, 3], [0, 1, 2, 3, 4]])
def test_proof_verifies(signed, disclosed: list[int]) -> None:
    proof = prove(signed, disclosed)
    assert len(proof) == bbs.proof_length(5 - len(disclosed)) == 272 + 32 * (5 - len(disclosed))
    signed.verify_proof(proof=proof, disclosed={i: signed.scalars[i] for i in disclosed})


def test_order_of_the_disclosed_mapping_does_not_matter(signed) -> None:
    signed.verify_proof(disclosed=dict(reversed(signed.disclosed.items())))


def test_proofs_of_one_statement_share_nothing(signed) -> None:
    first, second = prove(signed, [1, 3]), prove(signed, [1, 3])
    points = {proof[i : i + 48] for proof in (first, second) for i in (0, 48, 96)}
    scalars = {proof[i : i + 32] for proof in (first, second) for i in range(144, len(proof), 32)}
    assert len(points) == 6
    assert len(scalars) == 14


def test_proof_shows_neither_signature_nor_hidden_message(signed) -> None:
    assert signed.signature[:48] not in signed.proof
    assert signed.signature[48:] not in signed.proof
    assert not any(scalar.to_bytes(32, "big") in signed.proof for scalar in signed.scalars)


def test_proof_of_no_message_verifies(signed) -> None:
    signature = bbs.sign(signed.suite, signed.secret_key, signed.public_key, b"", [])
    proof = prove(signed, [], signature=signature, header=b"", scalars=[])
    signed.verify_proof(proof=proof, header=b"", disclosed={}, message_count=0)


def test_proof_from_a_signature_that_does_not_hold_is_refused(signed) -> None:
    proof = prove(signed, [1, 3], scalars=(7, *signed.scalars[1:]))
    with pytest.raises(VerificationError) as error:
        signed.verify_proof(proof=proof)
    assert error.value.code == "proof_invalid"


@pytest.mark.parametrize(
    "disclosed",
    [[5], [-1], [3, 1], [1, 1], [0, 1, 2, 3, 4, 5], [True], [1.0], ["1"]],
    ids=["beyond", "negative", "reordered", "duplicate", "too many", "boolean", "float", "text"],
)
def test_indexes_that_do_not_ascend_within_the_messages_are_refused(signed, disclosed) -> None:
    with pytest.raises(InvalidInput) as error:
        prove(signed, disclosed)
    assert error.value.code == "invalid_indexes"


@pytest.mark.parametrize("value", [0, -1, bbs.SCALAR_ORDER, 2**256 - 1, True])
def test_message_that_is_no_scalar_is_not_proved(signed, value: int) -> None:
    with pytest.raises(InvalidInput) as error:
        prove(signed, [1], scalars=(value, *signed.scalars[1:]))
    assert error.value.code == "invalid_scalar"


def test_malformed_signature_is_not_proved(signed) -> None:
    with pytest.raises(VerificationError) as error:
        prove(signed, [1], signature=bytes(80))
    assert error.value.code == "signature_malformed"


def test_invalid_public_key_is_not_proved(signed) -> None:
    with pytest.raises(InvalidInput) as error:
        prove(signed, [1], public_key=bytes(96))
    assert error.value.code == "invalid_public_key"


def test_too_many_messages_are_not_proved(signed) -> None:
    with pytest.raises(InvalidInput) as error:
        prove(signed, [], scalars=[1] * (bbs.MAX_MESSAGES + 1))
    assert error.value.code == "invalid_message_count"
