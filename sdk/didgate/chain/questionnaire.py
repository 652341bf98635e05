"""Many questions to one contract in few calls, where a node can do that.

The contract ``Questionnaire`` is never deployed: an ``eth_call`` without a recipient runs its
creation code, which asks the questions one by one, at the block that the call is pinned to, and
returns the answers. A node that runs no creation code in calls is asked each question by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from didgate.chain.artifacts import artifact
from didgate.chain.calls import Call
from didgate.chain.client import ChainClient
from didgate.chain.revert import Reverted
from didgate.errors import ChainError

Result = TypeVar("Result")

_TOGETHER: Final = 50  # questions in a call; as many answers as fit into it come back
_WORTH_IT: Final = 4
_PREFIX: Final = 4
_SUCCEEDED: Final = 1 << 31


class Questionnaire:
    """Asks one contract much at once; may be shared by threads.

    Args:
        client: reads the chain.
        contract: EIP-55 address of the contract that all questions go to.
    """

    def __init__(self, client: ChainClient, contract: str) -> None:
        self._client = client
        self._contract = contract
        self._is_possible = True

    def ask(self, calls: Sequence[Call[Result]], *, at: bytes) -> list[Result | Reverted]:
        """Return the answers, in order; where the contract reverts, that is its answer.

        Args:
            calls: questions to the contract.
            at: hash of the block.

        Raises:
            ChainError: as ``ChainClient.try_read_many``.
        """
        answers: dict[int, Result | Reverted] = {}
        waiting = list(range(len(calls)))
        while self._is_possible and len(waiting) >= _WORTH_IT:
            found = self._ask_together(calls, waiting, at)
            if not found:
                break
            answers |= found
            waiting = [place for place in waiting if place not in found]
        singly = self._client.try_read_many([calls[place] for place in waiting], at=at)
        answers.update(zip(waiting, singly, strict=True))
        return [answers[place] for place in range(len(calls))]

    def _ask_together(
        self, calls: Sequence[Call[Result]], waiting: list[int], at: bytes
    ) -> dict[int, Result | Reverted]:
        """Return the answers that were to be had; none if the node does not do that."""
        groups = [waiting[start : start + _TOGETHER] for start in range(0, len(waiting), _TOGETHER)]
        questions = [self._together([calls[place] for place in group]) for group in groups]
        try:
            returned = self._client.try_read_many(questions, at=at)
        except ChainError as error:
            if error.code not in {"rpc_error", "malformed_response"}:
                raise
            self._is_possible = False
            return {}
        answers: dict[int, Result | Reverted] = {}
        for group, said in zip(groups, returned, strict=True):
            # One that ran out of gas leaves its questions open.
            outcomes = () if isinstance(said, Reverted) else said
            for place, (succeeded, data) in zip(group, outcomes, strict=False):
                answers[place] = (
                    calls[place].decode(data)
                    if succeeded
                    else Reverted.from_data("0x" + data.hex())
                )
        return answers

    def _together(self, calls: Sequence[Call[Result]]) -> Call[list[tuple[bool, bytes]]]:
        data = artifact("Questionnaire").creation(self._contract, [call.data for call in calls])
        return Call(None, data, lambda answer: list(_answers(answer, len(calls))))


def _answers(data: bytes, most: int) -> Iterator[tuple[bool, bytes]]:
    """Split what the questionnaire returned.

    Raises:
        ChainError: ``malformed_response``.
    """
    start = 0
    for _ in range(most):
        if start == len(data):
            return
        prefix = int.from_bytes(data[start : start + _PREFIX], "big")
        end = start + _PREFIX + prefix % _SUCCEEDED
        if len(data) - start < _PREFIX or end > len(data):
            break
        yield prefix >= _SUCCEEDED, data[start + _PREFIX : end]
        start = end
    if start < len(data):
        raise ChainError("malformed_response", "the answers cannot be told from each other")
