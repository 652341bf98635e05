from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from didgate.chain.revert import Reverted


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def from_bytes(data: bytes) -> Reverted:
    return Reverted.from_data("0x" + data.hex())


def test_custom_error_is_named() -> None:
    data = selector("UnknownResource(bytes32)") + b"\x07" * 32
    reverted = from_bytes(data)
    assert (reverted.code, reverted.reason) == ("reverted", "UnknownResource")
    assert reverted.arguments == (b"\x07" * 32,)
    assert reverted.message == f"execution reverted: UnknownResource(0x{'07' * 32})"


def test_reason_text_is_told() -> None:
    reverted = from_bytes(selector("Error(string)") + encode(["string"], ["not allowed"]))
    assert (reverted.reason, reverted.arguments) == ("Error", ("not allowed",))


def test_long_reason_is_cut_in_the_message() -> None:
    reverted = from_bytes(selector("Error(string)") + encode(["string"], ["x" * 10_000]))
    assert len(reverted.message) < 300


def test_panic_is_told() -> None:
    assert from_bytes(selector("Panic(uint256)") + (18).to_bytes(32, "big")).arguments == (18,)


def test_unknown_error_is_told_by_its_selector() -> None:
    assert from_bytes(b"\x01\x02\x03\x04\x05").reason == "0x01020304"


def test_cut_off_arguments_leave_the_name() -> None:
    reverted = from_bytes(selector("UnknownResource(bytes32)") + b"\x07")
    assert (reverted.reason, reverted.arguments) == ("UnknownResource", ())


@pytest.mark.parametrize("data", ["0x", "", None, 5, {"data": "0x"}, "0xzz", "Reverted"])
def test_revert_without_usable_data(data: object) -> None:
    reverted = Reverted.from_data(data)
    assert (reverted.reason, reverted.message) == (None, "execution reverted")
