"""Every entry of every log can be proved, and nothing else can."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didgate.encoding import merkle_log
from didgate.encoding.merkle_log import TreeHead, leaf_hash, tree_head
from didgate.errors import InvalidInput, VerificationError

LARGEST = 200
HASHES = [leaf_hash(number.to_bytes(2)) for number in range(LARGEST)]
HEADS = [tree_head(HASHES[:size]) for size in range(LARGEST + 1)]
sizes = st.integers(1, LARGEST)


def refused(code: str, verify: Callable[[], None]) -> None:
    with pytest.raises(VerificationError) as error:
        verify()
    assert error.value.code == code


def flipped(data: bytes, bit: int) -> bytes:
    position = bit % (8 * len(data))
    return (int.from_bytes(data) ^ 1 << position).to_bytes(len(data))


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_entry_of_every_log_is_proved(size: int) -> None:
    for index in range(size):
        proof = merkle_log.inclusion_proof(HASHES[:size], index)
        assert len(proof) <= (size - 1).bit_length()
        merkle_log.verify_inclusion(HASHES[index], index, size, proof, HEADS[size])


@pytest.mark.parametrize("later", range(1, LARGEST + 1, 7))
def test_every_log_begins_with_what_it_was(later: int) -> None:
    for size in range(1, later + 1):
        proof = merkle_log.consistency_proof(HASHES[:later], size)
        merkle_log.verify_consistency(size, HEADS[size], later, HEADS[later], proof)


def test_a_growing_head_is_the_head_of_all() -> None:
    head = TreeHead()
    for size, entry_hash in enumerate(HASHES, 1):
        head.append(entry_hash)
        assert (head.size, head.root()) == (size, HEADS[size])


@given(sizes, st.data())
def test_any_flipped_bit_of_an_inclusion_proof_fails(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle_log.inclusion_proof(HASHES[:size], index)
    parts = [HASHES[index], HEADS[size], *proof]
    at, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[at] = flipped(parts[at], bit)
    entry, head, *path = parts
    refused(
        "inclusion_invalid", lambda: merkle_log.verify_inclusion(entry, index, size, path, head)
    )


@given(sizes, st.data())
def test_an_entry_is_proved_at_its_own_index_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1).filter(lambda each: each != index))
    proof = merkle_log.inclusion_proof(HASHES[:size], index)
    refused(
        "inclusion_invalid",
        lambda: merkle_log.verify_inclusion(HASHES[index], other, size, proof, HEADS[size]),
    )


@given(sizes, st.data())
def test_a_longer_or_shorter_proof_fails(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle_log.inclusion_proof(HASHES[:size], index)
    for path in (proof[:-1], proof[1:], (*proof, secrets.token_bytes(32)), (*proof, HEADS[size])):
        if path != proof:
            refused(
                "inclusion_invalid",
                lambda path=path: merkle_log.verify_inclusion(
                    HASHES[index], index, size, path, HEADS[size]
                ),
            )


@given(sizes, sizes, st.data())
def test_any_flipped_bit_of_a_consistency_proof_fails(
    one: int, two: int, data: st.DataObject
) -> None:
    size, later = min(one, two), max(one, two)
    proof = merkle_log.consistency_proof(HASHES[:later], size)
    parts = [HEADS[size], HEADS[later], *proof]
    at, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[at] = flipped(parts[at], bit)
    old, new, *path = parts
    refused(
        "consistency_invalid",
        lambda: merkle_log.verify_consistency(size, old, later, new, path),
    )


@given(sizes, sizes, st.integers(0, LARGEST - 1))
def test_a_log_that_was_rewritten_is_not_consistent(one: int, two: int, place: int) -> None:
    size, later = min(one, two), max(one, two)
    rewritten = HASHES[:later]
    rewritten[place % size] = leaf_hash(b"another")
    proof = merkle_log.consistency_proof(rewritten, size)
    refused(
        "consistency_invalid",
        lambda: merkle_log.verify_consistency(
            size, HEADS[size], later, tree_head(rewritten), proof
        ),
    )


@pytest.mark.parametrize(("size", "later"), [(0, 3), (4, 3), (-1, 3), (3, 8)])
def test_sizes_without_a_proof_are_refused(size: int, later: int) -> None:
    old, new = HEADS[max(size, 0)], HEADS[later]
    refused(
        "consistency_invalid",
        lambda: merkle_log.verify_consistency(size, old, later, new, ()),
    )


@pytest.mark.parametrize("index", [-1, 3])
def test_what_is_not_in_the_log_has_no_proof(index: int) -> None:
    with pytest.raises(InvalidInput) as error:
        merkle_log.inclusion_proof(HASHES[:3], index)
    assert error.value.code == "invalid_index"
    with pytest.raises(InvalidInput) as error:
        merkle_log.consistency_proof(HASHES[:3], (index + 1) * 4 or 0)
    assert error.value.code == "invalid_index"
