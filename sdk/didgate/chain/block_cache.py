"""What was read at recent blocks, kept by block hash within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any


class BlockCache:
    """Remembers answers by block hash and key; forgets the oldest blocks. May be shared by threads.

    >>> cache = BlockCache(blocks=2, entries=100)
    >>> cache.store(b"a", {"key": 1})
    >>> cache.known(b"a", ["key", "other"])
    {'key': 1}

    Args:
        blocks: how many blocks to remember.
        entries: how many answers to remember for a block.
    """

    def __init__(self, *, blocks: int, entries: int) -> None:
        self._blocks = blocks
        self._entries = entries
        self._answers: OrderedDict[bytes, dict[Hashable, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, block_hash: bytes, key: Hashable) -> Any:
        """Return the answer, or ``None`` if it is not known."""
        return self._answers.get(block_hash, {}).get(key)

    def known(self, block_hash: bytes, keys: Iterable[Hashable]) -> dict[Any, Any]:
        """Return the known ones of the answers to ``keys``."""
        answers = self._answers.get(block_hash, {})
        return {key: answers[key] for key in keys if key in answers}

    def store(self, block_hash: bytes, answers: Mapping[Any, Any]) -> None:
        """Remember answers; a block that would hold too many begins anew."""
        with self._lock:
            kept = self._answers.setdefault(block_hash, {})
            self._answers.move_to_end(block_hash)
            if len(kept) + len(answers) > self._entries:
                kept = self._answers[block_hash] = {}
            kept.update(answers)
            while len(self._answers) > self._blocks:
                self._answers.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
