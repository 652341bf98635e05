"""The issuer, holder and gate that tests of credentials share; they never change."""

from __future__ import annotations

import pytest
from parties import Parties


@pytest.fixture(scope="session")
def parties() -> Parties:
    return Parties()
