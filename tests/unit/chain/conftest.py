"""Fixtures of the chain's unit tests: a chain in memory, and an account that pays there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount


@pytest.fixture
def account() -> EthereumAccount:
    return EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


@pytest.fixture
def chain(account: EthereumAccount) -> Iterator[EmbeddedChain]:
    with EmbeddedChain.create(None, funded=[account.address]) as chain:
        yield chain


@pytest.fixture
def client(chain: EmbeddedChain) -> ChainClient:
    return ChainClient.connect(chain)
