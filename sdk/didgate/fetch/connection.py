"""Connections that go only to checked addresses and end at one deadline.

The host name is looked up once and the connection is made to the very address that was checked,
which defeats DNS rebinding; TLS still asks for a certificate of the name. Every single wait is cut
to what is left of the deadline, so a peer that sends one byte now and then gains nothing.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import httpcore2

from didgate.errors import ResolutionError
from didgate.fetch.addresses import Address, Lookup, checked_addresses

_MAX_ADDRESSES = 4


class Deadline:
    """The moment by which all of a fetch must be done.

    Args:
        seconds: how long from now.
    """

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left.

        Raises:
            ResolutionError: ``fetch_timeout`` when none are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise ResolutionError("fetch_timeout", "the document did not arrive in time")
        return left


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to checked addresses for one fetch.

    Args:
        lookup: finds the addresses of a host.
        executor: runs the lookup, which knows no timeout of its own.
        deadline: when to give up.
        allow_private: connect to any address.
    """

    def __init__(
        self, lookup: Lookup, executor: Executor, deadline: Deadline, *, allow_private: bool
    ) -> None:
        self._lookup = lookup
        self._executor = executor
        self._deadline = deadline
        self._allow_private = allow_private
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Look the host up, check every address, and connect to the first that answers."""
        addresses = self._addresses(host, port)[:_MAX_ADDRESSES]
        for left in range(len(addresses), 0, -1):
            # Each gets its share of the time, so that a dead first address leaves some.
            share = self._deadline.remaining() / left
            try:
                stream = self._plain.connect_tcp(
                    str(addresses[-left]), port, share, local_address, socket_options or ()
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
            return _DeadlineStream(stream, self._deadline)
        raise ResolutionError("unreachable", f"no address of {host} accepts a connection")

    def _addresses(self, host: str, port: int) -> list[Address]:
        answer = self._executor.submit(self._lookup, host, port)
        try:
            found = answer.result(timeout=self._deadline.remaining())
        except FutureTimeoutError as error:
            answer.cancel()
            raise ResolutionError("fetch_timeout", f"looking up {host} took too long") from error
        return checked_addresses(host, found, allow_private=self._allow_private)


class _DeadlineStream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, self._deadline.remaining())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._deadline.remaining()
        return _DeadlineStream(
            self._inner.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
