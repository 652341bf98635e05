#!/usr/bin/env python3
"""Says how much of each contract the tests execute, and fails where it is too little.

``python3 script/coverage.py`` runs forge's tests without the optimiser, on contracts that count what
is executed, and demands of each file below ``src/`` that 95 % of its branches are taken (and as much
of its lines). Tests of gas are left out: without the optimiser there is nothing for them to
measure. Needs the standard library only.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parents[1]
REPORT = CONTRACTS / "lcov.info"
LEAST = 0.95
CODE = re.compile(r"^    (?:function .*)?\{", re.MULTILINE)
COMMAND = ("forge", "coverage", "--report", "lcov", "--no-match-coverage", "test")
BUILD = CONTRACTS.parent / "build" / "coverage"
LEFT_OUT = ("--no-match-contract", "Gas")


@dataclass(frozen=True)
class Coverage:
    """How much of a file is executed.

    Args:
        path: the file.
        branches: how many branches are taken, of how many.
        lines: how many lines are executed, of how many.
    """

    path: str
    branches: tuple[int, int]
    lines: tuple[int, int]

    @property
    def suffices(self) -> bool:
        """Tell whether it is enough."""
        return all(hit >= LEAST * found for hit, found in (self.branches, self.lines))

    def __str__(self) -> str:
        """Return a row of the table."""
        cells = (
            f"{_share(*each):>5} ({each[0]}/{each[1]})" for each in (self.branches, self.lines)
        )
        return f"{self.path:52}" + "".join(f"{cell:20}" for cell in cells).rstrip()


def _share(hit: int, found: int) -> str:
    return f"{100 * hit / found:.1f}" if found else "-"


def read(report: str) -> Iterator[Coverage]:
    """Yield what an lcov report says of each file."""
    path, numbers = "", dict[str, int]()
    for line in report.splitlines():
        name, _, value = line.partition(":")
        if name == "SF":
            path, numbers = value, {}
        elif name in ("BRF", "BRH", "LF", "LH"):
            numbers[name] = int(value)
        elif name == "end_of_record":
            branches = (numbers["BRH"], numbers["BRF"])
            yield Coverage(path, branches, (numbers["LH"], numbers["LF"]))


def unseen(seen: set[str]) -> Iterator[str]:
    """Yield the files below ``src/`` that hold code and are not in the report."""
    for path in (CONTRACTS / "src").rglob("*.sol"):
        name = str(path.relative_to(CONTRACTS))
        if name not in seen and CODE.search(path.read_text(encoding="utf-8")):
            yield name


def main() -> int:
    """Run the tests, print the table, and return the exit code."""
    places = {"FOUNDRY_OUT": str(BUILD / "out"), "FOUNDRY_CACHE_PATH": str(BUILD / "cache")}
    ran = subprocess.run(
        [*COMMAND, *LEFT_OUT],
        cwd=CONTRACTS,
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        print(ran.stdout + ran.stderr)
        return 1
    files = sorted(read(REPORT.read_text(encoding="utf-8")), key=lambda file: file.path)
    print(f"{'':52}{'branches, %':20}lines, %")
    for file in files:
        print(f"{file}{'' if file.suffices else '   too little'}")
    missed = sorted(unseen({file.path for file in files}))
    for path in missed:
        print(f"{path} was not looked at")
    return 0 if not missed and files and all(file.suffices for file in files) else 1


if __name__ == "__main__":
    sys.exit(main())
