"""YAML at the edge: nothing reads otherwise than it looks."""

from __future__ import annotations

import json

import pytest

from didgate.errors import InvalidInput
from didgate.policy import parse_policy
from didgate.policy.yaml_source import load_yaml


def test_a_policy_in_yaml_equals_the_same_in_json(world):
    document = world.document(
        {"all": [world.sd_jwt_leaf(claims={"no": {"equals": "NO"}}), world.address_leaf()]}
    )
    text = f"""
    # who may use the model
    didgate: 1
    registries: {json.dumps(document["registries"])}
    allow:
      all:
        - credential:
            vct: {world.vct}
            issuers: accredited
            claims:
              no: {{equals: 'NO'}}
        - address:
            list: "0x{"aa" * 32}"
    grant: {{lifetime: 300}}
    """
    assert parse_policy(text, yaml=True) == parse_policy(document)
    assert parse_policy(text.encode(), yaml=True) == parse_policy(document)


def test_keys_are_the_text_they_look_like():
    assert load_yaml("{n: 1, no: 2, on: 3, 1: 4, true: 5}") == {
        "n": 1,
        "no": 2,
        "on": 3,
        "1": 4,
        "true": 5,
    }


def test_scalars_are_those_of_json():
    text = "[true, false, null, 0, -12, plain text, 'true', \"12\", did:web:a.example, |\n block]"
    expected = [True, False, None, 0, -12, "plain text", "true", "12", "did:web:a.example"]
    assert load_yaml(text.replace(", |\n block", "")) == expected
    assert load_yaml("text: |\n  1\n") == {"text": "1\n"}


AMBIGUOUS = (
    "no NO No yes Yes on On ON off OFF y Y n N True TRUE False Null NULL ~ = << "
    "2026-01-01 2026-01-01T00:00:00Z 12:30 1:30:00 010 0o10 0x1f 0xABCDEF 1_000 1.0 1e3 +1 -0 "
    ".5 .inf -.inf .NaN 1a"
)


@pytest.mark.parametrize("scalar", AMBIGUOUS.split())
def test_refuses_ambiguous_scalar(scalar):
    with pytest.raises(InvalidInput) as error:
        load_yaml(f"claim:\n  equals: {scalar}")
    assert (error.value.code, error.value.path) == ("yaml_ambiguous", "line 2")


def test_refuses_empty_value():
    with pytest.raises(InvalidInput) as error:
        load_yaml("claim:")
    assert error.value.code == "yaml_ambiguous"


REFUSED = {
    "duplicate_key": ("a: 1\na: 2", "yaml_duplicate_key"),
    "duplicate_key_in_other_quotes": ("{a: 1, 'a': 2}", "yaml_duplicate_key"),
    "anchor": ("a: &x 1", "yaml_unsupported"),
    "alias": ("{a: &x [1], b: *x}", "yaml_unsupported"),
    "tag": ("a: !!binary aGk=", "yaml_unsupported"),
    "local_tag": ("a: !secret x", "yaml_unsupported"),
    "python_object": ("!!python/object/apply:os.system ['true']", "yaml_unsupported"),
    "merge_key": ("{<<: {a: 1}}", "yaml_unsupported"),
    "list_as_key": ("{[a]: 1}", "yaml_unsupported"),
    "two_documents": ("a: 1\n---\nb: 2", "yaml_unsupported"),
    "too_deep": ("[" * 40 + "]" * 40, "yaml_too_deep"),
    "empty": ("", "invalid_yaml"),
    "only_a_comment": ("# nothing", "invalid_yaml"),
    "unbalanced": ("{a: 1", "invalid_yaml"),
    "tab_as_indent": ("a:\n\tb: 1", "invalid_yaml"),
    "character_beyond_unicode": ('"\\U00110000"', "invalid_yaml"),
    "not_utf8": (b"\xff\xfe", "invalid_yaml"),
    "too_large": ("a" * 65537, "yaml_too_large"),
    "lone_surrogate": ("a: \ud800", "invalid_yaml"),
}


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses(text, code):
    with pytest.raises(InvalidInput) as error:
        load_yaml(text)
    assert error.value.code == code


def test_an_escaped_lone_surrogate_is_no_text(world):
    document = world.document(world.sd_jwt_leaf(claims={"a": {"equals": "X"}}))
    text = json.dumps(document).replace('"X"', '"\\ud800"')
    with pytest.raises(InvalidInput) as error:
        parse_policy(text, yaml=True)
    assert error.value.code == "text_not_nfc"
