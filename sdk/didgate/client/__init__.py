"""A client that answers a gate's challenge from a wallet, and uses the grant it gets.

``GateClient.request`` is like a request of httpx2: what it takes to be let in happens behind it.
"""

from __future__ import annotations

from didgate.client.gate_client import GateClient, GrantHeld, RefusedByGate
from didgate.client.proof import ProofMaker

__all__ = ["GateClient", "GrantHeld", "ProofMaker", "RefusedByGate"]
