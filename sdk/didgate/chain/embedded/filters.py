"""Filters of the embedded chain: what a client has asked to be told of, and has not seen yet."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from didgate.chain.embedded.ledger import Ledger
from didgate.chain.embedded.params import INVALID_PARAMS, LogFilter, RPCError
from didgate.chain.embedded.rpc_json import JSONObject, data, log_json

_MAX_FILTERS: Final = 256
_FILTER_NOT_FOUND: Final = -32000


@dataclass(slots=True)
class _Filter:
    """One filter: the logs it wants (``None`` = it wants blocks), and the next block to look at."""

    wanted: LogFilter | None
    first: int
    last: int | None
    next_block: int


class Filters:
    """The filters of all clients; of too many, the oldest is dropped."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._filters: OrderedDict[str, _Filter] = OrderedDict()

    def add_blocks(self) -> str:
        """Watch for new blocks; return the filter's id."""
        after_head = self._ledger.head.block_number + 1
        return self._add(_Filter(None, after_head, None, after_head))

    def add_logs(self, wanted: LogFilter, first: int | None, last: int | None) -> str:
        """Watch for logs from block ``first`` (default: from now on) to ``last``."""
        start = self._ledger.head.block_number + 1 if first is None else first
        return self._add(_Filter(wanted, start, last, start))

    def _add(self, new: _Filter) -> str:
        if len(self._filters) >= _MAX_FILTERS:
            self._filters.popitem(last=False)
        filter_id = hex(secrets.randbits(64))
        self._filters[filter_id] = new
        return filter_id

    def changes(self, filter_id: str) -> list[JSONObject] | list[str]:
        """Return what has come since the last time; logs, or hashes of blocks."""
        known = self._find(filter_id)
        head = self._ledger.head.block_number
        first, known.next_block = known.next_block, max(known.next_block, head + 1)
        if known.wanted is not None:
            return self._logs(known, first, head)
        headers = (self._ledger.header_at(number) for number in range(first, head + 1))
        return [data(header.hash) for header in headers if header]

    def logs(self, filter_id: str) -> list[JSONObject]:
        """Return all that a filter of logs matches, seen or not."""
        known = self._find(filter_id)
        if known.wanted is None:
            raise RPCError(INVALID_PARAMS, "the filter is not one of logs")
        return self._logs(known, known.first, self._ledger.head.block_number)

    def _logs(self, known: _Filter, first: int, head: int) -> list[JSONObject]:
        last = head if known.last is None else min(known.last, head)
        wanted = known.wanted
        logs = self._ledger.logs(first, last)
        return [log_json(log) for log in logs if wanted is not None and wanted.matches(log)]

    def remove(self, filter_id: str) -> bool:
        """Forget a filter; tell whether it was there."""
        return self._filters.pop(filter_id, None) is not None

    def _find(self, filter_id: str) -> _Filter:
        try:
            return self._filters[filter_id]
        except KeyError as error:
            raise RPCError(_FILTER_NOT_FOUND, "filter not found") from error
