"""How the benchmarks measure, and what a row of the table is."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PEERS = Path(__file__).parents[1] / "interop" / "peers"


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of work: our time, the goal, the peers' times in the same run.

    All times are medians in milliseconds, unless ``unit`` says otherwise. ``goal`` is a limit in
    the same unit; ``ratios`` asks of each named peer how many times our time its time must at
    least be.
    """

    work: str
    ours: float
    goal: float | None = None
    peers: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    p99: float | None = None
    unit: str = "ms"

    @property
    def reached(self) -> bool:
        """Tell whether the goal and every ratio is reached."""
        within = self.goal is None or self.ours <= self.goal
        return within and all(
            self.peers[peer] / self.ours >= ratio for peer, ratio in self.ratios.items()
        )

    def to_dict(self) -> dict[str, object]:
        """Return the row as it stands in ``bench.json``."""
        return {
            "work": self.work,
            f"median_{self.unit}": self.ours,
            f"p99_{self.unit}": self.p99,
            f"goal_{self.unit}": self.goal,
            f"peers_{self.unit}": self.peers,
            "ratio_goals": self.ratios,
            "ratios": {peer: value / self.ours for peer, value in self.peers.items()},
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True)
class Times:
    """Times of single runs, in milliseconds."""

    median: float
    p99: float


def measure(
    work: Callable[[], object], *, repetitions: int, clock: Callable[[], float] = time.process_time
) -> Times:
    """Run ``work`` again and again and return the times of single runs.

    Args:
        work: what to time; two runs before the first count for nothing.
        repetitions: how many runs count.
        clock: seconds; CPU time of this process unless told otherwise.
    """
    for _ in range(2):
        work()
    times = []
    for _ in range(repetitions):
        start = clock()
        work()
        times.append((clock() - start) * 1000)
    times.sort()
    return Times(statistics.median(times), times[min(len(times) - 1, len(times) * 99 // 100)])


def ask_node(script: str, *arguments: str) -> dict[str, float]:
    """Run a script of the peers' folder and return what it printed."""
    command = ["node", str(PEERS / script), *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer: dict[str, float] = json.loads(output)
    return answer
