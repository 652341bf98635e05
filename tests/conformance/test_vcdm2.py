"""The W3C test suite's VCDM 2.0 credentials, as far as the JSON alone decides them.

The suite hands each credential to an issuer, which adds its own identifier; so does this test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from didgate.credentials.vcdm import check_credential
from didgate.errors import InvalidInput

# Left out of what a structural check decides: nothing among these files. Outside them, it does not
# look up whether a type's term is defined by a remote context (VCDM 2.0 §4.5).
UNDECIDABLE: frozenset[str] = frozenset()


def issued(document: dict[str, Any]) -> dict[str, Any]:
    """Add the issuer where the case leaves it to the issuing software."""
    if document.get("issuer", {}) == {}:
        had_object = "issuer" in document
        document["issuer"] = {"id": "did:example:issuer"} if had_object else "did:example:issuer"
    return document


def cases(vectors: Path, ending: str) -> dict[str, dict[str, Any]]:
    files = sorted((vectors / "vcdm2").rglob(f"*-{ending}.json"))
    return {path.name: issued(json.loads(path.read_text())) for path in files}


def test_every_ok_credential_is_accepted(vectors: Path) -> None:
    found = cases(vectors, "ok")
    assert len(found) == 32
    for document in found.values():
        check_credential(document)


def test_every_fail_credential_is_refused(vectors: Path) -> None:
    found = cases(vectors, "fail")
    assert len(found) == 24
    for name, document in found.items():
        if name in UNDECIDABLE:
            continue
        with pytest.raises(InvalidInput) as error:
            check_credential(document)
        assert error.value.code == "invalid_credential", name
