"""States kept from one change to the next; a naive model says what is right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from didgate.chain.policy_table import PolicyTable

RESOURCES = [b"a", b"b", b"c"]


def test_state_holds_from_one_change_to_the_next() -> None:
    table: PolicyTable[str] = PolicyTable()
    table.begin(10)
    assert table.put(b"a", 10, "first")
    table.extend(14, [(12, {b"a"})])
    assert [table.get(b"a", height) for height in range(10, 15)] == ["first", "first", *3 * [None]]
    table.put(b"a", 13, "second")
    assert [table.get(b"a", height) for height in (11, 12, 14)] == ["first", "second", "second"]


def test_blocks_outside_the_range_are_not_known() -> None:
    table: PolicyTable[str] = PolicyTable()
    assert not table.put(b"a", 0, "never")
    table.begin(10)
    assert not table.put(b"a", 9, "earlier")
    assert not table.put(b"a", 11, "later")
    table.put(b"a", 10, "now")
    assert (table.get(b"a", 9), table.get(b"a", 10), table.get(b"a", 11)) == (None, "now", None)


def test_marked_resource_is_read_again() -> None:
    table: PolicyTable[str] = PolicyTable()
    table.begin(10)
    table.put(b"a", 10, "first")
    table.extend(11, [])
    table.mark(11, {b"a"})
    assert (table.get(b"a", 10), table.get(b"a", 11)) == ("first", None)
    table.put(b"a", 11, "second")
    table.mark(11, {b"a"})
    assert table.get(b"a", 11) is None


def test_beginning_anew_forgets_everything() -> None:
    table: PolicyTable[str] = PolicyTable()
    table.begin(10)
    table.put(b"a", 10, "first")
    table.extend(11, [(11, {b"b"})])
    table.begin(11)
    assert len(table) == 0
    assert table.get(b"a", 11) is None


CHANGES = st.lists(st.sets(st.sampled_from(RESOURCES)), min_size=1, max_size=8)
READS = st.lists(st.tuples(st.sampled_from(RESOURCES), st.integers(0, 8)), max_size=30)


@given(changes=CHANGES, reads=READS, forget=st.integers(0, 8))
def test_what_is_known_is_what_was_there(
    changes: list[set[bytes]], reads: list[tuple[bytes, int]], forget: int
) -> None:
    """Reading at any blocks, in any order, never makes another state appear at any block."""
    true: dict[tuple[bytes, int], int] = {(resource, 0): 0 for resource in RESOURCES}
    for height, changed in enumerate(changes, start=1):
        for resource in RESOURCES:
            true[resource, height] = height if resource in changed else true[resource, height - 1]
    last = len(changes)
    table: PolicyTable[int] = PolicyTable()
    table.begin(0)
    table.extend(last, enumerate(changes, start=1))
    first = min(forget, last)
    for number, (resource, height) in enumerate(reads):
        if number == len(reads) // 2:
            table.forget_before(first)
        if height <= last:
            table.put(resource, height, true[resource, height])
    table.forget_before(first)
    for (resource, height), state in true.items():
        assert table.get(resource, height) in (None, state)
    for resource, height in reads[len(reads) // 2 :]:
        if first <= height <= last:
            assert table.get(resource, height) == true[resource, height]
