"""IETF BBS fixtures: keys, hashing to scalars, mapping of messages and generators."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from didgate import bbs

SUITES = {
    "bls12-381-sha-256": bbs.BLS12_381_SHA256,
    "bls12-381-shake-256": bbs.BLS12_381_SHAKE256,
}
with_suites = pytest.mark.parametrize(("folder", "suite"), SUITES.items(), ids=SUITES.keys())


def load(vectors: Path, folder: str, name: str) -> dict:
    return json.loads((vectors / "bbs-ietf" / folder / name).read_text())


@with_suites
def test_key_pair(vectors: Path, folder: str, suite: bbs.Suite) -> None:
    case = load(vectors, folder, "keypair.json")
    secret_key = bbs.derive_secret_key(
        suite,
        bytes.fromhex(case["keyMaterial"]),
        key_info=bytes.fromhex(case["keyInfo"]),
        key_dst=bytes.fromhex(case["keyDst"]),
    )
    assert secret_key.hex() == case["keyPair"]["secretKey"]
    assert bbs.public_key_of(secret_key).hex() == case["keyPair"]["publicKey"]


@with_suites
def test_hash_to_scalar(vectors: Path, folder: str, suite: bbs.Suite) -> None:
    case = load(vectors, folder, "h2s.json")
    scalar = bbs.hash_to_scalar(suite, bytes.fromhex(case["message"]), bytes.fromhex(case["dst"]))
    assert f"{scalar:064x}" == case["scalar"]


@with_suites
def test_messages_to_scalars(vectors: Path, folder: str, suite: bbs.Suite) -> None:
    fixture = load(vectors, folder, "MapMessageToScalarAsHash.json")
    assert suite.map_dst.hex() == fixture["dst"]
    messages = [bytes.fromhex(case["message"]) for case in fixture["cases"]]
    scalars = bbs.messages_to_scalars(suite, messages)
    assert [f"{scalar:064x}" for scalar in scalars] == [case["scalar"] for case in fixture["cases"]]


@with_suites
def test_mapped_messages_are_the_common_ones(vectors: Path, folder: str, suite: bbs.Suite) -> None:
    common = json.loads((vectors / "bbs-ietf" / "messages.json").read_text())
    cases = load(vectors, folder, "MapMessageToScalarAsHash.json")["cases"]
    assert [case["message"] for case in cases] == common


@with_suites
def test_generators(vectors: Path, folder: str, suite: bbs.Suite) -> None:
    case = load(vectors, folder, "generators.json")
    assert suite.p1.hex() == case["P1"]
    points = [point.hex() for point in bbs.create_generators(suite, 11)]
    assert points == [case["Q1"], *case["MsgGenerators"]]
