"""Leaves that judge the account, on chain: who calls, who signs, and what cannot be borrowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from compiled import compiled
from gate_world import World
from on_chain import FIXED, Stage, refused

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import ChainPresentation
from didgate.credentials.account_proofs import MerkleProof
from didgate.credentials.address_tree import AddressTree

EMPTY = ChainPresentation(())


def listed(world: World) -> dict[str, Any]:
    return {"address": {"list": "0x" + world.list_id.hex()}}


@pytest.fixture
def members(stage: Stage) -> bytes:
    """Return a resource for whoever stands on the list, as Alice does."""
    world = stage.world
    lists = world.contracts.address_lists
    world.send(world.owner, lists.add(world.list_id, [stage.alice.address]))
    return stage.admitted(listed(world))


def test_an_account_that_calls_has_proved_itself(stage: Stage, members: bytes) -> None:
    access, presentation = stage.shown(members)
    assert presentation.account_signature == b""
    stage.consume(access, presentation)


def test_another_consumer_needs_the_accounts_signature(stage: Stage, members: bytes) -> None:
    relay = stage.funded()
    access, presentation = stage.shown(members, consumer=relay.address)
    assert len(presentation.account_signature) == 65
    without = replace(presentation, account_signature=b"")
    assert refused(lambda: stage.consume(access, without, by=relay)) == "PolicyNotSatisfied"
    cut = replace(presentation, account_signature=presentation.account_signature[:-1])
    assert refused(lambda: stage.consume(access, cut, by=relay)) == "InvalidAccountSignature"
    other = replace(access, nonce=bytes([1] * 32))
    assert refused(lambda: stage.consume(other, presentation, by=relay)) == (
        "InvalidAccountSignature"
    )
    stage.consume(access, presentation, by=relay)


def test_an_account_that_is_not_listed(stage: Stage, members: bytes) -> None:
    access = stage.request(members).access
    stranger = stage.funded()
    other = replace(access, account=stranger.address, consumer=stranger.address)
    assert refused(lambda: stage.consume(other, EMPTY, by=stranger)) == "PolicyNotSatisfied"


def test_a_proof_of_membership_is_the_accounts_own(stage: Stage) -> None:
    others = ["0x" + f"{i:02x}" * 20 for i in range(1, 6)]
    tree = AddressTree([stage.alice.address, *others])
    resource = stage.admitted({"address": {"root": "0x" + tree.root.hex()}})
    proof = MerkleProof(tree.root, stage.alice.address, tree.proof(stage.alice.address))
    stage.wallet.supplies.add_membership(proof)
    access, presentation = stage.shown(resource)
    stage.consume(access, presentation)
    stranger = stage.funded()
    stolen = replace(access, account=stranger.address, consumer=stranger.address)
    assert refused(lambda: stage.consume(stolen, presentation, by=stranger)) == (
        "PolicyNotSatisfied"
    )


@pytest.fixture
def token(stage: Stage) -> str:
    """Return an ERC-20 of which Alice has a hundred."""
    world, contract = stage.world, compiled("TestERC20")
    created = world.send(world.owner, Transaction(None, contract.bytecode)).contract_address
    assert created is not None
    entry = next(each for each in contract.abi if each.get("name") == "mint")
    assert [kind["type"] for kind in entry["inputs"]] == ["address", "uint256"]
    mint = bytes.fromhex("40c10f19") + bytes.fromhex(stage.alice.address[2:]).rjust(32, b"\0")
    world.send(world.owner, Transaction(created, mint + (100).to_bytes(32)))
    return created


def holding(token: str) -> dict[str, Any]:
    return {"token": {"standard": "ERC-20", "contract": token, "atLeast": "100"}}


def test_a_balance_alone_opens_nothing_on_chain(stage: Stage, token: str) -> None:
    resource = stage.admitted(holding(token))
    access, presentation = stage.shown(resource)
    assert refused(lambda: stage.consume(access, presentation)) == "NothingCarries"


def test_a_balance_beside_a_credential_counts(stage: Stage, token: str) -> None:
    resource = stage.admitted({"all": [holding(token), FIXED]})
    stage.consume(*stage.shown(resource))
    spender = stage.funded()
    access, presentation = stage.shown(resource, account=spender.address, consumer=spender.address)
    assert refused(lambda: stage.consume(access, presentation, by=spender)) == (
        "PolicyNotSatisfied"
    )
