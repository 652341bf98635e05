from __future__ import annotations

import json
from typing import Any

import pytest
from simulator import ScriptedFetcher

from didgate.dids import DIDWeb
from didgate.dids.did_web import document_url
from didgate.errors import InvalidInput, ResolutionError

DID = "did:web:example.com"
URL = "https://example.com/.well-known/did.json"


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:example.com%3a3000:a", "https://example.com:3000/a/did.json"),
        ("did:web:localhost%3A8443", "https://localhost:8443/.well-known/did.json"),
        ("did:web:xn--mnchen-3ya.de", "https://xn--mnchen-3ya.de/.well-known/did.json"),
        ("did:web:example.com:a-b:c_d:e.f", "https://example.com/a-b/c_d/e.f/did.json"),
        ("did:web:example.com:%C3%A9t%C3%A9", "https://example.com/%C3%A9t%C3%A9/did.json"),
    ],
)
def test_url_is_derived(did: str, url: str) -> None:
    assert document_url(did) == url


@pytest.mark.parametrize(
    "identifier",
    [
        "127.0.0.1",
        "1.2.3.4%3A80",
        "2130706433",
        "-example.com",
        "example-.com",
        "a..b",
        ".example.com",
        "example.com.",
        "user%40example.com",
        "example.com%2Fpath",
        "example.com%3A",
        "example.com%3A80%3A80",
        "example.com%3Aport",
        "%5B%3A%3A1%5D",
        "a" * 64 + ".com",
        "a." * 130 + "com",
        "example.com::alice",
        "example.com:..",
        "example.com:.:alice",
        "example.com:%2e%2E:alice",
        "example.com:a%2Fb",
        "example.com:a%5Cb",
        "example.com:a%3Fb",
        "example.com:a%23b",
        "example.com:a%00",
        "example.com:a%20b",
        "example.com:%252e%252e",
    ],
)
def test_identifier_that_is_no_plain_domain_and_path_is_refused(identifier: str) -> None:
    with pytest.raises(InvalidInput) as error:
        document_url(f"did:web:{identifier}")
    assert error.value.code == "invalid_did"


def test_other_method_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        document_url("did:key:example.com")
    assert error.value.code == "invalid_did"


def resolve(body: bytes | ResolutionError) -> Any:
    return DIDWeb(ScriptedFetcher({URL: body})).resolve(DID)


def failure(body: bytes | ResolutionError) -> ResolutionError:
    with pytest.raises(ResolutionError) as error:
        resolve(body)
    return error.value


def test_document_is_fetched() -> None:
    fetcher = ScriptedFetcher({URL: json.dumps({"id": DID, "extra": 1}).encode()})
    assert DIDWeb(fetcher).resolve(DID).to_dict() == {"id": DID, "extra": 1}
    [(url, accept)] = fetcher.requests
    assert url == URL
    assert "application/did+json" in accept


@pytest.mark.parametrize(
    "other", ["did:web:example.org", "did:web:EXAMPLE.com", "did:web:example.com:alice"]
)
def test_document_of_another_did_is_refused(other: str) -> None:
    assert failure(json.dumps({"id": other}).encode()).code == "did_mismatch"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"id": "did:web:example.com", "id": "did:web:example.com"}',
        b'{"id": "did:web:example.com", "authentication": "x"}',
        b'{"id": "did:web:example.com"} {}',
        b'{"id": "did:web:example.com", "x": NaN}',
    ],
)
def test_malformed_document_is_refused(body: bytes) -> None:
    assert failure(body).code == "invalid_did_document"


def test_place_of_the_fault_is_told() -> None:
    body = json.dumps({"id": DID, "verificationMethod": [{}]}).encode()
    assert failure(body).path == "verificationMethod[0]"


def test_failure_to_fetch_is_passed_on() -> None:
    assert failure(ResolutionError("unreachable", "no")).code == "unreachable"


def test_document_that_is_gone_is_not_found() -> None:
    with pytest.raises(ResolutionError) as error:
        DIDWeb(ScriptedFetcher()).resolve(DID)
    assert error.value.code == "not_found"


def test_large_document_is_refused() -> None:
    body = json.dumps({"id": DID, "x": "x" * 70_000}).encode()
    assert failure(body).code == "document_too_large"
