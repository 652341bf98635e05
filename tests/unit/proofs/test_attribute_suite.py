"""The BBS suite over slots: what may be disclosed, and how proof values are written."""

from __future__ import annotations

import pytest

from didgate import bbs
from didgate.encoding import b64url_encode, base58btc_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.proofs import attribute_suite as suite

SIGNER = SoftwareBBSSigner.generate()
KEY = SIGNER.public_key
HEADER = suite.signature_header(bytes([1] * 32), bytes([2] * 32))
MESSAGES = [11, 22, 33, 44]
SIGNATURE = SIGNER.sign_messages(HEADER, MESSAGES)


def proof(disclosed: set[int], purpose: bytes = b"purpose") -> bytes:
    return suite.prove(KEY, SIGNATURE, HEADER, purpose, MESSAGES, disclosed)


def verify(data: bytes, disclosed: dict[int, int], purpose: bytes = b"purpose") -> None:
    suite.verify_disclosed(KEY, data, HEADER, purpose, disclosed, slot_count=4)


def test_header_is_65_bytes_of_version_schema_and_issuer():
    assert b"\x01" + bytes([1] * 32) + bytes([2] * 32) == HEADER


def test_header_refuses_other_lengths():
    with pytest.raises(InvalidInput) as error:
        suite.signature_header(bytes(31), bytes(32))
    assert error.value.code == "invalid_header"


def test_proof_discloses_what_it_says():
    verify(proof({1, 3}), {1: 22, 3: 44})


def test_proofs_are_fresh():
    assert proof({1}) != proof({1})


def test_refuses_to_disclose_the_holder_secret():
    with pytest.raises(InvalidInput) as error:
        proof({0, 1})
    assert error.value.code == "holder_secret_disclosed"


def test_refuses_a_disclosed_holder_secret():
    # Made with the scheme itself, as a holder of other software could.
    data = bbs.create_proof(bbs.DIDGATE, KEY.raw, SIGNATURE, HEADER, b"purpose", MESSAGES, [0, 1])
    with pytest.raises(VerificationError) as error:
        verify(data, {0: 11, 1: 22})
    assert error.value.code == "holder_secret_disclosed"


def test_refuses_a_proof_for_another_purpose():
    with pytest.raises(VerificationError) as error:
        verify(proof({1}), {1: 22}, purpose=b"another")
    assert error.value.code == "proof_invalid"


def test_refuses_a_changed_message():
    with pytest.raises(VerificationError) as error:
        verify(proof({1}), {1: 23})
    assert error.value.code == "proof_invalid"


def test_refuses_keys_of_other_kinds():
    other = SoftwareSigner.generate(KeyAlgorithm.P256).public_key
    with pytest.raises(VerificationError) as error:
        suite.verify_signature(other, SIGNATURE, HEADER, MESSAGES)
    assert error.value.code == "not_a_bbs_key"


def test_signature_holds():
    suite.verify_signature(KEY, SIGNATURE, HEADER, MESSAGES)


def test_refuses_a_signature_over_other_slots():
    with pytest.raises(VerificationError):
        suite.verify_signature(KEY, SIGNATURE, HEADER, [11, 22, 33, 45])


def test_proof_values_round_trip():
    data = proof({1})
    assert suite.decode_derived_value(suite.encode_derived_value(data)) == data
    value = suite.encode_base_value(SIGNATURE, 7)
    assert suite.decode_base_value(value) == (SIGNATURE, 7)


@pytest.mark.parametrize(
    "value",
    [
        "", "u", "uAA", "m" + "A" * 8, "u!", b64url_encode(b"\x01" + bytes(112)),
        "u" + b64url_encode(b"\x01" + bytes(112)), "u" + b64url_encode(b"\x00" + bytes(111)),
        "u" + b64url_encode(b"\x00" + bytes(113)), "z" + base58btc_encode(b"\x00" + bytes(112)),
    ],
)  # fmt: skip
def test_refuses_malformed_base_values(value):
    with pytest.raises(VerificationError) as error:
        suite.decode_base_value(value)
    assert error.value.code == "proof_value_malformed"


@pytest.mark.parametrize("value", ["", "u", "uAA", "u" + b64url_encode(b"\x01" + bytes(4000))])
def test_refuses_malformed_derived_values(value):
    with pytest.raises(VerificationError) as error:
        suite.decode_derived_value(value)
    assert error.value.code == "proof_value_malformed"


def test_a_stored_form_is_never_taken_for_a_presentation():
    with pytest.raises(VerificationError) as error:
        suite.decode_derived_value(suite.encode_base_value(SIGNATURE, 7))
    assert error.value.code == "proof_value_malformed"
