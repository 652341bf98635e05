from __future__ import annotations

import base58
import pytest

from didgate.encoding import (
    b64url_decode,
    b64url_encode,
    base58btc_decode,
    base58btc_encode,
    multibase_decode,
    multicodec_unwrap,
    multicodec_wrap,
)
from didgate.errors import InvalidInput

# RFC 4648 §10, without padding.
BASE64URL = [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
# draft-msporny-base58-03 §5
BASE58 = [
    (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
    (
        b"The quick brown fox jumps over the lazy dog.",
        "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    ),
    (bytes.fromhex("0000287fb4cd"), "11233QC4"),
]


@pytest.mark.parametrize(("data", "text"), BASE64URL)
def test_base64url_of_rfc_4648(data: bytes, text: str) -> None:
    assert b64url_encode(data) == text
    assert b64url_decode(text) == data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Zg==", id="padding"),
        pytest.param("Zg=", id="half the padding"),
        pytest.param("Zh", id="unused bits set"),
        pytest.param("Zm9", id="unused bits set in three"),
        pytest.param("Z", id="impossible length"),
        pytest.param("Zm9vZ", id="impossible length at the end"),
        pytest.param("-_8+", id="base64 plus"),
        pytest.param("ab/8", id="base64 slash"),
        pytest.param("Zm9v\n", id="line break"),
        pytest.param(" Zm9v", id="space"),
        pytest.param("Zm.9v", id="dot"),
        pytest.param("Zm9é", id="not ASCII"),
        pytest.param("Zm9v\0", id="zero byte"),
    ],
)
def test_invalid_base64url(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        b64url_decode(text)
    assert error.value.code == "invalid_base64url"


@pytest.mark.parametrize(("data", "text"), BASE58)
def test_base58btc_of_its_draft(data: bytes, text: str) -> None:
    assert base58btc_encode(data) == text
    assert base58btc_decode(text) == data


@pytest.mark.parametrize("length", [0, 1, 2, 32, 34, 98, 300])
def test_base58btc_agrees_with_another_implementation(length: int) -> None:
    for data in (bytes(length), b"\xff" * length, bytes(i * 7 % 256 for i in range(length))):
        assert base58btc_encode(data) == base58.b58encode(data).decode()
        assert base58btc_decode(base58btc_encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "2NEpo7 ", "2NEpo7\n", "é", "2NEpo7T+"])
def test_base58btc_character_outside_the_alphabet(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        base58btc_decode(text)
    assert error.value.code == "invalid_base58"


def test_base58btc_text_too_long() -> None:
    assert base58btc_decode("1" * 1024) == bytes(1024)
    with pytest.raises(InvalidInput) as error:
        base58btc_decode("1" * 1025)
    assert error.value.code == "invalid_base58"


def test_multibase_reads_both_bases() -> None:
    assert multibase_decode("z2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert multibase_decode("uSGVsbG8gV29ybGQh") == b"Hello World!"


@pytest.mark.parametrize("text", ["", "Z2NEpo7", "f00", "mSGVs", "USGVs"])
def test_multibase_of_another_base(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        multibase_decode(text)
    assert error.value.code == "invalid_multibase"


@pytest.mark.parametrize(
    ("code", "prefix"),
    [(0, "00"), (0x7F, "7f"), (0xED, "ed01"), (0x1200, "8024"), ((1 << 63) - 1, "ff" * 8 + "7f")],
)
def test_multicodec_prefix(code: int, prefix: str) -> None:
    assert multicodec_wrap(code, b"key").hex() == prefix + b"key".hex()
    assert multicodec_unwrap(bytes.fromhex(prefix) + b"key") == (code, b"key")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param("ed", id="cut off"),
        pytest.param("ed8100", id="not minimal"),
        pytest.param("8000", id="zero in two bytes"),
        pytest.param("ff" * 9 + "01", id="ten bytes"),
        pytest.param("80" * 100, id="endless"),
    ],
)
def test_invalid_multicodec_prefix(data: str) -> None:
    with pytest.raises(InvalidInput) as error:
        multicodec_unwrap(bytes.fromhex(data))
    assert error.value.code == "invalid_multicodec"


@pytest.mark.parametrize("code", [-1, 1 << 63])
def test_multicodec_code_out_of_range(code: int) -> None:
    with pytest.raises(InvalidInput) as error:
        multicodec_wrap(code, b"")
    assert error.value.code == "invalid_multicodec"
