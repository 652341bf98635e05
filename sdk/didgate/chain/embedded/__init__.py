"""A chain of one's own: py-evm in this process, its state in one SQLite file.

``EmbeddedChain`` is the chain, ``ChainServer`` serves it by JSON-RPC on loopback; one process at a
time has it open (``didgate.chain.lock``). Inside, from the bottom up: ``db`` (SQLite),
``precompiles`` and ``evm`` (the rules), ``ledger`` (blocks and transactions), ``rpc`` (what a node
answers).
"""

from didgate.chain.embedded.chain import EmbeddedChain
from didgate.chain.embedded.server import ChainServer

__all__ = ["ChainServer", "EmbeddedChain"]
