"""The endpoint that a URL names, by its scheme.

What carries the requests takes long to import, so it is imported here, where a URL is connected to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from didgate.chain.rpc import RPCProvider

_TIMEOUT: Final = timedelta(seconds=20)


def is_websocket(url: str) -> bool:
    """Tell whether a URL is one by which a node can speak unasked."""
    return url.startswith(("ws://", "wss://"))


def endpoint(url: str, timeout: timedelta = _TIMEOUT) -> RPCProvider:
    """Return what carries requests to a node.

    Args:
        url: ``http``, ``https``, ``ws`` or ``wss``.
        timeout: the most time that one exchange may take.

    Raises:
        InvalidInput: ``invalid_rpc_url``.
    """
    if is_websocket(url):
        from didgate.chain.websocket_endpoint import WebSocketEndpoint

        return WebSocketEndpoint(url, timeout=timeout)
    from didgate.chain.http_endpoint import HTTPEndpoint

    return HTTPEndpoint(url, timeout=timeout)
