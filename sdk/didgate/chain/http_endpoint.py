"""A node's JSON-RPC endpoint over HTTP: web3.py's provider, kept within bounds.

One exchange has a limit of time and of bytes, follows no redirect, is not tried again, and what
comes back is parsed strictly. Importing web3 takes a second, so this module is imported where a
URL is connected to, and not before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from web3 import HTTPProvider
from web3.types import RPCResponse

from didgate.encoding import strict_json
from didgate.errors import ChainError, InvalidInput

_MAX_BODY: Final = 32 << 20
_CHUNK: Final = 1 << 16
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class HTTPEndpoint(HTTPProvider):
    """Carries JSON-RPC to one node; may be shared by threads.

    Args:
        url: ``http`` or ``https``.
        timeout: the most time that one exchange may take.
        max_bytes: the longest body that is read.

    Raises:
        InvalidInput: ``invalid_rpc_url``.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: timedelta = timedelta(seconds=20),
        max_bytes: int = _MAX_BODY,
    ) -> None:
        host = _host(url)
        seconds = timeout.total_seconds()
        self._session = requests.Session()
        # A proxy set in the environment is for the outside world.
        self._session.trust_env = host not in _LOOPBACK
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _BoundedAdapter(seconds, max_bytes))
        super().__init__(
            url,
            {"timeout": seconds, "allow_redirects": False},
            self._session,
            exception_retry_configuration=None,
        )

    def make_batch_request(self, batch_requests: Sequence[tuple[Any, Any]]) -> Any:
        """Send several requests at once; the responses come back in the order of the requests.

        web3.py sorts the responses and does not look whether they answer what was asked.

        Raises:
            ChainError: ``malformed_response``, or ``unreachable``.
        """
        batch = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(batch_requests)
        ]
        answer = self._session.post(
            str(self.endpoint_uri), json=batch, **self._request_kwargs or {}
        )
        responses: Any = self.decode_rpc_response(answer.content)
        if not isinstance(responses, list):
            return responses
        by_id = {item.get("id"): item for item in responses if isinstance(item, dict)}
        return [by_id.get(number) for number in range(len(batch))]

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        """Parse the body of a response, or of a batch of them.

        Raises:
            ChainError: ``malformed_response``.
        """
        try:
            # web3's parser knows no limit of depth, and py-evm lifts Python's own.
            parsed = strict_json.loads(raw_response, max_bytes=len(raw_response))
        except InvalidInput as error:
            raise ChainError("malformed_response", "the node did not answer in JSON") from error
        return cast("RPCResponse", parsed)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class _BoundedAdapter(HTTPAdapter):
    """Reads the body of a response within a limit of time and bytes."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        super().__init__()
        self._seconds = seconds
        self._max_bytes = max_bytes

    def send(self, *args: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + self._seconds
        response = super().send(*args, **options | {"stream": True})
        if response.status_code != requests.codes.ok:
            response.close()
            status = response.status_code
            raise ChainError("unreachable", f"the node answered with HTTP status {status}")
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            late = time.monotonic() > deadline
            if late or len(body) > self._max_bytes:
                response.close()
                if late:
                    raise ChainError("unreachable", "the node's answer took too long")
                raise ChainError("malformed_response", "the node's answer is too long")
        response.raw = BytesIO(body)
        return response


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        valid = valid and url.isprintable() and " " not in url
    except ValueError as error:
        raise InvalidInput("invalid_rpc_url", "not a URL") from error
    if not valid:
        raise InvalidInput("invalid_rpc_url", "an RPC URL begins with http:// or https://")
    return parts.hostname or ""
