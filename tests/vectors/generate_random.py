"""Writes ``policy_random.json``: random cases by which the contracts are tested without Python.

Run it from the root of the repository:

    PYTHONPATH=tests python -m vectors.generate_random

The cases are those of ``tests/property/test_policy_solidity.py``, which compares a hundred thousand
of them; kept is each that shows something new: a reason of a leaf, an operator's outcome, a code of
refusal. The answers are the SDK's.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from contract_cases import ContractCase, roots
from differential import UNCHECKED_ON_CHAIN, encode_trial, expected, sequence
from policy_mutations import mutated, restructured
from random_cases import CaseMaker
from random_policies import PolicyMaker, Pool
from vectors.generate_on_chain import FOLDER
from vectors.generate_policy import render

from didgate.credentials.verified import Address
from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.policy import Evaluation, Policy, RegistryKind, decode, effective, evaluate_on_chain

OUTPUT = FOLDER / "policy_random.json"
CODE_HASH = keccak256(b"the code of every registry")
TRIES = 12_000
LONGEST = 700
LONGEST_TRIAL = 4_000
CASES_OF_A_KIND = 2
BYTES_OF_A_CODE = 4
ACCEPTED = 40
COMPOSITIONS = 24


def main() -> None:
    """Write the file."""
    OUTPUT.write_text(render(generate()))


def generate() -> dict[str, Any]:
    """Return the cases; each time the same."""
    accounts = [Address.of(bytes([0xC0 + i] * 20)).text for i in range(len(RegistryKind) + 2)]
    registries = dict(zip(RegistryKind, accounts, strict=False))
    pool = Pool(registries, tuple(accounts[len(registries) :]), CODE_HASH, roots())
    return {
        "trials": list(_trials(pool)),
        "bytes": list(_bytes(pool)),
        "compositions": list(_compositions(pool)),
    }


def _trials(pool: Pool) -> Iterator[dict[str, Any]]:
    rng = random.Random("trials")
    policies, makes = PolicyMaker(rng, pool), CaseMaker(rng, pool)
    seen = Counter[Hashable]()
    for _ in range(TRIES):
        case = makes.case(policies.policy())
        evaluation = evaluate_on_chain(case.policy, case.verified, case.facts)
        kinds = set(_kinds(case, evaluation))
        if all(seen[kind] >= CASES_OF_A_KIND for kind in kinds):
            continue
        trial = sequence([encode_trial(case)])
        if len(trial) > LONGEST_TRIAL:
            continue
        seen.update(kinds)
        yield _trial(case, trial, expected(evaluation))


def _kinds(case: ContractCase, evaluation: Evaluation) -> Iterator[Hashable]:
    """Yield what a case shows."""
    yield from {leaf.code for leaf in evaluation.leaves}
    pinned = case.policy.registries.pinned()
    false_pins = {kind for kind, each in pinned if each.code_hash != CODE_HASH}
    yield from ((kind, evaluation.verdict) for kind in false_pins)

    steps = {step.partition("[")[0] for leaf in evaluation.leaves for step in leaf.path.split(".")}
    yield from ((step, evaluation.verdict, evaluation.carried) for step in steps)


def _trial(case: ContractCase, trial: bytes, verdict: int) -> dict[str, Any]:
    pinned = case.policy.registries.pinned()
    verified = [int(kind) for kind, each in pinned if each.code_hash == CODE_HASH]
    return {
        "verdict": verdict & 3,
        "carried": verdict > 3,
        "verified": sum(1 << kind for kind in verified),
        "trial": "0x" + trial.hex(),
    }


def _bytes(pool: Pool) -> Iterator[dict[str, Any]]:
    rng = random.Random("bytes")
    maker = PolicyMaker(rng, pool)
    policies = [maker.policy().to_bytes() for _ in range(200)]
    seen = Counter[str | None]()
    for number in range(TRIES):
        one, other = rng.sample(policies, 2)
        data = mutated(rng, one) if number % 2 else restructured(rng, one, other)
        code = _refusal(data)
        enough = BYTES_OF_A_CODE if code else ACCEPTED
        too_long = len(data) > LONGEST and code != "too_many_leaves"
        if code in UNCHECKED_ON_CHAIN or seen[code] >= enough or too_long:
            continue
        seen[code] += 1
        yield {"bytes": "0x" + data.hex(), "code": code or ""}


def _refusal(data: bytes) -> str | None:
    try:
        decode(data)
    except InvalidInput as error:
        return error.code
    return None


def _compositions(pool: Pool) -> Iterator[dict[str, Any]]:
    rng = random.Random("compositions")
    maker = PolicyMaker(rng, pool)
    seen = Counter[str]()
    while seen.total() < COMPOSITIONS:
        active = maker.policy()
        others = [maker.restriction(active) for _ in range(rng.choice((1, 1, 2, 3, 8)))]
        whole = _composed(active, others)
        outcome = whole if isinstance(whole, str) else "composed"
        too_long = outcome != "too_many_leaves" and len(whole) > 2 * LONGEST
        if too_long or (outcome != "composed" and seen[outcome] >= BYTES_OF_A_CODE):
            continue
        seen[outcome] += 1
        yield {
            "active": "0x" + active.to_bytes().hex(),
            "restrictions": ["0x" + other.to_bytes().hex() for other in others],
            "composed": "0x" if isinstance(whole, str) else "0x" + whole.hex(),
            "code": whole if isinstance(whole, str) else "",
        }


def _composed(active: Policy, others: list[Policy]) -> bytes | str:
    try:
        return effective(active, others).to_bytes()
    except InvalidInput as error:
        return error.code


if __name__ == "__main__":
    main()
