"""Many questions in one call, on a real chain, and with nodes that cannot do that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.questionnaire import Questionnaire
from didgate.chain.revert import Reverted
from didgate.chain.schema_registry import SchemaRegistry
from didgate.errors import ChainError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

Change = Callable[[Any], Any]


class Line:
    """Passes requests on, counts calls, and changes the answers to creation code."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self.chain = chain
        self.calls = 0
        self.change: Change = lambda response: response

    def make_request(self, method: str, params: Any) -> Any:
        response = self.chain.make_request(method, params)
        if method == "eth_call":
            self.calls += 1
            if "to" not in params[0]:
                return self.change(response)
        return response

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(method, params) for method, params in requests]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[EmbeddedChain, SchemaRegistry]]:
    account = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    with EmbeddedChain.create(None, funded=[account.address]) as chain:
        transaction: Transaction = SchemaRegistry.deployment()
        receipt = ChainClient.connect(chain).send(account, transaction)
        yield chain, SchemaRegistry(receipt.contract_address or "")


@pytest.fixture
def line(world: tuple[EmbeddedChain, SchemaRegistry]) -> Line:
    return Line(world[0])


@pytest.fixture
def ask(world: tuple[EmbeddedChain, SchemaRegistry], line: Line) -> Callable[[int], list[Any]]:
    schemas = world[1]
    client = ChainClient.connect(line)
    head = client.header().block.hash
    questionnaire = Questionnaire(client, schemas.address)

    def ask(number: int) -> list[Any]:
        line.calls = 0
        calls: list[Any] = [schemas.exists(bytes([place]) * 32) for place in range(number - 1)]
        calls.append(schemas.schema_bytes(bytes(32)))
        return questionnaire.ask(calls, at=head)

    return ask


def is_right(answers: list[Any], number: int) -> bool:
    *exist, reverted = answers
    return exist == [False] * (number - 1) and isinstance(reverted, Reverted)


@pytest.mark.parametrize(("number", "calls"), [(1, 1), (3, 3), (4, 1), (50, 1), (120, 3)])
def test_many_questions_are_few_calls(
    ask: Callable[[int], list[Any]], line: Line, number: int, calls: int
) -> None:
    answers = ask(number)
    assert is_right(answers, number)
    assert answers[-1].reason == "UnknownSchema"
    assert line.calls == calls


def test_no_questions_are_no_call(world: tuple[EmbeddedChain, SchemaRegistry], line: Line) -> None:
    client = ChainClient.connect(line)
    line.calls = 0
    assert Questionnaire(client, world[1].address).ask([], at=client.header().block.hash) == []
    assert line.calls == 0


def test_node_without_creation_code_in_calls_is_asked_singly_ever_after(
    ask: Callable[[int], list[Any]], line: Line
) -> None:
    line.change = lambda _: {"error": {"code": -32602, "message": "missing field: to"}}
    assert is_right(ask(10), 10)
    assert line.calls == 1 + 10
    assert is_right(ask(10), 10)
    assert line.calls == 10


def test_call_that_ran_out_of_gas_leaves_its_questions_to_be_asked_singly(
    ask: Callable[[int], list[Any]], line: Line
) -> None:
    line.change = lambda _: {"error": {"code": 3, "message": "execution reverted: out of gas"}}
    assert is_right(ask(10), 10)
    assert line.calls == 1 + 10


def test_answers_that_end_early_are_asked_for_again(
    ask: Callable[[int], list[Any]], line: Line
) -> None:
    line.change = lambda response: {"result": response["result"][: 2 + 2 * 36 * 2]}
    assert is_right(ask(10), 10)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_answers_cut_in_the_midst_are_not_taken(
    ask: Callable[[int], list[Any]], line: Line, cut: int
) -> None:
    line.change = lambda response: {"result": response["result"][: -2 * cut]}
    assert is_right(ask(10), 10)
    assert line.calls == 1 + 10


def test_answers_beyond_the_questions_are_not_taken(
    ask: Callable[[int], list[Any]], line: Line
) -> None:
    line.change = lambda response: {"result": response["result"] + "00"}
    assert is_right(ask(10), 10)
    assert line.calls == 1 + 10


def test_error_block_that_is_none(ask: Callable[[int], list[Any]], line: Line) -> None:
    client = ChainClient.connect(line)
    questionnaire = Questionnaire(client, SOMEWHERE)
    schemas = SchemaRegistry(SOMEWHERE)
    with pytest.raises(ChainError) as error:
        questionnaire.ask([schemas.exists(bytes(32))] * 10, at=bytes(32))
    assert error.value.code == "not_canonical"


def test_error_no_contract(line: Line) -> None:
    client = ChainClient.connect(line)
    schemas = SchemaRegistry(SOMEWHERE)
    with pytest.raises(ChainError) as error:
        Questionnaire(client, SOMEWHERE).ask(
            [schemas.exists(bytes(32))] * 10, at=client.header().block.hash
        )
    assert error.value.code == "missing_code"


SOMEWHERE = "0x" + "12" * 20
