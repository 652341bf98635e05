"""The proofs that the contracts are tested with are those that the package makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vectors import generate_bbs_proofs


def test_vectors_of_the_contracts_are_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, made = generate_bbs_proofs.OUTPUT, tmp_path / "bbs_proofs.json"
    monkeypatch.setattr(generate_bbs_proofs, "OUTPUT", made)
    generate_bbs_proofs.main()
    assert json.loads(made.read_text()) == json.loads(kept.read_text())
