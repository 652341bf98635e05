"""Whatever was tampered with in a receipt, its log, its anchor or its evidence is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from gate_archive import Archive, Change, Office, decisions
from gate_world import CLEARANCE, World, badge, of_schema

from didgate.chain.calls import Transaction
from didgate.encoding.merkle_log import inclusion_proof, leaf_hash, tree_head
from didgate.errors import StoreError, VerificationError
from didgate.gate.audit import audit
from didgate.gate.bundle import AnchorRecord, Bundle, Inclusion
from didgate.gate.receipt import AnchorPlace, Receipt, sign_receipt, verify_receipt


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_a_changed_receipt_is_found(office: Office) -> None:
    decision = decisions(office)[0]
    office.anchor()
    bundle = office.bundle(decision)
    head, payload, signature = bundle.receipt.split(".")
    flipped = f"{head}.{payload[:-2]}{'AA' if payload[-2:] != 'AA' else 'BB'}.{signature}"
    office.refused(replace(bundle, receipt=flipped), "receipt_signature")


def flip(receipt: Receipt) -> Receipt:
    judged = tuple(replace(each, verdict="true", leaves=()) for each in receipt.judgements)
    return replace(receipt, allowed=True, code="allowed", judgements=judged)


def test_a_flipped_verdict_is_found_by_replay(office: Office) -> None:
    """The gate itself signs and anchors that it let somebody in whom the policy keeps out."""
    denial = decisions(office)[3]
    office.anchor()
    bundle = office.resigned(office.bundle(denial, evidence=True), flip)
    assert office.audited(replace(bundle, evidence=None)).established == "consistent"
    office.refused(bundle, "replay_differs", "decision")


def at_both(receipt: Receipt, **changes: Any) -> Receipt:
    return replace(
        receipt, judgements=tuple(replace(each, **changes) for each in receipt.judgements)
    )


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (
            lambda receipt: at_both(receipt, block_hash=bytes(32)),
            "block_not_canonical",
            "judgements.latest.block",
        ),
        (
            lambda receipt: at_both(receipt, block_number=10**9),
            "anchor_forged",
            None,
        ),
        (
            lambda receipt: at_both(receipt, policy_id=bytes(32)),
            "state_differs",
            "judgements.latest.policy",
        ),
        (
            lambda receipt: at_both(receipt, restrictions=(bytes(32),)),
            "state_differs",
            "judgements.latest.restrictions",
        ),
        (lambda receipt: at_both(receipt, epoch=99), "state_differs", "judgements.latest.epoch"),
        (
            lambda receipt: at_both(receipt, registries={}),
            "state_differs",
            "judgements.latest.registries",
        ),
        (
            lambda receipt: replace(receipt, policy_registry="0x" + "11" * 20),
            "wrong_deployment",
            "policyRegistry",
        ),
        (lambda receipt: replace(receipt, resource=bytes(32)), "state_differs", "resource"),
        (
            lambda receipt: replace(receipt, gate="https://other.example"),
            "replay_differs",
            "gate",
        ),
    ],
)
def test_a_receipt_that_the_chain_does_not_bear_out_is_found(
    office: Office, change: Change, code: str, path: str | None
) -> None:
    """Signed and anchored by the gate itself, so that nothing but the chain contradicts it."""
    decision = decisions(office)[0]
    office.anchor()
    bundle = office.resigned(office.bundle(decision, evidence=True), change)
    office.refused(bundle, code, path)


def _fewer(receipt: Receipt) -> Receipt:
    judged = [replace(each, leaves=each.leaves[1:]) for each in receipt.judgements]
    return replace(receipt, judgements=tuple(judged))


def _undecided(receipt: Receipt) -> Receipt:
    return at_both(receipt, verdict="unknown")


def _hidden_pause(receipt: Receipt) -> Receipt:
    return replace(at_both(receipt, paused=False), code="proof_invalid")


@pytest.mark.parametrize("change", [_fewer, _undecided])
def test_leaves_of_a_denial_that_are_not_the_policys_are_found(
    office: Office, change: Change
) -> None:
    denial = decisions(office)[3]
    office.anchor()
    bundle = office.resigned(office.bundle(denial), change)
    office.refused(bundle, "state_differs", "judgements.latest.leaves")


def test_a_pause_that_the_receipt_hides_is_found(office: Office) -> None:
    world, caller = office.world, office.caller
    resource = world.resource(badge())
    challenge = caller.challenge(resource)
    world.pause(resource)
    paused = caller.submit(challenge, {"vp_token": {}})
    office.anchor()
    assert office.audited(office.bundle(paused, evidence=True)).established == "replayed"
    hidden = office.resigned(office.bundle(paused), _hidden_pause)
    office.refused(hidden, "state_differs", "judgements.latest.paused")


def test_a_removed_receipt_is_found(office: Office) -> None:
    """What was anchored stays provable; the log without it is no longer the anchored one."""
    made = decisions(office)
    office.anchor()
    bundle = office.bundle(made[1])
    store = office.stores.receipts
    hashes = [leaf_hash(each.jws.encode()) for each in store.iterate()]
    assert bundle.inclusion is not None
    shorter = hashes[:2] + hashes[3:]
    forged = Inclusion(1, len(shorter), inclusion_proof(shorter, 1))
    office.refused(replace(bundle, inclusion=forged), "inclusion_invalid")
    store._order.pop(2)  # type: ignore[attr-defined]
    with pytest.raises(StoreError) as error:
        office.bundle(made[1])
    assert error.value.code == "log_gap"


def test_a_log_in_another_order_is_found(office: Office) -> None:
    made = decisions(office)
    office.anchor()
    bundle = office.bundle(made[0])
    assert bundle.inclusion is not None
    assert bundle.anchor is not None
    elsewhere = replace(bundle.inclusion, index=1)
    office.refused(replace(bundle, inclusion=elsewhere), "inclusion_invalid")
    store = office.stores.receipts
    hashes = [leaf_hash(each.jws.encode()) for each in store.iterate()]
    hashes[0], hashes[1] = hashes[1], hashes[0]
    moved = Inclusion(1, len(hashes), inclusion_proof(hashes, 1))
    root = replace(bundle.anchor, root=tree_head(hashes))
    office.refused(replace(bundle, inclusion=moved, anchor=root), "anchor_forged")
    order = store._order  # type: ignore[attr-defined]
    order[0], order[1] = replace(order[1], sequence=1), replace(order[0], sequence=2)
    with pytest.raises(StoreError) as error:
        office.bundle(made[2])
    assert error.value.code == "log_diverged"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": 1}, "anchor_forged"),
        ({"block_number": 1}, "anchor_forged"),
        ({"timestamp": 1}, "anchor_forged"),
        ({"block_hash": bytes(32)}, "anchor_forged"),
        ({"root": bytes(32)}, "inclusion_invalid"),
        ({"account": "0x" + "11" * 20}, "anchor_mismatch"),
        ({"contract": "0x" + "11" * 20}, "anchor_mismatch"),
        ({"chain_id": 1}, "anchor_mismatch"),
    ],
)
def test_a_forged_anchor_is_found(office: Office, changes: dict[str, Any], code: str) -> None:
    decision = decisions(office)[0]
    office.anchor()
    bundle = office.bundle(decision)
    assert bundle.anchor is not None
    office.refused(replace(bundle, anchor=replace(bundle.anchor, **changes)), code)


def test_an_anchor_in_a_contract_of_the_gates_own_is_found(office: Office) -> None:
    """A contract that answers as it likes could date anything back."""
    made = decisions(office)[0]
    office.anchor()
    bundle = office.bundle(made)
    assert bundle.anchor is not None
    # Its code answers every call with the caller's own data: PUSH0 PUSH0 RETURN would do as well.
    code = bytes.fromhex("6001600c60003960016000f300")
    contract = office.world.send(office.world.root, Transaction(None, code)).contract_address
    assert contract is not None
    place = AnchorPlace(contract, office.place.account)
    resigned = replace(verify_receipt(bundle.receipt, office.gate.jwks()), anchor=place)
    jws = sign_receipt(resigned, office.signer)
    record = replace(bundle.anchor, contract=contract, root=leaf_hash(jws.encode()))
    forged = Bundle(jws, Inclusion(0, 1, ()), record)
    office.refused(forged, "anchor_unknown_contract")


def test_an_anchor_that_the_receipt_does_not_name_is_found(world: World) -> None:
    archive = Archive(world)
    decision = archive.caller.enter(world.holder(), world.resource(of_schema(CLEARANCE)))
    record = AnchorRecord(
        chain_id=world.client.chain_id, contract=world.contracts.anchors.address,
        account=world.root.address, number=0, root=leaf_hash(decision.receipt.encode()),
        block_number=1, block_hash=bytes(32), timestamp=1, transaction=bytes(32),
    )  # fmt: skip
    with pytest.raises(VerificationError) as error:
        audit(Bundle(decision.receipt, Inclusion(0, 1, ()), record), archive.gate.jwks())
    assert error.value.code == "anchor_mismatch"


def test_other_evidence_is_found(office: Office) -> None:
    made = decisions(office)
    office.anchor()
    one, other = (office.bundle(each, evidence=True) for each in made[:2])
    office.refused(replace(one, evidence=other.evidence), "evidence_mismatch", "challenge")


@pytest.mark.parametrize("part", ["facts", "state"])
def test_facts_that_the_chain_does_not_hold_are_found(
    office: Office, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The gate decides on facts of its own making, and records them well."""
    world = office.world
    resource, holder = world.resource(of_schema(CLEARANCE)), world.holder()
    [reader] = [each for each in world.readers if each is office.gate._snapshots]
    view = reader._view
    read, state_of = view.facts, view.policy_state

    def made_up(query: Any, block: Any) -> Any:
        facts = read(query, block)
        keys = {name: fact and replace(fact, added_at=1) for name, fact in facts.keys.items()}
        return replace(facts, keys=keys)

    def owned(resource: bytes, block: Any) -> Any:
        return replace(state_of(resource, block), owner="0x" + "11" * 20)

    changed = {"facts": made_up, "policy_state": owned}
    name = "facts" if part == "facts" else "policy_state"
    monkeypatch.setattr(type(view), name, lambda _view, *given: changed[name](*given))
    decision = office.caller.enter(holder, resource)
    monkeypatch.undo()
    office.anchor()
    assert decision.allowed
    offline = office.audited(office.bundle(decision, evidence=True), chain=False)
    assert offline.established == "replayed"
    office.refused(office.bundle(decision, evidence=True), "facts_differ", f"{part}.latest")
