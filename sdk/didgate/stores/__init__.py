"""What a gate, a wallet and an issuer remember: in process, or in a database.

Each store has a protocol, an implementation in process and one over SQL. Those in process are
bounded and refuse when full; those over SQL are shared by all processes that open the database.

>>> from datetime import UTC, datetime, timedelta
>>> challenges = MemoryChallengeStore()
>>> challenges.put("nonce", b"record", datetime.now(UTC) + timedelta(minutes=5))
>>> challenges.consume("nonce")
b'record'
>>> challenges.consume("nonce")
Traceback (most recent call last):
didgate.errors.VerificationError: the nonce is unknown, used up or expired [nonce_unknown]
"""

from __future__ import annotations

from didgate.stores.challenges import MemoryChallengeStore, SQLChallengeStore
from didgate.stores.protocols import (
    ChallengeStore,
    QuotaStore,
    ReceiptStore,
    ReplayCache,
    StoredReceipt,
)
from didgate.stores.quotas import MemoryQuotaStore, SQLQuotaStore
from didgate.stores.receipts import MemoryReceiptStore, SQLReceiptStore
from didgate.stores.replay import MemoryReplayCache, SQLReplayCache
from didgate.stores.sql import open_engine

__all__ = [
    "ChallengeStore",
    "MemoryChallengeStore",
    "MemoryQuotaStore",
    "MemoryReceiptStore",
    "MemoryReplayCache",
    "QuotaStore",
    "ReceiptStore",
    "ReplayCache",
    "SQLChallengeStore",
    "SQLQuotaStore",
    "SQLReceiptStore",
    "SQLReplayCache",
    "StoredReceipt",
    "open_engine",
]
