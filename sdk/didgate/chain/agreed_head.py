"""The head of a chain that enough providers hold: the highest block that K of them know.

Providers are a moment apart, so their heads differ and nobody lies. A block counts as the head
once K providers show the very same one, compared by hash, at its height. One that is ahead of the
rest may be first with the news or may have invented it: it is not followed alone. One that is
behind holds nobody back, as long as K others are further on.

Nobody waits long for a slow provider; but what it says late is remembered as its height, so that
a fast liar cannot make a stale head stand for longer than one reading.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from didgate.chain import node_json
from didgate.chain.ballot import Ballot, Response
from didgate.chain.node_json import Header
from didgate.chain.panel import Panel
from didgate.chain.vote import Vote
from didgate.errors import ChainError

_GRACE: Final = 0.25  # seconds that others are waited for once enough have answered
_BELOW: Final = 4  # heights to look at below the highest candidate: a fork is seldom longer
_NORMAL_LAG: Final = {"latest": 8}
_NORMAL_LAG_OF_FINALITY: Final = 128

Heads = Mapping[int, Header]  # by the provider's number


class AgreedHead:
    """Finds the blocks that tags mean to enough providers.

    Args:
        panel: the providers.
        quorum: how many must hold the block.
        seconds: after so long, what is not there is given up.
    """

    def __init__(self, panel: Panel, quorum: int, seconds: float) -> None:
        self._panel = panel
        self._quorum = quorum
        self._seconds = seconds
        self._heights: dict[tuple[str, int], int] = {}

    def find(self, tags: Sequence[str]) -> list[Response]:
        """Return for each tag the response that shows its block.

        Args:
            tags: ``latest``, ``safe`` or ``finalized``.

        Raises:
            ChainError: ``no_quorum``.
        """
        deadline = time.monotonic() + self._seconds
        requests = [("eth_getBlockByNumber", [tag, False]) for tag in tags]
        agreed: dict[str, Header | None] = {}

        def heard(voter: int) -> None:
            self._remember(vote, tags, voter)
            self._judge(vote, agreed, voter)

        # That heads differ is no fault in itself.
        called = {"dissenting": None}
        vote = Vote(self._panel, requests, self._quorum, called=called, late=heard)
        found = self._find(vote, tags, deadline)
        agreed.update(zip(tags, map(_header, found), strict=True))
        vote.conclude(gave_up=time.monotonic() >= deadline)
        for voter in vote.voters:
            if voter not in vote.awaited:
                heard(voter)
        missing = [tag for tag, response in zip(tags, found, strict=True) if response is None]
        if missing:
            message = f"too few RPC providers hold the same {missing[0]} block"
            raise ChainError("no_quorum", message)
        return [response for response in found if response is not None]

    def _find(self, vote: Vote, tags: Sequence[str], deadline: float) -> list[Response | None]:
        """Try with who has answered; as long as that does not do, wait for one more."""
        found: list[Response | None] = [None] * len(tags)
        heard = 0
        while None in found:
            vote.wait(lambda ballot: ballot.is_settled, deadline, patience=_GRACE, beyond=heard)
            heard = vote.heard
            for place, tag in enumerate(tags):
                if found[place] is None:
                    found[place] = self._settle(vote, place, tag, deadline)
            if heard == len(vote.voters) or time.monotonic() >= deadline:
                break
        return found

    def _settle(self, vote: Vote, place: int, tag: str, deadline: float) -> Response | None:
        """Return the block of a tag, by what was said at once or by asking for lower blocks."""
        answers = vote.answers(place)
        heads = {who: form[1] for who, form in answers.items() if isinstance(form[1], Header)}
        return vote.standing(place) or self._common(tag, heads, deadline)

    def _common(self, tag: str, heads: Heads, deadline: float) -> Response | None:
        """Return the highest block that enough providers hold."""
        heights = {who: head.block.number for who, head in heads.items()}
        for who in range(len(self._panel)):
            if (tag, who) in self._heights:
                heights.setdefault(who, self._heights[tag, who])
        highest_first = sorted(heights.values(), reverse=True)
        if len(highest_first) < self._quorum:
            return None
        # Nothing above this height is held by enough of them, whatever the others claim.
        top = highest_first[self._quorum - 1]
        below = {max(top - depth, 0) for depth in range(1, _BELOW + 1)}
        listed = sorted({each for each in highest_first if each <= top} | below, reverse=True)
        vote = Vote(
            self._panel,
            [("eth_getBlockByNumber", [hex(height), False]) for height in listed],
            self._quorum,
            of=[who for who, height in heights.items() if height >= listed[-1]],
            called={"dissenting": "forked"},
        )
        vote.wait(_is_found, deadline)
        vote.conclude(gave_up=time.monotonic() >= deadline)
        return next(filter(_header, map(vote.standing, range(len(listed)))), None)

    def _remember(self, vote: Vote, tags: Sequence[str], voter: int) -> None:
        """Keep a provider's height for when it is slow; forget that of one that hangs."""
        for place, tag in enumerate(tags):
            form = vote.answers(place).get(voter)
            if form is not None and isinstance(form[1], Header):
                self._heights[tag, voter] = form[1].block.number
            else:
                self._heights.pop((tag, voter), None)

    def _judge(self, vote: Vote, agreed: Mapping[str, Header | None], voter: int) -> None:
        """Note if one is on another fork, far behind, or far ahead of what the others know."""
        for place, (tag, header) in enumerate(agreed.items()):
            _, said = vote.answers(place).get(voter, (None, None))
            if header is None or not isinstance(said, Header):
                continue
            ahead = said.block.number - header.block.number
            lag = _NORMAL_LAG.get(tag, _NORMAL_LAG_OF_FINALITY)
            if ahead == 0 and said.block.hash != header.block.hash:
                self._panel.note(voter, "forked")
            elif abs(ahead) > lag:
                self._panel.note(voter, "stale" if ahead < 0 else "ahead")


def _header(response: Response | None) -> Header | None:
    """Return the header that a response of a ballot shows, if it shows one."""
    if response is None or response.get("result") is None:
        return None
    return node_json.header(response["result"])


def _is_found(ballot: Ballot) -> bool:
    """Tell whether the highest block that enough providers hold is known; highest come first."""
    for place in range(ballot.size):
        if _header(ballot.standing(place)) is not None:
            return True
        if ballot.is_open(place):
            return False
    return True
