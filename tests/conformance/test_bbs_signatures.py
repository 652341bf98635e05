"""IETF BBS fixtures: signatures that hold, and those that must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from didgate import bbs
from didgate.errors import VerificationError

SUITES = {
    "bls12-381-sha-256": bbs.BLS12_381_SHA256,
    "bls12-381-shake-256": bbs.BLS12_381_SHAKE256,
}
with_suites = pytest.mark.parametrize(("folder", "suite"), SUITES.items(), ids=SUITES.keys())

VALID = {1, 4, 10}
INVALID = {
    2: "modified message",
    3: "extra unsigned message",
    5: "missing messages",
    6: "re-ordered messages",
    7: "wrong public key",
    8: "different header",
    9: "re-ordered(randomly shuffled) messages",
}


def load(vectors: Path, folder: str, number: int) -> dict:
    path = vectors / "bbs-ietf" / folder / "signature" / f"signature{number:03}.json"
    return json.loads(path.read_text())


def statement(suite: bbs.Suite, case: dict) -> tuple[bytes, list[int]]:
    """Return the header and the message scalars of a fixture."""
    messages = [bytes.fromhex(message) for message in case["messages"]]
    return bytes.fromhex(case["header"]), bbs.messages_to_scalars(suite, messages)


def keys(case: dict) -> tuple[bytes, bytes]:
    pair = case["signerKeyPair"]
    return bytes.fromhex(pair["secretKey"]), bytes.fromhex(pair["publicKey"])


def test_every_fixture_is_listed(vectors: Path) -> None:
    for folder in SUITES:
        names = {path.stem for path in (vectors / "bbs-ietf" / folder / "signature").iterdir()}
        assert names == {f"signature{number:03}" for number in VALID | INVALID.keys()}


@with_suites
@pytest.mark.parametrize("number", sorted(VALID))
def test_valid_signature(vectors: Path, folder: str, suite: bbs.Suite, number: int) -> None:
    case = load(vectors, folder, number)
    assert case["result"] == {"valid": True}
    secret_key, public_key = keys(case)
    header, scalars = statement(suite, case)
    domain = bbs.calculate_domain(suite, public_key, header, len(scalars))
    assert f"{domain:064x}" == case["trace"]["domain"]
    assert bbs.sign(suite, secret_key, public_key, header, scalars).hex() == case["signature"]
    bbs.verify(suite, public_key, bytes.fromhex(case["signature"]), header, scalars)


@with_suites
@pytest.mark.parametrize(("number", "reason"), INVALID.items(), ids=INVALID.values())
def test_invalid_signature(
    vectors: Path, folder: str, suite: bbs.Suite, number: int, reason: str
) -> None:
    case = load(vectors, folder, number)
    assert case["result"] == {"valid": False, "reason": reason}
    header, scalars = statement(suite, case)
    with pytest.raises(VerificationError) as error:
        bbs.verify(suite, keys(case)[1], bytes.fromhex(case["signature"]), header, scalars)
    assert error.value.code == "signature_invalid"
