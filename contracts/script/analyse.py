"""Analyses the contracts with slither, and fails on any finding.

    ../.venv/analysis/bin/python script/analyse.py

All detectors of slither run but those in ``EXCLUDED``, on everything below ``src/``. A finding that
is none is marked in the source, with the reason: ``// slither-disable-next-line <detector>``. That
every contract, library and interface was analysed is checked, not assumed. forge compiles into a
folder of its own, so that ``out/`` stays what the tests were built from.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slither import Slither
from slither.core.cfg.node import Node
from slither.core.declarations import Contract
from slither.core.declarations.function_contract import FunctionContract
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector
from slither.detectors.operations.unused_return_values import UnusedReturnValues
from slither.slithir.operations import LibraryCall, Operation, Unpack

CONTRACTS = Path(__file__).resolve().parents[1]
BUILD = CONTRACTS.parent / "build" / "slither"
DECLARATION = re.compile(r"^(?:abstract )?(?:contract|library|interface) (\w+)", re.MULTILINE)

EXCLUDED = {
    # What is here is by design everywhere; each line says why.
    "assembly": "each file with assembly says why; the decision records have it too",
    "calls-loop": "loops are bounded by the format, and one refused call has to refuse the whole",
    "divide-before-multiply": "divisions round lengths and build constants; no amounts are computed",
    "low-level-calls": "precompiles have no other interface; the lengths of answers are checked",
    "timestamp": "delays are hours and days: what a block producer can shift does not matter",
    "too-many-digits": "moduli, masks and digests have as many digits as they have",
    "uninitialized-local": "Solidity begins every local at zero, and the sources count on it",
    "unused-return": "replaced by IgnoredAnswer below, which leaves out calls of libraries",
}


class IgnoredAnswer(UnusedReturnValues):
    """The answer of another contract is ignored.

    A library's function runs in the caller: that a cursor moves, or that a check did not revert, is
    often all that is wanted of it. Where a part of an answer is used, commas say what is not.
    """

    ARGUMENT = "ignored-answer"
    HELP = "Ignored answers of other contracts"

    def detect_unused_return_values(self, f: FunctionContract) -> list[Node]:
        """Return where a function ignores a whole answer."""
        nodes = super().detect_unused_return_values(f)
        return [node for node in nodes if not any(isinstance(ir, Unpack) for ir in node.irs)]

    def _is_instance(self, ir: Operation) -> bool:
        return not isinstance(ir, LibraryCall) and bool(super()._is_instance(ir))


def detectors() -> Iterator[type[AbstractDetector]]:
    """Yield the detectors that run; an exclusion of one that does not exist is an error."""
    found = {
        each.ARGUMENT: each
        for each in vars(all_detectors).values()
        if inspect.isclass(each) and issubclass(each, AbstractDetector)
    }
    if unknown := EXCLUDED.keys() - found.keys():
        sys.exit(f"slither has no detector {', '.join(sorted(unknown))}")
    yield from (each for name, each in found.items() if name not in EXCLUDED)
    yield IgnoredAnswer


def declared() -> set[tuple[str, str]]:
    """Return file and name of every contract, library and interface of ours."""
    return {
        (str(path.relative_to(CONTRACTS)), name)
        for path in sorted((CONTRACTS / "src").rglob("*.sol"))
        for name in DECLARATION.findall(path.read_text(encoding="utf-8"))
    }


def place_of(contract: Contract) -> tuple[str, str]:
    """Return file and name of a contract that slither analysed."""
    path = Path(contract.source_mapping.filename.absolute)
    return str(path.relative_to(CONTRACTS)), contract.name


def compile_and_load() -> Slither:
    """Compile everything but the tests with forge, and load it."""
    binaries = CONTRACTS / "node_modules" / ".bin"
    os.environ["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    os.environ |= {"FOUNDRY_OUT": str(BUILD / "out"), "FOUNDRY_CACHE_PATH": str(BUILD / "cache")}
    os.chdir(CONTRACTS)
    slither = Slither(".", exclude_dependencies=True, filter_paths=["node_modules"])
    for detector in detectors():
        slither.register_detector(detector)
    return slither


def findings(slither: Slither) -> list[dict[str, Any]]:
    """Run all detectors that were registered."""
    return [finding for each in slither.run_detectors() for finding in each]


def main() -> int:
    """Print the findings, and what was not analysed; return the exit code."""
    slither = compile_and_load()
    ours = declared()
    missed = ours - {place_of(contract) for contract in slither.contracts}
    found = findings(slither)
    for path, name in sorted(missed):
        print(f"{path}: {name} was not analysed")
    for finding in found:
        print(f"{finding['impact']}: {finding['check']}: {finding['description'].strip()}")
    count = len(list(detectors()))
    print(f"slither: {len(ours)} contracts, {count} detectors, {len(found)} findings")
    return 1 if missed or found or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
