from __future__ import annotations

import pytest

from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner

MESSAGE_ALGORITHMS = [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]


@pytest.fixture(params=MESSAGE_ALGORITHMS, ids=str)
def signer(request: pytest.FixtureRequest) -> SoftwareSigner:
    """A signer of each kind that signs messages."""
    return SoftwareSigner.generate(request.param)


@pytest.fixture(scope="session")
def bbs_signer() -> SoftwareBBSSigner:
    return SoftwareBBSSigner.generate()
