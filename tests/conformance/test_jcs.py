"""RFC 8785: the test data of its author."""

from __future__ import annotations

from pathlib import Path

import pytest

from didgate.encoding import canonicalize, strict_json

CASES = ["arrays", "french", "structures", "unicode", "values", "weird"]


@pytest.mark.parametrize("case", CASES)
def test_canonical_form_of_official_input(vectors: Path, case: str) -> None:
    value = strict_json.loads((vectors / "jcs" / "input" / f"{case}.json").read_bytes())
    expected = bytes.fromhex((vectors / "jcs" / "outhex" / f"{case}.txt").read_text())
    assert canonicalize(value) == expected


@pytest.mark.parametrize("case", CASES)
def test_canonical_form_is_its_own_canonical_form(vectors: Path, case: str) -> None:
    expected = (vectors / "jcs" / "output" / f"{case}.json").read_bytes()
    assert canonicalize(strict_json.loads(expected)) == expected
