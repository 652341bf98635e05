"""Contracts that only tests need, as forge compiled them: ``make test`` builds them first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import missing

_OUT = Path(__file__).resolve().parents[1] / "contracts" / "out"


@dataclass(frozen=True)
class Compiled:
    """What a test deploys: the interface of a contract, and the code that creates it."""

    abi: list[dict[str, Any]]
    bytecode: bytes


def compiled(name: str) -> Compiled:
    """Return a contract by its name; skip the test where it was not compiled."""
    found = sorted(_OUT.glob(f"*.sol/{name}.json"))
    if not found:
        missing(f"the compiled {name} (run `npm run build` in contracts/)")
    built = json.loads(found[0].read_bytes())
    code = built["bytecode"]["object"].removeprefix("0x")
    return Compiled(built["abi"], bytes.fromhex(code))
