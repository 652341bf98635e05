"""Verify a presentation against one challenge: the pure core and the shell around it.

``gather_evidence`` fetches what a presentation is checked against; ``verify_presentation`` is pure:
no network, no clock of its own, no storage. Only it makes a ``VerifiedPresentation``.
"""

from __future__ import annotations

from didgate.credentials.evidence import (
    Evidence,
    EvidenceSources,
    IssuerKey,
    RegistrySources,
)
from didgate.verifier.gather import gather_evidence
from didgate.verifier.verify import verify_presentation

__all__ = [
    "Evidence",
    "EvidenceSources",
    "IssuerKey",
    "RegistrySources",
    "gather_evidence",
    "verify_presentation",
]
