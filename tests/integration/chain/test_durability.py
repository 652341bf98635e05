"""The file of an embedded chain against sudden death: a process is killed while it mines."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from didgate.chain.address_lists import AddressListRegistry, address_list_id
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

SECRET = b"\x5a" * 32

# Sends one transaction after the other, and says so on standard output once each is acknowledged.
MINER = """
import itertools, sys
from pathlib import Path
from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

path, secret, contract, first = sys.argv[1:]
signer = SoftwareSigner.from_private_bytes(KeyAlgorithm.SECP256K1, bytes.fromhex(secret))
account, lists = EthereumAccount(signer), AddressListRegistry(contract)
client = ChainClient.connect(EmbeddedChain.open(Path(path)))
for number in itertools.count(int(first)):
    receipt = client.send(account, lists.create(str(number)))
    print(number, receipt.block_number, receipt.block_hash.hex(), flush=True)
"""


@pytest.fixture
def account() -> EthereumAccount:
    return EthereumAccount(SoftwareSigner.from_private_bytes(KeyAlgorithm.SECP256K1, SECRET))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chain.db"


@pytest.fixture
def lists(path: Path, account: EthereumAccount) -> AddressListRegistry:
    with EmbeddedChain.create(path, funded=[account.address]) as chain:
        receipt = ChainClient.connect(chain).send(account, AddressListRegistry.deployment())
    assert receipt.contract_address is not None
    return AddressListRegistry(receipt.contract_address)


def mine_and_kill(path: Path, contract: str, first: int, after: int) -> list[list[str]]:
    """Let a process mine, kill it after so many acknowledgements, and return them all."""
    arguments = [str(path), SECRET.hex(), contract, str(first)]
    process = subprocess.Popen(
        [sys.executable, "-c", MINER, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.readlines()  # written before it died
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return [line.split() for line in acknowledged if line.endswith("\n")]


def test_nothing_acknowledged_is_lost(
    path: Path, lists: AddressListRegistry, account: EthereumAccount
) -> None:
    number = 0
    for after in (1, 7, 12):
        acknowledged = mine_and_kill(path, lists.address, number, after)
        assert len(acknowledged) >= after
        with EmbeddedChain.open(path) as chain:
            client = ChainClient.connect(chain)
            for name, height, block_hash in acknowledged:
                assert client.header(int(height)).block.hash.hex() == block_hash
                list_id = address_list_id(account.address, name)
                assert client.read(lists.owner_of(list_id)) == account.address
                logs = client.logs(lists.address, [None, list_id], first=0, last=int(height))
                assert [log.block_number for log in logs] == [int(height)]
            # A block may have been committed and not acknowledged any more.
            number = len(client.logs(lists.address, [], first=0, last=chain.head.number))
            assert number - int(acknowledged[-1][0]) - 1 in (0, 1)


def test_copy_made_between_blocks_is_a_whole_chain(
    path: Path, lists: AddressListRegistry, account: EthereumAccount, tmp_path: Path
) -> None:
    with EmbeddedChain.open(path) as chain:
        ChainClient.connect(chain).send(account, lists.create("copied"))
        copy = tmp_path / "copy.db"
        shutil.copyfile(path, copy)
        with EmbeddedChain.open(copy) as copied:
            assert copied.head == chain.head
            list_id = address_list_id(account.address, "copied")
            owner = ChainClient.connect(copied).read(lists.owner_of(list_id))
            assert owner == account.address
