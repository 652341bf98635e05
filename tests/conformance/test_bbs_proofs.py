"""IETF BBS fixtures: proofs, byte for byte, and those that must not hold.

The collection holds proofs of the SHA-256 suite. Those of SHAKE-256 are compared with an
independent implementation in ``tests/interop/bbs``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from didgate import bbs
from didgate.bbs.curve import CURVE, SCALAR_ORDER, Scalar
from didgate.bbs.proof import _prove
from didgate.errors import InvalidInput, VerificationError

FOLDER = "bls12-381-sha-256"
SUITE = bbs.BLS12_381_SHA256

VALID = {1, 2, 3, 14, 15}
INVALID = {
    4: "different presentation header",
    5: "wrong public key",
    6: "modified messages",
    7: "extra message un-revealed in proof",
    8: "extra message invalid message un-revealed in proof",
    9: "missing message revealed in proof",
    10: "re-ordered messages",
    11: "extra valid message, modified total message count",
    12: "truncated proof, one less undisclosed message",
    13: "different header",
}
OTHER_COUNT = {7, 8, 9, 10, 11, 12}
"""The fixtures whose proof is not as long as ten messages and what is disclosed demand."""


class Case:
    """One proof fixture, its fields decoded."""

    def __init__(self, vectors: Path, number: int) -> None:
        path = vectors / "bbs-ietf" / FOLDER / "proof" / f"proof{number:03}.json"
        fixture = json.loads(path.read_text())
        self.result = fixture["result"]
        self.trace = fixture["trace"]
        self.public_key = bytes.fromhex(fixture["signerPublicKey"])
        self.signature = bytes.fromhex(fixture["signature"])
        self.header = bytes.fromhex(fixture["header"])
        self.presentation_header = bytes.fromhex(fixture["presentationHeader"])
        self.indexes = fixture["disclosedIndexes"]
        self.proof = bytes.fromhex(fixture["proof"])
        messages = [bytes.fromhex(message) for message in fixture["messages"]]
        self.scalars = bbs.messages_to_scalars(SUITE, messages)
        self.disclosed = {index: self.scalars[index] for index in self.indexes}

    @property
    def implied_count(self) -> int:
        """Return the message count that the draft's ProofVerify infers from the proof."""
        return (len(self.proof) - bbs.proof_length(0)) // 32 + len(self.disclosed)

    def verify(self, message_count: int) -> None:
        headers = (self.header, self.presentation_header)
        statement = (SUITE, self.public_key, self.proof, *headers, self.disclosed)
        bbs.verify_proof(*statement, message_count=message_count)


def seeded_scalars(vectors: Path, count: int) -> list[Scalar]:
    """Return ``seeded_random_scalars`` of the draft for the fixtures' seed."""
    fixture = json.loads((vectors / "bbs-ietf" / FOLDER / "mockedRng.json").read_text())
    seed, dst = bytes.fromhex(fixture["seed"]), bytes.fromhex(fixture["dst"])
    uniform = SUITE.expand_message(seed, dst, 48 * count)
    chunks = (uniform[i : i + 48] for i in range(0, len(uniform), 48))
    return [CURVE.scalar(int.from_bytes(chunk, "big") % SCALAR_ORDER) for chunk in chunks]


def test_every_fixture_is_listed(vectors: Path) -> None:
    names = {path.stem for path in (vectors / "bbs-ietf" / FOLDER / "proof").iterdir()}
    assert names == {f"proof{number:03}" for number in VALID | INVALID.keys()}


def test_mocked_random_scalars(vectors: Path) -> None:
    fixture = json.loads((vectors / "bbs-ietf" / FOLDER / "mockedRng.json").read_text())
    scalars = seeded_scalars(vectors, fixture["count"])
    assert [CURVE.encode_scalar(scalar).hex() for scalar in scalars] == fixture["mockedScalars"]


@pytest.mark.parametrize("number", sorted(VALID))
def test_valid_proof(vectors: Path, number: int) -> None:
    case = Case(vectors, number)
    assert case.result == {"valid": True}
    domain = bbs.calculate_domain(SUITE, case.public_key, case.header, len(case.scalars))
    assert f"{domain:064x}" == case.trace["domain"]
    case.verify(len(case.scalars))


@pytest.mark.parametrize("number", sorted(VALID))
def test_proof_from_mocked_randomness_is_byte_for_byte_the_same(vectors: Path, number: int) -> None:
    case = Case(vectors, number)
    randomness = seeded_scalars(vectors, 5 + len(case.scalars) - len(case.indexes))
    traced = case.trace["random_scalars"]
    names = ["r1", "r2", "e_tilde", "r1_tilde", "r3_tilde"]
    expected = [*(traced[name] for name in names), *traced["m_tilde_scalars"]]
    assert [CURVE.encode_scalar(scalar).hex() for scalar in randomness] == expected
    headers = (case.header, case.presentation_header)
    statement = (SUITE, case.public_key, case.signature, *headers, case.scalars, case.indexes)
    assert _prove(*statement, randomness) == case.proof


@pytest.mark.parametrize(("number", "reason"), INVALID.items(), ids=INVALID.values())
def test_invalid_proof_at_the_count_it_implies(vectors: Path, number: int, reason: str) -> None:
    case = Case(vectors, number)
    assert case.result == {"valid": False, "reason": reason}
    with pytest.raises(VerificationError) as error:
        case.verify(case.implied_count)
    assert error.value.code == "proof_invalid"


@pytest.mark.parametrize(("number", "reason"), INVALID.items(), ids=INVALID.values())
def test_invalid_proof_at_the_true_count(vectors: Path, number: int, reason: str) -> None:
    with pytest.raises(VerificationError) as error:
        Case(vectors, number).verify(10)
    expected = "proof_malformed" if number in OTHER_COUNT else "proof_invalid"
    assert error.value.code == expected


def test_reordered_indexes_are_not_proved_either(vectors: Path) -> None:
    case = Case(vectors, 10)
    headers = (case.header, case.presentation_header)
    with pytest.raises(InvalidInput) as error:
        bbs.create_proof(
            SUITE, case.public_key, case.signature, *headers, case.scalars, case.indexes
        )
    assert error.value.code == "invalid_indexes"
