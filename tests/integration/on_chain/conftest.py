"""A holder before the contracts of a fresh world."""

from __future__ import annotations

import pytest
from gate_world import World
from on_chain import FIXED, Stage


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


@pytest.fixture
def resource(stage: Stage) -> bytes:
    return stage.admitted(FIXED)
