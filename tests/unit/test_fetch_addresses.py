"""Which URLs and addresses the fetcher refuses; no test here connects to anything."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from didgate.errors import ResolutionError
from didgate.fetch import HTTPFetcher, is_public, system_lookup


def code_of(fetcher: HTTPFetcher, url: str) -> str:
    with pytest.raises(ResolutionError) as error:
        fetcher.fetch(url, max_bytes=1000, accept="application/json")
    return error.value.code


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "example.com",
        "//example.com/",
        "https:///did.json",
        "https://user:password@example.com/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://exa mple.com/",
        "https://a..b/",
        "https://.example.com/",
        "https://exam\nple.com/",
        "https://[::1%25eth0]/",
        f"https://{'a' * 64}.example/",
        f"https://example.com/{'a' * 2048}",
    ],
)
def test_url_that_is_not_allowed_is_refused(url: str) -> None:
    assert code_of(HTTPFetcher(), url) == "url_not_allowed"


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        ["::1"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:7f00:1::"],
        ["fe80::1%eth0"],
    ],
)
def test_host_with_a_private_address_is_refused(answers: list[str]) -> None:
    fetcher = HTTPFetcher(lookup=lambda *_: answers)
    assert code_of(fetcher, "https://example.com/") == "address_not_allowed"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1"])
def test_loopback_under_any_name_is_refused(host: str) -> None:
    assert code_of(HTTPFetcher(), f"https://{host}/") in {"address_not_allowed", "host_not_found"}


def test_host_without_address_is_refused() -> None:
    fetcher = HTTPFetcher(lookup=lambda *_: [])
    assert code_of(fetcher, "https://example.com/") == "host_not_found"


def test_host_name_that_cannot_be_looked_up_is_refused() -> None:
    with pytest.raises(ResolutionError) as error:
        system_lookup("a" * 64, 443)
    assert error.value.code == "host_not_found"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("100.128.0.1", True),
        ("127.8.8.8", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.0.0.8", False),
        ("192.168.1.1", False),
        ("198.19.0.1", False),
        ("203.0.113.5", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("2606:4700::1111", True),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::808:808", False),
        ("2002:808:808::1", True),
        ("2002:c0a8:1::1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2606:4700::1111%eth0", False),
    ],
)
def test_address_judgement(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
