"""One embedded chain among several processes: who opened it serves it, the others connect."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest

from didgate.chain.address_lists import AddressListRegistry, address_list_id
from didgate.chain.client import ChainClient
from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.chain.lock import ChainInUse
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

OPENER = """
import sys
from pathlib import Path
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.lock import ChainInUse
from didgate.chain.client import ChainClient

try:
    EmbeddedChain.open(Path(sys.argv[1]))
except ChainInUse as error:
    print(error.code, ChainClient.connect(error.url).chain_id)
"""

HOLDER = """
import sys, time
from pathlib import Path
from didgate.chain.embedded import EmbeddedChain

chain = EmbeddedChain.open(Path(sys.argv[1]))
chain.announce("http://127.0.0.1:9")
print("open", flush=True)
time.sleep(60)
"""

# Everything here is stock web3.py: nothing of didgate is imported.
WEB3_CLIENT = """
import json, sys
from eth_account import Account
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError

url, abi, secret, address = sys.argv[1:]
w3 = Web3(Web3.HTTPProvider(url))
account = Account.from_key(secret)
lists = w3.eth.contract(address=address, abi=json.loads(abi))

def send(call):
    fields = {"from": account.address, "nonce": w3.eth.get_transaction_count(account.address)}
    signed = account.sign_transaction(call.build_transaction(fields))
    return w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(signed.raw_transaction))

filter_ = w3.eth.filter({"address": address})
blocks = w3.eth.filter("latest")
receipt = send(lists.functions.create("by web3"))
events = lists.events.ListCreated().process_receipt(receipt)
list_id = events[0]["args"]["listId"]
send(lists.functions.add(list_id, ["0x" + "11" * 20]))
try:
    lists.functions.create("by web3").call({"from": account.address})
    error = None
except (ContractCustomError, ContractLogicError) as raised:
    error = raised.data
with w3.batch_requests() as batch:
    batch.add(w3.eth.get_block(0))
    batch.add(w3.eth.get_block("latest"))
    batch.add(lists.functions.ownerOf(list_id))
    first, latest, owner = batch.execute()
print(json.dumps({
    "connected": w3.is_connected(),
    "client": w3.client_version,
    "owner": owner,
    "error": error,
    "first": first["number"],
    "latest": latest["number"],
    "transactions": len(w3.eth.get_block("latest", full_transactions=True)["transactions"]),
    "new_logs": len(filter_.get_new_entries()),
    "all_logs": len(filter_.get_all_entries()),
    "new_blocks": len(blocks.get_new_entries()),
    "logs_of_block": len(w3.eth.get_logs({"blockHash": receipt["blockHash"]})),
    "event_logs": len(lists.events.ListCreated().get_logs(from_block=0)),
    "code": len(w3.eth.get_code(address)) > 1000,
    "nonce": w3.eth.get_transaction_count(account.address),
    "gas_price": w3.eth.gas_price > 0,
    "history": len(w3.eth.fee_history(2, "latest", [50])["reward"]),
    "transaction": w3.eth.get_transaction(receipt["transactionHash"])["from"] == account.address,
    "finalized": w3.eth.get_block("finalized")["number"],
}))
"""


@pytest.fixture
def signer() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.SECP256K1)


@pytest.fixture
def account(signer: SoftwareSigner) -> EthereumAccount:
    return EthereumAccount(signer)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chain.db"


@pytest.fixture
def chain(path: Path, account: EthereumAccount) -> Iterator[EmbeddedChain]:
    with EmbeddedChain.create(path, funded=[account.address]) as chain:
        yield chain


@pytest.fixture
def server(chain: EmbeddedChain) -> Iterator[ChainServer]:
    with ChainServer(chain) as server:
        yield server


@pytest.fixture
def lists(chain: EmbeddedChain, account: EthereumAccount) -> AddressListRegistry:
    receipt = ChainClient.connect(chain).send(account, AddressListRegistry.deployment())
    assert receipt.contract_address is not None
    return AddressListRegistry(receipt.contract_address)


def run(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_second_process_is_sent_to_the_first(
    path: Path, chain: EmbeddedChain, server: ChainServer
) -> None:
    assert run(OPENER, str(path)).split() == ["chain_in_use", str(chain.chain_id)]


def test_stock_web3_client_works(
    chain: EmbeddedChain,
    server: ChainServer,
    signer: SoftwareSigner,
    lists: AddressListRegistry,
) -> None:
    shipped = files("didgate.chain") / "abi" / "AddressListRegistry.json"
    abi = json.loads(shipped.read_text())["abi"]
    secret = "0x" + signer.unsafe_private_bytes().hex()
    seen = json.loads(run(WEB3_CLIENT, server.url, json.dumps(abi), secret, lists.address))
    owner = EthereumAccount(signer).address
    list_id = address_list_id(owner, "by web3")
    assert seen.pop("client").startswith("didgate/")
    assert seen.pop("error").endswith(list_id.hex())
    assert seen == {
        "connected": True,
        "owner": owner,
        "first": 0,
        "latest": 3,
        "transactions": 1,
        "new_logs": 2,
        "all_logs": 2,
        "new_blocks": 2,
        "logs_of_block": 1,
        "event_logs": 1,
        "code": True,
        "nonce": 3,
        "gas_price": True,
        "history": 2,
        "transaction": True,
        "finalized": 3,
    }


def test_web3_provider_carries_our_client(
    chain: EmbeddedChain, server: ChainServer, account: EthereumAccount, lists: AddressListRegistry
) -> None:
    web3 = pytest.importorskip("web3")
    client = ChainClient.connect(web3.HTTPProvider(server.url), expected_chain_id=chain.chain_id)
    receipt = client.send(account, lists.create("through web3"))
    list_id = address_list_id(account.address, "through web3")
    calls = [lists.owner_of(list_id), lists.owner_of(bytes(32))]
    assert client.read_many(calls, at=receipt.block_hash) == [account.address, None]


def test_several_clients_at_once(
    chain: EmbeddedChain, server: ChainServer, lists: AddressListRegistry
) -> None:
    head = chain.head.number
    calls = [lists.owner_of(bytes(32))] * 10

    def read(_: int) -> list[str | None]:
        return ChainClient.connect(server.url).read_many(calls)

    with ThreadPoolExecutor(8) as threads:
        for answers in threads.map(read, range(16)):
            assert answers == [None] * 10
    assert chain.head.number == head


def test_one_client_sends_from_several_threads(
    server: ChainServer, account: EthereumAccount, lists: AddressListRegistry
) -> None:
    client = ChainClient.connect(server.url)
    with ThreadPoolExecutor(4) as threads:
        receipts = list(
            threads.map(lambda name: client.send(account, lists.create(str(name))), range(8))
        )
    assert len({receipt.block_hash for receipt in receipts}) == 8


def test_lock_is_free_after_the_holder_was_killed(path: Path, chain: EmbeddedChain) -> None:
    chain.close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(ChainInUse) as error:
        EmbeddedChain.open(path)
    assert error.value.url == "http://127.0.0.1:9"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    EmbeddedChain.open(path).close()
