"""Receipts, by command: verified against the gate's keys, and listed from its store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import Terminal

from didgate.gate.inputs import JUDGED
from didgate.gate.receipt import JudgementRecord, LeafRecord, Receipt, sign_receipt
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.stores import SQLReceiptStore, open_engine

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def gate_key() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.P256)


@pytest.fixture
def jwks(bare: Terminal, gate_key: SoftwareSigner) -> Path:
    key = gate_key.public_key
    return bare.write("jwks.json", {"keys": [key.to_jwk() | {"kid": key.thumbprint()}]})


def denial(name: str = "AAAA") -> Receipt:
    latest = JudgementRecord(
        at="latest", block_number=7, block_hash=bytes(32), policy_id=bytes(32), restrictions=(),
        epoch=2, paused=False, verdict="false", registries={},
        leaves=(LeafRecord("allow", "false", "claim_not_met"),),
    )  # fmt: skip
    return Receipt(
        id=name, gate="https://gate.example", allowed=False, code="policy_not_satisfied",
        resource=bytes(32), chain_id=1, policy_registry="0x" + "00" * 20,
        judgements=(latest, replace(latest, at="finalized")),
        commitments=dict.fromkeys(JUDGED, "A" * 43), decided_at=MOMENT,
    )  # fmt: skip


@pytest.fixture
def keep(bare: Terminal, gate_key: SoftwareSigner) -> Callable[[Receipt], str]:
    """Appends a receipt to the gate's store, and returns its JWS."""

    def append(receipt: Receipt) -> str:
        engine = open_engine(bare.home / "gate.sqlite")
        jws = sign_receipt(receipt, gate_key)
        SQLReceiptStore(engine).append(receipt.id, jws, receipt.decided_at)
        engine.dispose()
        return jws

    return append


def test_receipt_of_a_denial_is_consistent_and_gives_reasons(
    bare: Terminal, gate_key: SoftwareSigner, jwks: Path
) -> None:
    file = bare.write("receipt.jws", sign_receipt(denial(), gate_key) + "\n")
    verified = bare.json("receipt", "verify", file, "--jwks", jwks)
    assert verified["established"] == "consistent"
    assert verified["receipt"]["code"] == "policy_not_satisfied"
    outcome = bare.run("receipt", "verify", file, "--jwks", jwks)
    assert "Not checked" in outcome.out
    assert "the bundle holds no evidence" in outcome.out
    assert "claim_not_met" in outcome.out


def test_kept_receipts_are_listed_and_shown_as_signed(
    bare: Terminal, keep: Callable[[Receipt], str], jwks: Path
) -> None:
    for name in ("AAAA", "BBBB", "CCCC"):
        jws = keep(denial(name))
    listed = bare.json("receipt", "list", "--after", "1", "--limit", "1")
    assert [(each["number"], each["id"]) for each in listed] == [(2, "BBBB")]
    assert listed[0]["decidedAt"] == "2026-01-01T12:00:00Z"
    outcome = bare.run("receipt", "show", "CCCC")
    assert outcome.out.strip() == jws
    bare.json("receipt", "verify", "-", "--jwks", jwks, stdin=outcome.out.encode())


def test_error_receipt_of_another_gate(bare: Terminal, jwks: Path) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    file = bare.write("receipt.jws", sign_receipt(denial(), other))
    assert bare.error("receipt", "verify", file, "--jwks", jwks)["code"] == "receipt_signature"


def test_error_altered_receipt(bare: Terminal, gate_key: SoftwareSigner, jwks: Path) -> None:
    jws = sign_receipt(denial(), gate_key)
    file = bare.write("receipt.jws", jws[:-2] + ("AA" if jws[-2:] != "AA" else "BA"))
    assert bare.error("receipt", "verify", file, "--jwks", jwks)["code"] == "receipt_signature"


def test_error_allowance_without_reasons(
    bare: Terminal, gate_key: SoftwareSigner, jwks: Path
) -> None:
    members: dict[str, Any] = {
        name: getattr(denial(), name) for name in denial().__dataclass_fields__
    }
    allowed = Receipt(**(members | {"allowed": True, "code": "allowed", "judgements": ()}))
    file = bare.write("receipt.jws", sign_receipt(allowed, gate_key))
    assert bare.error("receipt", "verify", file, "--jwks", jwks)["code"] == "receipt_inconsistent"


def test_error_keys_from_an_address_that_is_not_public(
    bare: Terminal, gate_key: SoftwareSigner
) -> None:
    file = bare.write("receipt.jws", sign_receipt(denial(), gate_key))
    words = ("receipt", "verify", file, "--jwks")
    assert bare.error(*words, "https://127.0.0.1/jwks")["code"] == "address_not_allowed"
    assert bare.error(*words, "http://gate.example/jwks")["code"] == "url_not_allowed"


def test_error_file_that_holds_no_keys(bare: Terminal, gate_key: SoftwareSigner) -> None:
    file = bare.write("receipt.jws", sign_receipt(denial(), gate_key))
    jwks = bare.write("jwks.json", json.dumps([]))
    assert bare.error("receipt", "verify", file, "--jwks", jwks)["code"] == "invalid_jwks"


def test_error_no_gate_here(bare: Terminal) -> None:
    assert bare.error("receipt", "list")["code"] == "receipts_missing"


def test_error_unknown_receipt(bare: Terminal, keep: Callable[[Receipt], str]) -> None:
    keep(denial())
    assert bare.error("receipt", "show", "ZZZZ")["code"] == "unknown_receipt"
