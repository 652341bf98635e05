"""RDFC-1.0: the W3C test suite, all of its canonical forms, maps and poison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from didgate.encoding.rdf import canonical_labels, to_canonical
from didgate.errors import InvalidInput

# Three graphs of the suite are more tangled than the default limit lets pass.
EVIL = 10**12


@pytest.fixture(scope="module")
def suite(vectors: Path) -> Path:
    return vectors / "rdf-canon"


def entries(suite: Path, kind: str) -> list[dict[str, Any]]:
    manifest = json.loads((suite / "manifest.jsonld").read_text())
    return [entry for entry in manifest["entries"] if entry["type"] == f"rdfc:RDFC10{kind}Test"]


def quads(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path.read_text(), format=ox.RdfFormat.N_QUADS))


def hash_name(entry: dict[str, Any]) -> Any:
    return entry.get("hashAlgorithm", "SHA256").lower()


def test_all_canonical_forms(suite: Path) -> None:
    cases = entries(suite, "Eval")
    for entry in cases:
        form = to_canonical(
            quads(suite / entry["action"]), hash_name=hash_name(entry), max_steps=EVIL
        )
        assert form.text == (suite / entry["result"]).read_bytes(), entry["id"]
    assert len(cases) == 64


def test_all_maps_of_blank_nodes(suite: Path) -> None:
    cases = entries(suite, "Map")
    for entry in cases:
        given = quads(suite / entry["action"])
        form = to_canonical(given, hash_name=hash_name(entry))
        assert canonical_labels(given, form) == json.loads((suite / entry["result"]).read_text())
    assert len(cases) == 21


def test_the_poison_graph_is_refused_before_it_is_begun(suite: Path) -> None:
    (entry,) = entries(suite, "NegativeEval")
    with pytest.raises(InvalidInput) as caught:
        to_canonical(quads(suite / entry["action"]), max_steps=EVIL)
    assert caught.value.code == "dataset_too_complex"


def test_tangled_graphs_need_a_higher_limit(suite: Path) -> None:
    tangled = [entry for entry in entries(suite, "Eval") if "evil" in entry["name"]]
    for entry in tangled:
        with pytest.raises(InvalidInput) as caught:
            to_canonical(quads(suite / entry["action"]))
        assert caught.value.code == "dataset_too_complex"
    assert len(tangled) == 3
