"""Several nodes, of which some lie, stand still, are on a fork, are slow, or talk nonsense."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anvils import Node, running_anvil, truth
from quorum_party import Party, answers, fails, hangs, invents, party_of

from didgate.chain.address_lists import address_list_id
from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.quorum import QuorumProvider
from didgate.chain.rpc import RPC
from didgate.errors import ChainError, InvalidInput

pytestmark = pytest.mark.anvil

ELSEWHERE = "0x" + "ab" * 32


@pytest.fixture
def party(anvil_binary: Path) -> Iterator[Party]:
    """Three nodes, all to the test."""
    with party_of(3) as party:
        yield party


@pytest.fixture(scope="module")
def shared(anvil_binary: Path) -> Iterator[Party]:
    with party_of(3) as party:
        yield party


@pytest.fixture
def same(shared: Party) -> Iterator[Party]:
    """Three nodes whose chain the test does not change."""
    yield shared
    for node in shared.nodes:
        node.say = truth


def owner(party: Party, client: ChainClient) -> str | None:
    list_id = address_list_id(party.account.address, "members")
    return client.read(party.lists.owner_of(list_id))


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises((ChainError, InvalidInput)) as error:
        action()
    return error.value.code


def test_honest_nodes_agree_and_nobody_is_blamed(party: Party) -> None:
    client = party.client()
    assert owner(party, client) == party.account.address
    client.send(party.account, party.lists.create("others"))
    assert client.header().block.number == party.head(party.nodes[0])
    assert client.headers(["latest", "finalized"])[1].block.number > 0
    assert client.balance(party.account.address) > 0
    assert party.faults() == {}


def test_lie_about_state_is_outvoted_and_counted(same: Party) -> None:
    same.nodes[1].say = answers("eth_call", "0x" + "00" * 31 + "01")
    client = same.client()
    assert owner(same, client) == same.account.address
    assert same.faults()["provider_dissenting"]["1"] >= 1


def test_lie_is_logged_once(same: Party, caplog: pytest.LogCaptureFixture) -> None:
    same.nodes[1].say = answers("eth_call", "0x" + "00" * 32)
    client = same.client()
    for _ in range(5):
        owner(same, client)
    assert same.faults()["provider_dissenting"]["1"] >= 5
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert lines.count("RPC provider 1: dissenting") == 1


def test_revert_that_one_invents_is_outvoted(same: Party) -> None:
    same.nodes[0].say = lambda method, _, answer: (
        {"error": {"code": 3, "message": "execution reverted", "data": "0x"}}
        if method == "eth_call"
        else answer()
    )
    assert owner(same, same.client()) == same.account.address


def test_code_that_one_invents_is_outvoted(same: Party) -> None:
    same.nodes[2].say = answers("eth_getCode", "0x6001")
    honest = ChainClient.connect(same.nodes[0]).code_hashes([same.lists.address])
    assert same.client().code_hashes([same.lists.address]) == honest


@pytest.mark.parametrize("ahead", [1, 1000])
def test_newer_head_that_one_invents_is_not_followed(same: Party, ahead: int) -> None:
    same.nodes[0].say = invents(
        lambda block: {"number": hex(int(block["number"], 16) + ahead), "hash": ELSEWHERE}
    )
    client = same.client()
    assert client.header().block.number == same.head(same.nodes[1])
    assert ("provider_ahead" in same.faults()) == (ahead == 1000)


def test_other_head_at_the_same_height_is_a_fork(same: Party) -> None:
    same.nodes[2].say = invents(lambda _: {"hash": ELSEWHERE})
    client = same.client()
    assert client.header().block.hash == ChainClient.connect(same.nodes[0]).header().block.hash
    assert same.faults()["provider_forked"].keys() == {"2"}


def test_node_that_stands_still_holds_nobody_back(party: Party) -> None:
    client = party.client()
    for _ in range(9):
        party.mine(*party.nodes[:2])
    assert client.header().block.number == party.head(party.nodes[0])
    assert party.faults()["provider_stale"].keys() == {"2"}


def test_node_a_moment_behind_is_no_liar(party: Party) -> None:
    client = party.client()
    party.mine(*party.nodes[:2])
    assert client.header().block.number == party.head(party.nodes[0])
    assert owner(party, client) == party.account.address
    assert not {"provider_stale", "provider_forked"} & party.faults().keys()


def test_news_of_one_node_alone_waits_for_another(party: Party) -> None:
    client = party.client()
    before = client.header().block
    party.mine(party.nodes[0])
    assert client.header().block == before
    party.mine(party.nodes[1])
    assert client.header().block.number == before.number + 1


def test_heads_that_all_differ_meet_where_two_agree(party: Party) -> None:
    client = party.client()
    party.mine()
    party.mine(*party.nodes[:2])
    party.mine(party.nodes[0])
    assert client.header().block.number == party.head(party.nodes[1])


def test_short_fork_of_each_falls_back_to_the_common_ancestor(party: Party) -> None:
    client = party.client()
    common = client.header().block
    for seconds, node in enumerate(party.nodes, start=2):
        party.mine(node, seconds=seconds)
    assert client.header().block == common


def test_node_on_a_fork_is_outvoted(party: Party) -> None:
    client = party.client()
    party.mine(party.nodes[2], seconds=7)
    party.mine(*party.nodes[:2])
    client.send(party.account, party.lists.create("others"))
    list_id = address_list_id(party.account.address, "others")
    assert client.read(party.lists.owner_of(list_id)) == party.account.address
    assert party.faults()["provider_forked"].keys() == {"2"}


def test_slow_minority_slows_nobody_down(same: Party) -> None:
    client = same.client()
    same.nodes[1].say = hangs(3)
    began = time.monotonic()
    assert owner(same, client) == same.account.address
    assert client.header().block.number > 0
    assert time.monotonic() - began < 2


def test_node_that_ended_is_counted_as_unreachable(party: Party) -> None:
    client = party.client()
    party.members[1][0].stop()
    assert owner(party, client) == party.account.address
    assert party.faults()["provider_unreachable"].keys() == {"1"}


def test_node_that_answers_too_late_is_counted_as_unreachable(same: Party) -> None:
    same.nodes[0].say = hangs(1.5)
    same.nodes[1].say = hangs(1.5)
    provider = QuorumProvider(same.nodes, timeout=timedelta(seconds=1))
    same.providers.append(provider)
    assert code_of(lambda: ChainClient.connect(provider)) == "no_quorum"
    assert provider.metrics.read()["provider_unreachable"].keys() == {"0", "1"}


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "garbage",
        [],
        {},
        {"result": 7},
        {"result": {"number": "no number"}},
        {"result": "0xg"},
    ],
    ids=str,
)
def test_garbage_counts_for_nothing(same: Party, garbage: Any) -> None:
    client = same.client()
    same.nodes[0].say = lambda *_: garbage
    assert owner(same, client) == same.account.address
    assert client.header().block.number == same.head(same.nodes[1])
    assert same.faults()["provider_malformed"].keys() == {"0"}


def test_batch_that_is_cut_short_counts_for_nothing(same: Party) -> None:
    class Short(Node):
        def make_batch_request(self, requests: Any) -> Any:
            return super().make_batch_request(requests)[:-1]

    client = same.client(Short(same.nodes[0].provider), *same.nodes[1:])
    assert client.headers(["latest", "finalized"])
    assert same.faults()["provider_malformed"].keys() == {"0"}


def test_node_of_another_chain_is_outvoted(same: Party) -> None:
    with running_anvil("--chain-id", "4242") as other:
        client = same.client(Node(other.rpc._provider), *same.nodes[:2])
        assert client.chain_id != 4242
        assert owner(same, client) == same.account.address
        assert same.faults()["provider_wrong_chain"] == {"0": 1}


def test_two_liars_of_three_leave_no_answer(same: Party) -> None:
    client = same.client()
    same.nodes[0].say = answers("eth_call", "0x" + "00" * 31 + "01")
    same.nodes[1].say = answers("eth_call", "0x" + "00" * 31 + "02")
    assert code_of(lambda: owner(same, client)) == "no_quorum"
    assert same.faults()["no_quorum"] == {"": 1}


def test_two_out_of_reach_leave_no_answer(same: Party) -> None:
    client = same.client()
    same.nodes[0].say = same.nodes[1].say = fails
    began = time.monotonic()
    assert code_of(client.header) == "no_quorum"
    assert code_of(lambda: owner(same, client)) == "no_quorum"
    assert time.monotonic() - began < 3, "it was clear at once"


def test_heads_without_common_ground_leave_no_answer(same: Party) -> None:
    client = same.client()
    for number, node in enumerate(same.nodes):
        node.say = answers(
            "eth_getBlockByNumber",
            {
                "number": hex(100 + number),
                "hash": "0x" + f"{number + 1:064x}",
                "parentHash": ELSEWHERE,
                "timestamp": "0x1",
            },
        )
    assert code_of(client.header) == "no_quorum"


def test_two_nodes_must_both_agree(same: Party) -> None:
    client = same.client(*same.nodes[:2])
    assert owner(same, client) == same.account.address
    same.nodes[0].say = answers("eth_call", "0x" + "00" * 32)
    assert code_of(lambda: owner(same, client)) == "no_quorum"


@pytest.mark.parametrize(("size", "quorum"), [(2, 1), (3, 1), (4, 2), (3, 4), (1, 0), (3, -1)])
def test_quorum_of_half_or_of_more_than_all_is_refused(size: int, quorum: int) -> None:
    nodes = [Node(None)] * size
    assert code_of(lambda: QuorumProvider(nodes, quorum)) == "invalid_quorum"


@pytest.mark.parametrize(("size", "expected"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_quorum_is_more_than_half_by_default(size: int, expected: int) -> None:
    provider = QuorumProvider([Node(None)] * size)
    assert provider.quorum == expected
    provider.close()


def test_fast_liar_hides_the_head_of_a_slow_node_for_one_reading_at_most(party: Party) -> None:
    honest, slow, liar = party.nodes
    client = party.client()
    old = client.header().block
    party.mine(honest, slow)
    slow.say = hangs(0.6)  # longer than others are waited for
    client.header()
    time.sleep(0.8)  # by now the slow one has said its head
    assert client.header().block.number == old.number + 1
    assert party.head(liar) == old.number


def test_transaction_goes_to_all_and_counts_once_enough_have_mined_it(party: Party) -> None:
    client = party.client()
    party.nodes[0].say = lambda method, _, answer: (
        {"error": {"code": -32000, "message": "I do not want to"}}
        if method == "eth_sendRawTransaction"
        else answer()
    )
    assert client.send(party.account, party.lists.create("others")).succeeded
    assert all("eth_sendRawTransaction" in node.asked for node in party.nodes)


def test_transaction_that_nobody_takes_is_refused(same: Party) -> None:
    client = same.client()
    for node in same.nodes:
        node.say = lambda method, _, answer: (
            {"error": {"code": -32000, "message": "no"}}
            if method == "eth_sendRawTransaction"
            else answer()
        )
    assert code_of(lambda: client.send(same.account, same.lists.create("x"))) == "rpc_error"


def test_receipt_that_one_invents_does_not_count(same: Party) -> None:
    client = same.client()
    for node in same.nodes:
        node.mines = False
    genuine = client._rpc.request
    invented = {
        "transactionHash": ELSEWHERE,
        "blockNumber": "0x1",
        "blockHash": ELSEWHERE,
        "status": "0x1",
        "gasUsed": "0x5208",
        "contractAddress": None,
        "logs": [],
    }
    same.nodes[0].say = answers("eth_getTransactionReceipt", invented)
    assert genuine("eth_getTransactionReceipt", [ELSEWHERE]) is None
    for node in same.nodes:
        node.mines = True


def test_receipt_of_which_too_few_know_is_awaited(party: Party) -> None:
    client = party.client()
    party.nodes[1].mines = party.nodes[2].mines = False
    code = code_of(
        lambda: client.send(
            party.account, party.lists.create("others"), timeout=timedelta(seconds=0.2)
        )
    )
    assert code == "transaction_timeout"


def test_advice_of_one_liar_costs_nothing(party: Party) -> None:
    party.nodes[1].say = lambda method, _, answer: (
        {"result": hex(10**18)} if method == "eth_maxPriorityFeePerGas" else answer()
    )
    party.nodes[0].say = lambda method, _, answer: (
        {"result": "0x1"} if method == "eth_maxPriorityFeePerGas" else answer()
    )
    client = party.client()
    before = client.balance(party.account.address)
    assert client.send(party.account, Transaction(party.account.address, b"")).succeeded
    assert before - client.balance(party.account.address) < 10**16


def test_reorganisation_on_most_nodes_is_seen(party: Party) -> None:
    client = party.client()
    party.mine()
    replaced = client.header().block
    for anvil, node in party.members[:2]:
        anvil.rpc.request("evm_setNextBlockTimestamp", [replaced.timestamp])
        anvil.rpc.request("anvil_reorg", [2, []])
        node.mine(5)
    code = code_of(lambda: client.read(party.lists.owner_of(bytes(32)), at=replaced.hash))
    assert code == "not_canonical"
    assert RPC(party.nodes[2]).request("eth_getBlockByHash", ["0x" + replaced.hash.hex(), False])
