"""What commands refuse: each with its code, none with a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import ISSUER, RESOURCE, SCHEMA, Terminal

ID = "0x" + "11" * 32
TIME_POLICY = {
    "didgate": 1,
    "allow": {"time": {"until": "2030-01-01T00:00:00Z"}},
    "grant": {"lifetime": 60},
}


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("key", "nonsense"),
        ("key", "new", "mine"),
        ("key", "new", "mine", "--algorithm", "RSA"),
        ("policy", "show"),
        ("chain", "up", "--port", "70000"),
        ("receipt", "verify", "file"),
    ],
)
def test_wrong_usage_ends_with_two(bare: Terminal, words: tuple[str, ...]) -> None:
    outcome = bare.run(*words)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_error_unknown_setting(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIDGATE_ACOUNT", "mine")
    error = bare.error("key", "list")
    assert (error["code"], error["path"]) == ("unknown_setting", None)
    assert "DIDGATE_ACOUNT" in error["message"]


def test_error_for_people_is_one_line_on_standard_error(bare: Terminal) -> None:
    outcome = bare.run("chain", "status")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == (
        "error: there is no chain here yet: begin one with `didgate chain up` [chain_missing]\n"
    )


def test_error_names_the_path(bare: Terminal) -> None:
    file = bare.write("policy.json", TIME_POLICY | {"grant": {"lifetime": 301}})
    assert bare.error("policy", "id", file)["path"] == "grant.lifetime"
    assert "grant.lifetime: " in bare.run("policy", "id", file).err


def test_error_passphrase_missing(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIDGATE_PASSPHRASE")
    words = ("key", "new", "mine", "--algorithm", "Ed25519")
    assert bare.error(*words)["code"] == "passphrase_missing"


def test_error_wrong_passphrase(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIDGATE_PASSPHRASE", "another")
    words = ("key", "new", "mine", "--algorithm", "Ed25519")
    assert bare.error(*words)["code"] == "wrong_passphrase"


def test_error_nobody_to_agree(terminal: Terminal) -> None:
    outcome = terminal.run("list", "create", "staff")
    assert outcome.code == 1
    assert "nobody is there to agree: pass --yes [confirmation_needed]" in outcome.err
    assert terminal.error("list", "show", "staff")["code"] == "unknown_list"


def test_error_account_missing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    error = terminal.error("list", "create", "staff", "--account", "nobody")
    assert error["code"] == "account_missing"
    assert "didgate key new nobody --algorithm secp256k1" in error["message"]
    monkeypatch.setenv("DIDGATE_ACCOUNT", "nobody")
    assert terminal.error("list", "create", "staff")["code"] == "account_missing"


def test_error_account_that_is_no_account(terminal: Terminal) -> None:
    terminal.json("key", "new", "mine", "--algorithm", "Ed25519")
    error = terminal.error("list", "create", "staff", "--account", "mine")
    assert error["code"] == "unsupported_key_algorithm"


def test_error_account_without_ether(terminal: Terminal) -> None:
    terminal.json("key", "new", "poor", "--algorithm", "secp256k1")
    error = terminal.error("list", "create", "staff", "--account", "poor", "--yes")
    assert error["code"] in {"rpc_error", "reverted"}


def test_error_deployment_missing(terminal: Terminal) -> None:
    (terminal.home / "deployment.json").unlink()
    assert terminal.error("list", "create", "staff")["code"] == "deployment_missing"


def test_error_deployed_already(terminal: Terminal) -> None:
    assert terminal.error("chain", "deploy")["code"] == "already_deployed"
    before = terminal.json("chain", "status")["contracts"]
    terminal.json("chain", "deploy", "--replace")
    assert terminal.json("chain", "status")["contracts"] != before


def test_error_other_code_than_was_deployed(terminal: Terminal) -> None:
    file = terminal.home / "deployment.json"
    record = json.loads(file.read_text())
    record["contracts"]["PolicyRegistry"]["codeHash"] = ID
    file.write_text(json.dumps(record))
    shown = {each["contract"]: each for each in terminal.json("chain", "status")["contracts"]}
    assert not shown["PolicyRegistry"]["codeMatches"]
    assert shown["SchemaRegistry"]["codeMatches"]
    assert terminal.error("list", "create", "staff")["code"] == "code_mismatch"


def test_error_chain_cannot_be_reached(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIDGATE_RPC_URL", "http://127.0.0.1:9")
    assert bare.error("chain", "status")["code"] == "unreachable"


def test_error_file_cannot_be_read(bare: Terminal) -> None:
    assert bare.error("schema", "check", "nowhere.json")["code"] == "unreadable_file"
    assert bare.error("policy", "id", bare.files)["code"] == "unreadable_file"
    assert bare.error("resource", "manifest", "nowhere")["code"] == "unreadable_file"


def test_error_file_too_large(bare: Terminal) -> None:
    file = bare.write("schema.yaml", " " * (1 << 20) + "{}")
    assert bare.error("schema", "check", file)["code"] == "file_too_large"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("schema", "show", "0x12"), "invalid_id"),
        (("schema", "show", ID), "unknown_schema"),
        (("resource", "show", ID), "unknown_resource"),
        (("policy", "show", RESOURCE), "unknown_resource"),
        (("list", "show", ID), "unknown_list"),
        (("list", "add", ID, "0x12"), "invalid_address"),
        (("issuer", "show", ISSUER), "unknown_issuer"),
        (("issuer", "accredit", ISSUER, "--type", "clearance"), "invalid_type"),
        (("issuer", "accredit", "nonsense", "--type", ID), "invalid_did"),
        (("issuer", "add-key", ISSUER, "--key", "nobody"), "unknown_name"),
        (("issuer", "add-key", ISSUER, "--key", "default"), "unsupported_key_algorithm"),
        (("issuer", "retire-key", ID, "--until", "tomorrow"), "invalid_datetime"),
        (("resource", "register", RESOURCE, "--delay", "soon"), "invalid_duration"),
        (("resource", "register", RESOURCE, "--guardian", "0x12"), "invalid_address"),
        (("policy", "explain"), "conflicting_options"),
        (("chain", "fund", "nobody"), "invalid_address"),
        (("key", "show", "nobody"), "unknown_name"),
        (("key", "new", "default", "--algorithm", "secp256k1"), "name_taken"),
    ],
)
def test_error_argument(terminal: Terminal, words: tuple[str, ...], code: str) -> None:
    assert terminal.error(*words)["code"] == code


def test_error_contract_refuses_for_a_reason_that_is_named(terminal: Terminal) -> None:
    terminal.json("list", "create", "staff")
    error = terminal.error("list", "create", "staff")
    assert error["code"] == "reverted"
    assert "ListExists" in error["message"]


def test_error_two_sources_of_a_manifest(terminal: Terminal) -> None:
    words = ("resource", "register", RESOURCE, "--path", terminal.files, "--manifest", "m.json")
    assert terminal.error(*words)["code"] == "conflicting_options"


def test_error_policy_that_pins_other_contracts(terminal: Terminal, policy_file: Path) -> None:
    policy = json.loads(policy_file.read_text())
    policy["registries"]["status"]["codeHash"] = ID
    error = terminal.error("policy", "check", terminal.write("foreign.json", policy))
    assert (error["code"], error["path"]) == ("foreign_registry", "registries.status")


def test_error_policy_with_an_attribute_that_the_schema_lacks(
    terminal: Terminal, policy_file: Path
) -> None:
    policy = json.loads(policy_file.read_text())
    policy["allow"]["credential"]["claims"]["shoe"] = {"equals": 42}
    file = terminal.write("wrong.json", policy)
    error = terminal.error("policy", "check", file)
    assert error["code"] == "unknown_attribute"
    assert error["path"] == "allow.credential.claims.shoe"
    assert terminal.json("policy", "check", file, "--offline")["checkedOnChain"] is False


def test_error_policy_with_an_unknown_schema(terminal: Terminal, policy_file: Path) -> None:
    policy = json.loads(policy_file.read_text())
    policy["allow"]["credential"]["schema"] = ID
    file = terminal.write("wrong.json", policy)
    assert terminal.error("policy", "publish", RESOURCE, file)["code"] == "unknown_schema"


def test_error_pinning_twice(terminal: Terminal, policy_file: Path) -> None:
    assert terminal.error("policy", "pin", policy_file)["code"] == "already_pinned"


def test_error_pinning_what_is_no_policy(terminal: Terminal) -> None:
    draft: dict[str, Any] = {"didgate": 1, "allow": {"any": []}, "grant": {"lifetime": 60}}
    error = terminal.error("policy", "pin", terminal.write("draft.json", draft))
    assert error["path"] == "allow.any"
    assert (
        terminal.error("policy", "pin", terminal.write("list.json", "[]"))["code"] == "wrong_type"
    )


def test_policy_without_registries_is_pinned_to_none(terminal: Terminal) -> None:
    pinned = terminal.json("policy", "pin", terminal.write("draft.json", TIME_POLICY))
    assert "registries" not in pinned


def test_error_nothing_to_activate(terminal: Terminal, resource: str) -> None:
    assert terminal.error("policy", "activate", resource)["code"] == "nothing_pending"


def test_error_activating_another_policy_than_is_pending(terminal: Terminal, resource: str) -> None:
    terminal.json("policy", "publish", resource, terminal.write("time.json", TIME_POLICY))
    error = terminal.error("policy", "activate", resource, "--policy", ID)
    assert "PendingMismatch" in error["message"]


def test_error_no_policy_to_explain(terminal: Terminal, resource: str) -> None:
    assert terminal.error("policy", "explain", "--resource", resource)["code"] == "no_policy"


def test_error_demo_not_installed(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("didgate.cli.demo.find_spec", lambda _name: None)
    error = bare.error("demo")
    assert error["code"] == "demo_not_installed"
    assert "pip install 'didgate[demo]'" in error["message"]


def test_control_characters_never_reach_the_terminal(terminal: Terminal) -> None:
    evil = "urn:x:\x1b[2J[bold]"
    registered = terminal.json("resource", "register", evil, "--delay", "0")
    outcome = terminal.run("resource", "show", registered["resource"])
    assert "\x1b" not in outcome.out
    assert r"urn:x:\x1b[2J[bold]" in outcome.out


def test_schema_of_standard_input_is_json(bare: Terminal) -> None:
    file = bare.write("schema.yaml", SCHEMA)
    schema = bare.json("schema", "check", file)
    schema_id = schema.pop("schemaId")
    again = bare.json("schema", "check", "-", stdin=json.dumps(schema).encode())
    assert again["schemaId"] == schema_id


ATTESTED = {
    "didgate": 1,
    "allow": {"attestation": {"schema": ID, "attesters": ["0x" + "11" * 20]}},
    "grant": {"lifetime": 300},
}


def test_attestations_are_pinned_with_the_code_that_stands_there(terminal: Terminal) -> None:
    # Any contract will do: what it is only the policy's author can know.
    listed = terminal.json("chain", "status")["contracts"]
    (found,) = (each for each in listed if each["contract"] == "ResourceRegistry")
    foreign = found["address"]
    file = terminal.write("draft.json", ATTESTED)
    pinned = terminal.json("policy", "pin", file, "--attestations", foreign)
    assert pinned["registries"]["attestations"]["address"] == foreign
    file = terminal.write("policy.json", pinned)
    assert terminal.json("policy", "check", file)["checkedOnChain"] is True
    assert foreign in terminal.run("policy", "explain", file).out
    pinned["registries"]["attestations"]["codeHash"] = ID
    error = terminal.error("policy", "check", terminal.write("policy.json", pinned))
    assert (error["code"], error["path"]) == ("foreign_registry", "registries.attestations")


def test_error_attestations_that_are_nowhere(terminal: Terminal) -> None:
    file = terminal.write("draft.json", ATTESTED)
    nowhere = "0x" + "22" * 20
    assert terminal.error("policy", "pin", file)["code"] == "registry_missing"
    error = terminal.error("policy", "pin", file, "--attestations", nowhere)
    assert error["code"] == "missing_code"
    error = terminal.error("policy", "pin", file, "--attestations", "0x22")
    assert error["code"] == "invalid_address"
