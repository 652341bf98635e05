"""K of N RPC providers must say the same before it is believed.

``QuorumProvider`` is a provider like any other, made of several. What it answers was said alike by
at least K of them, about the same block: a question about the "latest" state is put to all as a
question about one block, named by its hash, that K of them hold. What fewer say is no answer but
``no_quorum``, and a gate denies. So up to N - K providers may lie, stand still, be on a fork or out
of reach, and the gate goes on; who that was is counted and logged.

K is more than half of N, else two groups that contradict each other could both be believed.

Transactions go to all providers, and count as mined once K of them say so. Numbers that are advice
(gas, tip, nonce) may differ; where no K agree, the lower median of what was said is taken: a
minority of liars moves it no further than to another honest answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from didgate.chain.agreed_head import AgreedHead
from didgate.chain.ballot import Ballot, Request, Response
from didgate.chain.panel import Panel
from didgate.chain.rpc import RPCProvider
from didgate.chain.vote import Vote
from didgate.config import check_quorum
from didgate.encoding import keccak256
from didgate.errors import ChainError
from didgate.ports import Counters, Metrics

_SEND: Final = "eth_sendRawTransaction"
_RECEIPT: Final = "eth_getTransactionReceipt"
_COUNT: Final = "eth_getTransactionCount"
_HEADER: Final = "eth_getBlockByNumber"
_ADVICE: Final = frozenset({"eth_estimateGas", "eth_maxPriorityFeePerGas", _COUNT})
_TAGS: Final = frozenset({"latest", "safe", "finalized"})
# Which parameter names the block.
_AT_BLOCK: Final[Mapping[str, int]] = {
    "eth_call": 1,
    "eth_getCode": 1,
    "eth_getBalance": 1,
    "eth_getStorageAt": 2,
    _COUNT: 1,
}
_PATIENCE: Final = 1.0
# Gas differs between kinds of nodes, and a transaction may have reached a node by another.
_NO_FAULTS: Final = {"dissenting": None, "refusing": None}


def provider_name(number: int, url: str) -> str:
    """Return what a provider is called in logs and metrics: its host, never path or credentials.

    >>> provider_name(1, "https://me:secret@rpc.example:8545/v3/key")
    '1:rpc.example:8545'
    """
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{number}:{parts.hostname}{port}"


class QuorumProvider:
    """Several providers as one; ``close`` it in the end.

    Args:
        providers: to nodes of one chain, run by different people if it is to be worth anything.
        quorum: how many must agree; by default more than half.
        names: what they are called in logs and metrics; by default their numbers.
        metrics: counts who dissents, by name.
        timeout: how long an answer may take.

    Raises:
        InvalidInput: ``invalid_quorum``.
    """

    def __init__(
        self,
        providers: Sequence[RPCProvider],
        quorum: int | None = None,
        *,
        names: Sequence[str] | None = None,
        metrics: Metrics | None = None,
        timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        self.quorum = check_quorum(quorum, len(providers))
        self.metrics = metrics or Counters()
        listed = names or [str(number) for number in range(len(providers))]
        self._panel = Panel(providers, listed, self.metrics)
        self._seconds = timeout.total_seconds()
        self._heads = AgreedHead(self._panel, self.quorum, self._seconds)

    def make_request(self, method: Any, params: Any) -> Any:
        """Return the response object that enough providers gave to one request.

        Raises:
            ChainError: ``no_quorum``.
        """
        return self.make_batch_request([(method, params)])[0]

    def make_batch_request(self, requests: Sequence[tuple[Any, Any]]) -> list[Response]:
        """Return the response objects to several requests, in their order.

        Raises:
            ChainError: ``no_quorum``.
        """
        try:
            return self._answer([(method, list(params or [])) for method, params in requests])
        except ChainError as error:
            self.metrics.count(error.code)
            raise

    def _answer(self, requests: list[Request]) -> list[Response]:
        pinned = self._pin(requests)
        answers: dict[int, Response] = {}
        for ask, belongs in (
            (self._agreed_heads, _asks_for_head),
            (self._sent, lambda request: request[0] == _SEND),
            (self._advised, lambda request: request[0] in _ADVICE),
            (self._agreed, lambda _: True),
        ):
            places = [
                place
                for place, request in enumerate(pinned)
                if place not in answers and belongs(request)
            ]
            given = ask([pinned[place] for place in places]) if places else []
            answers.update(zip(places, given, strict=True))
        return [answers[place] for place in range(len(requests))]

    def _pin(self, requests: list[Request]) -> list[Request]:
        """Have questions about a tag ask about one block, the same for all providers."""
        tags = sorted({tag for tag in map(_tag_of, requests) if tag is not None})
        if not tags:
            return requests
        heads = dict(zip(tags, map(_hash_of, self._heads.find(tags)), strict=True))
        return [
            request if tag is None else _at(request, heads[tag])
            for request, tag in zip(requests, map(_tag_of, requests), strict=True)
        ]

    def _agreed_heads(self, requests: list[Request]) -> list[Response]:
        tags = list(dict.fromkeys(params[0] for _, params in requests))
        found = dict(zip(tags, self._heads.find(tags), strict=True))
        return [found[params[0]] for _, params in requests]

    def _agreed(self, requests: list[Request]) -> list[Response]:
        """Return what enough providers say."""
        # A receipt that some have and others have not yet is no contradiction: ask again later.
        forming = [method == _RECEIPT for method, _ in requests]
        if any(forming):
            vote = self._vote(requests, _is_settled, _PATIENCE)
        else:
            vote = self._vote(requests, _is_decided, None)
        answers = [vote.standing(place) for place in range(len(requests))]
        for place, answer in enumerate(answers):
            if answer is None and forming[place] and len(vote.answers(place)) >= self.quorum:
                answers[place] = {"result": None}
        agreed = [answer for answer in answers if answer is not None]
        if len(agreed) < len(requests):
            method = requests[answers.index(None)][0]
            message = f"fewer than {self.quorum} of {len(self._panel)} RPC providers agree"
            raise ChainError("no_quorum", f"{message} on {str(method)[:64]}")
        return agreed

    def _vote(
        self,
        requests: list[Request],
        until: Callable[[Ballot], bool],
        patience: float | None,
        **options: Any,
    ) -> Vote:
        deadline = time.monotonic() + self._seconds
        vote = Vote(self._panel, requests, self.quorum, **options)
        vote.wait(until, deadline, patience=patience)
        vote.conclude(gave_up=time.monotonic() >= deadline)
        return vote

    def _advised(self, requests: list[Request]) -> list[Response]:
        """Return numbers that honest providers may differ about."""
        vote = self._vote(requests, _is_settled, _PATIENCE, called=_NO_FAULTS)
        answers: list[Response] = []
        for place, (method, _) in enumerate(requests):
            agreed = vote.standing(place)
            said = vote.answers(place).values()
            numbers = sorted(form[1] for form in said if isinstance(form[1], int))
            if agreed is None and len(numbers) < self.quorum:
                raise ChainError("no_quorum", f"too few RPC providers answer {method}")
            median = {"result": hex(numbers[(len(numbers) - 1) // 2])} if numbers else {}
            answers.append(agreed or median)
        return answers

    def _sent(self, requests: list[Request]) -> list[Response]:
        return [self._send(request) for request in requests]

    def _send(self, request: Request) -> Response:
        """Give a transaction to all; it is sent as soon as one that knows its hash has taken it."""
        expected = "0x" + keccak256(bytes.fromhex(request[1][0].removeprefix("0x"))).hex()

        def taken(ballot: Ballot) -> bool:
            return any(form == ("result", f'"{expected}"') for form in ballot.answers(0).values())

        vote = self._vote([request], taken, None, called=_NO_FAULTS)
        responses = vote.responses(0)
        for response in responses:
            if response.get("result") == expected:
                return response
        refusal = next((each for each in responses if each.get("error") is not None), None)
        if refusal is None:
            raise ChainError("no_quorum", "no RPC provider took the transaction")
        return refusal

    def close(self) -> None:
        """Ask the providers no more."""
        self._panel.close()


def _is_settled(ballot: Ballot) -> bool:
    return ballot.is_settled


def _is_decided(ballot: Ballot) -> bool:
    return ballot.is_settled or ballot.is_hopeless


def _asks_for_head(request: Request) -> bool:
    method, params = request
    return method == _HEADER and bool(params) and params[0] in _TAGS


def _tag_of(request: Request) -> str | None:
    """Return the tag by which a question names its block, if it names one so."""
    method, params = request
    place = _AT_BLOCK.get(method)
    if place is None or len(params) < place:
        return None
    block = params[place] if len(params) > place else "latest"
    return block if isinstance(block, str) and block in _TAGS else None


def _hash_of(response: Response) -> str:
    result = response.get("result")
    if not isinstance(result, Mapping):
        raise ChainError("unknown_block", "the providers know no such block")
    return str(result["hash"])


def _at(request: Request, block_hash: str) -> Request:
    method, params = request
    block = {"blockHash": block_hash, "requireCanonical": True}
    return method, [*params[: _AT_BLOCK[method]], block]
