"""The gate: who may use a model, a data set or a tool, because of what they can prove.

``open_gate`` opens the one that ``DIDGATE_HOME`` describes; ``Gate`` is built from parts.
``didgate.integrations`` puts either before an ASGI or FastAPI application. ``verify_receipt``
checks the record of a decision, offline.
"""

from __future__ import annotations

from didgate.gate.access import Gate
from didgate.gate.challenge import PREFIX, Answer
from didgate.gate.commitments import EvidenceFolder
from didgate.gate.decision import Decision
from didgate.gate.dpop import Proof, ServerNonces
from didgate.gate.equipment import GateKeys, GateStores
from didgate.gate.grant import Grant
from didgate.gate.opening import open_gate
from didgate.gate.problems import Problem
from didgate.gate.receipt import Receipt, verify_receipt

__all__ = [
    "PREFIX",
    "Answer",
    "Decision",
    "EvidenceFolder",
    "Gate",
    "GateKeys",
    "GateStores",
    "Grant",
    "Problem",
    "Proof",
    "Receipt",
    "ServerNonces",
    "open_gate",
    "verify_receipt",
]
