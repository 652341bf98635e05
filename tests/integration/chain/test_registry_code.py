"""The registries that policies are read from must be the ones that were deployed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from didgate.chain.deploy import DeployedContract, Deployment
from didgate.chain.policy_registry import PolicyRegistry
from didgate.chain.resource_registry import ResourceRegistry
from didgate.chain.rpc import RPC
from didgate.chain.snapshot import SnapshotReader
from didgate.errors import ChainError

MAX_STALENESS = timedelta(seconds=30)
NAMES = (PolicyRegistry.NAME, ResourceRegistry.NAME)


def code_of(action: Any) -> str:
    with pytest.raises(ChainError) as error:
        action()
    return error.value.code


@pytest.mark.parametrize("name", NAMES)
def test_other_code_than_was_deployed_is_denied(chain: Any, name: str) -> None:
    contract = chain.deployment.contracts[name]
    contracts = chain.deployment.contracts | {name: DeployedContract(contract.address, bytes(32))}
    deployment = Deployment(chain.client.chain_id, contracts)
    reader = SnapshotReader(chain.client, deployment, max_staleness=MAX_STALENESS)
    assert code_of(reader.refresh) == "code_mismatch"
    assert code_of(reader.current) == "code_mismatch"
    assert code_of(reader.start) == "code_mismatch"


@pytest.fixture
def code(anvil: Any) -> Callable[..., None]:
    """Returns a function that puts other code, or its own, at a registry."""
    rpc = RPC(anvil.provider)
    address = anvil.deployment.policies.address
    genuine = rpc.request("eth_getCode", [address, "latest"])

    def put(*, genuinely: bool) -> None:
        rpc.request("anvil_reorg", [1, []])
        rpc.request("anvil_setCode", [address, genuine if genuinely else "0x6001"])
        anvil.advance(1)

    return put


@pytest.mark.anvil
def test_other_code_after_a_reorganisation_is_denied_at_once(anvil: Any, code: Any) -> None:
    reader = SnapshotReader(anvil.client, anvil.deployment, max_staleness=MAX_STALENESS)
    reader.refresh()
    code(genuinely=False)
    assert code_of(reader.refresh) == "code_mismatch"
    assert code_of(reader.current) == "code_mismatch", "although the last reading is not too old"
    assert code_of(reader.refresh) == "code_mismatch", "it does not get better by itself"
    code(genuinely=True)
    assert reader.refresh() == reader.current()
    counted = reader.metrics.read()
    assert counted["failed_readings"] == {"code_mismatch": 2}
    assert counted["denied_snapshots"] == {"code_mismatch": 1}


def test_code_is_read_once_while_the_chain_only_grows(
    chain: Any, reader: SnapshotReader, provider: Any
) -> None:
    for _ in range(3):
        reader.refresh()
        chain.advance(1)
    assert provider.methods.count("eth_getCode") == len(NAMES)
