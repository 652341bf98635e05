"""Key generation and the checks on keys."""

from __future__ import annotations

import pytest

from didgate import bbs
from didgate.errors import InvalidInput

MATERIAL = bytes(range(32))


def refuse_public_key(public_key: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.check_public_key(public_key)
    assert error.value.code == "invalid_public_key"


def refuse_secret_key(secret_key: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        bbs.public_key_of(secret_key)
    assert error.value.code == "invalid_secret_key"
    return error.value


def test_generated_keys_differ_and_are_valid() -> None:
    first, second = bbs.generate_secret_key(), bbs.generate_secret_key()
    assert first != second
    bbs.check_public_key(bbs.public_key_of(first))


def test_public_key_is_the_same_every_time() -> None:
    assert bbs.public_key_of(MATERIAL) == bbs.public_key_of(MATERIAL)


def test_derived_key_depends_on_material_info_and_tag() -> None:
    suite = bbs.BLS12_381_SHA256
    keys = {
        bbs.derive_secret_key(suite, MATERIAL),
        bbs.derive_secret_key(suite, MATERIAL + b"\x00"),
        bbs.derive_secret_key(suite, MATERIAL, key_info=b"info"),
        bbs.derive_secret_key(suite, MATERIAL, key_dst=b"tag"),
    }
    assert len(keys) == 4


def test_default_tag_is_the_ciphersuites() -> None:
    suite = bbs.BLS12_381_SHA256
    tag = suite.ciphersuite_id + b"KEYGEN_DST_"
    derived = bbs.derive_secret_key(suite, MATERIAL)
    assert derived == bbs.derive_secret_key(suite, MATERIAL, key_dst=tag)


def test_one_material_gives_the_own_suite_a_key_of_its_own() -> None:
    own = bbs.derive_secret_key(bbs.DIDGATE, MATERIAL)
    assert own != bbs.derive_secret_key(bbs.BLS12_381_SHA256, MATERIAL)


def test_short_key_material_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.derive_secret_key(bbs.DIDGATE, bytes(31))
    assert error.value.code == "invalid_key_material"


def test_long_key_info_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.derive_secret_key(bbs.DIDGATE, MATERIAL, key_info=bytes(65536))
    assert error.value.code == "invalid_key_material"


@pytest.mark.parametrize("value", [0, bbs.SCALAR_ORDER, bbs.SCALAR_ORDER + 1, 2**256 - 1])
def test_secret_key_outside_the_range_is_refused(value: int) -> None:
    refuse_secret_key(value.to_bytes(32, "big"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_secret_key_of_wrong_length_is_refused(length: int) -> None:
    refuse_secret_key(b"\x01" * length)


def test_error_about_a_secret_key_does_not_hold_it() -> None:
    secret_key = (bbs.SCALAR_ORDER + 1).to_bytes(32, "big")
    error = refuse_secret_key(secret_key)
    assert error.__cause__ is None
    assert secret_key.hex() not in str(error)
    assert str(bbs.SCALAR_ORDER + 1) not in str(error)


def test_public_key_that_is_the_identity_is_refused() -> None:
    refuse_public_key(b"\xc0" + bytes(95))


def test_public_key_outside_the_subgroup_is_refused(off_subgroup_g2: bytes) -> None:
    refuse_public_key(off_subgroup_g2)


def test_public_key_without_the_compression_flag_is_refused() -> None:
    public_key = bbs.public_key_of(MATERIAL)
    refuse_public_key(bytes([public_key[0] & 0x7F]) + public_key[1:])


@pytest.mark.parametrize("length", [0, 48, 95, 97])
def test_public_key_of_wrong_length_is_refused(length: int) -> None:
    refuse_public_key((bbs.public_key_of(MATERIAL) + b"\x00")[:length])
