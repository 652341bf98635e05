"""Contracts that nobody vouches for: whatever they do is an answer, and no failure of the chain."""

from __future__ import annotations

from typing import Any

import pytest
from foreign_contracts import ForeignContract

from didgate.chain.contained import READ_GAS, SIGNATURE_GAS, UNREAD, contained_call
from didgate.chain.contract_signatures import contract_signature
from didgate.chain.eas import attestation
from didgate.chain.facts import FactQuery, TokenQuestion, TokenStandard
from didgate.chain.snapshot import SnapshotReader
from didgate.chain.tokens import holding
from didgate.errors import ChainError, InvalidInput

MANNERS = (
    "reverts",
    "fails",
    "burns",
    "answers_nothing",
    "answers_less",
    "answers_more",
    "answers_ones",
    "answers_megabytes",
)
SIZES = {"answers_less": 31, "answers_more": 64, "answers_ones": 32, "answers_megabytes": 0x80000}
ACCOUNT = "0x" + "22" * 20


@pytest.fixture(params=MANNERS)
def hostile(chain: Any, request: pytest.FixtureRequest) -> ForeignContract:
    manner = MANNERS.index(request.param)
    return ForeignContract.deploy(chain, "HostileContract", manner)


@pytest.fixture
def manner(request: pytest.FixtureRequest) -> str:
    return str(request.node.callspec.params["hostile"])


def test_what_a_contract_does_is_told(chain: Any, hostile: ForeignContract, manner: str) -> None:
    asked = contained_call(hostile.address, b"\x01\x02\x03\x04", limit=40, gas=SIGNATURE_GAS)
    answer = chain.client.read(asked)
    assert answer.succeeded == manner.startswith("answers")
    if answer.succeeded:
        size = SIZES.get(manner, 0)
        assert answer.size == size
        assert answer.beginning == b"\xff" * min(size, 32) + bytes(40 - min(size, 32))
    assert (answer.word is not None) == (manner == "answers_ones")


@pytest.mark.parametrize("standard", TokenStandard)
def test_a_token_that_gives_no_answer_is_unread(
    chain: Any, hostile: ForeignContract, manner: str, standard: TokenStandard
) -> None:
    held = chain.client.read(holding(TokenQuestion(standard, hostile.address, 0), ACCOUNT))
    names_one = standard in {TokenStandard.ERC721_OWNER, TokenStandard.ERC4907_USER}
    if manner == "answers_ones" and not names_one:
        assert held == 2**256 - 1
    else:
        assert held is UNREAD  # an address has no bits above the hundred-and-sixtieth


def test_an_attestation_that_is_not_of_the_service_is_unread(
    chain: Any, hostile: ForeignContract
) -> None:
    assert chain.client.read(attestation(hostile.address, bytes([1] * 32))) is UNREAD


def test_a_contract_that_gives_no_answer_accepts_no_signature(
    chain: Any, hostile: ForeignContract
) -> None:
    asked = contract_signature(hostile.address, bytes(32), b"signature")
    assert chain.client.read(asked) is False


def test_what_gives_no_answer_leaves_the_other_facts_readable(
    chain: Any, reader: SnapshotReader, hostile: ForeignContract
) -> None:
    snapshot = reader.refresh()
    question = TokenQuestion(TokenStandard.ERC721_OWNER, hostile.address, 1)
    registry = chain.deployment.contracts["IssuerRegistry"]
    query = FactQuery(
        tokens=frozenset({(question, ACCOUNT)}),
        attestations=frozenset({(hostile.address, bytes([1] * 32))}),
        contract_signatures=frozenset({(hostile.address, bytes(32), b"")}),
        code_hashes=frozenset({registry.address}),
    )
    for _ in range(2):  # also from memory
        facts = snapshot.facts(query, snapshot.latest)
        assert (facts.tokens, facts.attestations) == ({}, {})
        assert facts.contract_signatures == {(hostile.address, bytes(32), b""): False}
        assert facts.code_hashes == {registry.address: registry.code_hash}


def test_where_no_contract_stands_nothing_is_held_or_accepted(chain: Any) -> None:
    question = TokenQuestion(TokenStandard.ERC20_BALANCE, ACCOUNT)
    assert chain.client.read(holding(question, ACCOUNT)) is UNREAD
    assert chain.client.read(attestation(ACCOUNT, bytes([1] * 32))) is UNREAD
    assert chain.client.read(contract_signature(ACCOUNT, bytes(32), b"")) is False


def test_a_chain_that_is_out_of_reach_is_no_answer(
    reader: SnapshotReader, provider: Any, chain: Any
) -> None:
    snapshot = reader.refresh()
    provider.is_cut_off = True
    signed = frozenset({(chain.account.address, bytes(32), b"")})
    with pytest.raises(ChainError) as error:
        snapshot.facts(FactQuery(contract_signatures=signed), snapshot.latest)
    assert error.value.code == "unreachable"


@pytest.mark.parametrize("gas", [READ_GAS, SIGNATURE_GAS])
def test_a_contract_gets_the_gas_it_was_given_and_no_more(chain: Any, gas: int) -> None:
    greedy = ForeignContract.deploy(chain, "HostileContract", MANNERS.index("answers_megabytes"))
    answer = chain.client.read(contained_call(greedy.address, b"", limit=32, gas=gas))
    assert answer.succeeded == (gas == SIGNATURE_GAS)


def test_a_node_that_does_not_run_the_code_is_not_believed() -> None:
    with pytest.raises(ChainError) as error:
        contained_call(ACCOUNT, b"", limit=32).decode(bytes(32))
    assert error.value.code == "malformed_response"


def test_a_signature_beyond_all_measure_is_not_sent() -> None:
    with pytest.raises(InvalidInput) as error:
        contract_signature(ACCOUNT, bytes(32), bytes(1 << 15))
    assert error.value.code == "invalid_argument"


def test_a_long_signature_arrives_whole(chain: Any) -> None:
    account = ForeignContract.deploy(chain, "TestContractAccount", chain.account.address)
    assert chain.client.read(contract_signature(account.address, bytes(32), bytes(16384))) is False
