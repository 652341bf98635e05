"""The administrator's whole walk, by command alone."""

from __future__ import annotations

from pathlib import Path

from cli_terminal import ISSUER, RESOURCE, Terminal

from didgate.chain.artifacts import CONTRACTS, VERIFIERS
from didgate.policy import parse_policy

STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
DAY = 86400


def test_status_shows_chain_account_and_matching_contracts(terminal: Terminal) -> None:
    status = terminal.json("chain", "status")
    assert status["account"] == "default"
    assert status["balance"].startswith("999999.")
    assert status["bls12381Precompiles"]
    assert status["p256Precompile"]
    assert len(status["contracts"]) == len(CONTRACTS) + len(VERIFIERS)
    assert all(contract["codeMatches"] for contract in status["contracts"])


def test_policy_is_published_activated_and_shown(
    terminal: Terminal, resource: str, policy_file: Path
) -> None:
    policy_id = terminal.json("policy", "id", policy_file)["policyId"]
    assert terminal.json("policy", "check", policy_file)["checkedOnChain"]
    published = terminal.json("policy", "publish", resource, policy_file)
    assert published["policyId"] == policy_id
    before = terminal.json("policy", "show", resource)
    assert before["active"] is None
    assert before["pending"]["policyId"] == policy_id
    assert before["pending"]["state"] == "ready"

    activated = terminal.json("policy", "activate", resource)
    after = terminal.json("policy", "show", resource)
    assert after["active"]["policyId"] == policy_id
    assert after["pending"] is None
    assert after["epoch"] == activated["epoch"] == before["epoch"] + 1
    assert parse_policy(after["active"]["policy"]) == parse_policy(policy_file.read_bytes())


def test_policy_waits_for_the_delay(terminal: Terminal, policy_file: Path) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "2d")
    terminal.json("policy", "publish", RESOURCE, policy_file)
    assert terminal.json("policy", "show", RESOURCE)["pending"]["state"] == "waiting"
    assert "TooEarly" in terminal.error("policy", "activate", RESOURCE)["message"]

    terminal.advance(2 * DAY)
    assert terminal.json("policy", "show", RESOURCE)["pending"]["state"] == "ready"
    terminal.json("policy", "activate", RESOURCE)

    terminal.json("policy", "publish", RESOURCE, policy_file)
    terminal.advance(17 * DAY)
    assert terminal.json("policy", "show", RESOURCE)["pending"]["state"] == "lapsed"


def test_scheduled_policy_is_cancelled(
    terminal: Terminal, resource: str, policy_file: Path
) -> None:
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "cancel", resource)
    assert terminal.json("policy", "show", resource)["pending"] is None


def test_pause_is_at_once_and_its_end_waits(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    paused = terminal.json("policy", "pause", RESOURCE)
    assert paused["paused"]
    assert paused["pausedUntil"] is None
    ending = terminal.json("policy", "unpause", RESOURCE)
    assert ending["paused"]
    assert ending["pausedUntil"] is not None
    terminal.advance(3600)
    assert not terminal.json("policy", "show", RESOURCE)["paused"]


def test_restriction_holds_at_once(
    terminal: Terminal, resource: str, schema_id: str, policy_file: Path
) -> None:
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "activate", resource)
    window = {"didgate": 1, "allow": {"time": {"until": "2030-01-01T00:00:00Z"}}}
    narrower = terminal.write("window.json", window | {"grant": {"lifetime": 60}})
    terminal.json("policy", "restrict", resource, narrower)

    (restriction,) = terminal.json("policy", "show", resource)["restrictions"]
    assert restriction["policyId"] == terminal.json("policy", "id", narrower)["policyId"]
    explanation = terminal.json("policy", "explain", "--resource", resource)["explanation"]
    assert "all of these:" in explanation
    assert "until just before 2030-01-01T00:00:00Z" in explanation
    assert "A grant lasts 1 minute." in explanation


