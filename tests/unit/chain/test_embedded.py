"""The embedded chain by itself: its file, its clock, its rules for transactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from simulator import ManualClock

from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.lock import ChainInUse
from didgate.chain.schema_registry import SchemaRegistry
from didgate.errors import ChainError, InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

SOMEONE = "0x" + "22" * 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chain.db"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def timed(account: EthereumAccount, clock: ManualClock) -> Iterator[EmbeddedChain]:
    with EmbeddedChain.create(None, funded=[account.address], clock=clock) as chain:
        yield chain


def signed(chain: EmbeddedChain, account: EthereumAccount, **fields: Any) -> str:
    transaction = {
        "chainId": chain.chain_id,
        "nonce": 0,
        "gas": 21_000,
        "maxFeePerGas": 3 * 10**9,
        "maxPriorityFeePerGas": 10**9,
        "to": SOMEONE,
        "value": 1,
    }
    return "0x" + account.sign_transaction(transaction | fields).hex()


def error_of(chain: EmbeddedChain, method: str, *params: Any) -> dict[str, Any]:
    response = chain.make_request(method, list(params))
    return response["error"]


def test_state_is_restored_on_reopening(path: Path, account: EthereumAccount) -> None:
    with EmbeddedChain.create(path, funded=[account.address]) as chain:
        client = ChainClient.connect(chain)
        receipt = client.send(account, SchemaRegistry.deployment())
        asked = [
            ("eth_getBlockByNumber", ["latest", True]),
            ("eth_getTransactionReceipt", ["0x" + receipt.transaction_hash.hex()]),
            ("eth_getTransactionCount", [account.address, "latest"]),
            ("eth_getCode", [receipt.contract_address, "latest"]),
            ("eth_getLogs", [{"fromBlock": "0x0"}]),
        ]
        before = chain.make_batch_request(asked)
    with EmbeddedChain.open(path, expected_chain_id=chain.chain_id) as reopened:
        assert reopened.make_batch_request(asked) == before
        assert reopened.mine().number == receipt.block_number + 1


def test_chain_ids_are_drawn_at_random() -> None:
    first, second = (EmbeddedChain.create(None, funded=[]) for _ in range(2))
    assert first.chain_id != second.chain_id
    assert first.chain_id >= 1 << 31


def test_wrong_chain_id_is_refused_on_opening(path: Path) -> None:
    EmbeddedChain.create(path, funded=[], chain_id=77).close()
    with pytest.raises(ChainError) as error:
        EmbeddedChain.open(path, expected_chain_id=78)
    assert error.value.code == "wrong_chain"
    EmbeddedChain.open(path, expected_chain_id=77).close()


def test_second_opener_is_refused(path: Path) -> None:
    with EmbeddedChain.create(path, funded=[]) as chain:
        with pytest.raises(ChainInUse) as error:
            EmbeddedChain.open(path)
        assert (error.value.code, error.value.url) == ("chain_in_use", None)
        chain.announce("http://127.0.0.1:4711")
        with pytest.raises(ChainInUse) as error:
            EmbeddedChain.open(path)
        assert error.value.url == "http://127.0.0.1:4711"
    EmbeddedChain.open(path).close()


def test_second_creation_is_refused(path: Path) -> None:
    EmbeddedChain.create(path, funded=[], chain_id=77).close()
    with pytest.raises(ChainError) as error:
        EmbeddedChain.create(path, funded=[])
    assert error.value.code == "chain_exists"
    assert EmbeddedChain.open(path).chain_id == 77


def test_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(ChainError) as error:
        EmbeddedChain.open(path)
    assert error.value.code == "chain_missing"
    assert not path.exists()


def test_file_without_a_chain_is_refused(path: Path) -> None:
    path.touch()
    with pytest.raises(ChainError) as error:
        EmbeddedChain.open(path)
    assert error.value.code == "chain_missing"
    EmbeddedChain.create(path, funded=[]).close()


def test_foreign_file_is_refused_and_unlocked(path: Path) -> None:
    path.write_bytes(b"something else " * 100)
    for _ in range(2):
        with pytest.raises(ChainError) as error:
            EmbeddedChain.open(path)
        assert error.value.code == "not_a_chain_file"


def test_malformed_funded_address_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        EmbeddedChain.create(None, funded=["0x12"])
    assert error.value.code == "invalid_address"


@pytest.mark.parametrize("chain_id", [-1, 1 << 53])
def test_impossible_chain_id_is_refused(chain_id: int) -> None:
    with pytest.raises(InvalidInput) as error:
        EmbeddedChain.create(None, funded=[], chain_id=chain_id)
    assert error.value.code == "invalid_chain_id"


def test_negative_finality_depth_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        EmbeddedChain.create(None, funded=[], finality_depth=-1)
    assert error.value.code == "invalid_finality_depth"


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChainError) as error:
        EmbeddedChain.create(tmp_path / "missing" / "chain.db", funded=[])
    assert error.value.code == "chain_file_unusable"


def test_closed_chain_does_not_answer(chain: EmbeddedChain) -> None:
    chain.close()
    chain.close()
    with pytest.raises(ChainError) as error:
        chain.make_request("eth_blockNumber", [])
    assert error.value.code == "chain_closed"


def test_blocks_follow_the_clock(timed: EmbeddedChain, clock: ManualClock) -> None:
    assert timed.head.timestamp == int(clock.now().timestamp())
    clock.advance(timedelta(seconds=30))
    assert timed.mine().timestamp == int(clock.now().timestamp())


def test_blocks_of_one_second_share_their_time(timed: EmbeddedChain) -> None:
    assert len({timed.mine().timestamp for _ in range(5)}) == 1


def test_time_never_runs_backwards(timed: EmbeddedChain, clock: ManualClock) -> None:
    before = timed.mine().timestamp
    clock.advance(timedelta(hours=-1))
    assert timed.mine().timestamp == before


def test_advanced_time_is_kept_on_reopening(path: Path, clock: ManualClock) -> None:
    start = int(clock.now().timestamp())
    with EmbeddedChain.create(path, funded=[], clock=clock) as chain:
        assert chain.advance_time(3600).timestamp == start + 3600
    clock.advance(timedelta(seconds=5))
    with EmbeddedChain.open(path, clock=clock) as chain:
        assert chain.mine().timestamp == start + 3605


def test_time_is_not_advanced_backwards(timed: EmbeddedChain) -> None:
    with pytest.raises(InvalidInput) as error:
        timed.advance_time(-1)
    assert error.value.code == "invalid_duration"


def test_finalized_block_lags_by_the_depth() -> None:
    chain = EmbeddedChain.create(None, funded=[], finality_depth=2)
    assert chain.make_request("eth_getBlockByNumber", ["finalized", False])["result"]["number"] == (
        "0x0"
    )
    for _ in range(5):
        chain.mine()
    for tag in ("safe", "finalized"):
        block = chain.make_request("eth_getBlockByNumber", [tag, False])["result"]
        assert block["number"] == "0x3"


def test_every_block_is_final_by_default(chain: EmbeddedChain) -> None:
    chain.mine()
    block = chain.make_request("eth_getBlockByNumber", ["finalized", False])["result"]
    assert int(block["number"], 16) == chain.head.number


def test_transaction_is_mined_at_once(chain: EmbeddedChain, account: EthereumAccount) -> None:
    chain.make_request("eth_sendRawTransaction", [signed(chain, account)])
    assert chain.head.number == 1
    balance = chain.make_request("eth_getBalance", [SOMEONE, "latest"])["result"]
    assert balance == "0x1"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"chainId": 1}, "another chain"),
        ({"nonce": 1}, "nonce"),
        ({"value": 10**30}, "balance"),
        ({"gas": 20_000}, "gas"),
        ({"gas": 21_000, "data": b"\xff"}, "gas"),
        ({"gas": 30_000, "data": b"\xff" * 500}, "EIP-7623"),
        ({"gas": (1 << 24) + 1}, "EIP-7825"),
        ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 0}, "fee"),
    ],
    ids=str,
)
def test_transaction_is_rejected(
    chain: EmbeddedChain, account: EthereumAccount, fields: dict[str, Any], reason: str
) -> None:
    raw = signed(chain, account, **fields)
    error = error_of(chain, "eth_sendRawTransaction", raw)
    assert error["code"] == -32003
    assert reason.lower() in error["message"].lower()
    assert chain.head.number == 0


def by_library(signer: SoftwareSigner, **fields: Any) -> str:
    """Sign with eth_account, which knows the older and the newer types of transactions."""
    signed = Account.from_key(signer.unsafe_private_bytes()).sign_transaction(
        {"nonce": 0, "gas": 60_000, "to": SOMEONE, "value": 1} | fields
    )
    return "0x" + signed.raw_transaction.hex()


OLDER = {
    "0x0": {"gasPrice": 3 * 10**9},
    "0x1": {
        "gasPrice": 3 * 10**9,
        "type": 1,
        "accessList": [{"address": SOMEONE, "storageKeys": ["0x" + "33" * 32]}],
    },
}


@pytest.mark.parametrize("kind", OLDER)
def test_older_transaction_is_mined_and_shown(kind: str) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    sender = EthereumAccount(signer).address
    chain = EmbeddedChain.create(None, funded=[sender])
    raw = by_library(signer, chainId=chain.chain_id, **OLDER[kind])
    transaction_hash = chain.make_request("eth_sendRawTransaction", [raw])["result"]
    shown = chain.make_request("eth_getTransactionByHash", [transaction_hash])["result"]
    assert (shown["type"], shown["from"], shown["gasPrice"]) == (kind, sender, hex(3 * 10**9))
    assert shown.get("accessList", []) == OLDER[kind].get("accessList", [])
    receipt = chain.make_request("eth_getTransactionReceipt", [transaction_hash])["result"]
    assert (receipt["type"], receipt["status"]) == (kind, "0x1")


def test_transaction_for_any_chain_is_rejected() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    chain = EmbeddedChain.create(None, funded=[EthereumAccount(signer).address])
    raw = by_library(signer, gasPrice=3 * 10**9)
    assert "for any chain" in error_of(chain, "eth_sendRawTransaction", raw)["message"]


def test_transaction_of_a_newer_type_is_rejected() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    chain = EmbeddedChain.create(None, funded=[EthereumAccount(signer).address])
    key = Account.from_key(signer.unsafe_private_bytes())
    authorization = key.sign_authorization(
        {"chainId": chain.chain_id, "address": SOMEONE, "nonce": 1}
    )
    raw = by_library(
        signer,
        chainId=chain.chain_id,
        maxFeePerGas=3 * 10**9,
        maxPriorityFeePerGas=10**9,
        type=4,
        authorizationList=[authorization],
        data="0x",
    )
    assert "type" in error_of(chain, "eth_sendRawTransaction", raw)["message"]


def test_transaction_of_another_chain_is_rejected(
    chain: EmbeddedChain, account: EthereumAccount
) -> None:
    other = EmbeddedChain.create(None, funded=[account.address])
    error = error_of(chain, "eth_sendRawTransaction", signed(other, account))
    assert "another chain" in error["message"]


def test_transaction_is_not_taken_twice(chain: EmbeddedChain, account: EthereumAccount) -> None:
    raw = signed(chain, account)
    chain.make_request("eth_sendRawTransaction", [raw])
    assert error_of(chain, "eth_sendRawTransaction", raw)["code"] == -32003
    assert chain.head.number == 1


@pytest.mark.parametrize("raw", ["0x", "0x02", "0x02c0", "0xc0", "0x7f00", "0x" + "ff" * 50])
def test_garbage_is_no_transaction(chain: EmbeddedChain, raw: str) -> None:
    assert error_of(chain, "eth_sendRawTransaction", raw)["code"] == -32003


def test_rejected_transaction_leaves_the_chain_usable(
    chain: EmbeddedChain, account: EthereumAccount
) -> None:
    error_of(chain, "eth_sendRawTransaction", signed(chain, account, nonce=9))
    ChainClient.connect(chain).send(account, Transaction(SOMEONE, b"", value=5))
    assert chain.head.number == 1
