"""A gate on the home of a terminal, asked directly."""

from __future__ import annotations

from typing import Any

from cli_terminal import PASSPHRASE, Terminal
from gate_world import ORIGIN

from didgate.cli.workspace import Workspace
from didgate.client import ProofMaker
from didgate.config import Settings
from didgate.gate import PREFIX, Answer, Decision, Gate, open_gate
from didgate.resources import resource_id


class Service:
    """The gate of a home, asked directly; it runs only while it decides."""

    def __init__(self, terminal: Terminal, resource: str) -> None:
        self.terminal = terminal
        with Workspace.from_environment() as workspace:
            self.resource = resource_id(workspace.account_address, resource)

    def open(self) -> Gate:
        environment = {
            "DIDGATE_HOME": str(self.terminal.home),
            "DIDGATE_PASSPHRASE": PASSPHRASE,
            "DIDGATE_ANCHOR_ACCOUNT": "default",
            "DIDGATE_EVIDENCE": "keep",
        }
        return open_gate(ORIGIN, Settings.from_environment(environment))

    def decide(self) -> tuple[Decision, dict[str, Any]]:
        """Decide about somebody with nothing to show; return the keys that the gate publishes."""
        gate, proofs = self.open(), ProofMaker()
        url = f"{ORIGIN}{PREFIX}/access"
        try:
            gate.start()
            asking, answering = (
                gate.prove(proofs.make("POST", url), method="POST", url=url) for _ in range(2)
            )
            challenge = gate.challenge(self.resource, asking)
            return gate.access(Answer(challenge.nonce, {"vp_token": {}}), answering), gate.jwks()
        finally:
            gate.close()

    def deny(self) -> tuple[Decision, dict[str, Any]]:
        """Have somebody with nothing to show denied."""
        decision, keys = self.decide()
        assert not decision.allowed
        return decision, keys
