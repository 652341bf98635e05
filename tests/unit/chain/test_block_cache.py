from __future__ import annotations

from didgate.chain.block_cache import BlockCache


def test_answers_are_kept_by_block() -> None:
    cache = BlockCache(blocks=4, entries=10)
    cache.store(b"a", {"x": 1})
    cache.store(b"b", {"x": 2})
    assert (cache.get(b"a", "x"), cache.get(b"b", "x"), cache.get(b"c", "x")) == (1, 2, None)


def test_none_is_an_answer() -> None:
    cache = BlockCache(blocks=4, entries=10)
    cache.store(b"a", {"x": None})
    assert cache.known(b"a", ["x", "y"]) == {"x": None}


def test_oldest_block_is_forgotten() -> None:
    cache = BlockCache(blocks=2, entries=10)
    for block in (b"a", b"b"):
        cache.store(block, {"x": 1})
    cache.store(b"a", {"y": 1})  # used again
    cache.store(b"c", {"x": 1})
    assert cache.known(b"b", ["x"]) == {}
    assert cache.known(b"a", ["x", "y"]) == {"x": 1, "y": 1}


def test_answers_of_a_block_are_bounded() -> None:
    cache = BlockCache(blocks=2, entries=3)
    cache.store(b"a", {1: 1, 2: 2})
    cache.store(b"a", {3: 3, 4: 4})
    assert cache.known(b"a", range(9)) == {3: 3, 4: 4}


def test_cleared_cache_knows_nothing() -> None:
    cache = BlockCache(blocks=2, entries=3)
    cache.store(b"a", {1: 1})
    cache.clear()
    assert cache.get(b"a", 1) is None
