"""The fetcher against a real server on loopback."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from didgate.errors import ResolutionError
from didgate.fetch import HTTPFetcher, Lookup

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path with the function set for it, and remembers what it was asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        server = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append((self.path, dict(self.headers)))
                server.answers[self.path](self)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self._http.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.port = self._http.server_address[1]
        self._scheme = "https" if certificate else "http"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def reply(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def fetcher() -> HTTPFetcher:
    return HTTPFetcher(allow_http=True, allow_private=True, timeout=timedelta(seconds=5))


def answering(*addresses: str) -> Lookup:
    def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


def code_of(fetcher: HTTPFetcher, url: str, *, max_bytes: int = 1000) -> str:
    with pytest.raises(ResolutionError) as error:
        fetcher.fetch(url, max_bytes=max_bytes, accept="application/json")
    return error.value.code


def test_body_is_returned_and_asked_for_as_given(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/d?v=1"] = reply(b"document")
    assert fetcher.fetch(server.url("/d?v=1#frag"), max_bytes=8, accept="text/x") == b"document"
    path, headers = server.requests[0]
    assert path == "/d?v=1"
    assert headers["Accept"] == "text/x"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Host"] == f"127.0.0.1:{server.port}"


def test_body_over_the_limit_is_refused(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(b"x" * 9)
    assert code_of(fetcher, server.url("/"), max_bytes=8) == "document_too_large"


def test_endless_body_is_refused(server: Server, fetcher: HTTPFetcher) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        reply(b"")(request)
        try:
            while True:
                request.wfile.write(b"x" * 1000)
        except OSError:
            return

    server.answers["/"] = endless
    assert code_of(fetcher, server.url("/"), max_bytes=100_000) == "document_too_large"


def test_gzip_that_was_not_asked_for_is_understood(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(gzip.compress(b"document", mtime=0), Content_Encoding="gzip")
    assert fetcher.fetch(server.url("/"), max_bytes=100, accept="*/*") == b"document"


def test_decompression_bomb_is_refused(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")
    assert code_of(fetcher, server.url("/"), max_bytes=50_000) == "document_too_large"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip at all", "gzip"),
        (gzip.compress(b"document", mtime=0)[:-4], "gzip"),
        (gzip.compress(b"document", mtime=0) + b"more", "gzip"),
        (b"document", "br"),
        (gzip.compress(b"document", mtime=0), "gzip, gzip"),
    ],
)
def test_undecodable_body_is_refused(
    server: Server, fetcher: HTTPFetcher, body: bytes, encoding: str
) -> None:
    server.answers["/"] = reply(body, Content_Encoding=encoding)
    assert code_of(fetcher, server.url("/")) == "undecodable_body"


def test_truncated_body_is_refused(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(b"half", Content_Length="8")
    assert code_of(fetcher, server.url("/")) == "unreachable"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (410, "not_found"),
        (500, "unexpected_status"),
        (204, "unexpected_status"),
        (304, "unexpected_status"),
    ],
)
def test_other_status_is_refused(
    server: Server, fetcher: HTTPFetcher, status: int, code: str
) -> None:
    server.answers["/"] = reply(b"", status)
    assert code_of(fetcher, server.url("/")) == code


def test_body_sent_byte_by_byte_ends_at_the_deadline(server: Server) -> None:
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        reply(b"")(request)
        while not stop.wait(0.02):
            try:
                request.wfile.write(b"x")
            except OSError:
                return

    server.answers["/"] = drip
    fetcher = HTTPFetcher(allow_http=True, allow_private=True, timeout=timedelta(seconds=0.3))
    assert code_of(fetcher, server.url("/"), max_bytes=10**6) == "fetch_timeout"
    stop.set()


def test_headers_sent_byte_by_byte_end_at_the_deadline(server: Server) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        try:
            while True:
                request.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            return

    server.answers["/"] = drip
    fetcher = HTTPFetcher(allow_http=True, allow_private=True, timeout=timedelta(seconds=0.3))
    assert code_of(fetcher, server.url("/")) == "fetch_timeout"


def test_slow_lookup_ends_at_the_deadline() -> None:
    stop = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        stop.wait(10)
        return []

    fetcher = HTTPFetcher(lookup=slow, timeout=timedelta(seconds=0.1))
    assert code_of(fetcher, "https://example.com/") == "fetch_timeout"
    stop.set()


def test_redirects_are_followed(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/1"] = reply(b"", 301, Location="/2")
    server.answers["/2"] = reply(b"", 302, Location=server.url("/3"))
    server.answers["/3"] = reply(b"", 308, Location="4")
    server.answers["/4"] = reply(b"there")
    assert fetcher.fetch(server.url("/1"), max_bytes=5, accept="*/*") == b"there"


def test_endless_redirects_are_refused(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(b"", 302, Location="/")
    assert code_of(fetcher, server.url("/")) == "too_many_redirects"
    assert len(server.requests) == 4


def test_redirect_to_nowhere_is_refused(server: Server, fetcher: HTTPFetcher) -> None:
    server.answers["/"] = reply(b"", 302)
    assert code_of(fetcher, server.url("/")) == "unexpected_status"


@pytest.mark.parametrize(
    "target",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "//user@example.com/",
        "http://a..b/",
        "/\xe9",
        "http://[",
    ],
)
def test_redirect_to_a_url_that_is_not_allowed_is_refused(
    server: Server, fetcher: HTTPFetcher, target: str
) -> None:
    server.answers["/"] = reply(b"", 302, Location=target)
    assert code_of(fetcher, server.url("/")) == "url_not_allowed"


def test_redirect_to_another_host_is_looked_up_and_checked(server: Server) -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return {"first.example": ["127.0.0.1"]}.get(host, ["not an address"])

    server.answers["/"] = reply(b"", 302, Location="http://second.example/")
    fetcher = HTTPFetcher(allow_http=True, allow_private=True, lookup=lookup)
    assert code_of(fetcher, server.url("/", "first.example")) == "host_not_found"
    assert asked == ["first.example", "second.example"]


def test_fetch_without_time_is_refused(server: Server) -> None:
    fetcher = HTTPFetcher(allow_http=True, allow_private=True, timeout=timedelta(0))
    assert code_of(fetcher, server.url("/")) == "fetch_timeout"
    assert not server.requests


def test_closed_port_is_unreachable(fetcher: HTTPFetcher) -> None:
    server = Server()
    server.close()
    assert code_of(fetcher, server.url("/")) == "unreachable"


def test_second_address_is_tried(server: Server) -> None:
    server.answers["/"] = reply(b"document")
    # Nothing listens on the other loopback address.
    fetcher = HTTPFetcher(
        allow_http=True, allow_private=True, lookup=answering("127.0.0.2", "127.0.0.1")
    )
    url = server.url("/", "example.test")
    assert fetcher.fetch(url, max_bytes=8, accept="*/*") == b"document"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a self-signed certificate for example.test, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[Server]:
    server = Server(certificate)
    yield server
    server.close()


def tls_fetcher(certificate: Path | None) -> HTTPFetcher:
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    return HTTPFetcher(allow_private=True, ssl_context=context, lookup=answering("127.0.0.1"))


def test_certificate_of_the_name_is_asked_for(tls_server: Server, certificate: Path) -> None:
    tls_server.answers["/"] = reply(b"document")
    fetcher = tls_fetcher(certificate)
    url = tls_server.url("/", "example.test")
    assert fetcher.fetch(url, max_bytes=8, accept="*/*") == b"document"
    assert tls_server.requests[0][1]["Host"] == f"example.test:{tls_server.port}"


def test_certificate_of_another_name_is_refused(tls_server: Server, certificate: Path) -> None:
    assert code_of(tls_fetcher(certificate), tls_server.url("/", "other.test")) == "unreachable"
    assert not tls_server.requests


def test_certificate_of_unknown_origin_is_refused(tls_server: Server) -> None:
    assert code_of(tls_fetcher(None), tls_server.url("/", "example.test")) == "unreachable"


def test_redirect_from_https_to_http_is_refused(tls_server: Server, certificate: Path) -> None:
    tls_server.answers["/"] = reply(b"", 302, Location="http://example.test/")
    url = tls_server.url("/", "example.test")
    assert code_of(tls_fetcher(certificate), url) == "url_not_allowed"
