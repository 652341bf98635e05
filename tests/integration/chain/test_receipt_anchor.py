"""Anchors of receipts through their wrapper, and reads at blocks long past."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.address_lists import address_list_id
from didgate.chain.deploy import Deployment
from didgate.chain.receipt_anchor import Anchor, ReceiptAnchor
from didgate.chain.revert import Reverted
from didgate.errors import InvalidInput

ROOT, LATER = bytes([1] * 32), bytes([2] * 32)


def test_anchors(chain: Any) -> None:
    anchors, read, gate = chain.deployment.anchors, chain.client.read, chain.new_account()
    assert read(anchors.latest(gate.address)) == Anchor(bytes(32), 0, 0, 0)
    first = chain.send(anchors.anchor(3, ROOT), by=gate)
    made = Anchor(ROOT, 3, first.block_number, chain.time())
    chain.send(anchors.anchor(7, LATER), by=gate)
    assert read(anchors.anchors_of(gate.address)) == 2
    assert read(anchors.anchor_at(gate.address, 0)) == made
    assert read(anchors.latest(gate.address)).root == LATER
    with pytest.raises(Reverted) as error:
        chain.send(anchors.anchor(7, ROOT), by=gate)
    assert error.value.reason == "LogNotGrown"
    with pytest.raises(Reverted) as error:
        read(anchors.anchor_at(gate.address, 2))
    assert error.value.reason == "UnknownAnchor"


def test_the_code_is_the_same_everywhere(chain: Any) -> None:
    address = chain.deployment.anchors.address
    assert chain.client.code_hashes([address])[address] == ReceiptAnchor.code_hash()


def test_a_deployment_of_before_has_no_anchors(chain: Any) -> None:
    record = chain.deployment.to_dict()
    del record["contracts"]["ReceiptAnchor"]
    earlier = Deployment.from_dict(record)
    earlier.verify(chain.client)
    assert earlier.to_dict() == record
    with pytest.raises(InvalidInput) as error:
        _ = earlier.anchors
    assert error.value.code == "anchor_not_deployed"


def test_a_block_long_past_answers_as_it_was(chain: Any) -> None:
    """What audits rest on: each block keeps its state."""
    lists, owner = chain.deployment.address_lists, chain.new_account()
    chain.send(lists.create("audited"), by=owner)
    list_id = address_list_id(owner.address, "audited")
    before = chain.client.header().block
    chain.send(lists.add(list_id, [owner.address]), by=owner)
    during = chain.client.header().block
    chain.send(lists.remove(list_id, [owner.address]), by=owner)
    for _ in range(40):
        chain.advance(3600)
    entry = lists.added_at(list_id, owner.address)
    found = [chain.client.read(entry, at=block.hash) for block in (before, during)]
    assert found == [None, during.timestamp]
    assert chain.client.read(entry) is None
