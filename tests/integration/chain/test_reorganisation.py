"""What a reorganisation does to what was read; only anvil can be made to reorganise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didgate.chain.address_lists import address_list_id
from didgate.chain.facts import FactQuery
from didgate.chain.rpc import RPC
from didgate.chain.snapshot import SnapshotReader
from didgate.errors import ChainError

pytestmark = pytest.mark.anvil

SOMEONE = "0x" + "11" * 20


def reorganise(world: Any, depth: int, *, mine: int = 0) -> None:
    """Replace the last blocks by empty ones, and add some."""
    rpc = RPC(world.provider)
    rpc.request("anvil_reorg", [depth, []])
    for _ in range(mine):
        rpc.request("evm_mine", [])


@pytest.fixture
def reader(anvil: Any) -> SnapshotReader:
    return SnapshotReader(anvil.client, anvil.deployment, max_staleness=timedelta(minutes=1))


def listed(world: Any) -> FactQuery:
    """Put someone onto a list, and return the question whether it is so."""
    lists = world.deployment.address_lists
    list_id = address_list_id(world.account.address, "members")
    world.send(lists.create("members"))
    world.send(lists.add(list_id, [SOMEONE]))
    return FactQuery(list_entries=frozenset({(list_id, SOMEONE)}))


@pytest.mark.parametrize("mined_after", [0, 1, 5], ids=["same_height", "next", "further"])
def test_reorganisation_flushes_what_was_read(
    anvil: Any, reader: SnapshotReader, mined_after: int
) -> None:
    query = listed(anvil)
    before = reader.refresh()
    assert all(before.facts(query, before.latest).list_entries.values())
    reorganise(anvil, 1, mine=mined_after)
    after = reader.refresh()
    assert set(after.facts(query, after.latest).list_entries.values()) == {None}
    with pytest.raises(ChainError) as error:
        before.facts(query, before.latest)  # although it was read before
    assert error.value.code == "not_canonical"
    with pytest.raises(ChainError) as error:
        before.policy_state(bytes(32), before.latest)
    assert error.value.code == "not_canonical"


def test_replaced_block_is_noticed_when_read(anvil: Any, reader: SnapshotReader) -> None:
    query = listed(anvil)
    snapshot = reader.refresh()
    reorganise(anvil, 1)
    with pytest.raises(ChainError) as error:
        snapshot.facts(query, snapshot.latest)
    assert error.value.code == "not_canonical"
    renewed = reader.refresh()
    assert set(renewed.facts(query, renewed.latest).list_entries.values()) == {None}


def test_shorter_chain_is_a_reorganisation(anvil: Any, reader: SnapshotReader) -> None:
    checkpoint = RPC(anvil.provider).request("evm_snapshot", [])
    query = listed(anvil)
    before = reader.refresh()
    RPC(anvil.provider).request("evm_revert", [checkpoint])
    after = reader.refresh()
    assert after.latest.number < before.latest.number
    with pytest.raises(ChainError) as error:
        before.facts(query, before.latest)
    assert error.value.code == "not_canonical"


def test_growing_chain_is_no_reorganisation(anvil: Any, reader: SnapshotReader) -> None:
    query = listed(anvil)
    before = reader.refresh()
    for blocks in (1, 3):
        for _ in range(blocks):
            anvil.advance(1)
        reader.refresh()
    assert all(before.facts(query, before.latest).list_entries.values())


def test_client_tells_a_replaced_block(anvil: Any) -> None:
    anvil.advance(1)
    replaced = anvil.client.header().block
    reorganise(anvil, 1)
    assert not anvil.client.is_canonical(replaced.hash)
    with pytest.raises(ChainError) as error:
        anvil.client.read(anvil.deployment.schemas.exists(bytes(32)), at=replaced.hash)
    assert error.value.code == "not_canonical"
