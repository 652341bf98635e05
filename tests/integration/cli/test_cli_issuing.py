"""Issuing one credential or many, refreshing and revoking, by command."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cli_terminal import ISSUER, SCHEMA, Terminal

VCT = "https://example.org/vct/badge"
CLAIMS = ("--claim", "role=researcher", "--claim", "clearance=4")


def issue(*words: str | Path) -> tuple[str | Path, ...]:
    return ("issue", "--issuer", ISSUER, "--key", "issuer", *words)


@pytest.fixture
def index_schema_id(terminal: Terminal) -> str:
    """Id of a schema whose credentials have a status index; the issuer's BBS key is registered."""
    file = terminal.write("indexed.yaml", SCHEMA + "status: index\n")
    schema_id = str(terminal.json("schema", "register", file)["schemaId"])
    terminal.json("key", "new", "issuer", "--algorithm", "BLS12-381")
    terminal.json("issuer", "accredit", ISSUER, "--type", schema_id)
    terminal.json("issuer", "add-key", ISSUER, "--key", "issuer")
    return schema_id


@pytest.fixture
def badge_issuer(terminal: Terminal) -> str:
    """DID of an issuer of SD-JWTs that is the P-256 key ``signing``."""
    return str(terminal.json("key", "new", "signing", "--algorithm", "P-256")["didKey"])


