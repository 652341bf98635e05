"""What several providers answered, counted: which answers are the same, and which one stands.

Nodes write one thing in different ways (more fields, other letters, other words for an error). So
what is compared is what an answer means to us: a header, a receipt, logs, a number or bytes,
decoded as they will be used; of an error only whether a contract reverted, and with what.

>>> ballot = Ballot([("eth_chainId", [])], quorum=2, voters=3)
>>> for voter, answer in enumerate(["0x1", "0x2", "0x01"]):
...     ballot.cast(voter, [{"result": answer}])
>>> ballot.standing(0), [ballot.fault(voter) for voter in range(3)]
({'result': '0x01'}, [None, 'wrong_chain', None])
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from didgate.chain import node_json
from didgate.chain.revert import is_revert
from didgate.errors import ChainError

Request = tuple[str, Sequence[Any]]
Response = Mapping[str, Any]
Form = tuple[str, Hashable]

REFUSED: Final[Form] = ("refused", None)
NOTHING: Final[Form] = ("result", None)


class Ballot:
    """The answers of several providers to one batch of requests; its owner does the locking.

    Args:
        requests: what they were asked.
        quorum: how many must say the same.
        voters: how many were asked.
    """

    def __init__(self, requests: Sequence[Request], *, quorum: int, voters: int) -> None:
        self._requests = requests
        self._quorum = quorum
        self._voters = voters
        self._forms: dict[int, list[Form | None]] = {}
        self._responses: dict[int, list[Any]] = {}
        self._faults: dict[int, str] = {}
        self._agreed: list[tuple[Form, Response] | None] = [None] * len(requests)

    def cast(self, voter: int, answers: object) -> None:
        """Take what a provider answered: a list of response objects, or an error instead."""
        if isinstance(answers, ChainError):
            malformed = answers.code == "malformed_response"
            self._faults[voter] = "malformed" if malformed else "unreachable"
            answers = None
        elif not isinstance(answers, list) or len(answers) != len(self._requests):
            self._faults[voter] = "malformed"
            answers = None
        responses: list[Any] = answers or [None] * len(self._requests)
        forms = [
            form_of(method, response)
            for (method, _), response in zip(self._requests, responses, strict=True)
        ]
        self._forms[voter] = forms
        self._responses[voter] = responses
        for place, form in enumerate(forms):
            if form is not None and self._agreed[place] is None and self._support(place, form):
                self._agreed[place] = form, responses[place]

    def _support(self, place: int, form: Form) -> bool:
        return sum(forms[place] == form for forms in self._forms.values()) >= self._quorum

    @property
    def size(self) -> int:
        """The number of requests."""
        return len(self._requests)

    @property
    def heard(self) -> int:
        """How many have answered."""
        return len(self._forms)

    @property
    def is_complete(self) -> bool:
        """Whether all have answered."""
        return len(self._forms) == self._voters

    @property
    def is_settled(self) -> bool:
        """Whether there is an answer that stands to each request."""
        return all(agreed is not None for agreed in self._agreed)

    def is_open(self, place: int) -> bool:
        """Tell whether a request has no answer yet and can still get one."""
        if self._agreed[place] is not None:
            return False
        forms = [forms[place] for forms in self._forms.values() if forms[place] is not None]
        most = max(map(forms.count, forms), default=0)
        return most + self._voters - len(self._forms) >= self._quorum

    @property
    def is_hopeless(self) -> bool:
        """Tell whether some request will get no answer, whatever the others say."""
        return any(
            agreed is None and not self.is_open(place) for place, agreed in enumerate(self._agreed)
        )

    def standing(self, place: int) -> Response | None:
        """Return the answer to a request that enough providers gave; None if there is none."""
        agreed = self._agreed[place]
        return None if agreed is None else agreed[1]

    def answers(self, place: int) -> dict[int, Form]:
        """Return what each provider answered to a request, as it is compared."""
        given = {voter: forms[place] for voter, forms in self._forms.items()}
        return {voter: form for voter, form in given.items() if form is not None}

    def responses(self, place: int) -> list[Response]:
        """Return the response objects to a request that mean something, as they came in."""
        return [self._responses[voter][place] for voter in self.answers(place)]

    def has_heard(self, voter: int) -> bool:
        """Tell whether a provider has answered."""
        return voter in self._forms

    def fault(self, voter: int) -> str | None:
        """Return in what way a provider that answered did not say what was agreed on.

        Returns:
            ``dissenting``, ``wrong_chain``, ``refusing``, ``malformed`` or ``unreachable``; None
            if there is nothing to complain of.
        """
        if voter in self._faults:
            return self._faults[voter]
        compared = zip(self._requests, self._forms[voter], self._agreed, strict=True)
        for (method, _), form, agreed in compared:
            if agreed is not None and form != agreed[0]:
                if form is None:
                    return "malformed"
                if form == REFUSED:
                    return "refusing"
                # What one does not know yet, others may: that is no lie.
                if form != NOTHING and agreed[0] not in (NOTHING, REFUSED):
                    return "wrong_chain" if method == "eth_chainId" else "dissenting"
        return None


def form_of(method: str, response: object) -> Form | None:
    """Return what a response means, in a form that can be compared; None if it means nothing."""
    if not isinstance(response, Mapping):
        return None
    error = response.get("error")
    if error is not None:
        if not is_revert(error):
            return REFUSED
        data = error.get("data") if isinstance(error, Mapping) else None
        return "reverted", data.lower() if isinstance(data, str) else None
    if "result" not in response:
        return None
    try:
        return "result", _DECODERS.get(method, _exactly)(response["result"])
    except ChainError:
        return None


def _if_there(decode: Callable[[Any], Hashable]) -> Callable[[Any], Hashable]:
    return lambda value: None if value is None else decode(value)


def _exactly(value: Any) -> Hashable:
    return None if value is None else json.dumps(value, sort_keys=True)


_DECODERS: Final[Mapping[str, Callable[[Any], Hashable]]] = {
    "eth_getBlockByHash": _if_there(node_json.header),
    "eth_getBlockByNumber": _if_there(node_json.header),
    "eth_getTransactionReceipt": _if_there(node_json.receipt),
    "eth_getLogs": node_json.logs,
    "eth_call": node_json.data,
    "eth_getCode": node_json.data,
    **dict.fromkeys(
        (
            "eth_chainId",
            "eth_getBalance",
            "eth_getStorageAt",
            "eth_getTransactionCount",
            "eth_estimateGas",
            "eth_maxPriorityFeePerGas",
        ),
        node_json.quantity,
    ),
}
