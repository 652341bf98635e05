"""Run every benchmark, print a table, write ``bench.json``.

``make bench``, or ``PYTHONPATH=tests python -m benchmarks [repetitions]``; no test runs this.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import access, bbs, grant, sd_jwt, snapshot
from benchmarks.measure import Row
from rich.console import Console
from rich.table import Table

PACKAGES = ("didgate", "py-arkworks-bls12381", "cryptography", "pyjwt", "sd-jwt", "web3")


def table(rows: list[Row]) -> Table:
    """Return the table that is printed."""
    view = Table(title="CPU time of one run, median, milliseconds")
    for heading in ("work", "didgate", "p99", "goal", "peer", "peer's time", "ratio", ""):
        view.add_column(heading, justify="left" if heading in ("work", "peer") else "right")
    for row in rows:
        peers = list(row.peers.items())
        view.add_row(
            row.work,
            f"{row.ours:.3f}" + ("" if row.unit == "ms" else f" {row.unit}"),
            "" if row.p99 is None else f"{row.p99:.3f}",
            "" if row.goal is None else f"≤ {row.goal:g}",
            "\n".join(name for name, _ in peers),
            "\n".join(f"{value:.3f}" for _, value in peers),
            "\n".join(
                f"{value / row.ours:.1f}"
                + (f" (≥ {row.ratios[name]:g})" if name in row.ratios else "")
                for name, value in peers
            ),
            "reached" if row.reached else "[red]short[/red]",
        )
    return view


def main() -> None:
    """Measure, print, write."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rows = [
        row for module in (bbs, sd_jwt, grant, access, snapshot) for row in module.rows(repetitions)
    ]
    Console(width=None if sys.stdout.isatty() else 160).print(table(rows))
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in PACKAGES},
        "rows": [row.to_dict() for row in rows],
    }
    Path("bench.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
