"""Decisions are audited from their receipts; whatever was tampered with is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from gate_archive import OUTSIDER, Archive
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.deploy import DeployedContract, Deployment
from didgate.encoding.merkle_log import inclusion_proof, leaf_hash, tree_head
from didgate.errors import ChainError, StoreError, VerificationError
from didgate.gate import Decision, GateKeys
from didgate.gate.anchoring import anchor_receipts
from didgate.gate.audit import Audit, AuditedChain, audit
from didgate.gate.bundle import AnchorRecord, Bundle, Inclusion, make_bundle
from didgate.gate.receipt import AnchorPlace, Receipt, sign_receipt, verify_receipt
from didgate.keys import KeyAlgorithm, SoftwareSigner

Change = Callable[[Receipt], Receipt]


class Office(Archive):
    """A gate that anchors its receipts and keeps evidence, and an auditor."""

    def __init__(self, world: World) -> None:
        self.signer = SoftwareSigner.generate(KeyAlgorithm.P256)
        self.stores = world.stores()
        self.place = AnchorPlace(world.contracts.anchors.address, world.root.address)
        keys = GateKeys(self.signer, bytes(32))
        super().__init__(world, anchor=self.place, keys=keys, stores=self.stores)
        self.chain = AuditedChain(world.client, world.contracts)

    def anchor(self) -> None:
        world = self.world
        anchor_receipts(self.stores.receipts, world.client, world.contracts.anchors, world.root)

    def bundle(self, decision: Decision, *, evidence: bool = False) -> Bundle:
        receipt = self.receipt(decision)
        stored = self.stores.receipts.get(receipt.id)
        opened = self.opened(receipt) if evidence else None
        made = make_bundle(stored, self.stores.receipts, self.world.client, evidence=opened)
        return Bundle.read(json.dumps(made.to_dict()))

    def audited(self, bundle: Bundle, *, chain: bool = True) -> Audit:
        return audit(bundle, self.gate.jwks(), chain=self.chain if chain else None)

    def refused(self, bundle: Bundle, code: str, path: str | None = None) -> None:
        with pytest.raises(VerificationError) as error:
            self.audited(bundle)
        assert (error.value.code, error.value.path) == (code, path)

    def resigned(self, bundle: Bundle, change: Change) -> Bundle:
        """Return a bundle of what the gate's own key signed instead, anchored as it is."""
        changed = change(verify_receipt(bundle.receipt, self.gate.jwks()))
        jws = sign_receipt(changed, self.signer)
        self.stores.receipts.append(f"{changed.id}again", jws, changed.decided_at)
        self.anchor()
        stored = self.stores.receipts.get(f"{changed.id}again")
        return make_bundle(
            stored, self.stores.receipts, self.world.client, evidence=bundle.evidence
        )


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def decisions(office: Office) -> list[Decision]:
    world = office.world
    account = {"address": {"list": "0x" + world.list_id.hex()}}
    resource = world.resource({"any": [of_schema(CLEARANCE), badge(), account]})
    wallets = [world.holder(), world.badge_holder(), world.member()]
    wallets += [world.holder(OUTSIDER), world.wallet()]
    return [office.caller.enter(wallet, resource) for wallet in wallets]


def months_later(world: World) -> None:
    """The issuer is suspended, the policy another, and the chain has gone on."""
    world.issuers.suspend()
    for _ in range(5):
        world.settle(30 * 86400)


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
