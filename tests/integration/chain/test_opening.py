"""One way to the chain that settings name, whoever has it open."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.chain.lock import served_at
from didgate.chain.opening import open_chain
from didgate.chain.quorum import provider_name
from didgate.errors import ChainError, InvalidInput
from didgate.ports import Counters

LAZY = """
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from didgate.chain.opening import open_chain

url, path = sys.argv[1:]
print(open_chain([url] if url else [], Path(path), ExitStack()).chain_id, "eth" in sys.modules)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    EmbeddedChain.create(tmp_path / "chain.sqlite", funded=[]).close()
    return tmp_path / "chain.sqlite"


def test_file_is_opened_and_closed_in_the_end(path: Path) -> None:
    with ExitStack() as closing:
        client = open_chain([], path, closing)
        assert client.header().block.number == 0
        with pytest.raises(ChainError) as error:
            open_chain([], path, closing)
        assert error.value.code == "chain_in_use"
    EmbeddedChain.open(path).close()


@pytest.mark.parametrize("by_url", [True, False], ids=["url", "lock"])
def test_served_chain_is_used_without_an_evm(path: Path, by_url: bool) -> None:
    with EmbeddedChain.open(path) as chain, ChainServer(chain) as server:
        assert served_at(path) == server.url
        ran = subprocess.run(
            [sys.executable, "-c", LAZY, server.url if by_url else "", path],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ran.stdout.split() == [str(chain.chain_id), "False"]
    assert served_at(path) is None


def test_error_no_file(tmp_path: Path) -> None:
    with pytest.raises(ChainError) as error:
        open_chain([], tmp_path / "chain.sqlite", ExitStack())
    assert error.value.code == "chain_missing"
    assert list(tmp_path.iterdir()) == []


def test_error_node_out_of_reach(path: Path) -> None:
    with pytest.raises(ChainError) as error:
        open_chain(["http://127.0.0.1:9"], path, ExitStack())
    assert error.value.code == "unreachable"


def test_several_nodes_are_asked_and_must_agree(path: Path, tmp_path: Path) -> None:
    EmbeddedChain.create(tmp_path / "other.sqlite", funded=[]).close()
    with (
        EmbeddedChain.open(path) as chain,
        EmbeddedChain.open(tmp_path / "other.sqlite") as other,
        ChainServer(chain) as one,
        ChainServer(chain) as two,
        ChainServer(other) as liar,
        ExitStack() as closing,
    ):
        metrics = Counters()
        urls = [one.url, liar.url, two.url]
        client = open_chain(urls, path, closing, metrics=metrics)
        assert client.chain_id == chain.chain_id
        host = liar.url.removeprefix("http://").rstrip("/")
        time.sleep(0.3)  # it may have been the last to answer
        assert metrics.read()["provider_wrong_chain"].keys() == {f"1:{host}"}
        with pytest.raises(ChainError) as error:
            open_chain(urls, path, closing, quorum=3)
        assert error.value.code == "no_quorum"
        with pytest.raises(InvalidInput) as invalid:
            open_chain(urls, path, closing, quorum=1)
        assert invalid.value.code == "invalid_quorum"


def test_name_of_a_provider_holds_no_secret() -> None:
    assert provider_name(2, "wss://user:secret@rpc.example/v3/key?token=t") == "2:rpc.example"
