"""The demonstration as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCENES = [
    "cleared researcher",
    "cleared auditor, by SD-JWT",
    "address on the list",
    "clearance too low",
    "outsider",
    "replayed presentation",
    "tampered claim",
    "stolen grant",
    "wrong audience",
    "expired credential",
    "same credential, to a contract",
    "to a contract, by a relay",
    "same statement again",
    "another contract",
    "another chain",
    "another sender",
    "another account",
    "another resource",
    "revoked credential",
    "suspended issuer",
    "grant after a pause",
    "newcomer after a pause",
    "restart of everything",
    "audit trail",
    "receipts, offline",
]


def test_every_scene_comes_out_as_expected(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from didgate.cli.app import main; main()", "demo", "--json"]
    home = {"HOME": str(tmp_path), "DIDGATE_HOME": str(tmp_path / "home")}
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    result = json.loads(ran.stdout)
    assert [step for step in result["steps"] if not step["ok"]] == []
    assert [step["name"] for step in result["steps"]] == SCENES
    assert all(step.keys() == {"name", "expected", "got", "ok"} for step in result["steps"])
    assert result.keys() == {"ok", "steps"}
    assert result["ok"] is True
    assert ran.returncode == 0
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind, at home or here"
