"""The HTTP fetcher: one GET, followed over few redirects, read up to a limit."""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address

import httpcore2
import httpx2

from didgate.errors import ResolutionError
from didgate.fetch.addresses import Lookup, system_lookup
from didgate.fetch.connection import Deadline, GuardedBackend

_Headers = list[tuple[bytes | str, bytes | str]]

_MAX_REDIRECTS = 3
_MAX_URL_LENGTH = 2048
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_FOUND = frozenset({404, 410})
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_][a-z0-9_-]{0,62}(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?")
_LOOKUP_THREADS = 4


class HTTPFetcher:
    """Fetches documents over HTTPS; implements :class:`didgate.ports.Fetcher`.

    It keeps no cookies, sends no credentials, reads no proxy settings and shares no connection
    between fetches. It may be used by several threads.

    Args:
        timeout: for all of a fetch: lookups, connections, redirects and the body.
        allow_http: fetch ``http`` URLs too; only where the network in between is trusted.
        allow_private: connect to private and loopback addresses too; only where nobody from
            outside can choose the URL.
        lookup: finds the addresses of a host.
        ssl_context: which certificates to trust; by default those of the operating system.
    """

    def __init__(
        self,
        *,
        timeout: timedelta = timedelta(seconds=10),
        allow_http: bool = False,
        allow_private: bool = False,
        lookup: Lookup = system_lookup,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._schemes = frozenset({"https", "http"} if allow_http else {"https"})
        self._allow_private = allow_private
        self._lookup = lookup
        self._ssl_context = ssl_context or httpcore2.default_ssl_context()
        self._lookups = ThreadPoolExecutor(_LOOKUP_THREADS, "didgate-lookup")

    def fetch(self, url: str, *, max_bytes: int, accept: str) -> bytes:
        """Return the body found at ``url``.

        Args:
            url: absolute URL.
            max_bytes: the most bytes of body to read, both as sent and after decompression.
            accept: media type asked for, e.g. ``"application/did+json"``.

        Raises:
            ResolutionError: ``url_not_allowed``, ``address_not_allowed``, ``host_not_found``,
                ``unreachable``, ``fetch_timeout``, ``too_many_redirects``, ``not_found``,
                ``unexpected_status``, ``document_too_large`` or ``undecodable_body``.
        """
        deadline = Deadline(self._timeout.total_seconds())
        headers: _Headers = [
            ("Accept", accept),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "didgate"),
        ]
        location = self._checked_url(url)
        for _ in range(_MAX_REDIRECTS + 1):
            with self._get(location, headers, deadline) as response:
                if response.status not in _REDIRECTS:
                    return _read_body(response, max_bytes)
                location = self._checked_url(_redirect_target(location, response))
        raise ResolutionError("too_many_redirects", "the document was redirected too often")

    def _checked_url(self, text: str) -> httpx2.URL:
        if len(text) > _MAX_URL_LENGTH:
            raise ResolutionError("url_not_allowed", "the URL is too long")
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL as error:
            raise ResolutionError("url_not_allowed", "the URL is malformed") from error
        if url.scheme not in self._schemes:
            raise ResolutionError("url_not_allowed", "only https URLs are fetched")
        if url.userinfo:
            raise ResolutionError("url_not_allowed", "the URL holds a user name")
        port_is_valid = url.port is None or 0 < url.port < 65536
        if not port_is_valid or not _is_host(url.raw_host.decode("ascii")):
            raise ResolutionError("url_not_allowed", "the URL names no valid host")
        return url

    @contextmanager
    def _get(
        self, url: httpx2.URL, headers: _Headers, deadline: Deadline
    ) -> Iterator[httpcore2.Response]:
        backend = GuardedBackend(
            self._lookup, self._lookups, deadline, allow_private=self._allow_private
        )
        # One parse feeds the lookup, the connection, TLS and the request line: nothing to disagree.
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        try:
            with (
                httpcore2.ConnectionPool(self._ssl_context, network_backend=backend) as pool,
                pool.stream("GET", target, headers=headers) as response,
            ):
                yield response
        except httpcore2.TimeoutException as error:
            raise ResolutionError("fetch_timeout", "the document did not arrive in time") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            message = f"the exchange with {url.host} failed"
            raise ResolutionError("unreachable", message) from error


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return _HOST_NAME.fullmatch(host) is not None
    return "%" not in host


def _redirect_target(location: httpx2.URL, response: httpcore2.Response) -> str:
    target = _header(response, b"location")
    if not target:
        raise ResolutionError("unexpected_status", f"the server answered {response.status}")
    try:
        return str(location.join(target.decode("ascii")))
    except (httpx2.InvalidURL, UnicodeDecodeError) as error:
        raise ResolutionError("url_not_allowed", "the redirect is malformed") from error


def _header(response: httpcore2.Response, name: bytes) -> bytes:
    return b", ".join(value for key, value in response.headers if key.lower() == name)


def _read_body(response: httpcore2.Response, max_bytes: int) -> bytes:
    if response.status in _NOT_FOUND:
        raise ResolutionError("not_found", "there is no such document")
    if response.status != 200:
        raise ResolutionError("unexpected_status", f"the server answered {response.status}")
    encoding = _header(response, b"content-encoding").lower()
    # Some servers compress whatever was asked for.
    if encoding in {b"gzip", b"x-gzip"}:
        return _gunzip(_read_limited(response, max_bytes), max_bytes)
    if encoding not in {b"", b"identity"}:
        raise ResolutionError("undecodable_body", "the body has an encoding that was not asked for")
    return _read_limited(response, max_bytes)


def _read_limited(response: httpcore2.Response, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _gunzip(compressed: bytes, max_bytes: int) -> bytes:
    decompressor = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        body = decompressor.decompress(compressed, max_bytes + 1)
    except zlib.error as error:
        raise ResolutionError("undecodable_body", "the body is not valid gzip") from error
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    if not decompressor.eof or decompressor.unused_data:
        raise ResolutionError("undecodable_body", "the body is not one whole gzip member")
    return body


def _too_large(max_bytes: int) -> ResolutionError:
    return ResolutionError("document_too_large", f"the document exceeds {max_bytes} bytes")
