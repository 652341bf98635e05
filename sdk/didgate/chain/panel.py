"""Several RPC providers, asked at the same time, each within bounds.

Each provider has threads of its own, so that one that hangs holds up nobody but itself. Nobody
waits for it either: answers are handed on as they come, the late ones too, if only to be counted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from didgate.chain.ballot import Request
from didgate.chain.rpc import RPCProvider
from didgate.errors import ChainError
from didgate.ports import Metrics

_LOG: Final = logging.getLogger(__name__)
_THREADS: Final = 8
_WAITING: Final = 64
_GOOD_ANSWERS_UNTIL_FORGIVEN: Final = 200

Hear = Callable[[int, object], None]
"""Takes a provider's number, and the list of its response objects or a ``ChainError``."""


class Panel:
    """The providers of one chain.

    Args:
        providers: carry requests to one node each; several threads use each of them.
        names: what they are called in logs and metrics; no credentials.
        metrics: counts ``provider_<fault>`` by name.
    """

    def __init__(
        self, providers: Sequence[RPCProvider], names: Sequence[str], metrics: Metrics
    ) -> None:
        self.names = tuple(names)
        self._members = [
            _Member(provider, name) for provider, name in zip(providers, names, strict=True)
        ]
        self._metrics = metrics

    def __len__(self) -> int:
        return len(self._members)

    def ask(self, requests: Sequence[Request], hear: Hear, of: Collection[int]) -> None:
        """Put the same requests to some providers; return at once.

        Args:
            requests: each a method and its parameters.
            hear: is called once for each provider, from other threads.
            of: the numbers of those who are asked.
        """
        for number in of:
            self._members[number].ask(requests, partial(hear, number))

    def note(self, number: int, fault: str | None) -> None:
        """Count a fault of a provider, and log it if that is news; None: it did well."""
        member = self._members[number]
        if fault is not None:
            self._metrics.count(f"provider_{fault}", member.name)
        member.note(fault)

    def close(self) -> None:
        """Ask nobody any more; who is still being asked is not waited for."""
        for member in self._members:
            member.close()


class _Member:
    def __init__(self, provider: RPCProvider, name: str) -> None:
        self.name = name
        self._provider = provider
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"didgate-rpc-{name}")
        self._places = threading.BoundedSemaphore(_WAITING)
        self._faults: set[str] = set()
        self._good_answers = 0
        self._lock = threading.Lock()

    def ask(self, requests: Sequence[Request], hear: Callable[[object], None]) -> None:
        if not self._places.acquire(blocking=False):
            hear(ChainError("unreachable", "too many requests to the provider are waiting"))
            return
        try:
            self._threads.submit(self._ask, requests, hear)
        except RuntimeError:  # it was closed
            self._places.release()
            hear(ChainError("unreachable", "the provider is asked no more"))

    def _ask(self, requests: Sequence[Request], hear: Callable[[object], None]) -> None:
        answer: object
        try:
            answer = self._answer([(method, list(params)) for method, params in requests])
        except ChainError as error:
            answer = error
        except Exception as error:  # noqa: BLE001  # whatever a foreign provider raises
            kind = type(error).__name__
            answer = ChainError("unreachable", f"the provider cannot be reached: {kind}")
        finally:
            self._places.release()
        hear(answer)

    def _answer(self, requests: list[tuple[str, list[object]]]) -> object:
        if len(requests) == 1:
            return [self._provider.make_request(*requests[0])]
        return self._provider.make_batch_request(requests)

    def note(self, fault: str | None) -> None:
        """Log the first fault of a kind, and that all is well again after many good answers."""
        with self._lock:
            self._good_answers = self._good_answers + 1 if fault is None else 0
            is_news = fault is not None and fault not in self._faults
            forgiven = bool(self._faults) and self._good_answers >= _GOOD_ANSWERS_UNTIL_FORGIVEN
            if fault is not None:
                self._faults.add(fault)
            if forgiven:
                self._faults.clear()
        if is_news:
            _LOG.warning("RPC provider %s: %s", self.name, fault)
        if forgiven:
            _LOG.info("RPC provider %s agrees with the others again", self.name)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
