"""The benchmarks still measure what they say; no time is asserted."""

from __future__ import annotations

from types import ModuleType

import pytest
from anvils import ANVIL
from benchmarks import access, bbs, grant, sd_jwt, snapshot
from benchmarks.measure import PEERS
from conftest import missing


@pytest.mark.parametrize("benchmark", [access, grant, sd_jwt], ids=lambda module: module.__name__)
def test_benchmark_runs(benchmark: ModuleType) -> None:
    rows = list(benchmark.rows(2))
    assert rows
    assert all(row.ours > 0 for row in rows)


@pytest.mark.anvil
def test_benchmark_of_the_snapshot_runs() -> None:
    if not ANVIL.is_file():
        missing("anvil")
    assert all(row.ours > 0 for row in snapshot.rows(2))


@pytest.mark.peer
def test_benchmark_of_bbs_runs_beside_its_peer() -> None:
    if not (PEERS / "node_modules").is_dir():
        missing("the npm peers")
    assert all(time > 0 for row in bbs.rows(2) for time in row.peers.values())
