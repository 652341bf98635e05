"""Deployments, recorded in a file and checked against the chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.artifacts import CONTRACTS, VERIFIERS
from didgate.chain.deploy import DeployedContract, Deployment, deploy
from didgate.errors import ChainError, InvalidInput


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deployment.json"


def changed(deployment: Deployment, name: str, contract: DeployedContract) -> Deployment:
    return Deployment(deployment.chain_id, {**deployment.contracts, name: contract})


def test_everything_is_deployed_and_linked(chain: Any) -> None:
    deployment, read = chain.deployment, chain.client.read
    names = {*CONTRACTS, *VERIFIERS}
    assert set(deployment.contracts) == names
    assert len({contract.address for contract in deployment.contracts.values()}) == len(names)
    assert read(deployment.issuers.root()) == chain.account.address
    assert read(deployment.issuers.suspension_delay()) == 3600
    assert read(deployment.policies.resources()) == deployment.resources.address
    deployment.verify(chain.client)


def test_another_account_can_be_the_root(chain: Any, penniless: Any) -> None:
    deployment = deploy(chain.client, chain.account, root=penniless.address)
    assert chain.client.read(deployment.issuers.root()) == penniless.address


def test_record_is_saved_and_loaded(chain: Any, path: Path) -> None:
    chain.deployment.save(path)
    assert Deployment.load(path, chain.client) == chain.deployment
    assert Deployment.from_dict(json.loads(path.read_text())) == chain.deployment


def test_pins_are_what_policies_name(chain: Any) -> None:
    pins, contracts = chain.deployment.pins(), chain.deployment.to_dict()["contracts"]
    assert pins == {
        "issuers": contracts["IssuerRegistry"],
        "schemas": contracts["SchemaRegistry"],
        "status": contracts["StatusRegistry"],
        "addressLists": contracts["AddressListRegistry"],
    }


def test_record_of_another_chain_is_refused(chain: Any, path: Path) -> None:
    Deployment(chain.client.chain_id + 1, chain.deployment.contracts).save(path)
    with pytest.raises(ChainError) as error:
        Deployment.load(path, chain.client)
    assert error.value.code == "wrong_chain"


def test_chain_without_the_contracts_is_refused(chain: Any, path: Path) -> None:
    code_hash = chain.deployment.contracts["StatusRegistry"].code_hash
    nowhere = DeployedContract("0x" + "11" * 20, code_hash)
    changed(chain.deployment, "StatusRegistry", nowhere).save(path)
    with pytest.raises(ChainError) as error:
        Deployment.load(path, chain.client)
    assert error.value.code == "missing_code"


def test_other_code_at_an_address_is_refused(chain: Any, path: Path) -> None:
    other = chain.send(AddressListRegistry.deployment()).contract_address
    code_hash = chain.deployment.contracts["StatusRegistry"].code_hash
    changed(chain.deployment, "StatusRegistry", DeployedContract(other, code_hash)).save(path)
    with pytest.raises(ChainError) as error:
        Deployment.load(path, chain.client)
    assert error.value.code == "code_mismatch"
    assert "StatusRegistry" in error.value.message


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"chainId": "x", "contracts": {}}', "\0"])
def test_malformed_record_is_refused(chain: Any, path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(InvalidInput) as error:
        Deployment.load(path, chain.client)
    assert error.value.code == "invalid_deployment"


@pytest.mark.parametrize(
    "contract",
    [
        None,
        {"address": "0x12", "codeHash": "0x" + "00" * 32},
        {"address": "0x" + "11" * 20, "codeHash": "0x00"},
        {"address": "0x" + "11" * 20},
        {"address": 17, "codeHash": "0x" + "00" * 32},
    ],
    ids=["null", "address", "hash", "no_hash", "number"],
)
def test_malformed_contract_is_refused(chain: Any, contract: Any) -> None:
    record = chain.deployment.to_dict()
    record["contracts"]["PolicyRegistry"] = contract
    with pytest.raises(InvalidInput) as error:
        Deployment.from_dict(record)
    assert error.value.code == "invalid_deployment"


def test_missing_record_is_refused(chain: Any, path: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        Deployment.load(path, chain.client)
    assert error.value.code == "invalid_deployment"
