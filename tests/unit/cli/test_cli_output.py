"""What commands print, for people and for programs."""

from __future__ import annotations

import json

import pytest

from didgate.cli import output
from didgate.errors import InvalidInput


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ([], "–"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (["a", 1, None], "a, 1, –"),
        ({"kty": "OKP"}, '{"kty":"OKP"}'),
        ("a\x1b[2Jb\r\n", "a\\x1b[2Jb\\r\\n"),
        ("héllo", "héllo"),
        ("\u202egnp", "\\u202egnp"),
    ],
)
def test_value_is_shown_to_people(value: object, text: str) -> None:
    assert output.shown(value) == text


def test_record_is_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_record({"keyId": "0x12", "listed": True, "uri": "x" * 300}, as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "key id  0x12",
        "listed  yes",
        "uri     " + "x" * 300,
    ]


def test_record_is_an_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_record({"keyId": "[bold]", "none": None}, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"keyId": "[bold]", "none": None}


def test_markup_in_values_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_record({"did": "did:key:z6 [bold]x[/bold]"}, as_json=False)
    output.print_records([{"did": "did:key:z6 [red]x"}], as_json=False, title="did:key:x")
    printed = capsys.readouterr().out
    assert "did:key:z6 [bold]x[/bold]" in printed
    assert "did:key:z6 [red]x" in printed
    assert "did:key:x" in printed


def test_nothing_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_records([], as_json=False, title="Keys")
    assert capsys.readouterr().out == "Keys: none\n"
    output.print_records([], as_json=True, title="Keys")
    assert capsys.readouterr().out == "[]\n"


def test_error_is_told_apart_by_stream(capsys: pytest.CaptureFixture[str]) -> None:
    error = InvalidInput("wrong_type", "expected \x07 an object", path="allow.any[0]")
    output.print_error(error, as_json=False)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "error: allow.any[0]: expected \\x07 an object [wrong_type]\n"
    output.print_error(error, as_json=True)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)["error"] == {
        "code": "wrong_type",
        "message": "expected \x07 an object",
        "path": "allow.any[0]",
    }