def test_credential_is_written_for_its_owner_alone(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    file = terminal.files / "alice.json"
    issued = terminal.json(
        *issue("--schema", schema_id, "--subject", "alice", *CLAIMS, "--out", file)
    )
    assert issued["file"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    document = json.loads(file.read_text())
    assert document["credentialSubject"]["clearance"] == 4
    assert "alice" not in file.read_text()


def test_credential_goes_to_standard_output(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    claims = terminal.write("claims.yaml", "role: auditor\nclearance: 2\ncountry: 'NO'\n")
    outcome = terminal.run(*issue("--schema", schema_id, "--subject", "bob", "--claims", claims))
    assert json.loads(outcome.out)["credentialSubject"]["country"] == "NO"


def test_table_is_issued_row_by_row(terminal: Terminal, issuer: str, schema_id: str) -> None:
    rows = "".join(f"s{number},researcher,{number % 7},\n" for number in range(120))
    table = terminal.write("people.csv", "subject,role,clearance,country\n" + rows)
    folder = terminal.files / "issued"
    folder.mkdir()
    listed = terminal.json(*issue("--schema", schema_id, "--csv", table, "--out", folder))
    assert [each["subject"] for each in listed] == [f"s{number}" for number in range(120)]
    subject = json.loads((folder / "000006.json").read_text())["credentialSubject"]
    assert (subject["role"], subject["clearance"], subject["country"]) == ("researcher", 5, None)


def test_progress_is_shown_to_people(terminal: Terminal, issuer: str, schema_id: str) -> None:
    table = terminal.write("people.csv", "subject,role,clearance\na,auditor,1\nb,auditor,2\n")
    outcome = terminal.run(*issue("--schema", schema_id, "--csv", table, "--out", terminal.files))
    assert outcome.code == 0
    assert "Issuing" in outcome.err
    assert "100%" in outcome.err
    assert "2 issued, 0 passed over" in outcome.err


def test_interrupted_table_is_taken_up_again(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    header = "subject,role,clearance\n"
    table = terminal.write("people.csv", header + "a,auditor,1\n")
    terminal.json(*issue("--schema", schema_id, "--csv", table, "--out", terminal.files))
    table = terminal.write("people.csv", header + "a,auditor,1\nb,auditor,2\n")
    again = issue("--schema", schema_id, "--csv", table, "--out", terminal.files)
    assert terminal.error(*again)["path"] == "row 1"
    (only,) = terminal.json(*again, "--skip-issued")
    assert only["subject"] == "b"


def test_refreshed_credential_attests_the_same_or_what_is_given(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    whom = ("--schema", schema_id, "--subject", "alice")
    terminal.json(*issue(*whom, *CLAIMS))
    same = terminal.json(*issue(*whom, "--refresh"))
    assert same["credential"]["credentialSubject"]["clearance"] == 4
    other = terminal.json(
        *issue(*whom, "--refresh", "--claim", "role=auditor", "--claim", "clearance=1")
    )
    assert other["credential"]["credentialSubject"]["role"] == "auditor"


def test_sd_jwt_confirms_the_holders_key(terminal: Terminal, badge_issuer: str) -> None:
    holder = terminal.json("key", "new", "holder", "--algorithm", "Ed25519")["didJwk"]
    issued = terminal.json(
        "issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT, "--subject", "alice",
        "--holder", holder, "--claim", "level:integer=3", "--claim", "member:boolean=true",
        "--claim", "team=red",
    )  # fmt: skip
    assert issued["credential"].count("~") == 4
    assert issued["statusIndex"] is None


def test_sd_jwts_are_issued_from_a_table(terminal: Terminal, badge_issuer: str) -> None:
    holder = terminal.json("key", "new", "holder", "--algorithm", "P-256")["multikey"]
    table = terminal.write(
        "people.csv", f"subject,holder,level:integer\na,{holder},1\nb,{holder},2\n"
    )
    words = ("issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT)
    listed = terminal.json(*words, "--csv", table, "--out", terminal.files)
    assert (terminal.files / "000002.sd-jwt").read_text().endswith("~\n")
    assert len(listed) == 2
    assert terminal.json(*words, "--csv", table, "--out", terminal.files, "--skip-issued") == []


def test_revocation_with_an_index_is_written_on_chain(
    terminal: Terminal, index_schema_id: str
) -> None:
    whom = ("--schema", index_schema_id, "--subject", "alice")
    index = terminal.json(*issue(*whom, *CLAIMS))["statusIndex"]
    words = ("revoke", "--issuer", ISSUER, "--type", index_schema_id, "--subject", "alice")
    outcome = terminal.run(*words, "--yes")
    assert f"Revoke for ever credential {index} of {ISSUER}\n" in outcome.err
    assert terminal.json(*words) == {"subject": "alice", "statusIndex": index, "ends": "now"}
    assert terminal.error(*issue(*whom, "--refresh"))["code"] == "credential_revoked"


def test_revocation_without_an_index_ends_refreshing(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    whom = ("--schema", schema_id, "--subject", "alice")
    issued = terminal.json(*issue(*whom, *CLAIMS))
    ended = terminal.json("revoke", "--issuer", ISSUER, "--type", schema_id, "--subject", "alice")
    assert ended == {"subject": "alice", "statusIndex": None, "ends": issued["validUntil"]}
    assert terminal.error(*issue(*whom, "--refresh"))["code"] == "credential_revoked"


def test_revocation_of_an_sd_jwt_is_written_on_chain(terminal: Terminal, badge_issuer: str) -> None:
    holder = terminal.json("key", "new", "holder", "--algorithm", "P-256")["multikey"]
    terminal.json("issuer", "accredit", badge_issuer, "--type", VCT)
    issued = terminal.json(
        "issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT, "--revocable",
        "--subject", "alice", "--holder", holder,
    )  # fmt: skip
    ended = terminal.json("revoke", "--issuer", badge_issuer, "--type", VCT, "--subject", "alice")
    assert ended["statusIndex"] == issued["statusIndex"] is not None
    assert ended["ends"] == "now"


def test_error_unregistered_key(terminal: Terminal, schema_id: str) -> None:
    terminal.json("key", "new", "issuer", "--algorithm", "BLS12-381")
    words = issue("--schema", schema_id, "--subject", "alice", *CLAIMS)
    assert terminal.error(*words)["code"] == "key_not_registered"


def test_error_wrong_kind_of_key(terminal: Terminal, schema_id: str) -> None:
    terminal.json("key", "new", "issuer", "--algorithm", "Ed25519")
    words = issue("--schema", schema_id, "--subject", "alice", *CLAIMS)
    assert terminal.error(*words)["code"] == "wrong_kind"


def test_error_holder_key_for_an_attribute_credential(
    terminal: Terminal, issuer: str, schema_id: str
) -> None:
    whom = ("--schema", schema_id, "--subject", "alice", "--holder", "did:key:z6Mk")
    assert terminal.error(*issue(*whom, *CLAIMS))["code"] == "conflicting_options"


def test_sd_jwt_is_refreshed_for_another_key(terminal: Terminal, badge_issuer: str) -> None:
    first, second = (
        terminal.json("key", "new", name, "--algorithm", "P-256")["didKey"] for name in "ab"
    )
    words = ("issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT)
    whom = (*words, "--subject", "alice")
    once = terminal.json(*whom, "--holder", first, "--claim", "team=red")
    again = terminal.json(*whom, "--holder", second, "--refresh")
    assert once["credential"].count("~") == again["credential"].count("~") == 2
    other = terminal.json(*whom, "--holder", second, "--refresh", "--claim", "team:text=blue")
    assert other["credential"] != again["credential"]


def test_error_claim_of_an_unknown_type(terminal: Terminal, badge_issuer: str) -> None:
    holder = terminal.json("key", "new", "holder", "--algorithm", "P-256")["multikey"]
    words = ("issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT)
    whom = (*words, "--subject", "alice", "--holder", holder)
    error = terminal.error(*whom, "--claim", "born:date=2000-01-01")
    assert (error["code"], error["path"]) == ("invalid_claim", "born:date")
    assert terminal.error(*whom, "--claim", "level:integer=high")["code"] == "claim_type_mismatch"


def test_error_key_not_in_the_issuers_document(terminal: Terminal, badge_issuer: str) -> None:
    holder = terminal.json("key", "new", "other", "--algorithm", "P-256")["multikey"]
    words = ("issue", "--issuer", badge_issuer, "--key", "other", "--vct", VCT)
    error = terminal.error(*words, "--subject", "alice", "--holder", holder)
    assert error["code"] == "unknown_verification_method"


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        ("", "invalid_csv", None),
        ("name,role\na,b\n", "invalid_csv", "header"),
        ("subject,role,role\na,b,c\n", "invalid_csv", "header"),
        ("subject,role,clearance\na,auditor\n", "invalid_csv", "row 1"),
        ("subject,role,clearance\n,auditor,1\n", "invalid_csv", "row 1"),
        ('subject,role,clearance\n"a,auditor,1\n', "invalid_csv", None),
        ("subject,role,clearance\na,x,1\nb,x,high\n", "claim_type_mismatch", "row 2: clearance"),
        ("subject,role,clearance\na,x,1\nb,,1\n", "attribute_missing", "row 2: role"),
        ("subject,role,shoe\na,auditor,1\n", "unknown_attribute", "row 1: shoe"),
    ],
)  # fmt: skip
def test_error_malformed_table(
    terminal: Terminal, issuer: str, schema_id: str, content: str, code: str, path: str | None
) -> None:
    table = terminal.write("people.csv", content)
    error = terminal.error(*issue("--schema", schema_id, "--csv", table, "--out", terminal.files))
    assert (error["code"], error["path"]) == (code, path)
    assert list(terminal.files.glob("0*.json")) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--subject", "alice"), "conflicting_options"),
        (("--schema", "0x12", "--subject", "alice"), "invalid_id"),
        (("--schema", "0x" + "11" * 32, "--subject", "alice"), "unknown_schema"),
        (("--vct", VCT), "subject_missing"),
        (("--vct", VCT, "--subject", "alice", "--claim", "role"), "invalid_claim"),
        (("--vct", VCT, "--subject", "a", "--claim", "x=1", "--claim", "x=2"), "invalid_claim"),
        (("--vct", VCT, "--subject", "a", "--lifetime", "soon"), "invalid_duration"),
        (("--vct", VCT, "--subject", "alice"), "holder_missing"),
        (("--vct", VCT, "--csv", "nowhere.csv"), "unreadable_file"),
    ],
)
def test_error_malformed_order(
    terminal: Terminal, badge_issuer: str, words: tuple[str, ...], code: str
) -> None:
    error = terminal.error("issue", "--issuer", badge_issuer, "--key", "signing", *words)
    assert error["code"] == code


def test_error_folder_missing(terminal: Terminal, badge_issuer: str) -> None:
    table = terminal.write("people.csv", "subject\na\n")
    words = ("issue", "--issuer", badge_issuer, "--key", "signing", "--vct", VCT, "--csv", table)
    assert terminal.error(*words)["code"] == "folder_missing"


def test_error_revoking_for_an_unknown_subject(terminal: Terminal, schema_id: str) -> None:
    words = ("revoke", "--issuer", ISSUER, "--type", schema_id, "--subject", "nobody")
    assert terminal.error(*words)["code"] == "unknown_subject"
