"""One question to a panel: who has answered so far, and until when to wait for the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from didgate.chain.ballot import Ballot, Form, Request, Response
from didgate.chain.panel import Panel


class Vote:
    """Requests that are being put to several providers; made, and asked, at once.

    Args:
        panel: the providers.
        requests: each a method and its parameters.
        quorum: how many must say the same.
        of: the numbers of those who are asked; all by default.
        called: what faults are called instead of what a ballot calls them; None: it is no fault.
        late: is told the number of each provider whose answer came after the conclusion, unless
            it had been given up.
    """

    def __init__(
        self,
        panel: Panel,
        requests: Sequence[Request],
        quorum: int,
        *,
        of: Collection[int] | None = None,
        called: Mapping[str, str | None] = MappingProxyType({}),
        late: Callable[[int], None] | None = None,
    ) -> None:
        self.voters = tuple(range(len(panel)) if of is None else of)
        self._ballot = Ballot(requests, quorum=quorum, voters=len(self.voters))
        self._quorum = quorum
        self._panel = panel
        self._called = called
        self._late = late
        self._changed = threading.Condition()
        self._concluded = False
        self._given_up: frozenset[int] = frozenset()
        panel.ask(requests, self._hear, self.voters)

    @property
    def heard(self) -> int:
        """How many have answered."""
        return self._ballot.heard

    @property
    def awaited(self) -> frozenset[int]:
        """Who has not answered and was not given up."""
        with self._changed:
            answered = frozenset(filter(self._ballot.has_heard, self.voters))
        return frozenset(self.voters) - answered - self._given_up

    def standing(self, place: int) -> Response | None:
        """Return the answer to a request that enough providers gave; None if there is none."""
        with self._changed:
            return self._ballot.standing(place)

    def answers(self, place: int) -> dict[int, Form]:
        """Return what each provider answered to a request so far, as it is compared."""
        with self._changed:
            return self._ballot.answers(place)

    def responses(self, place: int) -> list[Response]:
        """Return the response objects to a request that mean something, as they came in."""
        with self._changed:
            return self._ballot.responses(place)

    def wait(
        self,
        until: Callable[[Ballot], bool],
        deadline: float,
        *,
        patience: float | None = None,
        beyond: int = 0,
    ) -> None:
        """Wait for an outcome, for everybody's answer, or for the deadline, whichever is first.

        Args:
            until: tells whether the outcome is there.
            deadline: by the monotonic clock.
            patience: seconds to wait for the others once enough have answered; None waits on.
            beyond: return only if more than so many have answered, or everybody has.
        """
        patient_until: float | None = None
        with self._changed:
            while not (until(self._ballot) or self._ballot.is_complete):
                now = time.monotonic()
                enough = self._ballot.heard >= self._quorum and self._ballot.heard > beyond
                if enough and patience is not None and patient_until is None:
                    patient_until = now + patience
                end = deadline if patient_until is None else min(deadline, patient_until)
                if now >= end:
                    return
                self._changed.wait(end - now)

    def conclude(self, *, gave_up: bool = False) -> None:
        """Note who did well and who did not; those who have not answered yet, as they answer.

        Args:
            gave_up: whether those were waited for until the deadline.
        """
        with self._changed:
            self._concluded = True
            answered = [voter for voter in self.voters if self._ballot.has_heard(voter)]
            if gave_up:
                self._given_up = frozenset(self.voters) - frozenset(answered)
        for voter in answered:
            self._report(voter)
        for voter in self._given_up:
            self._panel.note(voter, "unreachable")

    def _hear(self, voter: int, answer: object) -> None:
        with self._changed:
            self._ballot.cast(voter, answer)
            concluded = self._concluded
            self._changed.notify_all()
        if concluded and voter not in self._given_up:
            self._report(voter)
            if self._late is not None:
                self._late(voter)

    def _report(self, voter: int) -> None:
        with self._changed:
            fault = self._ballot.fault(voter)
        self._panel.note(voter, fault and self._called.get(fault, fault))
