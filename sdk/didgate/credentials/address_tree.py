"""Merkle trees of addresses, as OpenZeppelin's ``StandardMerkleTree`` makes them.

The tree has one column, ``address``. A leaf is keccak256(keccak256(abi.encode(address))): hashed
twice, it cannot be taken for an inner node, which is keccak256 of its two children, the smaller one
first. Leaves stand in the order of their hashes; so a root is a function of the set of addresses.

>>> one, other = (f"0x{digit * 40}" for digit in "12")
>>> tree = AddressTree([one, other])
>>> verify_member(tree.root, one, tree.proof(one))
>>> verify_member(tree.root, one, tree.proof(other))
Traceback (most recent call last):
    ...
didgate.errors.VerificationError: no proof that the address is in the tree [membership_invalid]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from didgate.encoding import keccak256, parse_address
from didgate.errors import InvalidInput, VerificationError


class AddressTree:
    """A tree over a set of addresses.

    Args:
        addresses: at least one, in any order and spelling.

    Raises:
        InvalidInput: ``empty_tree``, ``duplicate_address`` or ``invalid_address``.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        leaves = [leaf_hash(address) for address in addresses]
        if not leaves:
            raise InvalidInput("empty_tree", "a tree has at least one address")
        if len(set(leaves)) != len(leaves):
            raise InvalidInput("duplicate_address", "an address stands in the tree twice")
        # A heap: the root first, the children of node i at 2i + 1 and 2i + 2, the leaves last.
        self._nodes = [b""] * (len(leaves) - 1) + sorted(leaves, reverse=True)
        for place in reversed(range(len(leaves) - 1)):
            self._nodes[place] = _parent(self._nodes[2 * place + 1], self._nodes[2 * place + 2])
        self._places = {
            node: place for place, node in enumerate(self._nodes) if place >= len(leaves) - 1
        }

    def __len__(self) -> int:
        """Return the number of addresses."""
        return len(self._places)

    @property
    def root(self) -> bytes:
        """The 32 bytes that a policy names."""
        return self._nodes[0]

    def proof(self, address: str) -> tuple[bytes, ...]:
        """Return the siblings on the way from an address up to the root.

        Raises:
            InvalidInput: ``not_in_tree`` or ``invalid_address``.
        """
        place = self._places.get(leaf_hash(address))
        if place is None:
            raise InvalidInput("not_in_tree", "the address is not in the tree")
        siblings = []
        while place > 0:
            siblings.append(self._nodes[place + 1 if place % 2 else place - 1])
            place = (place - 1) // 2
        return tuple(siblings)


def verify_member(root: bytes, address: str, proof: Sequence[bytes]) -> None:
    """Verify that a proof leads from an address to a root.

    Args:
        root: 32 bytes.
        address: in any spelling.
        proof: hashes of 32 bytes, from the leaf upwards.

    Raises:
        VerificationError: ``membership_invalid``.
        InvalidInput: ``invalid_address``.
    """
    node = leaf_hash(address)
    for sibling in proof:
        node = _parent(node, sibling)
    if node != root:
        raise VerificationError("membership_invalid", "no proof that the address is in the tree")


def leaf_hash(address: str) -> bytes:
    """Return the leaf of an address.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    return keccak256(keccak256(parse_address(address).rjust(32, b"\0")))


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak256(min(one, other) + max(one, other))
