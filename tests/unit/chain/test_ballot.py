"""What counts as the same answer, whoever wrote it, and what counts for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.ballot import NOTHING, REFUSED, Ballot, form_of
from didgate.errors import ChainError

HASH = "0x" + "ab" * 32
HEADER = {"number": "0x10", "hash": HASH, "parentHash": HASH, "timestamp": "0x1"}
LOG = {
    "address": "0x" + "11" * 20,
    "topics": [HASH],
    "data": "0x",
    "blockNumber": "0x10",
    "blockHash": HASH,
    "transactionHash": HASH,
    "logIndex": "0x0",
}
RECEIPT = {
    "transactionHash": HASH,
    "blockNumber": "0x10",
    "blockHash": HASH,
    "status": "0x1",
    "gasUsed": "0x5208",
    "contractAddress": None,
    "logs": [LOG],
}


@pytest.mark.parametrize(
    ("method", "one", "other"),
    [
        ("eth_getBlockByNumber", HEADER, HEADER | {"size": "0x3e8", "totalDifficulty": "0x0"}),
        ("eth_getBlockByHash", HEADER, HEADER | {"hash": HASH.upper().replace("X", "x")}),
        ("eth_getTransactionReceipt", RECEIPT, RECEIPT | {"effectiveGasPrice": "0x1"}),
        ("eth_getLogs", [LOG], [LOG | {"removed": False, "blockTimestamp": "0x1"}]),
        ("eth_call", "0xABCD", "0xabcd"),
        ("eth_chainId", "0x1", "0x01"),
        ("net_version", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_same_answer_written_otherwise(method: str, one: Any, other: Any) -> None:
    assert form_of(method, {"result": one}) == form_of(method, {"id": 7, "result": other})
    assert form_of(method, {"result": one}) is not None


@pytest.mark.parametrize(
    ("method", "one", "other"),
    [
        ("eth_getBlockByNumber", HEADER, HEADER | {"timestamp": "0x2"}),
        ("eth_getBlockByNumber", HEADER, HEADER | {"parentHash": "0x" + "cd" * 32}),
        ("eth_getBlockByNumber", HEADER, None),
        ("eth_getTransactionReceipt", RECEIPT, RECEIPT | {"status": "0x0"}),
        ("eth_getTransactionReceipt", RECEIPT, RECEIPT | {"logs": []}),
        ("eth_getLogs", [LOG], [LOG, LOG]),
        ("eth_getLogs", [LOG], [LOG | {"data": "0x00"}]),
        ("eth_call", "0xab", "0xab00"),
        ("eth_getCode", "0x", "0x00"),
    ],
)
def test_other_answer(method: str, one: Any, other: Any) -> None:
    assert form_of(method, {"result": one}) != form_of(method, {"result": other})


@pytest.mark.parametrize(
    ("response", "form"),
    [
        ({"error": {"code": -32000, "message": "header not found"}}, REFUSED),
        ({"error": {"code": -32001, "message": "unknown block"}}, REFUSED),
        ({"error": "broken"}, REFUSED),
        ({"error": {"code": 3, "data": "0xAB"}}, ("reverted", "0xab")),
        ({"error": {"code": -32000, "message": "VM reverted", "data": 5}}, ("reverted", None)),
        ({"result": None}, None),
        ({"result": 5}, None),
        ({}, None),
        ("<html>", None),
        (None, None),
    ],
)
def test_errors_and_nonsense(response: Any, form: Any) -> None:
    assert form_of("eth_call", response) == form


def test_nothing_is_an_answer_where_there_may_be_nothing() -> None:
    assert form_of("eth_getTransactionReceipt", {"result": None}) == NOTHING


def ballot(*answers: Any, quorum: int = 2, method: str = "eth_call") -> Ballot:
    counted = Ballot([(method, [])], quorum=quorum, voters=3)
    for voter, answer in enumerate(answers):
        counted.cast(voter, [answer])
    return counted


YES, NO, MAYBE = ({"result": text} for text in ("0x01", "0x00", "0x02"))
REVERT = {"error": {"code": 3, "data": "0x"}}
REFUSAL = {"error": {"code": -32000, "message": "no"}}


def test_enough_votes_settle_it() -> None:
    assert not ballot(YES).is_settled
    assert not ballot(YES, NO).is_settled
    counted = ballot(YES, NO, YES)
    assert counted.is_settled
    assert counted.standing(0) == YES
    assert [counted.fault(voter) for voter in range(3)] == [None, "dissenting", None]


def test_votes_that_cannot_be_enough_any_more() -> None:
    assert not ballot(YES, NO).is_hopeless
    assert ballot(YES, NO, MAYBE).is_hopeless
    assert ballot(YES, NO, quorum=3).is_hopeless
    assert ballot(YES, "nonsense", quorum=3).is_hopeless


def test_reverts_and_refusals_can_be_agreed_on() -> None:
    assert ballot(REVERT, REVERT).standing(0) == REVERT
    assert ballot(REFUSAL, YES, REFUSAL).standing(0) == REFUSAL
    assert ballot(REFUSAL, YES, REFUSAL).fault(1) is None
    assert ballot(YES, REFUSAL, YES).fault(1) == "refusing"
    assert ballot(YES, REVERT, YES).fault(1) == "dissenting"


def test_who_does_not_know_yet_is_no_liar() -> None:
    found = {"result": RECEIPT}
    counted = ballot(found, {"result": None}, found, method="eth_getTransactionReceipt")
    assert [counted.fault(voter) for voter in range(3)] == [None, None, None]


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        (ChainError("unreachable", ""), "unreachable"),
        (ChainError("malformed_response", ""), "malformed"),
        ([], "malformed"),
        ([YES, YES], "malformed"),
        (None, "malformed"),
        ({"error": {}}, "malformed"),
    ],
)
def test_answers_that_are_no_list_of_responses(answers: Any, fault: str) -> None:
    counted = ballot(YES, YES)
    counted.cast(2, answers)
    assert counted.fault(2) == fault
    assert counted.is_complete
