"""BLS12-381 public keys of BBS issuers: points of G2, checked here and used by ``didgate.bbs``."""

from __future__ import annotations

from typing import NoReturn

from didgate import bbs
from didgate.errors import InvalidInput


def load_public(raw: bytes) -> bytes:
    """Return the compressed 96-byte point of G2; ``invalid_public_key`` if it is none.

    The identity, points outside the prime-order group and other encodings are refused.
    """
    bbs.check_public_key(raw)
    return raw


def verify(_key: bytes, _message: bytes, _signature: bytes) -> NoReturn:
    """Refuse: such a key verifies BBS signatures (``didgate.bbs``), not messages."""
    raise InvalidInput("unsupported_key_algorithm", "a BLS12-381 key verifies BBS signatures only")
