"""The key algorithms that didgate knows."""

from __future__ import annotations

from enum import StrEnum


class KeyAlgorithm(StrEnum):
    """What a key is for, named by its curve.

    Ed25519, P-256 and secp256k1 sign messages; BLS12-381 keys are issuer keys of BBS, points of G2.
    """

    ED25519 = "Ed25519"
    P256 = "P-256"
    SECP256K1 = "secp256k1"
    BLS12_381 = "BLS12-381"
