"""How the demonstration tells what came of a scene."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from didgate.chain.embedded import EmbeddedChain
from didgate.demo import show
from didgate.demo.rows import Step, compared
from didgate.demo.world import World
from didgate.errors import VerificationError


def test_another_code_than_expected_is_a_failure() -> None:
    step = compared("scene", "403 proof_invalid", "403 credential_expired", saw="", unseen="")
    assert not step.ok


def test_table_marks_failures(capsys: pytest.CaptureFixture[str]) -> None:
    good = compared("good", "200", "200", saw="role", unseen="name")
    bad = compared("bad", "403 paused", "200", saw="role", unseen="name", words="[why] not")
    show.show([good, bad], 1.0)
    printed = capsys.readouterr().out
    assert "✓" in printed
    assert "✗" in printed
    assert "[why] not" in printed
    assert "1 of 2 as expected" in printed


def test_exit_code_tells_of_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_world: World) -> Step:
        raise VerificationError("proof_invalid", "the proof does not hold")

    monkeypatch.setattr(show, "PREPARATIONS", {})
    monkeypatch.setattr(show, "SCENES", [broken])
    monkeypatch.setattr(show, "_policy_in_words", lambda _world: "")
    assert show.run(as_json=False) == 1
    assert "[proof_invalid]" in capsys.readouterr().out


def test_chain_is_closed_when_preparing_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_world: World) -> None:
        raise VerificationError("no_such_luck", "the scene cannot be set")

    monkeypatch.setattr(show, "PREPARATIONS", {"failing": fail})
    with pytest.raises(VerificationError):
        show.play(tmp_path, Console(quiet=True))
    EmbeddedChain.open(tmp_path / "chain.sqlite").close()
