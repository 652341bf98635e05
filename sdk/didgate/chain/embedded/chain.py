"""A chain of one's own, in this process and in one SQLite file (DESIGN §8).

For development, demonstrations and small installations: everything that a node would do, with
nothing to install. Transactions are mined at once; whoever keeps the chain running calls ``mine``
every few seconds (``serve`` does), so that the chain's time goes on.

>>> chain = EmbeddedChain.create(None, funded=["0x" + "11" * 20], chain_id=4242)
>>> chain.make_request("eth_chainId", [])["result"]
'0x1092'
>>> chain.close()
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from eth.abc import BlockHeaderAPI

from didgate.chain.embedded.db import ChainStore
from didgate.chain.embedded.ledger import Ledger
from didgate.chain.embedded.params import RPCError
from didgate.chain.embedded.rpc import EmbeddedRPC
from didgate.chain.facts import Block
from didgate.chain.lock import ChainLock
from didgate.encoding import parse_address
from didgate.errors import ChainError, InvalidInput
from didgate.ports import Clock, SystemClock

_BALANCE: Final = 10**6 * 10**18
_SMALLEST_CHAIN_ID: Final = 1 << 31  # beyond the numbers that public chains use
_LARGEST_CHAIN_ID: Final = (1 << 53) - 1  # what every JSON parser reads exactly


class EmbeddedChain:
    """An EVM chain in this process; use ``create`` or ``open``, and ``close`` or ``with``.

    It is an RPC provider like those of web3.py: ``make_request`` and ``make_batch_request``
    answer JSON-RPC. Requests of several threads are served one after the other.
    """

    def __init__(
        self, path: Path | None, lock: ChainLock | None, store: ChainStore, ledger: Ledger
    ) -> None:
        self.path = path
        self.chain_id = ledger.chain_id
        self._lock = lock
        self._store = store
        self._ledger = ledger
        self._rpc = EmbeddedRPC(ledger)
        self._mutex = threading.RLock()
        self._is_open = True

    @classmethod
    def create(
        cls,
        path: Path | None,
        *,
        funded: Iterable[str],
        chain_id: int | None = None,
        finality_depth: int = 0,
        clock: Clock | None = None,
    ) -> Self:
        """Make a new chain.

        Args:
            path: the file to keep it in; ``None`` keeps it in memory.
            funded: addresses that get a million ether each; their keys are the caller's.
            chain_id: the chain's number; drawn at random if not given.
            finality_depth: by how many blocks the tag ``finalized`` lags behind the head. No
                block is ever replaced, so the default, 0, calls every block final.
            clock: gives the blocks their time; the system's by default.

        Raises:
            ChainError: ``chain_exists``, ``chain_in_use``, ``not_a_chain_file`` or
                ``chain_file_unusable``.
            InvalidInput: ``invalid_address``, ``invalid_chain_id``, ``invalid_finality_depth``.
        """
        number = chain_id or _SMALLEST_CHAIN_ID + secrets.randbelow(_SMALLEST_CHAIN_ID)
        if not 0 < number <= _LARGEST_CHAIN_ID:
            raise InvalidInput("invalid_chain_id", "no chain can have this number")
        if finality_depth < 0:
            raise InvalidInput("invalid_finality_depth", "no block is final before it is made")
        balances = {parse_address(account): _BALANCE for account in funded}

        def begin(store: ChainStore, clock: Clock) -> Ledger:
            return Ledger.create(
                store, clock, chain_id=number, balances=balances, finality_depth=finality_depth
            )

        return cls._begin(path, begin, clock)

    @classmethod
    def open(
        cls, path: Path, *, expected_chain_id: int | None = None, clock: Clock | None = None
    ) -> Self:
        """Continue a chain.

        Args:
            path: its file.
            expected_chain_id: the chain it should be, if that is known.
            clock: gives the blocks their time; the system's by default.

        Raises:
            ChainError: ``chain_missing``, ``chain_in_use``, ``not_a_chain_file``,
                ``chain_file_unusable`` or ``wrong_chain``.
        """
        if not path.is_file():
            raise ChainError("chain_missing", f"there is no chain file at {path}")
        chain = cls._begin(path, Ledger.open, clock)
        if expected_chain_id not in (None, chain.chain_id):
            chain.close()
            raise ChainError("wrong_chain", f"the file holds chain {chain.chain_id}")
        return chain

    @classmethod
    def _begin(
        cls, path: Path | None, begin: Callable[[ChainStore, Clock], Ledger], clock: Clock | None
    ) -> Self:
        """Lock the file, open it and begin with its ledger; undo all of it on failure."""
        with ExitStack() as undo:
            lock = None if path is None else ChainLock(path)
            if lock is not None:
                undo.callback(lock.release)
            store = ChainStore(path)
            undo.callback(store.close)
            chain = cls(path, lock, store, begin(store, clock or SystemClock()))
            undo.pop_all()
        return chain

    @property
    def head(self) -> Block:
        """The latest block."""
        with self._mutex:
            self._check_open()
            return _block(self._ledger.head)

    def mine(self) -> Block:
        """Make a block now, without transactions."""
        with self._mutex:
            self._check_open()
            return _block(self._ledger.mine([]).header)

    def advance_time(self, seconds: int) -> Block:
        """Let the chain's time run ahead of the clock by that much more, and make a block."""
        with self._mutex:
            self._check_open()
            self._ledger.advance_time(seconds)
            return _block(self._ledger.head)

    def announce(self, url: str) -> None:
        """Tell other processes, through the lock file, where this one serves the chain."""
        if self._lock is not None:
            self._lock.announce(url)

    def make_request(self, method: str, params: Any) -> dict[str, Any]:
        """Answer one JSON-RPC request.

        Args:
            method: its name.
            params: its positional parameters.

        Returns:
            A response object, with ``result`` or ``error``.

        Raises:
            ChainError: ``chain_closed``.
        """
        response: dict[str, Any] = {"jsonrpc": "2.0", "id": 0}
        with self._mutex:
            self._check_open()
            try:
                return response | {"result": self._rpc.answer(method, params or [])}
            except RPCError as error:
                return response | {"error": error.to_dict()}

    def make_batch_request(self, requests: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
        """Answer several requests, in order, with no block made in between by others."""
        with self._mutex:
            return [self.make_request(method, params) for method, params in requests]

    def close(self) -> None:
        """Close the file and let others open it; closing twice does no harm."""
        with self._mutex:
            if not self._is_open:
                return
            self._is_open = False
            self._store.close()
            if self._lock is not None:
                self._lock.release()

    def _check_open(self) -> None:
        if not self._is_open:
            raise ChainError("chain_closed", "the chain has been closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _block(header: BlockHeaderAPI) -> Block:
    return Block(header.block_number, bytes(header.hash), header.timestamp)
