"""BBS in Solidity as in Python: the IETF fixtures.

They hold proofs of the SHA-256 suite, so the contract is given that suite and its generators.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from bbs_contract import BBSContract, Statement, generators, running_contract

from didgate import bbs

FOLDER = "bls12-381-sha-256"
SUITE = bbs.BLS12_381_SHA256
FIXTURES = range(1, 16)
RAW_INDEXES_FAIL = {10}
"""The fixture that discloses in an order, and twice, which Python's mapping cannot even say."""


@pytest.fixture(scope="module")
def contract() -> Iterator[BBSContract]:
    with running_contract() as running:
        yield running


def official(vectors: Path, number: int) -> tuple[Statement, list[int], bool]:
    """Return a fixture at the message count that its proof implies, its indexes, and its result."""
    path = vectors / "bbs-ietf" / FOLDER / "proof" / f"proof{number:03}.json"
    fixture = json.loads(path.read_text())
    member = {name: bytes.fromhex(fixture[name]) for name in ("header", "presentationHeader")}
    messages = [bytes.fromhex(message) for message in fixture["messages"]]
    scalars = bbs.messages_to_scalars(SUITE, messages)
    indexes, proof = fixture["disclosedIndexes"], bytes.fromhex(fixture["proof"])
    disclosed = {index: scalars[index] for index in indexes}
    statement = Statement(
        SUITE,
        bytes.fromhex(fixture["signerPublicKey"]),
        member["header"],
        member["presentationHeader"],
        disclosed,
        proof,
        (len(proof) - bbs.proof_length(0)) // 32 + len(disclosed),
    )
    return statement, indexes, fixture["result"]["valid"]


@pytest.mark.parametrize("number", FIXTURES)
def test_official_proof_at_the_count_it_implies(
    contract: BBSContract, vectors: Path, number: int
) -> None:
    statement, _, valid = official(vectors, number)
    refusal = statement.in_python()
    assert (refusal is None) == valid
    assert contract.refusal(statement) == refusal


@pytest.mark.parametrize("number", FIXTURES)
def test_official_proof_at_the_true_count(
    contract: BBSContract, vectors: Path, number: int
) -> None:
    statement, _, valid = official(vectors, number)
    statement = statement if valid else statement.but(count=10)
    assert contract.refusal(statement) == statement.in_python()


@pytest.mark.parametrize("number", FIXTURES)
def test_official_proof_with_its_indexes_as_they_stand(
    contract: BBSContract, vectors: Path, number: int
) -> None:
    statement, indexes, _ = official(vectors, number)
    messages = [statement.disclosed[index] for index in indexes]
    refusal = contract.refusal(statement, indexes=indexes, messages=messages)
    malformed = number in RAW_INDEXES_FAIL
    assert refusal == ("disclosure_malformed" if malformed else statement.in_python())


def test_domain_is_that_of_the_trace(contract: BBSContract, vectors: Path) -> None:
    for number in FIXTURES:
        statement, _, valid = official(vectors, number)
        if valid:
            path = vectors / "bbs-ietf" / FOLDER / "proof" / f"proof{number:03}.json"
            (made,) = contract.call("pinnedStatementOf", statement.encoded())
            assert f"{made[3]:064x}" == json.loads(path.read_text())["trace"]["domain"]


def test_hash_to_scalar_agrees_with_the_fixtures(contract: BBSContract, vectors: Path) -> None:
    folder = vectors / "bbs-ietf" / FOLDER
    single = json.loads((folder / "h2s.json").read_text())
    mapped = json.loads((folder / "MapMessageToScalarAsHash.json").read_text())
    cases = [(single["message"], single["dst"], single["scalar"])]
    cases += [(case["message"], mapped["dst"], case["scalar"]) for case in mapped["cases"]]
    for message, dst, scalar in cases:
        made = contract.call("hashToScalar", bytes.fromhex(message), bytes.fromhex(dst))
        assert f"{made[0]:064x}" == scalar


@pytest.mark.parametrize("suite", [SUITE, bbs.DIDGATE], ids=["SHA256", "DIDGATE"])
def test_generators_are_those_of_the_package(contract: BBSContract, suite: bbs.Suite) -> None:
    (points,) = contract.call("createGenerators", suite.api_id, 33)
    assert points == generators(suite, 32)


def test_generators_agree_with_the_fixtures(contract: BBSContract, vectors: Path) -> None:
    official = json.loads((vectors / "bbs-ietf" / FOLDER / "generators.json").read_text())
    expected = [official["Q1"], *official["MsgGenerators"]]
    (points,) = contract.call("createGenerators", SUITE.api_id, len(expected))
    (compressed,) = contract.call("compressG1", points)
    assert compressed.hex() == "".join(expected)
