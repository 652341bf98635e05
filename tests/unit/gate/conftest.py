"""A clock, keys, and DPoP proofs as a client makes them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from didgate.gate.dpop import token_hash
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import sign_jws

ProofMaker = Callable[..., str]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def key() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.P256)


@pytest.fixture
def make_proof(key: SoftwareSigner, now: datetime) -> ProofMaker:
    """Return a maker of proofs; ``claims``, ``header`` and ``token`` change what it makes."""

    def make(
        *,
        signer: SoftwareSigner = key,
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        token: str | None = None,
    ) -> str:
        members: dict[str, Any] = {
            "jti": secrets.token_hex(8),
            "htm": "GET",
            "htu": "https://gate.example/models/digits",
            "iat": int(now.timestamp()),
        }
        if token is not None:
            members["ath"] = token_hash(token)
        members |= claims or {}
        payload = json.dumps({name: value for name, value in members.items() if value is not None})
        head = {"typ": "dpop+jwt", "jwk": signer.public_key.to_jwk(), **(header or {})}
        return sign_jws(signer, payload.encode(), head)

    return make
