"""Signing and verifying, and each way in which a signature must fail."""

from __future__ import annotations

import pytest

from didgate import bbs
from didgate.errors import DidgateError, InvalidInput, VerificationError

R = bbs.SCALAR_ORDER


def refuse(signed, code: str, kind: type[DidgateError] = VerificationError, **changes) -> None:
    arguments = {
        "suite": signed.suite,
        "public_key": signed.public_key,
        "signature": signed.signature,
        "header": signed.header,
        "scalars": signed.scalars,
    } | changes
    with pytest.raises(kind) as error:
        bbs.verify(**arguments)
    assert error.value.code == code


def test_signature_verifies(signed) -> None:
    bbs.verify(signed.suite, signed.public_key, signed.signature, signed.header, signed.scalars)


def test_signing_is_deterministic(signed) -> None:
    keys = (signed.secret_key, signed.public_key)
    again = bbs.sign(signed.suite, *keys, signed.header, signed.scalars)
    assert again == signed.signature
    assert len(again) == 80


def test_nothing_at_all_can_be_signed(signed) -> None:
    keys = (signed.secret_key, signed.public_key)
    signature = bbs.sign(signed.suite, *keys, b"", [])
    bbs.verify(signed.suite, signed.public_key, signature, b"", [])


def test_changed_message_is_refused(signed) -> None:
    refuse(signed, "signature_invalid", scalars=(2, *signed.scalars[1:]))


def test_missing_message_is_refused(signed) -> None:
    refuse(signed, "signature_invalid", scalars=signed.scalars[:-1])


def test_extra_message_is_refused(signed) -> None:
    refuse(signed, "signature_invalid", scalars=(*signed.scalars, 1))


def test_reordered_messages_are_refused(signed) -> None:
    refuse(signed, "signature_invalid", scalars=signed.scalars[::-1])


def test_another_header_is_refused(signed) -> None:
    refuse(signed, "signature_invalid", header=b"another")


def test_another_key_is_refused(signed) -> None:
    refuse(signed, "signature_invalid", public_key=bbs.public_key_of(bytes(31) + b"\x01"))


def test_another_suite_is_refused(signed) -> None:
    suites = {bbs.BLS12_381_SHA256, bbs.BLS12_381_SHAKE256, bbs.DIDGATE} - {signed.suite}
    for suite in suites:
        refuse(signed, "signature_invalid", suite=suite)


def test_invalid_public_key_is_refused(signed) -> None:
    refuse(signed, "invalid_public_key", InvalidInput, public_key=bytes(96))


def test_point_of_another_signature_is_refused(signed) -> None:
    point = bbs.create_generators(signed.suite, 1)[0]
    refuse(signed, "signature_invalid", signature=point + signed.signature[48:])


def test_identity_as_the_point_is_refused(signed) -> None:
    identity = b"\xc0" + bytes(47)
    refuse(signed, "signature_malformed", signature=identity + signed.signature[48:])


def test_point_outside_the_subgroup_is_refused(signed, off_subgroup_g1: bytes) -> None:
    refuse(signed, "signature_malformed", signature=off_subgroup_g1 + signed.signature[48:])


def test_point_without_the_compression_flag_is_refused(signed) -> None:
    first = bytes([signed.signature[0] & 0x7F])
    refuse(signed, "signature_malformed", signature=first + signed.signature[1:])


@pytest.mark.parametrize("e", [0, R, R + 1, 2**256 - 1])
def test_scalar_outside_the_range_is_refused(signed, e: int) -> None:
    signature = signed.signature[:48] + e.to_bytes(32, "big")
    refuse(signed, "signature_malformed", signature=signature)


def test_scalar_that_equals_e_modulo_r_is_refused(signed) -> None:
    e = int.from_bytes(signed.signature[48:], "big") + R
    assert e < 2**256
    signature = signed.signature[:48] + e.to_bytes(32, "big")
    refuse(signed, "signature_malformed", signature=signature)


@pytest.mark.parametrize("length", [0, 48, 79])
def test_truncated_signature_is_refused(signed, length: int) -> None:
    refuse(signed, "signature_malformed", signature=signed.signature[:length])


def test_extended_signature_is_refused(signed) -> None:
    refuse(signed, "signature_malformed", signature=signed.signature + b"\x00")


@pytest.mark.parametrize("value", [0, -1, R, R + 1, 2**256 - 1, True, 1.0, "1", None])
def test_message_that_is_no_scalar_is_not_verified(signed, value: object) -> None:
    refuse(signed, "invalid_scalar", InvalidInput, scalars=(value, *signed.scalars[1:]))


@pytest.mark.parametrize("value", [0, -1, R, R + 1, 2**256 - 1, True, 1.0, "1", None])
def test_message_that_is_no_scalar_is_not_signed(signed, value: object) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.sign(signed.suite, signed.secret_key, signed.public_key, b"", [value])
    assert error.value.code == "invalid_scalar"


def test_too_many_messages_are_not_signed(signed) -> None:
    scalars = [1] * (bbs.MAX_MESSAGES + 1)
    with pytest.raises(InvalidInput) as error:
        bbs.sign(signed.suite, signed.secret_key, signed.public_key, b"", scalars)
    assert error.value.code == "invalid_message_count"


def test_invalid_secret_key_does_not_sign(signed) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.sign(signed.suite, bytes(32), signed.public_key, b"", [1])
    assert error.value.code == "invalid_secret_key"


def test_invalid_public_key_does_not_sign(signed) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.sign(signed.suite, signed.secret_key, bytes(96), b"", [1])
    assert error.value.code == "invalid_public_key"
