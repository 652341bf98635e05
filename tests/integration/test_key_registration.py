"""An issuer's key is registered by one transaction, whichever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment, deploy
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.facts import KeyKind, KeyState
from didgate.chain.revert import Reverted
from didgate.credentials.identifiers import issuer_id, key_id
from didgate.errors import InvalidInput
from didgate.issuer import key_registration
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount

DID = "did:web:issuer.example"
ACCOUNT = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[ChainClient, Deployment]]:
    with EmbeddedChain.create(None, funded=[ACCOUNT.address]) as chain:
        client = ChainClient.connect(chain)
        deployment = deploy(client, ACCOUNT)
        client.send(ACCOUNT, deployment.issuers.accredit(DID, bytes(31) + b"\1", ACCOUNT.address))
        yield client, deployment


@pytest.mark.parametrize(
    ("signer", "kind"),
    [
        (SoftwareBBSSigner.generate(), KeyKind.BBS),
        (SoftwareSigner.generate(KeyAlgorithm.P256), KeyKind.P256),
    ],
    ids=["bbs", "p256"],
)
def test_key_is_registered(
    deployed: tuple[ChainClient, Deployment], signer: Any, kind: KeyKind
) -> None:
    client, deployment = deployed
    registry = deployment.issuers
    client.send(ACCOUNT, key_registration(registry, client.chain_id, DID, signer))
    fact = client.read(registry.key(key_id(signer.public_key)))
    assert fact is not None
    assert (fact.issuer_id, fact.kind, fact.state) == (issuer_id(DID), kind, KeyState.ACTIVE)


def test_error_proof_for_another_chain(deployed: tuple[ChainClient, Deployment]) -> None:
    client, deployment = deployed
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    transaction = key_registration(deployment.issuers, client.chain_id + 1, DID, signer)
    with pytest.raises(Reverted) as error:
        client.send(ACCOUNT, transaction)
    assert error.value.reason == "InvalidPossessionProof"


def test_error_key_that_issues_nothing(deployed: tuple[ChainClient, Deployment]) -> None:
    client, deployment = deployed
    signer = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    with pytest.raises(InvalidInput) as error:
        key_registration(deployment.issuers, client.chain_id, DID, signer)
    assert error.value.code == "unsupported_key_algorithm"
