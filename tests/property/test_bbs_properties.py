"""What must hold of BBS for all inputs: every subset verifies, and no changed byte does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didgate import bbs
from didgate.bbs.eip2537 import g1_from_eip2537, g1_to_eip2537, g2_from_eip2537, g2_to_eip2537
from didgate.errors import InvalidInput, VerificationError

SUITES = [bbs.BLS12_381_SHA256, bbs.BLS12_381_SHAKE256, bbs.DIDGATE]
SUITE = bbs.DIDGATE
SECRET_KEY = bytes(range(32))
PUBLIC_KEY = bbs.public_key_of(SECRET_KEY)
HEADER, PRESENTATION_HEADER = b"header", b"presentation header"
SCALARS = [3, 2**53 + 5, 2**160, bbs.SCALAR_ORDER - 1]
DISCLOSED = {1: SCALARS[1], 2: SCALARS[2]}
SIGNATURE = bbs.sign(SUITE, SECRET_KEY, PUBLIC_KEY, HEADER, SCALARS)
PROOF = bbs.create_proof(
    SUITE, PUBLIC_KEY, SIGNATURE, HEADER, PRESENTATION_HEADER, SCALARS, list(DISCLOSED)
)

scalars = st.integers(1, bbs.SCALAR_ORDER - 1)
bounded = settings(deadline=None, max_examples=60)


def changed(data: bytes) -> st.SearchStrategy[bytes]:
    """Return ``data`` with one byte changed."""
    return st.builds(
        lambda position, mask: (
            data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]
        ),
        st.integers(0, len(data) - 1),
        st.integers(1, 255),
    )


def refuse_proof(
    proof: bytes = PROOF,
    header: bytes = HEADER,
    presentation_header: bytes = PRESENTATION_HEADER,
    disclosed: dict[int, int] = DISCLOSED,
    message_count: int = len(SCALARS),
) -> None:
    headers = (header, presentation_header)
    with pytest.raises(VerificationError):
        bbs.verify_proof(SUITE, PUBLIC_KEY, proof, *headers, disclosed, message_count=message_count)


@bounded
@given(st.sampled_from(SUITES), st.lists(scalars, max_size=6), st.data(), st.binary(), st.binary())
def test_every_subset_of_messages_can_be_disclosed(suite, messages, data, header, ph) -> None:
    disclosed = [i for i in range(len(messages)) if data.draw(st.booleans())]
    signature = bbs.sign(suite, SECRET_KEY, PUBLIC_KEY, header, messages)
    bbs.verify(suite, PUBLIC_KEY, signature, header, messages)
    proof = bbs.create_proof(suite, PUBLIC_KEY, signature, header, ph, messages, disclosed)
    shown = {index: messages[index] for index in disclosed}
    count = len(messages)
    bbs.verify_proof(suite, PUBLIC_KEY, proof, header, ph, shown, message_count=count)


@bounded
@given(changed(SIGNATURE))
def test_changed_byte_of_a_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(VerificationError):
        bbs.verify(SUITE, PUBLIC_KEY, signature, HEADER, SCALARS)


@bounded
@given(st.integers(0, len(SCALARS) - 1), scalars)
def test_changed_message_of_a_signature_is_refused(position: int, scalar: int) -> None:
    messages = [*SCALARS[:position], scalar, *SCALARS[position + 1 :]]
    if messages == SCALARS:
        return
    with pytest.raises(VerificationError) as error:
        bbs.verify(SUITE, PUBLIC_KEY, SIGNATURE, HEADER, messages)
    assert error.value.code == "signature_invalid"


@bounded
@given(changed(PROOF))
def test_changed_byte_of_a_proof_is_refused(proof: bytes) -> None:
    refuse_proof(proof=proof)


@bounded
@given(changed(HEADER))
def test_changed_byte_of_the_header_is_refused(header: bytes) -> None:
    refuse_proof(header=header)


@bounded
@given(changed(PRESENTATION_HEADER))
def test_changed_byte_of_the_presentation_header_is_refused(presentation_header: bytes) -> None:
    refuse_proof(presentation_header=presentation_header)


@bounded
@given(st.sampled_from([1, 2]), scalars)
def test_changed_disclosed_message_is_refused(index: int, scalar: int) -> None:
    if scalar != DISCLOSED[index]:
        refuse_proof(disclosed=DISCLOSED | {index: scalar})


@bounded
@given(st.dictionaries(st.integers(0, 3), st.sampled_from(SCALARS)))
def test_other_disclosure_is_refused(disclosed: dict[int, int]) -> None:
    if disclosed != DISCLOSED:
        refuse_proof(disclosed=disclosed)


@bounded
@given(changed(PUBLIC_KEY))
def test_changed_byte_of_the_public_key_is_refused(public_key: bytes) -> None:
    headers = (HEADER, PRESENTATION_HEADER)
    with pytest.raises((InvalidInput, VerificationError)):
        bbs.verify_proof(SUITE, public_key, PROOF, *headers, DISCLOSED, message_count=len(SCALARS))


@bounded
@given(st.binary(max_size=500), st.binary(min_size=336, max_size=336))
def test_arbitrary_bytes_are_no_proof(loose: bytes, exact: bytes) -> None:
    refuse_proof(proof=loose)
    refuse_proof(proof=exact)


@bounded
@given(st.binary(max_size=100), st.binary(min_size=80, max_size=80))
def test_arbitrary_bytes_are_no_signature(loose: bytes, exact: bytes) -> None:
    for signature in (loose, exact):
        with pytest.raises(VerificationError) as error:
            bbs.verify(SUITE, PUBLIC_KEY, signature, HEADER, SCALARS)
        assert error.value.code == "signature_malformed"


@bounded
@given(st.binary(max_size=96) | st.binary(min_size=96, max_size=96))
def test_arbitrary_bytes_are_no_public_key(public_key: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.check_public_key(public_key)
    assert error.value.code == "invalid_public_key"


@bounded
@given(scalars)
def test_points_survive_the_encoding_of_the_precompiles(secret: int) -> None:
    secret_key = secret.to_bytes(32, "big")
    public_key = bbs.public_key_of(secret_key)
    proof = bbs.possession.prove(secret_key, b"message")
    assert g2_from_eip2537(g2_to_eip2537(public_key)) == public_key
    assert g1_from_eip2537(g1_to_eip2537(proof)) == proof
