"""The holder's wallet, by command: keep credentials, see what is asked, disclose it or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import ISSUER, Terminal, answer, challenge

from didgate.cli.workspace import Workspace
from didgate.credentials.presentation import Presentation
from didgate.verifier import gather_evidence, verify_presentation

VCT = "https://example.org/vct/badge"


@pytest.fixture
def credential_file(terminal: Terminal, issuer: str, schema_id: str) -> Path:
    """A credential of a researcher with clearance 4, as the issuer sends it."""
    file = terminal.files / "credential.json"
    claims = ("--claim", "role=researcher", "--claim", "clearance=4", "--claim", "country=NL")
    whom = ("--schema", schema_id, "--subject", "alice", "--out", file)
    terminal.json("issue", "--issuer", ISSUER, "--key", "issuer", *whom, *claims)
    return file


def test_credential_is_verified_stored_listed_and_forgotten(
    wallet: Terminal, credential_file: Path
) -> None:
    added = wallet.json("wallet", "add", credential_file)
    assert added["claims"] == {"role": "researcher", "clearance": 4, "country": "NL"}
    (listed,) = wallet.json("wallet", "list")
    assert listed["id"] == added["id"]
    assert "claims" not in listed
    assert not listed["linkable"]
    assert wallet.json("wallet", "show", added["id"]) == added
    wallet.json("wallet", "remove", added["id"])
    assert wallet.json("wallet", "list") == []


def test_presentation_discloses_what_was_announced_and_verifies(
    wallet: Terminal, credential_file: Path, policy_file: Path
) -> None:
    wallet.json("wallet", "add", credential_file)
    asked = challenge(wallet, json.loads(policy_file.read_bytes()))
    file = wallet.write("challenge.json", asked.to_dict())

    plan = wallet.json(*answer("match", file))
    (disclosure,) = plan["disclosures"]
    assert sorted(disclosure["claims"]) == ["clearance", "role"]
    outcome = wallet.run(*answer("present", file), "--yes")
    assert "https://gate.example asks on behalf of urn:model:digits." in outcome.err
    assert "country" not in outcome.err

    presentation = Presentation.from_dict(json.loads(outcome.out))
    with Workspace.from_environment() as workspace:
        evidence = gather_evidence(presentation, asked, workspace.sources)
    verified = verify_presentation(presentation, asked, evidence, datetime.now(UTC))
    assert dict(verified.credentials[0].claims) == {"role": "researcher", "clearance": 4}


def test_challenge_is_read_from_the_problem_body_on_standard_input(
    wallet: Terminal, credential_file: Path, policy_file: Path
) -> None:
    wallet.json("wallet", "add", credential_file)
    asked = challenge(wallet, json.loads(policy_file.read_bytes()))
    body = json.dumps({"type": "urn:didgate:problem:x", "challenge": asked.to_dict()}).encode()
    presentation = wallet.json(*answer("present"), "--yes", stdin=body)
    assert list(presentation["vp_token"]) == ["c0"]


def test_match_tells_people_policy_and_disclosure(
    wallet: Terminal, credential_file: Path, policy_file: Path
) -> None:
    wallet.json("wallet", "add", credential_file)
    asked = challenge(wallet, json.loads(policy_file.read_bytes()))
    outcome = wallet.run(*answer("match", wallet.write("challenge.json", asked.to_dict())))
    assert '"clearance" is at least 3' in outcome.out
    assert "It would learn:" in outcome.out


def test_account_of_the_keystore_is_shown_when_it_is_named(wallet: Terminal) -> None:
    list_id = wallet.json("list", "create", "staff")["listId"]
    draft = {"didgate": 1, "allow": {"address": {"list": list_id}}, "grant": {"lifetime": 60}}
    policy = wallet.json("policy", "pin", wallet.write("draft.json", draft))
    file = wallet.write("challenge.json", challenge(wallet, policy).to_dict())
    assert wallet.error(*answer("match", file))["code"] == "cannot_satisfy"
    address = wallet.json("chain", "status")["address"]
    presentation = wallet.json(*answer("present", file), "--account", "default", "--yes")
    assert [proof["address"] for proof in presentation["addressProofs"]] == [address]
    own = wallet.json("wallet", "new-key", "--algorithm", "secp256k1")["address"]
    assert wallet.json(*answer("match", file))["accounts"] == [own]


def test_sd_jwt_confirms_a_key_of_the_wallet(wallet: Terminal) -> None:
    holder = wallet.json("wallet", "new-key")["didKey"]
    assert [each["key"] for each in wallet.json("wallet", "keys")] == [holder]
    did = wallet.json("key", "new", "signing", "--algorithm", "P-256")["didKey"]
    words = ("issue", "--issuer", did, "--key", "signing", "--vct", VCT, "--subject", "alice")
    file = wallet.files / "badge.sd-jwt"
    wallet.json(*words, "--holder", holder, "--claim", "level:integer=3", "--out", file)
    added = wallet.json("wallet", "add", file)
    assert added["linkable"]
    assert added["claims"] == {"level": 3}


def test_consent_is_not_implied_by_json(
    wallet: Terminal, credential_file: Path, policy_file: Path
) -> None:
    wallet.json("wallet", "add", credential_file)
    asked = challenge(wallet, json.loads(policy_file.read_bytes()))
    file = wallet.write("challenge.json", asked.to_dict())
    assert wallet.error(*answer("present", file))["code"] == "confirmation_needed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": "https://evil.example"}, "audience_mismatch"),
        ({"response_uri": "https://evil.example/access"}, "response_uri_mismatch"),
        ({"jkt": "A" * 43}, "jkt_mismatch"),
        ({"deadline": 1}, "challenge_expired"),
    ],
)
def test_error_challenge_that_is_not_to_be_answered(
    wallet: Terminal,
    credential_file: Path,
    policy_file: Path,
    changes: dict[str, Any],
    code: str,
) -> None:
    wallet.json("wallet", "add", credential_file)
    asked = challenge(wallet, json.loads(policy_file.read_bytes()), **changes)
    file = wallet.write("challenge.json", asked.to_dict())
    assert wallet.error(*answer("present", file), "--yes")["code"] == code


def test_error_malformed_challenge(wallet: Terminal) -> None:
    file = wallet.write("challenge.json", {"nonce": "x"})
    assert wallet.error(*answer("match", file))["code"] == "invalid_challenge"


def test_error_credential_of_an_unknown_key(wallet: Terminal, credential_file: Path) -> None:
    text = credential_file.read_text().replace(ISSUER, "did:web:other.example")
    error = wallet.error("wallet", "add", wallet.write("foreign.json", text))
    assert error["code"] == "key_of_another_issuer"


def test_error_altered_credential(wallet: Terminal, credential_file: Path) -> None:
    document = json.loads(credential_file.read_text())
    document["credentialSubject"]["clearance"] = 5
    error = wallet.error("wallet", "add", wallet.write("altered.json", document))
    assert error["code"] == "signature_invalid"


def test_error_no_wallet(terminal: Terminal) -> None:
    assert terminal.error("wallet", "list")["code"] == "wallet_missing"


def test_error_second_wallet(wallet: Terminal) -> None:
    assert wallet.error("wallet", "init")["code"] == "wallet_exists"


def test_error_unknown_credential(wallet: Terminal) -> None:
    assert wallet.error("wallet", "show", "feed")["code"] == "unknown_credential"


def test_wallet_is_listed_without_a_chain(wallet: Terminal) -> None:
    (wallet.home / "chain.sqlite").unlink()
    assert wallet.json("wallet", "list") == []
