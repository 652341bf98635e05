"""JSON-RPC to a node: transport, batches, and errors in one shape whichever the node.

A provider is anything with the two methods of web3.py's providers: an embedded chain is one, so
are those of web3.py 7 and 8. ``HTTPEndpoint`` is ours. It bounds the time it takes and the bytes it
reads, and follows no redirect.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

import httpx2

from didgate.chain.revert import Reverted
from didgate.encoding import strict_json
from didgate.errors import ChainError, InvalidInput

_BATCH: Final = 100  # what common providers take at once
_MAX_BODY: Final = 32 << 20
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class RPCProvider(Protocol):
    """Carries JSON-RPC requests to a chain and its responses back."""

    def make_request(self, method: Any, params: Any, /) -> Any:
        """Return the response object to one request."""
        ...

    def make_batch_request(self, requests: Any, /) -> Any:
        """Return the response objects to several (method, params) pairs, in their order."""
        ...


class HTTPEndpoint:
    """A node's JSON-RPC endpoint over HTTP; may be shared by threads.

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
        try:
            target = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError) as error:
            raise InvalidInput("invalid_rpc_url", "not a URL") from error
        if target.scheme not in ("http", "https") or not target.host:
            raise InvalidInput("invalid_rpc_url", "an RPC URL begins with http:// or https://")
        self._url = target
        self._seconds = timeout.total_seconds()
        self._max_bytes = max_bytes
        self._client = httpx2.Client(
            timeout=self._seconds,
            follow_redirects=False,
            # A proxy set in the environment is for the outside world.
            trust_env=target.host not in _LOOPBACK,
        )
        self._close = weakref.finalize(self, self._client.close)

    def make_request(self, method: str, params: Any, /) -> Any:
        """Send one request and return the response object."""
        return self._exchange({"jsonrpc": "2.0", "id": 0, "method": method, "params": params})

    def make_batch_request(self, requests: Sequence[tuple[str, Any]], /) -> Any:
        """Send several requests at once; the responses come back in the order of the requests."""
        batch = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(requests)
        ]
        responses = self._exchange(batch)
        if not isinstance(responses, list):
            return responses
        by_id = {item.get("id"): item for item in responses if isinstance(item, dict)}
        return [by_id.get(number) for number in range(len(batch))]

    def _exchange(self, message: object) -> Any:
        try:
            body = self._post(json.dumps(message).encode())
        except httpx2.HTTPError as error:
            kind = type(error).__name__
            raise ChainError("unreachable", f"the node cannot be reached: {kind}") from error
        try:
            return strict_json.loads(body, max_bytes=self._max_bytes)
        except InvalidInput as error:
            raise ChainError("malformed_response", "the node did not answer in JSON") from error

    def _post(self, content: bytes) -> bytes:
        """Post a body and read the answer within the limits of time and size."""
        deadline = time.monotonic() + self._seconds
        headers = {"Content-Type": "application/json"}
        body = bytearray()
        with self._client.stream("POST", self._url, content=content, headers=headers) as response:
            if response.status_code != httpx2.codes.OK:
                status = response.status_code
                raise ChainError("unreachable", f"the node answered with HTTP status {status}")
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise ChainError("malformed_response", "the node's answer is too long")
                if time.monotonic() > deadline:
                    raise ChainError("unreachable", "the node's answer took too long")
        return bytes(body)

    def close(self) -> None:
        """Close the connections; an endpoint that is no longer used closes them by itself."""
        self._close()


class RPC:
    """Requests to a provider, with results in place of responses and ``ChainError`` for errors."""

    def __init__(self, provider: RPCProvider) -> None:
        self._provider = provider

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Return the result of one request.

        Raises:
            ChainError: ``unreachable``, ``malformed_response``, ``reverted`` (a ``Reverted``) or
                ``rpc_error``, the node refused.
        """
        return _result(self._carry(self._provider.make_request, method, list(params)))

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return the results of several requests, in their order.

        A revert is what a contract answers, and stands as a ``Reverted`` in its place; any other
        error fails the whole batch.

        Raises:
            ChainError: as ``request``, except for ``reverted``.
        """
        if len(requests) == 1:
            method, params = requests[0]
            response = self._carry(self._provider.make_request, method, list(params))
            return [_result_or_revert(response)]
        results: list[Any] = []
        for start in range(0, len(requests), _BATCH):
            part = [(method, list(params)) for method, params in requests[start : start + _BATCH]]
            responses = self._carry(self._provider.make_batch_request, part)
            if isinstance(responses, Mapping):
                _result(responses)  # one error object for the whole batch
            if not isinstance(responses, list) or len(responses) != len(part):
                raise ChainError("malformed_response", "the node did not answer the whole batch")
            results += map(_result_or_revert, responses)
        return results

    def _carry(self, send: Any, *arguments: Any) -> Any:
        """Call the provider; whatever a foreign one raises means that the node is out of reach."""
        try:
            return send(*arguments)
        except ChainError:
            raise
        except Exception as error:
            kind = type(error).__name__
            raise ChainError("unreachable", f"the node cannot be reached: {kind}") from error


def _result_or_revert(response: Any) -> Any:
    try:
        return _result(response)
    except Reverted as reverted:
        return reverted


def _result(response: Any) -> Any:
    """Take the result out of a response object, or raise its error."""
    if not isinstance(response, Mapping):
        raise ChainError("malformed_response", "the node sent no response object")
    error = response.get("error")
    if error is None:
        if "result" not in response:
            raise ChainError("malformed_response", "the response holds no result")
        return response["result"]
    fields = error if isinstance(error, Mapping) else {}
    message = str(fields.get("message", "no reason given"))[:200]
    if _is_revert(fields, message):
        raise Reverted.from_data(fields.get("data"))
    raise ChainError("rpc_error", f"the node refused: {message}")


def _is_revert(error: Mapping[str, Any], message: str) -> bool:
    """Tell a revert from other errors; geth, anvil and the embedded chain use code 3."""
    return error.get("code") == 3 or "revert" in message.lower()
