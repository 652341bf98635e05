"""Decisions are audited from their receipts: what can be checked is, and the rest is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gate_archive import Archive, Office, decisions, months_later
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate.chain.client import ChainClient
from didgate.chain.deploy import DeployedContract, Deployment
from didgate.errors import ChainError
from didgate.gate.audit import AuditedChain, audit
from didgate.gate.bundle import Bundle


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_decisions_are_consistent_and_replayed_months_later(office: Office) -> None:
    made = decisions(office)
    office.anchor()
    months_later(office.world)
    for decision in made:
        consistent = office.audited(office.bundle(decision))
        assert consistent.established == "consistent"
        assert consistent.unchecked.keys() == {"the decision itself"}
        assert len(consistent.checked) == 5
        assert consistent.anchored_at is not None
        assert consistent.final
        replayed = office.audited(office.bundle(decision, evidence=True))
        assert replayed.established == "replayed"
        assert replayed.unchecked == {}
        assert replayed.inputs is not None


def test_what_was_not_at_hand_is_said(office: Office) -> None:
    decision = decisions(office)[0]
    alone = office.audited(Bundle(decision.receipt), chain=False)
    assert alone.unchecked == {
        "log and anchor": "the bundle holds no anchor",
        "chain facts": "no chain was given",
        "the decision itself": "the bundle holds no evidence",
    }
    office.anchor()
    offline = office.audited(office.bundle(decision, evidence=True), chain=False)
    assert offline.established == "replayed"
    assert offline.unchecked == {
        "anchor on chain": "no chain was given",
        "chain facts": "no chain was given",
        "the facts that were recorded": "no chain was given",
    }
    assert offline.anchored_at is None


def test_a_receipt_that_is_not_anchored_yet_has_a_bundle_that_says_so(office: Office) -> None:
    first = decisions(office)[0]
    assert office.bundle(first).anchor is None
    office.anchor()
    [late] = [office.caller.enter(office.world.wallet(), office.world.resource(badge()))]
    assert office.bundle(first).anchor is not None
    assert office.audited(office.bundle(late)).unchecked.keys() == {
        "log and anchor",
        "the decision itself",
    }


def test_a_gate_that_does_not_anchor_is_audited_all_the_same(world: World) -> None:
    office = Archive(world)
    decision = office.caller.enter(world.holder(), world.resource(of_schema(CLEARANCE)))
    chain = AuditedChain(world.client, world.contracts)
    bundle = Bundle(decision.receipt, evidence=office.opened(office.receipt(decision)))
    found = audit(bundle, office.gate.jwks(), chain=chain)
    assert found.established == "replayed"
    assert found.unchecked == {"log and anchor": "the receipt names no anchor"}


def test_a_bundle_without_evidence_holds_nothing_personal(office: Office) -> None:
    made = decisions(office)
    office.anchor()
    for decision in made:
        text = json.dumps(office.bundle(decision).to_dict())
        for value in ("researcher", ALICE["name"], "clearance", office.world.issuers.did):
            assert str(value) not in text


class Pruned(ChainClient):
    """A client of a node that keeps the state of the newest block alone."""

    def _batch_at(self, at: bytes | None, requests: Any) -> Any:
        if at is not None and at != self.header().block.hash:
            raise ChainError("rpc_error", "missing trie node")
        return super()._batch_at(at, requests)


def test_a_node_that_forgets_leaves_the_facts_unchecked(office: Office) -> None:
    decision = decisions(office)[0]
    office.anchor()
    months_later(office.world)
    bundle = office.bundle(decision, evidence=True)
    chain = AuditedChain(Pruned.connect(office.world.chain), office.world.contracts)
    found = audit(bundle, office.gate.jwks(), chain=chain)
    assert found.established == "replayed"
    assert found.unchecked.keys() == {
        "policy and registries at the latest block",
        "policy and registries at the finalized block",
        "the facts recorded at the latest block",
    }


def test_another_chain_is_not_asked(office: Office) -> None:
    decision = decisions(office)[0]
    office.anchor()
    contracts: dict[str, DeployedContract] = dict(office.world.contracts.contracts)
    other = office.world.client
    other.chain_id += 1
    with pytest.raises(ChainError) as error:
        audit(
            Bundle(decision.receipt),
            office.gate.jwks(),
            chain=AuditedChain(other, Deployment(other.chain_id, contracts)),
        )
    assert error.value.code == "wrong_chain"
    with pytest.raises(ChainError) as error:
        office.bundle(decision)
    assert error.value.code == "wrong_chain"
