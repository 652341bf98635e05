"""A log whose history cannot be changed unseen: the Merkle tree of RFC 9162 §2.1, with SHA-256.

A tree head is 32 bytes for all entries so far. An inclusion proof shows that an entry stands at an
index, a consistency proof that a longer log begins with a shorter one; both have about log₂ n
hashes. Everything here is pure: entries are given as their leaf hashes, in order.

>>> hashes = [leaf_hash(entry) for entry in (b"a", b"b", b"c")]
>>> proof = inclusion_proof(hashes, 2)
>>> verify_inclusion(hashes[2], 2, 3, proof, tree_head(hashes))
>>> verify_inclusion(hashes[1], 2, 3, proof, tree_head(hashes))
Traceback (most recent call last):
    ...
didgate.errors.VerificationError: the entry does not stand there in the log [inclusion_invalid]
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from didgate.errors import InvalidInput, VerificationError

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """Return ``SHA-256(0x00 ‖ entry)``."""
    return hashlib.sha256(b"\0" + entry).digest()


class TreeHead:
    """The head of a log that grows: keeps one hash for each complete subtree, not the entries.

    >>> head = TreeHead()
    >>> head.append(leaf_hash(b"a"))
    >>> head.size, head.root() == leaf_hash(b"a")
    (1, True)
    """

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []  # by falling size: one for each bit of ``size``

    def append(self, entry_hash: bytes) -> None:
        """Add an entry at the end, by its leaf hash."""
        joined, size = entry_hash, self.size
        while size & 1:
            joined = _node_hash(self._complete.pop(), joined)
            size >>= 1
        self._complete.append(joined)
        self.size += 1

    def root(self) -> bytes:
        """Return the 32-byte tree head; of no entries, the hash of nothing."""
        if not self._complete:
            return hashlib.sha256().digest()
        *left, root = self._complete
        for subtree in reversed(left):
            root = _node_hash(subtree, root)
        return root


def tree_head(hashes: Sequence[bytes]) -> bytes:
    """Return the head of the tree over entries (§2.1.1).

    Args:
        hashes: the leaf hashes of all entries.
    """
    head = TreeHead()
    for each in hashes:
        head.append(each)
    return head.root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the path from an entry to the head (§2.1.3.1), lowest hash first.

    Args:
        hashes: the leaf hashes of all entries.
        index: place of the entry, from 0.

    Raises:
        InvalidInput: ``invalid_index``.
    """
    if not 0 <= index < len(hashes):
        raise InvalidInput("invalid_index", "the log has no such entry")
    if len(hashes) == 1:
        return ()
    left, right = _halves(hashes)
    if index < len(left):
        return (*inclusion_proof(left, index), tree_head(right))
    return (*inclusion_proof(right, index - len(left)), tree_head(left))


def consistency_proof(hashes: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """Return the proof that the log began with its first ``size`` entries (§2.1.4.1).

    Args:
        hashes: the leaf hashes of all entries.
        size: how many there were before, at least 1.

    Raises:
        InvalidInput: ``invalid_index``.
    """
    if not 0 < size <= len(hashes):
        raise InvalidInput("invalid_index", "the log never had that size")
    return _subproof(hashes, size, whole=True)


def _subproof(hashes: Sequence[bytes], size: int, *, whole: bool) -> tuple[bytes, ...]:
    if size == len(hashes):
        return () if whole else (tree_head(hashes),)
    left, right = _halves(hashes)
    if size <= len(left):
        return (*_subproof(left, size, whole=whole), tree_head(right))
    return (*_subproof(right, size - len(left), whole=False), tree_head(left))


def verify_inclusion(
    entry_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Verify that an entry stands at an index of a log (§2.1.3.2).

    Args:
        entry_hash: the entry's leaf hash.
        index: where it is said to stand, from 0.
        size: how many entries the log has.
        proof: from ``inclusion_proof``.
        root: head of the log, from a source that is trusted.

    Raises:
        VerificationError: ``inclusion_invalid``.
    """
    fault = VerificationError("inclusion_invalid", "the entry does not stand there in the log")
    if not 0 <= index < size:
        raise fault
    place, last, joined = index, size - 1, entry_hash
    for each in proof:
        if last == 0:
            raise fault
        if place & 1 or place == last:
            joined = _node_hash(each, joined)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            joined = _node_hash(joined, each)
        place, last = place >> 1, last >> 1
    if last or joined != root:
        raise fault


def verify_consistency(
    size: int, root: bytes, later_size: int, later_root: bytes, proof: Sequence[bytes]
) -> None:
    """Verify that a log begins with what it was before (§2.1.4.2).

    Args:
        size: how many entries it had, at least 1.
        root: its head then.
        later_size: how many it has.
        later_root: its head now.
        proof: from ``consistency_proof``.

    Raises:
        VerificationError: ``consistency_invalid``.
    """
    if not _consistent(size, root, later_size, later_root, list(proof)):
        raise VerificationError("consistency_invalid", "the log does not begin as it did before")


def _consistent(
    size: int, root: bytes, later_size: int, later_root: bytes, proof: list[bytes]
) -> bool:
    if not 0 < size <= later_size:
        return False
    if size == later_size:
        return not proof and root == later_root
    # Step 2: the head of a complete tree is not in the proof, for the verifier has it.
    complete = size & (size - 1) == 0
    first, *rest = [root, *proof] if complete else proof or [b""]
    place, last = size - 1, later_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = first
    for each in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node_hash(each, old), _node_hash(each, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node_hash(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (root, later_root)


def _halves(hashes: Sequence[bytes]) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Split at the largest power of two below the length."""
    middle = 1 << (len(hashes) - 1).bit_length() - 1
    return hashes[:middle], hashes[middle:]


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
