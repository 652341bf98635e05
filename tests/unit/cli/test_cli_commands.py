"""Every command can be asked for help, and can answer in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from didgate._version import __version__
from didgate.cli.app import command, main


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from _commands(found, (*words, name))
        else:
            yield (*words, name), found


COMMANDS = dict(_commands(command()))


def test_all_groups_have_commands() -> None:
    groups = {words[0] for words in COMMANDS if len(words) == 2}
    expected = "chain key did schema issuer resource policy list wallet receipt"
    assert groups == set(expected.split())
    assert {words for words in COMMANDS if len(words) == 1} == {("issue",), ("revoke",), ("demo",)}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_answers_in_json_and_is_explained(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    options = {option for parameter in COMMANDS[words].params for option in parameter.opts}
    assert "--json" in options
    with pytest.raises(SystemExit) as end:
        main([*words, "--help"])
    assert end.value.code == 0
    assert COMMANDS[words].help.splitlines()[0].split()[0] in capsys.readouterr().out


def test_every_transaction_names_its_account_and_can_be_agreed_to_beforehand() -> None:
    without = {
        words
        for words, found in COMMANDS.items()
        if "--yes" in (options := {each for p in found.params for each in p.opts})
        and "--account" not in options
    }
    assert without == {("key", "remove"), ("wallet", "remove")}


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"didgate {__version__}\n"


def test_help_is_shown_without_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "policy" in capsys.readouterr().out


def test_misspelt_command_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["polcy"])
    assert end.value.code == 2
    assert "policy" in capsys.readouterr().err