def test_explanation_of_a_resource_tells_its_delay(
    terminal: Terminal, resource: str, policy_file: Path
) -> None:
    terminal.json("policy", "publish", resource, policy_file)
    terminal.json("policy", "activate", resource)
    outcome = terminal.run("policy", "explain", "--resource", resource)
    assert "of https://example.org/Clearance, schema 0x" in outcome.out
    assert "its owner can let anyone in at once" in outcome.out


def test_guardian_stops_access_and_cannot_publish(terminal: Terminal, policy_file: Path) -> None:
    guardian = terminal.json("key", "new", "guardian", "--algorithm", "secp256k1")["address"]
    terminal.json("chain", "fund", "guardian", "--ether", "1")
    registered = terminal.json("resource", "register", RESOURCE, "--guardian", guardian)
    named = registered["resource"]
    assert terminal.json("policy", "show", RESOURCE)["guardian"] == guardian
    assert terminal.json("policy", "pause", named, "--account", "guardian")["paused"]
    refused = terminal.error("policy", "publish", named, policy_file, "--account", "guardian")
    assert "NotAuthorized" in refused["message"]


def test_shorter_delay_is_scheduled_and_a_longer_one_is_at_once(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    longer = terminal.json("policy", "set-delay", RESOURCE, "2d")
    assert (longer["delay"], longer["scheduledDelay"]) == (2 * DAY, None)
    shorter = terminal.json("policy", "set-delay", RESOURCE, "0")
    assert shorter["delay"] == 2 * DAY
    assert shorter["scheduledDelay"]["delay"] == 0
    assert shorter["scheduledDelay"]["state"] == "waiting"
    terminal.advance(2 * DAY)
    activated = terminal.json("policy", "activate-delay", RESOURCE)
    assert (activated["delay"], activated["scheduledDelay"]) == (0, None)


def test_scheduled_delay_is_cancelled(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    terminal.json("policy", "set-delay", RESOURCE, "0")
    assert "0 seconds waiting" in terminal.run("policy", "show", RESOURCE).out
    assert terminal.json("policy", "cancel-delay", RESOURCE)["scheduledDelay"] is None


def test_guardian_changes_after_the_delay(terminal: Terminal) -> None:
    terminal.json("resource", "register", RESOURCE, "--delay", "1h")
    scheduled = terminal.json("policy", "set-guardian", RESOURCE, STRANGER)
    assert scheduled["guardian"] is None
    assert scheduled["scheduledGuardian"]["guardian"] == STRANGER
    assert f"{STRANGER} waiting" in terminal.run("policy", "show", RESOURCE).out
    assert terminal.json("policy", "cancel-guardian", RESOURCE)["scheduledGuardian"] is None
    terminal.json("policy", "set-guardian", RESOURCE, STRANGER)
    terminal.advance(3600)
    assert terminal.json("policy", "activate-guardian", RESOURCE)["guardian"] == STRANGER
    removed = terminal.json("policy", "set-guardian", RESOURCE, "none")
    assert removed["scheduledGuardian"]["guardian"] is None


def test_editor_publishes_until_dismissed(
    terminal: Terminal, resource: str, policy_file: Path
) -> None:
    editor = terminal.json("key", "new", "editor", "--algorithm", "secp256k1")["address"]
    terminal.json("chain", "fund", "editor", "--ether", "1")
    named = terminal.json("policy", "set-editor", resource, editor)
    assert (named["editor"], named["allowed"]) == (editor, True)
    publish = ("policy", "publish", named["resource"], policy_file, "--account", "editor")
    terminal.json(*publish)
    terminal.json("policy", "set-editor", resource, editor, "--dismiss")
    assert "NotAuthorized" in terminal.error(*publish)["message"]


def test_grants_are_voided_by_another_epoch(terminal: Terminal, resource: str) -> None:
    before = terminal.json("policy", "show", resource)["epoch"]
    assert terminal.json("policy", "bump-epoch", resource)["epoch"] == before + 1


def test_resource_keeps_the_digest_of_its_artifact(terminal: Terminal) -> None:
    folder = terminal.files / "digits"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"weights")
    manifest = terminal.json("resource", "manifest", folder, "--artifact-version", "2")
    assert manifest["files"][0]["path"] == "weights.bin"
    file = terminal.write("manifest.json", manifest)

    by_manifest = terminal.json("resource", "register", "urn:model:a", "--manifest", file)
    by_path = terminal.json(
        "resource", "register", "urn:model:b", "--path", folder, "--artifact-version", "2"
    )
    assert by_manifest["manifestDigest"] == by_path["manifestDigest"] is not None
    shown = terminal.json("resource", "show", "urn:model:b")
    assert shown["uri"] == "urn:model:b"
    assert shown["versions"][0]["digest"] == by_path["manifestDigest"]
    assert shown == terminal.json("resource", "show", by_path["resource"])


def test_schema_on_chain_is_the_one_in_the_file(terminal: Terminal, schema_id: str) -> None:
    shown = terminal.json("schema", "show", schema_id)
    assert shown == terminal.json("schema", "check", terminal.files / "schema.yaml")
    assert [each["name"] for each in shown["attributes"]] == ["role", "clearance", "country"]


def test_address_list_remembers_who_is_on_it(terminal: Terminal) -> None:
    list_id = terminal.json("list", "create", "staff")["listId"]
    terminal.json("list", "add", "staff", STRANGER.lower())
    (entry,) = terminal.json("list", "show", list_id, STRANGER)["entries"]
    assert entry["address"] == STRANGER
    assert entry["listed"]
    assert entry["since"]
    terminal.json("list", "remove", list_id, STRANGER)
    (entry,) = terminal.json("list", "show", "staff", STRANGER)["entries"]
    assert not entry["listed"]


def test_issuer_is_accredited_and_its_keys_live_and_die(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    terminal.json("key", "new", "signing", "--algorithm", "P-256")
    key_id = terminal.json("issuer", "add-key", issuer, "--key", "signing")["keyId"]
    shown = terminal.json("issuer", "show", issuer, "--type", schema_id)
    assert shown["accreditations"][0]["accredited"]
    assert [key["kind"] for key in shown["keys"]] == ["BBS", "P-256"]
    assert {key["state"] for key in shown["keys"]} == {"active"}

    terminal.json("issuer", "retire-key", "issuer", "--until", "2040-01-01T00:00:00Z")
    terminal.json("issuer", "report-key", key_id)
    keys = terminal.json("issuer", "show", issuer)["keys"]
    assert [key["state"] for key in keys] == ["retired", "compromised"]
    assert keys[0]["acceptedUntil"] == "2040-01-01T00:00:00Z"

    terminal.json("issuer", "withdraw", issuer, "--type", schema_id)
    shown = terminal.json("issuer", "show", issuer, "--type", schema_id)
    assert not shown["accreditations"][0]["accredited"]


def test_suspension_is_at_once_and_its_end_waits(terminal: Terminal, issuer: str) -> None:
    terminal.json("issuer", "suspend", issuer)
    shown = terminal.json("issuer", "show", issuer)
    assert shown["suspended"]
    assert shown["suspendedUntil"] is None
    lifted = terminal.json("issuer", "lift", issuer)
    shown = terminal.json("issuer", "show", issuer)
    assert shown["suspended"]
    assert shown["suspendedUntil"] == lifted["suspendedUntil"] is not None


def test_issuer_may_be_controlled_by_another_account(terminal: Terminal) -> None:
    vct = "https://example.org/vct/badge"
    controller = terminal.json("key", "new", "controller", "--algorithm", "secp256k1")["address"]
    accredited = terminal.json(
        "issuer", "accredit", ISSUER, "--type", vct, "--controller", controller
    )
    assert accredited["controller"] == controller
    terminal.json("chain", "fund", controller)
    terminal.json("key", "new", "signing", "--algorithm", "P-256")
    refused = terminal.error("issuer", "add-key", ISSUER, "--key", "signing")
    assert "NotController" in refused["message"]
    terminal.json("issuer", "add-key", ISSUER, "--key", "signing", "--account", "controller")
