"""Has halmos prove what ``test/symbolic/`` claims, and fails unless all of it is proved.

    ../.venv/analysis/bin/python script/prove.py [--match-test REGEX]

A claim counts as proved only if halmos looked at every path: none cut off at a loop's bound, none
given up by the solver, and not all of them reverted. That every ``check_`` function was run is
checked, not assumed. forge compiles into a folder of its own. Arguments are handed on to halmos.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).resolve().parents[1]
PROOFS = CONTRACTS / "test" / "symbolic"
BUILD = CONTRACTS.parent / "build" / "halmos"
RESULTS = BUILD / "results.json"
CLAIM = re.compile(r"function (check_\w+)\(")
# No loop in what is proved runs more often: eight restrictions, sixteen bytes of a tree's head.
LOOP_BOUND = 16


def claims() -> set[tuple[str, str]]:
    """Return file and name of every claim."""
    return {
        (str(path.relative_to(CONTRACTS)), name)
        for path in PROOFS.glob("*.sol")
        for name in CLAIM.findall(path.read_text(encoding="utf-8"))
    }


def run_halmos(arguments: list[str]) -> tuple[int, str]:
    """Run halmos; return its exit code, and what it printed."""
    binaries = CONTRACTS / "node_modules" / ".bin"
    places = {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "FOUNDRY_TEST": str(PROOFS.relative_to(CONTRACTS)),
        "FOUNDRY_OUT": os.path.relpath(BUILD / "out", CONTRACTS),
        "FOUNDRY_CACHE_PATH": str(BUILD / "cache"),
    }
    command = [str(Path(sys.executable).with_name("halmos")), "--no-status"]
    command += ["--forge-build-out", places["FOUNDRY_OUT"], "--loop", str(LOOP_BOUND)]
    command += ["--json-output", str(RESULTS), *arguments]
    BUILD.mkdir(parents=True, exist_ok=True)
    RESULTS.unlink(missing_ok=True)
    ran = subprocess.run(
        command, cwd=CONTRACTS, env=os.environ | places, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def outcomes() -> dict[tuple[str, str], dict[str, Any]]:
    """Return what halmos said of each claim."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"test_results": {}}
    return {
        (contract.partition(":")[0], test["name"].partition("(")[0]): test
        for contract, tests in results["test_results"].items()
        for test in tests
    }


def is_proved(outcome: dict[str, Any]) -> bool:
    """Tell whether every path was looked at, and each does what the claim says."""
    return outcome["exitcode"] == 0 and outcome["num_bounded_loops"] == 0


def main() -> int:
    """Print what was not proved; return the exit code."""
    arguments = sys.argv[1:]
    began = time.monotonic()
    code, printed = run_halmos(arguments)
    said = outcomes()
    wanted = said.keys() if arguments else claims()
    unproved = sorted(claim for claim in wanted if claim not in said or not is_proved(said[claim]))
    if code or unproved or not said:
        print(printed)
    for path, name in unproved:
        print(f"{path}: {name} is not proved")
    seconds = time.monotonic() - began
    print(
        f"halmos: {len(wanted) - len(unproved)} of {len(wanted)} claims proved in {seconds:.0f} s"
    )
    return 1 if code or unproved or not said else 0


if __name__ == "__main__":
    sys.exit(main())
