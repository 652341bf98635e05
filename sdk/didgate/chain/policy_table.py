"""States of resources, each kept from one change to the next.

A state that was read at one block holds at every later one until an event says that the resource
changed, and at every earlier one back to the event before. So whoever knows all changes of a range
of blocks needs to read a resource once, and again where it changed: not at each block.

>>> table = PolicyTable()
>>> table.begin(100)
>>> table.put(b"resource", 100, "first")
True
>>> table.extend(103, [(102, {b"resource"})])
>>> table.get(b"resource", 101), table.get(b"resource", 103)
('first', None)
>>> table.put(b"resource", 103, "second")
True
>>> table.get(b"resource", 102), table.get(b"resource", 100)
('second', 'first')
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

State = TypeVar("State")

Change = tuple[int, Iterable[bytes]]
"""A height, and the ids of the resources that changed in the block."""


class PolicyTable(Generic[State]):
    """Knows what changed from a first to a last block, and what was read within; not locked.

    The changes of all resources are kept, whether or not they were ever asked for: those of a
    range of blocks are no more than the blocks could hold.
    """

    def __init__(self) -> None:
        self._first = self._last = -1
        self._before: dict[bytes, State] = {}
        # Ascending; what was read at or after each change and before the next, if it was.
        self._since: dict[bytes, list[tuple[int, State | None]]] = {}

    def __len__(self) -> int:
        """Return the number of resources that changed in the range."""
        return len(self._since)

    def begin(self, height: int) -> None:
        """Forget everything, and go on from this block."""
        self._first = self._last = height
        self._before.clear()
        self._since.clear()

    def extend(self, last: int, changes: Iterable[Change]) -> None:
        """Take in all that changed after the last block up to another one, in ascending order."""
        for height, resources in changes:
            self.mark(height, resources)
        self._last = last

    def mark(self, height: int, resources: Iterable[bytes]) -> None:
        """Say of resources that they may have changed in a block, not before the last known one."""
        for resource in resources:
            since = self._since.setdefault(resource, [])
            if since and since[-1][0] == height:
                since.pop()
            since.append((height, None))

    def forget_before(self, first: int) -> None:
        """Give up what is known about blocks before another one."""
        if first <= self._first:
            return
        self._first = first
        for resource in list(self._since):
            since = self._since[resource]
            past = [state for height, state in since if height <= first]
            if not past:
                continue
            if past[-1] is None:
                self._before.pop(resource, None)
            else:
                self._before[resource] = past[-1]
            if len(past) == len(since):
                del self._since[resource]
            else:
                self._since[resource] = since[len(past) :]

    def get(self, resource: bytes, height: int) -> State | None:
        """Return a state at a block, or None if it has to be read."""
        if not self._first <= height <= self._last:
            return None
        for changed_at, state in reversed(self._since.get(resource, ())):
            if changed_at <= height:
                return state
        return self._before.get(resource)

    def put(self, resource: bytes, height: int, state: State) -> bool:
        """Keep a state that was read at a block; tell whether the block is one of the range."""
        if not self._first <= height <= self._last:
            return False
        since = self._since.get(resource, [])
        for place in range(len(since) - 1, -1, -1):
            changed_at = since[place][0]
            if changed_at <= height:
                since[place] = changed_at, state
                return True
        self._before[resource] = state
        return True
