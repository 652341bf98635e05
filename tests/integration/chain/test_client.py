"""The client on each kind of chain: connecting, sending, reading at a block, and refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didgate.chain.address_lists import AddressListRegistry, address_list_id
from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.facts import Block
from didgate.chain.probe import Precompiles
from didgate.chain.revert import Reverted
from didgate.chain.rpc import RPC
from didgate.chain.schema_registry import SchemaRegistry
from didgate.errors import ChainError

NOBODY = "0x" + "11" * 20


def test_precompiles_are_found(chain: Any) -> None:
    assert chain.client.precompiles == Precompiles(bls12_381=True, p256=True)


def test_wrong_chain_is_refused(chain: Any) -> None:
    with pytest.raises(ChainError) as error:
        ChainClient.connect(chain.provider, expected_chain_id=1)
    assert error.value.code == "wrong_chain"
    ChainClient.connect(chain.provider, expected_chain_id=chain.client.chain_id)


def test_headers_are_linked(chain: Any) -> None:
    latest = chain.client.header()
    number = latest.block.number
    parent = chain.client.header(number - 1)
    assert latest.parent_hash == parent.block.hash
    assert chain.client.header(latest.block.hash) == latest
    assert chain.client.headers([number, "latest"]) == [latest, latest]
    assert chain.client.header("finalized").block.number <= number


@pytest.mark.parametrize("block", [10**9, bytes(32)], ids=["number", "hash"])
def test_unknown_block(chain: Any, block: int | bytes) -> None:
    with pytest.raises(ChainError) as error:
        chain.client.header(block)
    assert error.value.code == "unknown_block"


def test_reads_are_pinned_to_a_block(chain: Any) -> None:
    lists, client = chain.deployment.address_lists, chain.client
    list_id = address_list_id(chain.account.address, "pinned")
    before = client.header().block
    receipt = chain.send(lists.create("pinned"))
    chain.send(lists.add(list_id, [NOBODY]))
    call = lists.owner_of(list_id)
    assert client.read(call, at=before.hash) is None
    assert client.read(call, at=receipt.block_hash) == chain.account.address
    assert client.read(lists.added_at(list_id, NOBODY), at=receipt.block_hash) is None
    assert client.read(lists.added_at(list_id, NOBODY)) is not None
    many = client.read_many([call, lists.owner_of(bytes(32))], at=receipt.block_hash)
    assert many == [chain.account.address, None]


def test_many_reads_take_several_batches(chain: Any) -> None:
    lists = chain.deployment.address_lists
    calls = [lists.added_at(bytes(32), NOBODY)] * 250
    assert chain.client.read_many(calls) == [None] * 250
    assert chain.client.read_many([]) == []


def test_code_hashes_at_a_block(chain: Any) -> None:
    client = chain.client
    before = client.header().block
    deployed = chain.send(SchemaRegistry.deployment()).contract_address
    known = chain.deployment.contracts["SchemaRegistry"]
    addresses = [deployed, known.address]
    assert set(client.code_hashes(addresses).values()) == {known.code_hash}
    earlier = client.code_hashes(addresses, at=before.hash)
    assert earlier[known.address] == known.code_hash
    assert earlier[deployed].hex().startswith("c5d246018")  # keccak256 of nothing


def test_block_that_is_not_part_of_the_chain(chain: Any) -> None:
    call = chain.deployment.schemas.exists(bytes(32))
    for read in (
        lambda at: chain.client.read(call, at=at),
        lambda at: chain.client.code_hashes([NOBODY], at=at),
    ):
        with pytest.raises(ChainError) as error:
            read(b"\x11" * 32)
        assert error.value.code == "not_canonical"
    assert not chain.client.is_canonical(b"\x11" * 32)
    assert chain.client.is_canonical(chain.client.header().block.hash)


def test_missing_contract(chain: Any) -> None:
    with pytest.raises(ChainError) as error:
        chain.client.read(AddressListRegistry(NOBODY).owner_of(bytes(32)))
    assert error.value.code == "missing_code"


def test_transaction_is_seen_through(chain: Any) -> None:
    lists = chain.deployment.address_lists
    receipt = chain.send(lists.create("seen"))
    assert receipt.succeeded
    assert receipt.block_hash == chain.client.header(receipt.block_number).block.hash
    assert receipt.contract_address is None
    (log,) = receipt.logs
    list_id = address_list_id(chain.account.address, "seen")
    assert (log.address, log.topics[1]) == (lists.address, list_id)
    found = chain.client.logs(
        lists.address,
        [None, list_id],
        first=receipt.block_number,
        last=receipt.block_number,
    )
    assert found == receipt.logs


def test_value_is_sent(chain: Any) -> None:
    someone = "0x" + "77" * 20
    before = chain.client.balance(someone)
    chain.send(Transaction(someone, b"", value=12345))
    assert chain.client.balance(someone) == before + 12345


def test_custom_error_is_named_when_sending(chain: Any) -> None:
    lists = chain.deployment.address_lists
    chain.send(lists.create("twice"))
    nonce = chain.client.header().block.number
    with pytest.raises(Reverted) as error:
        chain.send(lists.create("twice"))
    assert (error.value.code, error.value.reason) == ("reverted", "ListExists")
    list_id = address_list_id(chain.account.address, "twice")
    assert error.value.arguments == (list_id,)
    assert f"ListExists(0x{list_id.hex()})" in str(error.value)
    assert chain.client.header().block.number == nonce  # nothing was sent


def test_custom_error_is_named_when_reading(chain: Any) -> None:
    policies = chain.deployment.policies
    with pytest.raises(Reverted) as error:
        chain.client.read(policies.state_of(bytes(32)))
    assert error.value.reason == "UnknownResource"
    results = chain.client.try_read_many([policies.state_of(bytes(32)), policies.resources()])
    assert isinstance(results[0], Reverted)
    assert results[1] == chain.deployment.resources.address


def test_failure_of_a_mined_transaction_is_explained(chain: Any) -> None:
    """A transaction may come to fail between its estimate and its block."""
    lists = chain.deployment.address_lists
    account = chain.account

    class Impatient:
        """An account that has done already what it is asked to sign."""

        address = account.address

        def sign_transaction(self, transaction: dict[str, Any]) -> bytes:
            nonce = transaction["nonce"]
            RPC(chain.provider).request(
                "eth_sendRawTransaction", ["0x" + account.sign_transaction(transaction).hex()]
            )
            return account.sign_transaction(transaction | {"nonce": nonce + 1})

    with pytest.raises(Reverted) as error:
        chain.client.send(Impatient(), lists.create("raced"))
    assert error.value.reason == "ListExists"


def test_transaction_that_is_not_mined_in_time(chain: Any) -> None:
    class WithoutReceipts:
        """A node that takes transactions and never tells of them again."""

        def make_request(self, method: str, params: Any) -> Any:
            if method == "eth_getTransactionReceipt":
                return {"result": None}
            return chain.provider.make_request(method, params)

        def make_batch_request(self, requests: Any) -> Any:
            return chain.provider.make_batch_request(requests)

    client = ChainClient.connect(WithoutReceipts())
    with pytest.raises(ChainError) as error:
        client.send(
            chain.account, Transaction(NOBODY, b"", value=1), timeout=timedelta(milliseconds=50)
        )
    assert error.value.code == "transaction_timeout"


def test_failure_without_a_reason_is_told_as_such(chain: Any) -> None:
    account = chain.account

    class Miser:
        """An account that gives too little gas."""

        address = account.address

        def sign_transaction(self, transaction: dict[str, Any]) -> bytes:
            return account.sign_transaction(transaction | {"gas": 30_000})

    with pytest.raises(Reverted) as error:
        chain.client.send(Miser(), chain.deployment.address_lists.create("too little gas"))
    assert error.value.reason is None


def test_account_without_funds_is_refused(chain: Any, penniless: Any) -> None:
    with pytest.raises(ChainError) as error:
        chain.client.send(penniless, chain.deployment.address_lists.create("mine"))
    assert error.value.code in ("rpc_error", "reverted")


def test_transaction_of_another_chain_is_refused(chain: Any) -> None:
    other = ChainClient(chain.client._rpc, chain.client.chain_id + 1, chain.client.precompiles)
    with pytest.raises(ChainError) as error:
        other.send(chain.account, Transaction(NOBODY, b"", value=1))
    assert error.value.code == "rpc_error"


def test_precompiles_cost_the_same_everywhere(chain: Any) -> None:
    rpc = RPC(chain.provider)
    questions = {
        "modexp": ("05", f"{64:064x}{64:064x}{64:064x}" + "03" * 64 + "05" * 64 + "07" * 64),
        "modexp_short": ("05", f"{1:064x}{1:064x}{1:064x}030564"),
        "pairing": ("0f", "00" * 384),
        "msm": ("0c", "00" * 480),
        "p256": ("0100", "00" * 160),
    }
    costs = {
        name: int(
            rpc.request(
                "eth_estimateGas",
                [{"to": "0x" + address.zfill(40), "data": "0x" + data}, "latest"],
            ),
            16,
        )
        for name, (address, data) in questions.items()
    }
    assert costs == {
        "modexp": 122_028,
        "modexp_short": 22_170,
        "pairing": 92_836,
        "msm": 53_448,
        "p256": 28_540,
    }


def test_block_is_known_by_number_hash_and_time(chain: Any) -> None:
    block = chain.client.header().block
    assert isinstance(block, Block)
    assert len(block.hash) == 32
    assert block.timestamp > 1_700_000_000
