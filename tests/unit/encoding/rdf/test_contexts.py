"""Contexts are pinned by their hash, and none is fetched."""

from __future__ import annotations

import hashlib
import json

import pytest

from didgate.encoding.rdf import Context, Contexts, to_quads
from didgate.errors import InvalidInput

OWN = json.dumps({"@context": {"role": "https://example.org/role"}}).encode()
URL = "https://example.org/context"


def own(document: bytes = OWN, digest: str | None = None) -> Context:
    return Context(URL, document, digest or hashlib.sha256(document).hexdigest())


def test_other_bytes_than_those_that_were_pinned():
    with pytest.raises(InvalidInput) as caught:
        own(OWN + b" ", hashlib.sha256(OWN).hexdigest())
    assert caught.value.code == "context_hash_mismatch"


@pytest.mark.parametrize("document", [b"[]", b"{}"])
def test_a_document_without_a_context(document):
    with pytest.raises(InvalidInput) as caught:
        own(document)
    assert caught.value.code == "invalid_context"


def test_a_url_that_is_taken():
    taken = Context("https://www.w3.org/ns/credentials/v2", OWN, own().sha256)
    with pytest.raises(InvalidInput) as caught:
        Contexts.shipped().with_more([taken])
    assert caught.value.code == "duplicate_context"


def test_a_context_of_the_callers():
    document = {"@context": URL, "@id": "urn:a", "role": "x"}
    contexts = Contexts.shipped().with_more([own()])
    (quad,) = to_quads(document, contexts)
    assert quad.predicate.value == "https://example.org/role"


def test_the_same_url_may_mean_another_context_elsewhere():
    other = json.dumps({"@context": {"role": "https://example.org/other"}}).encode()
    document = {"@context": URL, "@id": "urn:a", "role": "x"}
    for context in (own(), own(other), own()):
        (quad,) = to_quads(document, Contexts([context]))
        assert quad.predicate.value == context.parsed()["@context"]["role"]


@pytest.mark.parametrize(
    "document",
    [
        {"@context": URL},
        {"@context": {"@import": URL}},
        {"@context": {"a": {"@id": "urn:a", "@context": URL}}, "@id": "urn:b", "a": {"a": "x"}},
        {"@context": "/relative"},
    ],
)
def test_an_unknown_context_is_never_fetched(document):
    with pytest.raises(InvalidInput) as caught:
        to_quads(document)
    assert caught.value.code == "unknown_context"


def test_what_is_read_from_a_context_is_not_changed_by_its_use():
    contexts = Contexts([own()])
    to_quads({"@context": URL, "@id": "urn:a", "role": "x"}, contexts)
    contexts.load(URL)["document"]["@context"].clear()
    assert contexts.load(URL)["document"] == json.loads(OWN)
