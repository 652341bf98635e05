"""Keys: public keys of every kind as one value, signers, JWS, the keystore, Ethereum accounts.

``didgate.keys`` names what most callers need; ``keys.jws``, ``keys.keystore`` and ``keys.ethereum``
are imported by name.
"""

from __future__ import annotations

from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.public import PublicKey
from didgate.keys.signer import (
    BBSSigner,
    DigestSigner,
    Signer,
    SoftwareBBSSigner,
    SoftwareSigner,
)

__all__ = [
    "BBSSigner",
    "DigestSigner",
    "KeyAlgorithm",
    "PublicKey",
    "Signer",
    "SoftwareBBSSigner",
    "SoftwareSigner",
]
