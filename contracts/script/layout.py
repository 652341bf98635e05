#!/usr/bin/env python3
"""Writes where the contracts keep what they store, or checks it; and that none can become another.

``python3 script/layout.py`` writes ``snapshots/storage.json``: for each contract that can be deployed,
every variable with slot, offset and type. ``--check`` compares, and exits with 1 on any difference.
Both look through the code of every contract for the instructions by which it could run somebody
else's code as its own, or vanish: there is no proxy, and no one to upgrade anything. Run
``forge build`` first. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).resolve().parents[1]
SNAPSHOT = CONTRACTS / "snapshots" / "storage.json"
DEPLOYABLE = re.compile(r"^contract (\w+)", re.MULTILINE)
AST_NUMBER = re.compile(r"\)\d+")

FORBIDDEN = {0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xFF: "SELFDESTRUCT"}
JUMPDEST, PUSH1, PUSH32 = 0x5B, 0x60, 0x7F
ENDS = frozenset({0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF})
"""Where a run ends: STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT."""


def built() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and build output of every contract below ``src/`` that has code of its own."""
    for source in sorted((CONTRACTS / "src").rglob("*.sol")):
        for name in DEPLOYABLE.findall(source.read_text(encoding="utf-8")):
            output = CONTRACTS / "out" / source.name / f"{name}.json"
            yield name, json.loads(output.read_bytes())


def layout(output: dict[str, Any]) -> dict[str, Any]:
    """Return the storage layout of a contract, without what differs from build to build."""
    storage = output["storageLayout"]
    types = storage["types"] or {}
    return {
        "variables": [_variable(each) for each in storage["storage"]],
        "structs": {
            _type(name): [_variable(each) for each in content["members"]]
            for name, content in sorted(types.items())
            if "members" in content
        },
    }


def _variable(entry: dict[str, Any]) -> str:
    return f"{entry['slot']}+{entry['offset']} {entry['label']}: {_type(entry['type'])}"


def _type(name: str) -> str:
    # The compiler numbers declarations: the numbers change with every edit elsewhere.
    return AST_NUMBER.sub(")", name)


def reachable(code: bytes) -> Iterator[int]:
    """Yield every instruction of deployed code that could ever be executed, and a few that cannot.

    Execution begins at the start, goes on to the next instruction, and jumps to ``JUMPDEST`` alone,
    as it is found by reading the code from its beginning. So what stands behind the end of a run,
    before the next ``JUMPDEST``, is data: a table, or the code of a contract to be created.
    """
    place, runs = 0, True
    while place < len(code):
        instruction = code[place]
        runs = runs or instruction == JUMPDEST
        if runs:
            yield instruction
        runs = runs and instruction not in ENDS
        if PUSH1 <= instruction <= PUSH32:
            place += instruction - PUSH1 + 1
        place += 1


def forbidden(output: dict[str, Any]) -> list[str]:
    """Return the forbidden instructions in the deployed code of a contract."""
    code = bytes.fromhex(output["deployedBytecode"]["object"].removeprefix("0x"))
    return sorted({FORBIDDEN[each] for each in reachable(code) if each in FORBIDDEN})


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(description="storage layouts, and no way to change code")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    outputs = dict(built())
    faults = [f"{name} contains {each}" for name in outputs for each in forbidden(outputs[name])]
    layouts = {name: layout(output) for name, output in sorted(outputs.items())}
    content = json.dumps(layouts, indent=1) + "\n"
    if not arguments.check:
        SNAPSHOT.write_text(content, encoding="utf-8")
    elif not SNAPSHOT.exists() or SNAPSHOT.read_text(encoding="utf-8") != content:
        faults.append("storage layouts differ: run `npm run artifacts` and look at what changed")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(
            f"{len(outputs)} contracts: storage layouts match, no delegated code, nothing vanishes"
        )
    return 1 if faults or not outputs else 0


if __name__ == "__main__":
    sys.exit(main())
