"""The chain that settings name: nodes behind URLs, or the embedded chain in a file.

An embedded chain that another process serves (``didgate chain up``) is used through that process,
so py-evm, which takes long to import, is imported only where this process opens the file itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.endpoints import endpoint, is_websocket
from didgate.chain.follower import Feed
from didgate.chain.lock import served_at
from didgate.chain.quorum import QuorumProvider, provider_name
from didgate.ports import Metrics

_TIMEOUT_IN_QUORUM: Final = timedelta(seconds=10)


def open_chain(
    rpc_urls: Sequence[str],
    path: Path,
    closing: ExitStack,
    *,
    quorum: int | None = None,
    metrics: Metrics | None = None,
) -> ChainClient:
    """Connect to a chain.

    Args:
        rpc_urls: URLs of nodes of one chain, if it is not the embedded chain.
        path: the file of the embedded chain.
        closing: closes in the end what this process opens.
        quorum: how many of the nodes must agree; by default more than half.
        metrics: counts who of several does not agree.

    Raises:
        ChainError: ``chain_missing`` if there is no such file, ``chain_in_use`` if another process
            has it open and does not serve it, ``no_quorum`` or ``unreachable``.
        InvalidInput: ``invalid_rpc_url`` or ``invalid_quorum``.
    """
    if len(rpc_urls) > 1:
        return ChainClient.connect(_quorum(rpc_urls, closing, quorum, metrics))
    url = rpc_urls[0] if rpc_urls else served_at(path)
    if url is not None:
        return ChainClient.connect(url)
    from didgate.chain.embedded import EmbeddedChain

    return ChainClient.connect(closing.enter_context(EmbeddedChain.open(path)))


def open_feeds(rpc_urls: Sequence[str], deployment: Deployment, metrics: Metrics) -> list[Feed]:
    """Return what announces new blocks: one feed for each node with a WebSocket.

    Args:
        rpc_urls: URLs of nodes; those of other schemes announce nothing.
        deployment: where the registries stand whose events are of interest.
        metrics: counts lost connections.
    """
    urls = [(number, url) for number, url in enumerate(rpc_urls) if is_websocket(url)]
    if not urls:
        return []
    from didgate.chain.subscription import Subscription

    addresses = (deployment.policies.address, deployment.resources.address)
    return [
        Subscription(url, addresses, name=provider_name(number, url), metrics=metrics)
        for number, url in urls
    ]


def _quorum(
    urls: Sequence[str], closing: ExitStack, quorum: int | None, metrics: Metrics | None
) -> QuorumProvider:
    provider = QuorumProvider(
        [endpoint(url, _TIMEOUT_IN_QUORUM) for url in urls],
        quorum,
        names=[provider_name(number, url) for number, url in enumerate(urls)],
        metrics=metrics,
        timeout=_TIMEOUT_IN_QUORUM,
    )
    closing.callback(provider.close)
    return provider
