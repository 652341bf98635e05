"""Gates that keep the evidence of their decisions, or anchor them too, and their auditors."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate.errors import VerificationError
from didgate.gate import Decision, EvidenceFolder, GateKeys, verify_receipt
from didgate.gate.anchoring import anchor_receipts
from didgate.gate.audit import Audit, AuditedChain, audit
from didgate.gate.bundle import Bundle, make_bundle
from didgate.gate.commitments import CommittedInput
from didgate.gate.inputs import Inputs
from didgate.gate.receipt import AnchorPlace, Receipt, sign_receipt
from didgate.gate.replay import open_inputs, replay
from didgate.keys import KeyAlgorithm, SoftwareSigner

Change = Callable[[Receipt], Receipt]
OUTSIDER = ALICE | {"clearance": 2}


class Archive:
    """A gate that keeps evidence."""

    def __init__(self, world: World, **changes: Any) -> None:
        self.world = world
        self.vault = EvidenceFolder(world.folder / "evidence", secrets.token_bytes(32))
        self.gate = world.gate(vault=self.vault, **changes)
        self.caller = Caller(world, self.gate)

    def receipt(self, decision: Decision) -> Receipt:
        return verify_receipt(decision.receipt, self.gate.jwks())

    def opened(self, receipt: Receipt) -> tuple[CommittedInput, ...]:
        return self.vault.get(receipt.id)

    def inputs(self, receipt: Receipt) -> Inputs:
        return open_inputs(receipt, self.opened(receipt))

    def replayed(self, decision: Decision) -> Receipt:
        receipt = self.receipt(decision)
        assert replay(receipt, self.inputs(receipt)).receipt == receipt
        return receipt


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
