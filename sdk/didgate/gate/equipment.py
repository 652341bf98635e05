"""What a gate works with: its secrets, and where it remembers things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from didgate.errors import InvalidInput
from didgate.keys import PublicKey, Signer
from didgate.stores import ChallengeStore, QuotaStore, ReceiptStore, ReplayCache


@dataclass(frozen=True, slots=True)
class GateKeys:
    """The secrets of a gate; replicas share them.

    Attributes:
        signer: signs grants and receipts, P-256 or Ed25519.
        pairwise_secret: 32 bytes that make pseudonyms; changing it changes all of them.
        previous: public keys whose grants and receipts still count.
    """

    signer: Signer
    pairwise_secret: bytes = field(repr=False)
    previous: Sequence[PublicKey] = ()

    def __post_init__(self) -> None:
        if len(self.pairwise_secret) != 32:
            raise InvalidInput("invalid_secret", "the secret of pseudonyms has 32 bytes")


@dataclass(frozen=True, slots=True)
class GateStores:
    """What a gate remembers."""

    challenges: ChallengeStore
    replay: ReplayCache
    quotas: QuotaStore
    receipts: ReceiptStore
