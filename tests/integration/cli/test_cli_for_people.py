"""The same answers as text, for people."""

from __future__ import annotations

from pathlib import Path

from cli_terminal import Terminal

STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def shown(terminal: Terminal, *words: str | Path) -> str:
    outcome = terminal.run(*words)
    assert outcome.code == 0, outcome
    return " ".join(outcome.out.split())


def test_chain_and_contracts(terminal: Terminal) -> None:
    text = shown(terminal, "chain", "status")
    assert "account default" in text
    assert "ether" in text
    assert "PolicyRegistry" in text
    assert "IssuerRegistry" in shown(terminal, "chain", "deploy", "--replace", "--yes")


def test_schema_and_issuer(terminal: Terminal, issuer: str, schema_id: str) -> None:
    assert "clearance │ integer" in shown(terminal, "schema", "show", schema_id)
    text = shown(terminal, "issuer", "show", issuer, "--type", schema_id)
    assert "suspended no" in text
    assert "BBS │ active" in text
    assert f"{schema_id} │ yes" in text


def test_list_and_keys(terminal: Terminal) -> None:
    shown(terminal, "list", "create", "staff", "--yes")
    assert "owner 0x" in shown(terminal, "list", "show", "staff")
    assert f"{STRANGER} │ no" in shown(terminal, "list", "show", "staff", STRANGER)
    assert "default │ secp256k1" in shown(terminal, "key", "list")
    assert "did key did:key:" in shown(terminal, "key", "show", "default")


def test_resource_and_manifest(terminal: Terminal, resource: str) -> None:
    folder = terminal.files / "digits"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"weights")
    assert "weights.bin │ 7" in shown(terminal, "resource", "manifest", folder)
    text = shown(terminal, "resource", "show", resource)
    assert f"uri {resource}" in text
    assert "Versions: none" in text


def test_policy_from_publication_to_pause(
    terminal: Terminal, resource: str, policy_file: Path
) -> None:
    policy_id = shown(terminal, "policy", "id", policy_file)
    assert policy_id in shown(terminal, "policy", "check", policy_file)
    shown(terminal, "policy", "publish", resource, policy_file, "--yes")
    assert f"pending {policy_id} ready: from 20" in shown(terminal, "policy", "show", resource)
    shown(terminal, "policy", "activate", resource, "--policy", policy_id, "--yes")
    assert f"active {policy_id} since 20" in shown(terminal, "policy", "show", resource)
    shown(terminal, "policy", "pause", resource, "--yes")
    assert "paused yes" in shown(terminal, "policy", "show", resource)


def test_policy_is_explained_with_the_names_of_schemas(
    terminal: Terminal, policy_file: Path
) -> None:
    assert "https://example.org/Clearance" in shown(terminal, "policy", "explain", policy_file)
    alone = shown(terminal, "policy", "explain", policy_file, "--offline")
    assert "https://example.org/Clearance" not in alone


def test_wallet(terminal: Terminal, issuer: str, schema_id: str) -> None:
    shown(terminal, "wallet", "init")
    assert "did key did:key:" in shown(terminal, "wallet", "new-key")
    assert "P-256" in shown(terminal, "wallet", "keys")
    file = terminal.files / "credential.json"
    claims = ("--claim", "role=auditor", "--claim", "clearance=2", "--out", file)
    whom = ("--issuer", issuer, "--key", "issuer", "--schema", schema_id, "--subject", "alice")
    assert "subject alice" in shown(terminal, "issue", *whom, *claims)
    assert '"clearance":2' in shown(terminal, "wallet", "add", file)
    text = shown(terminal, "wallet", "list")
    assert "didgate-bbs-attr-2026" in text
    assert "auditor" not in text
