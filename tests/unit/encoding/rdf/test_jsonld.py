"""Nothing of a document is lost on its way to RDF, and nothing is read into it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didgate.encoding.rdf import compact, expand, to_quads
from didgate.encoding.rdf.jsonld import MAX_DEPTH, MAX_NODES
from didgate.errors import InvalidInput

V2 = "https://www.w3.org/ns/credentials/v2"
TERMS = {"name": "https://schema.org/name", "knows": {"@id": "urn:knows", "@type": "@id"}}


def code(document):
    with pytest.raises(InvalidInput) as caught:
        to_quads(document)
    return caught.value.code


def test_a_term_that_no_context_defines():
    assert code({"@context": [V2], "id": "urn:a", "nickname": "x"}) == "undefined_term"


def test_a_term_that_is_not_defined_within_another():
    document = {"@context": TERMS, "@id": "urn:a", "knows": {"@id": "urn:b", "nickname": "x"}}
    assert code(document) == "undefined_term"


def test_a_type_that_no_context_defines():
    assert code({"@context": [V2], "id": "urn:a", "type": ["Nothing"]}) == "relative_reference"


@pytest.mark.parametrize("identifier", ["a", "../a", "#a", "", "//host/a", "?q"])
def test_a_relative_identifier(identifier):
    assert code({"@context": TERMS, "@id": identifier, "name": "x"}) == "relative_reference"
    assert code({"@context": TERMS, "@id": "urn:a", "knows": identifier}) == "relative_reference"


def test_a_property_that_is_a_blank_node():
    document = {"@context": {"p": "_:p"}, "@id": "urn:a", "p": "x"}
    assert code(document) == "undefined_term"


@pytest.mark.parametrize(
    "identifier",
    ["urn:x> <urn:y> <urn:z> .\n<urn:x", "urn:a b", "_:a b", "_:a> <urn:b", "urn:\n"],
)
def test_a_value_never_becomes_another_statement(identifier):
    document = {"@context": TERMS, "@id": identifier, "name": "x"}
    assert code(document) in {"invalid_rdf_term", "relative_reference"}


def test_text_stays_text():
    text = '" .\n<urn:a> <urn:b> "'
    (quad,) = to_quads({"@context": TERMS, "@id": "urn:a", "name": text})
    assert quad.object.value == text


def test_a_language_tag_that_is_none():
    document = {"@context": TERMS, "@id": "urn:a", "name": {"@value": "x", "@language": "a b"}}
    assert code(document) in {"invalid_rdf_term", "invalid_json_ld"}


def test_a_document_that_nests_too_deep():
    document: dict[str, object] = {"name": "x"}
    for _ in range(MAX_DEPTH):
        document = {"knows": document}
    assert code({"@context": TERMS, **document}) == "document_too_deep"


def test_a_document_that_is_too_large():
    document = {"@context": TERMS, "@id": "urn:a", "name": ["x"] * (MAX_NODES + 1)}
    assert code(document) == "document_too_large"


@pytest.mark.parametrize(
    "document",
    [
        {"@context": 5},
        {"@context": {"a": 5}},
        {"@context": TERMS, "@id": 5},
        {"@context": TERMS, "@type": 5},
        {"@context": TERMS, "name": {"@value": {}}},
    ],
)
def test_what_is_no_json_ld(document):
    assert code(document) == "invalid_json_ld"


def test_the_document_is_left_alone():
    document = {"@context": [V2], "type": ["VerifiableCredential"], "issuer": "did:example:a"}
    before = repr(document)
    to_quads(document)
    expand(document)
    assert repr(document) == before


def test_compact_is_the_way_back():
    document = {"@context": TERMS, "@id": "urn:a", "name": "x"}
    assert compact(expand(document), TERMS) == document


def test_compact_of_two_things_is_no_credential():
    assert compact([{"@id": "urn:a", "urn:p": []}], {})["@id"] == "urn:a"
    with pytest.raises(InvalidInput) as caught:
        compact([{"urn:p": [{"@value": 1}], "@id": "x"}], {})
    assert caught.value.code == "relative_reference"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@id", "@type", "@value", "@list", "@graph", "@context", "@reverse", "name", "id"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["@context", "id", "name", "@graph"]), JSON, max_size=3))
def test_any_json_is_read_or_refused(document):
    with suppress(InvalidInput):
        to_quads(document)
