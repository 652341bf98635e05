"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CI = os.environ.get("DIDGATE_CI") == "1"


def missing(what: str) -> None:
    """Skip the test for want of ``what``; in CI nothing may be wanting, so fail."""
    if CI:
        pytest.fail(f"{what} is missing, and CI runs every test")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Return the folder of official test vectors (``DIDGATE_VECTORS``)."""
    default = Path(__file__).parents[2] / "shared" / "vectors"
    folder = Path(os.environ.get("DIDGATE_VECTORS", default))
    if not folder.is_dir():
        missing(f"the folder of official test vectors, {folder} (set DIDGATE_VECTORS),")
    return folder
