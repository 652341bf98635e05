"""Trees of addresses: the root is that of the set, and each address has its own way up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didgate.credentials.address_tree import AddressTree, leaf_hash, verify_member
from didgate.encoding import checksum_address, keccak256
from didgate.errors import InvalidInput, VerificationError

ONE = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
addresses = st.binary(min_size=20, max_size=20).map(checksum_address)
sets = st.sets(addresses, min_size=1, max_size=40).map(sorted)


def code_of(root: bytes, address: str, proof: tuple[bytes, ...]) -> str:
    with pytest.raises(VerificationError) as error:
        verify_member(root, address, proof)
    return error.value.code


@given(sets)
@settings(max_examples=50, deadline=None)
def test_every_address_of_the_tree_is_a_member(chosen: list[str]) -> None:
    tree = AddressTree(chosen)
    assert len(tree) == len(chosen)
    for address in chosen:
        verify_member(tree.root, address, tree.proof(address))
        verify_member(tree.root, address.lower(), tree.proof(address))


@given(sets, addresses, st.data())
@settings(max_examples=50, deadline=None)
def test_no_other_address_is_a_member(chosen: list[str], other: str, data: st.DataObject) -> None:
    members = [each for each in chosen if each != other] or [ONE if other != ONE else OTHER]
    tree = AddressTree(members)
    proof = tree.proof(data.draw(st.sampled_from(members)))
    assert code_of(tree.root, other, proof) == "membership_invalid"


@given(sets, st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_root_is_that_of_the_set(chosen: list[str], random) -> None:
    shuffled = list(chosen)
    random.shuffle(shuffled)
    lower = [each.lower() for each in shuffled]
    assert AddressTree(lower).root == AddressTree(chosen).root


def test_a_tree_of_one_is_its_leaf() -> None:
    tree = AddressTree([ONE])
    assert tree.root == keccak256(keccak256(bytes(12) + bytes.fromhex(ONE[2:])))
    assert tree.proof(ONE) == ()


def test_a_tree_of_two_hashes_the_smaller_leaf_first() -> None:
    low, high = sorted(map(leaf_hash, (ONE, OTHER)))
    tree = AddressTree([ONE, OTHER])
    assert tree.root == keccak256(low + high)
    assert tree.proof(ONE) == (leaf_hash(OTHER),)


def test_a_changed_shortened_or_lengthened_proof_fails() -> None:
    tree = AddressTree([ONE, OTHER, "0x" + "11" * 20])
    proof = tree.proof(ONE)
    changed = (bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:])
    for other in (changed, proof[1:], proof[:-1], (*proof, bytes(32)), ()):
        assert code_of(tree.root, ONE, other) == "membership_invalid"


def test_an_inner_node_is_nobody() -> None:
    tree = AddressTree([ONE, OTHER])
    assert code_of(tree.root, "0x" + tree.root[12:].hex(), ()) == "membership_invalid"


@dataclass(frozen=True)
class Bad:
    addresses: tuple[str, ...]
    code: str


@pytest.mark.parametrize(
    "bad",
    [
        Bad((), "empty_tree"),
        Bad((ONE, ONE), "duplicate_address"),
        Bad((ONE, ONE.lower()), "duplicate_address"),
        Bad(("0x00",), "invalid_address"),
    ],
)
def test_refuses_what_is_no_set_of_addresses(bad: Bad) -> None:
    with pytest.raises(InvalidInput) as error:
        AddressTree(bad.addresses)
    assert error.value.code == bad.code


def test_refuses_a_proof_for_a_stranger() -> None:
    with pytest.raises(InvalidInput) as error:
        AddressTree([ONE]).proof(OTHER)
    assert error.value.code == "not_in_tree"
