"""JSON-RPC to a node: transport, batches, and errors in one shape whichever the node.

A provider is anything with the two methods of web3.py's providers: an embedded chain is one, so
are those of web3.py 7 and 8, and ``didgate.chain.http_endpoint`` keeps one of them within bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from didgate.chain.revert import Reverted, is_revert
from didgate.errors import ChainError

_BATCH: Final = 100  # what common providers take at once


class RPCProvider(Protocol):
    """Carries JSON-RPC requests to a chain and its responses back."""

    def make_request(self, method: Any, params: Any, /) -> Any:
        """Return the response object to one request."""
        ...

    def make_batch_request(self, requests: Any, /) -> Any:
        """Return the response objects to several (method, params) pairs, in their order."""
        ...


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
    if is_revert(error):
        raise Reverted.from_data(fields.get("data"))
    raise ChainError("rpc_error", f"the node refused: {message}")
