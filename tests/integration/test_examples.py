"""The examples do what they say. (Example 03 has its own environment, and runs in CI alone.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name: str, folder: Path) -> list[str]:
    """Return the lines that an example prints, run by a stranger in an empty folder."""
    ran = subprocess.run(
        [sys.executable, EXAMPLES / name],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert list(folder.iterdir()) == [], "it leaves nothing behind"
    return ran.stdout.splitlines()


def test_issue_present_verify(tmp_path: Path) -> None:
    lines = run("01_issue_present_verify.py", tmp_path)
    consent, (verified, refused) = lines[:-2], lines[-2:]
    assert [line for line in consent if "(https://university.example/badge): name," in line]
    assert [line for line in consent if "(https://university.example/clearance): level," in line]
    assert "born" not in "".join(lines)
    assert "{'level': 4}" in verified
    assert "{'name': 'Ada'}" in verified
    assert refused == "refused: proof_invalid"


def test_gate_a_model_api(tmp_path: Path) -> None:
    drawn, read, refused = run("02_gate_a_model_api.py", tmp_path)
    truth, answer = (line.partition("[")[2].split(", ") for line in (drawn, read))
    assert len(truth) == 10
    assert sum(a == b for a, b in zip(truth, answer, strict=True)) >= 8
    assert refused == "without a credential: cannot_satisfy"


def test_a_contract_that_asks(tmp_path: Path) -> None:
    lines = run("04_a_contract_that_asks.py", tmp_path)
    said = dict(line.split(": ", 1) for line in lines if ": " in line)
    assert all(said[name].endswith("k gas") for name in ("admit", "pin", "relay", "session"))
    assert said["thief"] == "refused: ProofInvalid"
    assert said["again"] == "refused: StatementSpent"
    assert said["owner of pass 1 is Ada"] == "True"
    assert said["tool open to Ada"] == "True"
    assert said["tool open to thief"] == "False"
    assert "level, role, when it expires" in "\n".join(lines)
