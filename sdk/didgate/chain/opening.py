"""The chain that settings name: a node behind a URL, or the embedded chain in a file.

An embedded chain that another process serves (``didgate chain up``) is used through that process,
so py-evm, which takes long to import, is imported only where this process opens the file itself.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from didgate.chain.client import ChainClient
from didgate.chain.lock import served_at


def open_chain(rpc_url: str | None, path: Path, closing: ExitStack) -> ChainClient:
    """Connect to a chain.

    Args:
        rpc_url: the URL of a node, if it is not the embedded chain.
        path: the file of the embedded chain.
        closing: closes the file in the end, if this process opens it.

    Raises:
        ChainError: ``chain_missing`` if there is no such file, ``chain_in_use`` if another process
            has it open and does not serve it, or ``unreachable``.
        InvalidInput: ``invalid_rpc_url``.
    """
    url = rpc_url or served_at(path)
    if url is not None:
        return ChainClient.connect(url)
    from didgate.chain.embedded import EmbeddedChain

    return ChainClient.connect(closing.enter_context(EmbeddedChain.open(path)))
