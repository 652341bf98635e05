"""Writes ``policy_on_chain.json``: the decisions of ``policy.json``, as the contracts take them.

Run it from the root of the repository after ``generate_policy.py``:

    PYTHONPATH=tests python -m vectors.generate_on_chain

Each trial is a ``Trial`` of ``contracts/test/harness/EvaluationHarness.sol``, ABI-encoded. Where a
registry's code is the pinned one, the test puts the code's hash there that it can have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from differential import encode_trial, expected, sequence
from on_chain_cases import on_chain_case
from vectors.generate_policy import read_facts, read_presentation, render

from didgate.policy import decode, evaluate_on_chain

FOLDER = Path(__file__).parent
OUTPUT = FOLDER / "policy_on_chain.json"


def main() -> None:
    """Write the file."""
    OUTPUT.write_text(render(generate(json.loads((FOLDER / "policy.json").read_text()))))


def generate(vectors: dict[str, Any]) -> dict[str, Any]:
    """Return the trials for the decisions that a contract can come to."""
    policies = {case["name"]: bytes.fromhex(case["bytes"]) for case in vectors["policies"]}
    return {"trials": list(_trials(vectors["evaluations"], policies))}


def _trials(evaluations: list[dict[str, Any]], policies: dict[str, bytes]) -> Iterator[Any]:
    for case in evaluations:
        policy = decode(policies[case["policy"]])
        verified, facts = read_presentation(case["presentation"]), read_facts(case["facts"])
        trial = on_chain_case(policy, verified, facts, datetime.fromisoformat(case["now"]))
        if trial is None:
            continue
        verdict = expected(evaluate_on_chain(policy, verified, facts))
        verified_kinds = [
            int(kind)
            for kind, registry in policy.registries.pinned()
            if facts.code_hashes.get(registry.address) == registry.code_hash
        ]
        yield {
            "name": case["name"],
            "verdict": verdict & 3,
            "carried": verdict > 3,
            "verified": sum(1 << kind for kind in verified_kinds),
            "trial": "0x" + sequence([encode_trial(trial)]).hex(),
        }


if __name__ == "__main__":
    main()
