from __future__ import annotations

import pytest

from didgate.encoding import checksum_address, keccak256, parse_address
from didgate.errors import InvalidInput

# The examples of EIP-55.
ADDRESSES = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_checksum_of_eip_55(text: str) -> None:
    assert checksum_address(parse_address(text)) == text
    assert parse_address(text.lower()) == parse_address(text)
    assert parse_address("0x" + text[2:].upper()) == parse_address(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", id="wrong checksum"),
        pytest.param("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", id="no 0x"),
        pytest.param("0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", id="0X"),
        pytest.param("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", id="short"),
        pytest.param("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", id="long"),
        pytest.param("0x" + "5a " * 13 + "5", id="spaces"),
        pytest.param("0x" + "g" * 40, id="not hexadecimal"),
        pytest.param("0x" + "٠" * 40, id="digits of another script"),
        pytest.param("0x" + "a" * 40 + "\n", id="line break"),
    ],
)
def test_invalid_address(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_address(text)
    assert error.value.code == "invalid_address"


def test_checksum_of_something_else_than_20_bytes() -> None:
    with pytest.raises(InvalidInput) as error:
        checksum_address(bytes(32))
    assert error.value.code == "invalid_address"


def test_keccak_is_not_sha3() -> None:
    assert keccak256(b"abc").hex() == (
        "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    )
