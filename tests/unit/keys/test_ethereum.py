from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from didgate.encoding import keccak256
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys import secp256k1 as secp256k1_scheme
from didgate.keys.ethereum import EthereumAccount, address_of, recover_address, sign_digest

ORDER = secp256k1_scheme.ORDER
DIGEST = keccak256(b"message")
OTHER = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"
TRANSACTION: dict[str, Any] = {
    "chainId": 31337,
    "nonce": 0,
    "gas": 100_000,
    "maxFeePerGas": 2_000_000_000,
    "maxPriorityFeePerGas": 1_000_000_000,
    "to": OTHER,
    "value": 5,
    "data": "0xdeadbeef",
}


@pytest.fixture
def signer() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.SECP256K1)


class HighSigner:
    """A signer such as a hardware module, that may answer with a high ``s``."""

    def __init__(self, signer: SoftwareSigner, public_key: PublicKey | None = None) -> None:
        self._signer = signer
        self.public_key = public_key or signer.public_key

    def sign_digest(self, digest: bytes) -> bytes:
        signature = self._signer.sign_digest(digest)
        return signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)


def test_address_agrees_with_eth_account(signer: SoftwareSigner) -> None:
    account = Account.from_key(signer.unsafe_private_bytes())
    assert address_of(signer.public_key) == account.address
    assert EthereumAccount(signer).address == account.address


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_address_of_another_kind_of_key(algorithm: KeyAlgorithm) -> None:
    for make in (lambda s: address_of(s.public_key), EthereumAccount):
        with pytest.raises(InvalidInput) as error:
            make(SoftwareSigner.generate(algorithm))
        assert error.value.code == "unsupported_key_algorithm"


def test_signature_recovers_to_the_address(signer: SoftwareSigner) -> None:
    account = EthereumAccount(signer)
    for number in range(16):
        digest = keccak256(bytes([number]))
        signature = account.sign_digest(digest)
        assert signature[64] in (27, 28)
        assert int.from_bytes(signature[32:64]) <= ORDER // 2
        assert recover_address(digest, signature) == account.address


def test_signature_agrees_with_eth_account(signer: SoftwareSigner) -> None:
    typed = {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}],
            "Note": [{"name": "text", "type": "string"}],
        },
        "primaryType": "Note",
        "domain": {"name": "didgate"},
        "message": {"text": "hello"},
    }
    message = encode_typed_data(full_message=typed)
    theirs = Account.from_key(signer.unsafe_private_bytes()).sign_message(message)
    digest = bytes(theirs.message_hash)
    assert sign_digest(signer, digest) == bytes(theirs.signature)
    assert recover_address(digest, bytes(theirs.signature)) == address_of(signer.public_key)


def test_high_s_of_a_signer_is_lowered(signer: SoftwareSigner) -> None:
    signature = sign_digest(HighSigner(signer), DIGEST)
    assert signature == sign_digest(signer, DIGEST)


def test_signer_that_uses_another_key(signer: SoftwareSigner) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.SECP256K1).public_key
    with pytest.raises(InvalidInput) as error:
        sign_digest(HighSigner(signer, other), DIGEST)
    assert error.value.code == "invalid_signer"


def test_high_s(signer: SoftwareSigner) -> None:
    signature = sign_digest(signer, DIGEST)
    high = (ORDER - int.from_bytes(signature[32:64])).to_bytes(32)
    refused(signature[:32] + high + bytes([55 - signature[64]]))


def refused(signature: bytes) -> None:
    with pytest.raises(VerificationError) as error:
        recover_address(DIGEST, signature)
    assert error.value.code == "invalid_signature"


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 30, 255])
def test_v_other_than_27_and_28(signer: SoftwareSigner, v: int) -> None:
    refused(sign_digest(signer, DIGEST)[:64] + bytes([v]))


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_number_out_of_range(number: int) -> None:
    one, bad = (1).to_bytes(32), number.to_bytes(32)
    refused(bad + one + b"\x1b")
    refused(one + bad + b"\x1b")


def test_r_that_is_on_no_point() -> None:
    refused((5).to_bytes(32) + (1).to_bytes(32) + b"\x1b")


@pytest.mark.parametrize("length", [0, 64, 66])
def test_signature_of_another_length(length: int) -> None:
    refused(b"\x1b" * length)


def test_digest_of_another_length(signer: SoftwareSigner) -> None:
    signature = sign_digest(signer, DIGEST)
    for use in (lambda d: recover_address(d, signature), lambda d: sign_digest(signer, d)):
        with pytest.raises(InvalidInput) as error:
            use(DIGEST + b"\0")
        assert error.value.code == "invalid_digest"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"to": None, "data": b"\x60\x80"},
        {"type": "0x2", "value": 0},
        {"accessList": [{"address": OTHER, "storageKeys": ["0x" + "00" * 32]}]},
    ],
)
def test_transaction_agrees_with_eth_account(
    signer: SoftwareSigner, changes: dict[str, Any]
) -> None:
    transaction = {k: v for k, v in {**TRANSACTION, **changes}.items() if v is not None}
    theirs = Account.from_key(signer.unsafe_private_bytes()).sign_transaction(transaction)
    ours = EthereumAccount(signer).sign_transaction(transaction)
    assert ours == bytes(theirs.raw_transaction)
    assert Account.recover_transaction(ours) == EthereumAccount(signer).address


def test_transactions_with_both_parities_recover(signer: SoftwareSigner) -> None:
    account = EthereumAccount(signer)
    parities = set()
    for nonce in range(16):
        raw = account.sign_transaction({**TRANSACTION, "nonce": nonce, "from": account.address})
        parities.add(TypedTransaction.from_bytes(HexBytes(raw)).vrs()[0])
        assert Account.recover_transaction(raw) == account.address
    assert parities == {0, 1}


def test_transaction_of_another_account(signer: SoftwareSigner) -> None:
    with pytest.raises(InvalidInput) as error:
        EthereumAccount(signer).sign_transaction({**TRANSACTION, "from": OTHER})
    assert error.value.code == "wrong_sender"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"chainId": 0}, id="for any chain"),
        pytest.param({"chainId": None}, id="chain id missing"),
        pytest.param({"nonce": None}, id="nonce missing"),
        pytest.param({"maxFeePerGas": None}, id="fee missing"),
        pytest.param({"nonce": -1}, id="nonce negative"),
        pytest.param({"value": 1.5}, id="value no integer"),
        pytest.param({"to": "0x12"}, id="recipient too short"),
        pytest.param({"data": "no hexadecimal"}, id="data not hexadecimal"),
        pytest.param({"surprise": 1}, id="unknown member"),
        pytest.param({"gasPrice": 1}, id="legacy price"),
        pytest.param({"type": 0}, id="legacy"),
        pytest.param({"type": "0x1"}, id="access list type"),
        pytest.param({"type": 4, "authorizationList": []}, id="set code type"),
    ],
)
def test_invalid_transaction(signer: SoftwareSigner, changes: dict[str, Any]) -> None:
    transaction = {k: v for k, v in {**TRANSACTION, **changes}.items() if v is not None}
    with pytest.raises(InvalidInput) as error:
        EthereumAccount(signer).sign_transaction(transaction)
    assert error.value.code == "invalid_transaction"


def test_repr_of_an_account_holds_its_address_only(signer: SoftwareSigner) -> None:
    account = EthereumAccount(signer)
    assert repr(account) == f"EthereumAccount({account.address})"
