"""Our credentials are JSON-LD that means something: PyLD expands every member (VCDM 2.0 §4.3).

The SDK does not process JSON-LD: the closed world of an attribute credential makes its JSON exact.
But other software may, and must then find no member without a meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parties import INDEXED, SCHEMA, Parties
from pyld import jsonld

from didgate.credentials.attribute import AttributeCredential

CREDENTIALS = "https://www.w3.org/2018/credentials#"
Expand = Callable[[dict[str, Any]], list[Any]]


@pytest.fixture
def expand(vectors: Path) -> Expand:
    """Return an expansion that knows the VCDM 2.0 context alone and drops no member in silence."""
    context = json.loads((vectors / "contexts" / "credentials-v2.jsonld").read_text())

    def load(url: str, _options: Any) -> dict[str, Any]:
        assert url == "https://www.w3.org/ns/credentials/v2"
        return {"contextUrl": None, "documentUrl": url, "document": context}

    def refuse(name: str) -> None:
        raise AssertionError(name)

    def run(document: dict[str, Any]) -> list[Any]:
        options = {"documentLoader": load}
        return list(jsonld.expand(document, options, on_property_dropped=refuse))

    return run


def stored(credential: AttributeCredential) -> dict[str, Any]:
    return dict(credential.to_document())


@pytest.mark.parametrize("mode", ["epoch", "index"])
def test_every_member_of_an_attribute_credential_has_a_meaning(expand: Expand, mode: str) -> None:
    parties = Parties()
    credential = parties.attributes() if mode == "epoch" else parties.membership()
    schema = SCHEMA if mode == "epoch" else INDEXED
    (node,) = expand(stored(credential))
    (subject,) = node[f"{CREDENTIALS}credentialSubject"]
    vocabulary = f"urn:didgate:schema:{schema.schema_id.hex()}#"
    names = {attribute.name for attribute in schema.attributes}
    assert {f"{vocabulary}{name}" for name in names} <= subject.keys()
    assert (f"{CREDENTIALS}credentialStatus" in node) == (mode == "index")


def test_a_member_without_a_meaning_would_be_noticed(expand: Expand) -> None:
    document = stored(Parties().attributes())
    document["@context"] = document["@context"][:1]
    with pytest.raises(AssertionError):
        expand(document)
