"""From presentation to grant, with the chain's snapshot warm."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, measure
from gate_actors import Caller
from gate_world import BADGE, CLEARANCE, World, badge, of_schema

from didgate.gate import Answer, Gate, Proof
from didgate.holder import Wallet

GOAL = 5.0
Supply = Iterator[tuple[Answer, Proof]]


def rows(repetitions: int) -> Iterator[Row]:
    """Yield a row for each form: what ``Gate.access`` takes, the challenge being given."""
    with tempfile.TemporaryDirectory() as folder:
        world = World.build(Path(folder))
        forms = {
            "attribute credential": (of_schema(CLEARANCE), world.holder()),
            "SD-JWT": (badge(), world.badge_holder()),
        }
        for name, (leaf, wallet) in forms.items():
            resource = world.resource(leaf, uri=f"{BADGE}/{name}")
            caller = Caller(world, world.gate())
            answers = (_answer(caller, wallet, resource) for _ in range(repetitions + 2))
            supply = iter(list(answers))

            def decide(gate: Gate = caller.gate, supply: Supply = supply) -> None:
                if not gate.access(*next(supply)).allowed:
                    raise PermissionError

            times = measure(decide, repetitions=repetitions)
            yield Row(f"presentation → grant, {name}", times.median, GOAL, p99=times.p99)


def _answer(caller: Caller, wallet: Wallet, resource: bytes) -> tuple[Answer, Proof]:
    challenge = caller.challenge(resource)
    return Answer(challenge.nonce, caller.present(wallet, challenge)), caller.prove()
