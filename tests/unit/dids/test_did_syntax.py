from __future__ import annotations

import pytest

from didgate.dids import did_of, parse_did
from didgate.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("did:key:z6Mk", ("key", "z6Mk")),
        ("did:web:example.com%3A3000:user:alice", ("web", "example.com%3A3000:user:alice")),
        ("did:example:a::b", ("example", "a::b")),
        ("did:3:_-.", ("3", "_-.")),
    ],
)
def test_did_is_split(text: str, parts: tuple[str, str]) -> None:
    assert parse_did(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "did:",
        "did:key",
        "did:key:",
        "did:example:a:",
        "did::a",
        "DID:key:a",
        "did:Key:a",
        "did:example:a b",
        "did:example:a\n",
        "did:example:ä",
        "did:example:%3",
        "did:example:%zz",
        "did:example:a#key",
        "did:example:a/path",
        "did:example:a?query",
        "urn:example:a",
        "did:example:" + "a" * 2048,
    ],
)
def test_text_that_is_no_did_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_did(text)
    assert error.value.code == "invalid_did"


def test_did_of_a_method_is_found() -> None:
    assert did_of("did:example:a#key-1") == "did:example:a"


@pytest.mark.parametrize(
    "text",
    [
        "#key-1",
        "did:example:a",
        "did:example:a#",
        "did:example:a#b#c",
        "did:example:a?v=1#key",
        "did:example:a/p#key",
        "did:example:a#k y",
        "did:example:a#%",
        "did:example:a#" + "k" * 2048,
    ],
)
def test_text_that_names_no_method_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        did_of(text)
    assert error.value.code == "invalid_did_url"
