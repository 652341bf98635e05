"""expand_message and hash_to_curve against RFC 9380 and against the curve library's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from py_arkworks_bls12381 import G1Point

from didgate.bbs.expand import expand_message_xmd, expand_message_xof, hash_to_g1
from didgate.errors import InvalidInput

# RFC 9380, appendix K.1 and K.6: 32 bytes each
XMD_DST = b"QUUX-V01-CS02-with-expander-SHA256-128"
XMD = {
    b"": "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235",
    b"abc": "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615",
    b"abcdef0123456789": "eff31487c770a893cfb36f912fbfcbff40d5661771ca4b2cb4eafe524333f5c1",
}
XOF_DST = b"QUUX-V01-CS02-with-expander-SHAKE256"
XOF = {
    b"": "2ffc05c48ed32b95d72e807f6eab9f7530dd1c2f013914c8fed38c5ccc15ad76",
    b"abc": "b39e493867e2767216792abce1f2676c197c0692aed061560ead251821808e07",
    b"abcdef0123456789": "245389cf44a13f0e70af8665fe5337ec2dcd138890bb7901c4ad9cfceb054b65",
}


@pytest.mark.parametrize("message", XMD)
def test_xmd_agrees_with_the_rfc(message: bytes) -> None:
    assert expand_message_xmd(message, XMD_DST, 32).hex() == XMD[message]


@pytest.mark.parametrize("message", XOF)
def test_xof_agrees_with_the_rfc(message: bytes) -> None:
    assert expand_message_xof(message, XOF_DST, 32).hex() == XOF[message]


@pytest.mark.parametrize("message", [b"", b"abc", bytes(1000)])
def test_hash_to_g1_agrees_with_the_library(message: bytes) -> None:
    dst = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    hashed = hash_to_g1(expand_message_xmd, message, dst)
    assert hashed == G1Point.hash_to_curve(message, dst)


def test_hash_to_g1_agrees_with_the_rfc() -> None:
    # RFC 9380, appendix J.9.1, msg = "abc"
    dst = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    x = hash_to_g1(expand_message_xmd, b"abc", dst).to_xy_bytes_be()[:48]
    assert x.hex() == (
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3a"
        "ee664ba5379a7655d3c68900be2f6903"
    )


@pytest.mark.parametrize("expand", [expand_message_xmd, expand_message_xof])
@pytest.mark.parametrize("dst", [b"", bytes(256)])
def test_tag_of_wrong_length_is_refused(expand: Callable[..., bytes], dst: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        expand(b"message", dst, 48)
    assert error.value.code == "invalid_dst"


@pytest.mark.parametrize(
    ("expand", "longest"), [(expand_message_xmd, 255 * 32), (expand_message_xof, 0xFFFF)]
)
def test_length_beyond_the_limit_is_refused(expand: Callable[..., bytes], longest: int) -> None:
    assert len(expand(b"message", b"tag", longest)) == longest
    for length in (0, longest + 1):
        with pytest.raises(InvalidInput) as error:
            expand(b"message", b"tag", length)
        assert error.value.code == "invalid_expand_length"
