"""The client's DPoP proofs, as the gate reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from didgate.client import ProofMaker
from didgate.gate.dpop import DPoPVerifier, ServerNonces
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws
from didgate.ports import FixedClock
from didgate.stores import MemoryReplayCache

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
URL = "https://gate.example/models/digits?x=1#top"


def claims(proof: str) -> dict[str, Any]:
    return dict(json.loads(decode_unverified_jws(proof)[1]))


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_the_gate_accepts_a_proof(algorithm: KeyAlgorithm) -> None:
    clock, nonces = FixedClock(NOW), ServerNonces()
    verifier = DPoPVerifier(MemoryReplayCache(clock=clock), nonces)
    maker = ProofMaker(SoftwareSigner.generate(algorithm), clock=clock)
    proof = maker.make("GET", URL, token="token", nonce=nonces.current(NOW))
    found = verifier.verify(proof, method="GET", url=URL, now=NOW, token="token")
    assert found.thumbprint == maker.thumbprint


def test_a_proof_says_no_more_than_it_must() -> None:
    made = claims(ProofMaker(clock=FixedClock(NOW)).make("POST", URL))
    assert made.keys() == {"jti", "htm", "htu", "iat"}
    assert made["htm"] == "POST"
    assert made["htu"] == "https://gate.example/models/digits"
    assert made["iat"] == int(NOW.timestamp())


def test_no_two_proofs_are_alike() -> None:
    maker = ProofMaker(clock=FixedClock(NOW))
    assert claims(maker.make("GET", URL))["jti"] != claims(maker.make("GET", URL))["jti"]


def test_each_client_has_a_key_of_its_own() -> None:
    assert ProofMaker().thumbprint != ProofMaker().thumbprint


def test_the_private_key_stays_at_home() -> None:
    header, _ = decode_unverified_jws(ProofMaker().make("GET", URL))
    assert header["jwk"].keys() == {"kty", "crv", "x", "y"}
