"""DCQL queries: the specification's examples, and what it does not allow."""

from __future__ import annotations

import copy
import json

import pytest

from didgate.errors import InvalidInput
from didgate.query import parse_query

QUERY = {
    "credentials": [
        {
            "id": "c0",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://a.example"]},
            "claims": [{"id": "a", "path": ["x"]}, {"id": "b", "path": ["y", 0, None]}],
            "claim_sets": [["a"], ["a", "b"]],
        },
        {"id": "c1", "format": "mso_mdoc", "meta": {"doctype_value": "d"}},
    ],
    "credential_sets": [{"options": [["c0"], ["c0", "c1"]]}],
}


@pytest.mark.parametrize(
    "name",
    [
        "claims_alternatives",
        "complex_mdoc",
        "credentials_alternatives",
        "multi_credentials",
        "simple",
        "simple_mdoc",
        "value_matching_simple",
    ],
)
def test_examples_of_the_specification(vectors, name):
    document = json.loads((vectors / "dcql" / f"{name}.json").read_text())
    assert parse_query(document).to_dict() == document


def test_defaults_and_extras_read_back():
    document = copy.deepcopy(QUERY)
    document["credentials"][0] |= {
        "multiple": True,
        "require_cryptographic_holder_binding": False,
        "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}],
    }
    document["credential_sets"][0]["required"] = False
    assert parse_query(document).to_dict() == document


def test_unknown_members_are_ignored():
    document = copy.deepcopy(QUERY) | {"future": 1}
    document["credentials"][0]["future"] = 1
    document["credentials"][0]["claims"][0]["future"] = 1
    assert parse_query(document).to_dict() == QUERY


def changed(path: str, value: object):
    """Return the query with one member replaced, or removed for ``...``."""
    document = copy.deepcopy(QUERY)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target = document
    for part in way:
        target = target[part]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return document


FIRST = "credentials.0"
FAULTS = {
    "no_credentials": (changed("credentials", ...), "credentials"),
    "credentials_empty": (changed("credentials", []), "credentials"),
    "credentials_many": (changed("credentials", [{}] * 65), "credentials"),
    "credential_no_object": (changed(FIRST, "c0"), "credentials[0]"),
    "no_id": (changed(f"{FIRST}.id", ...), "credentials[0].id"),
    "empty_id": (changed(f"{FIRST}.id", ""), "credentials[0].id"),
    "id_with_blank": (changed(f"{FIRST}.id", "c 0"), "credentials[0].id"),
    "same_id_twice": (changed("credentials.1.id", "c0"), "credentials"),
    "no_format": (changed(f"{FIRST}.format", ...), "credentials[0].format"),
    "no_meta": (changed(f"{FIRST}.meta", ...), "credentials[0].meta"),
    "no_vct_values": (changed(f"{FIRST}.meta", {}), "credentials[0].meta.vct_values"),
    "vct_values_empty": (
        changed(f"{FIRST}.meta.vct_values", []),
        "credentials[0].meta.vct_values",
    ),
    "vct_values_numbers": (
        changed(f"{FIRST}.meta.vct_values", [1]),
        "credentials[0].meta.vct_values",
    ),
    "no_doctype": (changed("credentials.1.meta", {}), "credentials[1].meta.doctype_value"),
    "multiple_text": (changed(f"{FIRST}.multiple", "yes"), "credentials[0].multiple"),
    "claims_empty": (changed(f"{FIRST}.claims", []), "credentials[0].claims"),
    "claim_no_object": (changed(f"{FIRST}.claims.0", "x"), "credentials[0].claims[0]"),
    "claim_no_path": (changed(f"{FIRST}.claims.0.path", ...), "credentials[0].claims[0].path"),
    "path_empty": (changed(f"{FIRST}.claims.0.path", []), "credentials[0].claims[0].path"),
    "path_negative": (changed(f"{FIRST}.claims.0.path", [-1]), "credentials[0].claims[0].path"),
    "path_boolean": (changed(f"{FIRST}.claims.0.path", [True]), "credentials[0].claims[0].path"),
    "path_object": (changed(f"{FIRST}.claims.0.path", [{}]), "credentials[0].claims[0].path"),
    "values_empty": (changed(f"{FIRST}.claims.0.values", []), "credentials[0].claims[0].values"),
    "values_float": (
        changed(f"{FIRST}.claims.0.values", [1.5]),
        "credentials[0].claims[0].values",
    ),
    "claim_ids_twice": (changed(f"{FIRST}.claims.1.id", "a"), "credentials[0].claims"),
    "claim_without_id": (changed(f"{FIRST}.claims.1.id", ...), "credentials[0].claim_sets"),
    "claim_sets_without_claims": (changed(f"{FIRST}.claims", ...), "credentials[0].claim_sets"),
    "claim_sets_empty": (changed(f"{FIRST}.claim_sets", []), "credentials[0].claim_sets"),
    "claim_set_empty": (changed(f"{FIRST}.claim_sets.0", []), "credentials[0].claim_sets[0]"),
    "claim_set_unknown": (
        changed(f"{FIRST}.claim_sets.1", ["a", "z"]),
        "credentials[0].claim_sets[1]",
    ),
    "mdoc_path_of_one": (
        changed("credentials.1.claims", [{"path": ["x"]}]),
        "credentials[1].claims[0].path",
    ),
    "authority_no_object": (
        changed(f"{FIRST}.trusted_authorities", ["x"]),
        "credentials[0].trusted_authorities",
    ),
    "authority_no_values": (
        changed(f"{FIRST}.trusted_authorities", [{"type": "aki"}]),
        "credentials[0].trusted_authorities.values",
    ),
    "sets_empty": (changed("credential_sets", []), "credential_sets"),
    "set_no_object": (changed("credential_sets.0", []), "credential_sets[0]"),
    "set_no_options": (changed("credential_sets.0", {}), "credential_sets[0].options"),
    "option_empty": (
        changed("credential_sets.0.options.0", []),
        "credential_sets[0].options[0]",
    ),
    "option_unknown": (
        changed("credential_sets.0.options.1", ["c9"]),
        "credential_sets[0].options[1]",
    ),
    "option_no_text": (
        changed("credential_sets.0.options.1", [[]]),
        "credential_sets[0].options[1]",
    ),
    "required_text": (changed("credential_sets.0.required", "no"), "credential_sets[0].required"),
}


@pytest.mark.parametrize(("document", "path"), FAULTS.values(), ids=FAULTS)
def test_refuses(document, path):
    with pytest.raises(InvalidInput) as error:
        parse_query(document)
    assert (error.value.code, error.value.path) == ("invalid_query", path)


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_refuses_what_is_no_object(document):
    with pytest.raises(InvalidInput) as error:
        parse_query(document)
    assert error.value.code == "invalid_query"
