"""What decisions leave behind: receipts without personal data, and sealed evidence."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import replace
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate.errors import DidgateError, VerificationError
from didgate.gate import Decision, EvidenceFolder, GateKeys, GateStores, verify_receipt
from didgate.gate.receipt import sign_receipt
from didgate.gate.replay import open_inputs
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws
from didgate.stores import MemoryReceiptStore, SQLReceiptStore, open_engine


def decisions(world: World, **changes: Any) -> list[Decision]:
    """Return an allowance and a denial of each form."""
    tree = {
        "any": [
            of_schema(CLEARANCE),
            badge(),
            {"address": {"list": "0x" + world.list_id.hex()}},
        ]
    }
    gate, resource = world.gate(**changes), world.resource(tree)
    member, caller = world.member(), Caller(world, gate)
    outsider = ALICE | {"clearance": 2}
    wallets = [world.holder(), world.badge_holder(), member]
    wallets += [world.holder(outsider), world.badge_holder(outsider), world.wallet()]
    return [caller.enter(wallet, resource) for wallet in wallets]


def test_every_decision_is_stored(world: World) -> None:
    stores = world.stores()
    found = decisions(world, stores=stores)
    assert [each.allowed for each in found] == [True] * 3 + [False] * 3
    assert [each.jws for each in stores.receipts.iterate()] == [each.receipt for each in found]


def test_a_receipt_holds_no_claim_and_no_holder(world: World) -> None:
    for decision in decisions(world):
        _, payload = decode_unverified_jws(decision.receipt)
        text = payload.decode()
        for value in ("researcher", "Alice", "clearance", world.issuers.did):
            assert value not in text
        if decision.grant is not None:
            assert decision.grant.subject not in text
            assert decision.grant.jkt not in text


def test_receipts_of_different_branches_look_alike(world: World) -> None:
    shapes = set()
    for decision in decisions(world)[:3]:
        _, payload = decode_unverified_jws(decision.receipt)
        members = json.loads(payload)
        for varying in ("id", "decidedAt"):
            members[varying] = ""
        members["commitments"] = sorted(members["commitments"])
        shapes.add(json.dumps(members, sort_keys=True))
    assert len(shapes) == 1


def test_a_denial_names_the_leaves(world: World) -> None:
    denial = decisions(world)[3]
    _, payload = decode_unverified_jws(denial.receipt)
    leaves = json.loads(payload)["judgements"]["latest"]["leaves"]
    assert [leaf["verdict"] for leaf in leaves] == ["false"] * 3


def test_an_answer_that_does_not_verify_leaves_a_receipt(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    caller = Caller(world, gate)
    decision = caller.submit(caller.challenge(resource), {"vp_token": {"c0": ["x"]}})
    receipt = verify_receipt(decision.receipt, gate.jwks())
    assert (receipt.allowed, receipt.code) == (False, decision.code)
    assert [each.verdict for each in receipt.judgements] == ["unknown", "unknown"]
    assert all(each.policy_id for each in receipt.judgements)


def test_evidence_opens_the_commitments(world: World) -> None:
    key = secrets.token_bytes(32)
    vault = EvidenceFolder(world.folder / "evidence", key)
    gate, resource = world.gate(vault=vault), world.resource(of_schema(CLEARANCE))
    decision = Caller(world, gate).enter(world.holder(), resource)
    receipt = verify_receipt(decision.receipt, gate.jwks())
    inputs = vault.get(receipt.id)
    assert {each.name: each.commitment for each in inputs} == receipt.commitments
    opened = open_inputs(receipt, inputs)
    subject = opened.presentation.credentials["c0"]["credentialSubject"]
    assert subject == {"type": "Holder", "role": "researcher", "clearance": 4}
    assert opened.now == world.clock.now()
    assert receipt.commitments.keys() == {
        "challenge", "presentation", "now", "schemas", "evidence",
        "state.latest", "facts.latest", "verdicts.latest",
    }  # fmt: skip


def test_without_a_vault_no_evidence_is_kept(world: World) -> None:
    decisions(world)
    assert list(world.folder.rglob("*.sealed")) == []


class FullStore(MemoryReceiptStore):
    """A receipt store whose disk is full."""

    def append(self, *_receipt: Any) -> Any:
        raise DidgateError("store_failed", "the database did not do what was asked")


def test_without_a_receipt_nobody_gets_in(world: World) -> None:
    usual = world.stores()
    stores = GateStores(usual.challenges, usual.replay, usual.quotas, FullStore())
    gate, resource = world.gate(stores=stores), world.resource(badge())
    with pytest.raises(DidgateError) as error:
        Caller(world, gate).enter(world.badge_holder(), resource)
    assert error.value.code == "store_failed"


def test_receipts_survive_a_restart(world: World) -> None:
    usual, path = world.stores(), world.folder / "gate.sqlite"
    engine = open_engine(path)
    stores = GateStores(usual.challenges, usual.replay, usual.quotas, SQLReceiptStore(engine))
    found = decisions(world, stores=stores)
    engine.dispose()
    again = open_engine(path)
    assert [each.jws for each in SQLReceiptStore(again).iterate()] == [
        each.receipt for each in found
    ]
    again.dispose()


def test_denials_are_logged_without_claims(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="didgate.gate"):
        decisions(world)
    denials = [record.getMessage() for record in caplog.records]
    assert len(denials) == 3
    for text in denials:
        assert "policy_not_satisfied" in text
        for value in ("researcher", "Alice", world.issuers.did):
            assert value not in text


def test_an_answer_without_a_valid_nonce_is_not_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    gate, resource = world.gate(), world.resource(badge())
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    caller.submit(challenge, {"vp_token": {}})
    with caplog.at_level(logging.DEBUG, logger="didgate.gate"), pytest.raises(DidgateError):
        caller.submit(challenge, {})
    assert caplog.records == []


def test_what_is_no_presentation_leaves_no_receipt(world: World) -> None:
    """Anyone gets a challenge: what they post must not fill the disk."""
    stores = world.stores()
    gate, resource = world.gate(stores=stores), world.resource(badge())
    caller = Caller(world, gate)
    with pytest.raises(DidgateError) as error:
        caller.submit(caller.challenge(resource), {"x": "A" * 200_000})
    assert error.value.code == "presentation_malformed"
    assert list(stores.receipts.iterate()) == []


@pytest.mark.parametrize("fault", ["ahead", "fork"])
def test_a_receipt_of_two_chains_is_inconsistent(world: World, fault: str) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    gate = world.gate(keys=GateKeys(signer, bytes(32)))
    jws = Caller(world, gate).enter(world.badge_holder(), world.resource(badge())).receipt
    receipt = verify_receipt(jws, gate.jwks())
    latest, finalized = receipt.judgements
    changed = (
        replace(finalized, block_number=latest.block_number + 1, block_hash=bytes(32))
        if fault == "ahead"
        else replace(finalized, block_hash=bytes(32))
    )
    forged = sign_receipt(replace(receipt, judgements=(latest, changed)), signer)
    with pytest.raises(VerificationError) as error:
        verify_receipt(forged, gate.jwks())
    assert error.value.code == "receipt_inconsistent"
