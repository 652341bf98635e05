"""A gate that keeps the evidence of its decisions, and an auditor with the key to it."""

from __future__ import annotations

import secrets
from typing import Any

from gate_actors import Caller
from gate_world import ALICE, World

from didgate.gate import Decision, EvidenceFolder, verify_receipt
from didgate.gate.commitments import CommittedInput
from didgate.gate.inputs import Inputs
from didgate.gate.receipt import Receipt
from didgate.gate.replay import open_inputs, replay

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
