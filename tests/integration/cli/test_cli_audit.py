"""The audit trail, by command: anchored, bundled, and audited months later."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cli_service import Service
from cli_terminal import Terminal

from didgate.gate import Decision
from didgate.gate.receipt import Receipt
from didgate.keys.jws import decode_unverified_jws


@pytest.fixture
def anchoring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate here anchors its receipts by the one account there is, and keeps evidence."""
    monkeypatch.setenv("DIDGATE_ANCHOR_ACCOUNT", "default")
    monkeypatch.setenv("DIDGATE_EVIDENCE", "keep")


@pytest.fixture
def service(
    terminal: Terminal, resource: str, policy_file: Path, issuer: str, anchoring: None
) -> Service:
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "activate", resource)
    return Service(terminal, resource)


def receipt_id(decision: Decision) -> str:
    _, payload = decode_unverified_jws(decision.receipt)
    return Receipt.from_dict(json.loads(payload)).id


def test_decisions_are_anchored_bundled_and_replayed(
    terminal: Terminal, service: Service, tmp_path: Path
) -> None:
    decision, keys = service.deny()
    jwks, file = terminal.write("jwks.json", keys), tmp_path / "bundle.json"
    name = receipt_id(decision)
    early = terminal.json("receipt", "bundle", name, "--out", file)
    assert early["anchored"] is False
    anchored = terminal.json("receipt", "anchor")
    assert (anchored["anchored"], anchored["size"]) == (1, 1)
    assert terminal.json("receipt", "anchor") == {"anchored": 0}

    made = terminal.json("receipt", "bundle", name, "--out", file)
    assert (made["anchored"], made["block"], made["evidence"]) == (True, anchored["block"], False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    offline = terminal.json("receipt", "verify", file, "--jwks", jwks)
    assert offline["established"] == "consistent"
    assert "anchor on chain" in offline["unchecked"]

    terminal.json("receipt", "bundle", name, "--out", file, "--evidence")
    terminal.advance(90 * 86400)
    replayed = terminal.json("receipt", "verify", file, "--jwks", jwks, "--on-chain")
    assert (replayed["established"], replayed["unchecked"]) == ("replayed", {})
    assert replayed["anchorFinal"] is True
    shown = terminal.run("receipt", "verify", file, "--jwks", jwks, "--on-chain")
    assert "replayed" in shown.out
    assert "Not checked: none" in shown.out
    assert "credential_missing" in shown.out


def test_anchoring_says_what_it_will_do(terminal: Terminal, service: Service) -> None:
    service.deny()
    outcome = terminal.run("receipt", "anchor", "--yes")
    assert "Anchor 1 receipts, 1 in all, in 0x" in outcome.err
    assert "sender:   account default, 0x" in outcome.err


def test_error_altered_bundle(terminal: Terminal, service: Service, tmp_path: Path) -> None:
    decision, keys = service.deny()
    terminal.json("receipt", "anchor")
    jwks, file = terminal.write("jwks.json", keys), tmp_path / "bundle.json"
    terminal.json("receipt", "bundle", receipt_id(decision), "--out", file, "--evidence")
    bundle = json.loads(file.read_text())

    def code(**changes: Any) -> str:
        changed = terminal.write("changed.json", bundle | changes)
        error = terminal.error("receipt", "verify", changed, "--jwks", jwks, "--on-chain")
        return str(error["code"])

    assert code(more=1) == "bundle_malformed"
    assert code(receiptBundleVersion=2) == "bundle_malformed"
    assert code(evidence=bundle["evidence"][1:]) == "evidence_mismatch"
    assert code(inclusion=bundle["inclusion"] | {"index": 1}) == "inclusion_invalid"
    assert code(anchor=bundle["anchor"] | {"number": 5}) == "anchor_forged"
    del bundle["anchor"]
    assert code() == "bundle_malformed"


def test_error_no_evidence_kept(terminal: Terminal, service: Service, tmp_path: Path) -> None:
    decision, _ = service.deny()
    for sealed in (terminal.home / "evidence").iterdir():
        sealed.unlink()
    words = ("receipt", "bundle", receipt_id(decision), "--out", tmp_path / "x", "--evidence")
    assert terminal.error(*words)["code"] == "unknown_evidence"
    (terminal.home / "evidence").rmdir()
    assert terminal.error(*words)["code"] == "unknown_evidence"
    assert not (tmp_path / "x").exists()


def test_error_deployment_without_anchors(terminal: Terminal, service: Service) -> None:
    service.deny()
    path = terminal.home / "deployment.json"
    record = json.loads(path.read_text())
    del record["contracts"]["ReceiptAnchor"]
    path.write_text(json.dumps(record))
    assert terminal.error("receipt", "anchor")["code"] == "anchor_not_deployed"


def test_error_on_chain_without_a_chain(bare: Terminal, tmp_path: Path) -> None:
    bundle = bare.write("receipt.jws", "a.b.c")
    jwks = bare.write("jwks.json", {"keys": []})
    error = bare.error("receipt", "verify", bundle, "--jwks", jwks, "--on-chain")
    assert error["code"] == "chain_missing"
