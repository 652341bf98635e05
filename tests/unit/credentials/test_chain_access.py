"""What a presentation to a contract is bound to: each field of the statement, and the contract."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from didgate.credentials.binding import Disclosed, bundle_hash
from didgate.credentials.chain_access import (
    CHAIN_ACCESS_TYPE,
    ChainAccess,
    chain_access_digest,
    sign_chain_access,
)
from didgate.credentials.eip712 import Domain
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of, recover_address

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
CONSUMER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
DOMAIN = Domain(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
ACCESS = ChainAccess(
    resource=bytes([1] * 32),
    policy_id=bytes([2] * 32),
    epoch=7,
    account=ACCOUNT,
    consumer=CONSUMER,
    action=bytes([3] * 32),
    nonce=bytes([4] * 32),
    deadline=1_800_000_000,
)
BUNDLE = bundle_hash([Disclosed("c0", bytes([5] * 32), bytes([6] * 32), (1, 3))])
MEMBERS = [
    {"name": "resource", "type": "bytes32"},
    {"name": "policyId", "type": "bytes32"},
    {"name": "epoch", "type": "uint64"},
    {"name": "account", "type": "address"},
    {"name": "consumer", "type": "address"},
    {"name": "action", "type": "bytes32"},
    {"name": "nonce", "type": "bytes32"},
    {"name": "deadline", "type": "uint64"},
    {"name": "bundle", "type": "bytes32"},
    {"name": "index", "type": "uint8"},
    {"name": "extensions", "type": "bytes32"},
]


@pytest.mark.parametrize("index", [0, 1, 63, 255])
def test_is_what_eth_account_computes(index: int) -> None:
    signable = encode_typed_data(
        {
            "name": "didgate",
            "version": "1",
            "chainId": DOMAIN.chain_id,
            "verifyingContract": DOMAIN.contract,
        },
        {"ChainAccess": MEMBERS},
        {
            "resource": ACCESS.resource,
            "policyId": ACCESS.policy_id,
            "epoch": ACCESS.epoch,
            "account": ACCESS.account,
            "consumer": ACCESS.consumer,
            "action": ACCESS.action,
            "nonce": ACCESS.nonce,
            "deadline": ACCESS.deadline,
            "bundle": BUNDLE,
            "index": index,
            "extensions": bytes(32),
        },
    )
    expected = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert chain_access_digest(ACCESS, DOMAIN, BUNDLE, index) == expected


def test_type_is_the_one_of_the_format() -> None:
    listed = ",".join(f"{member['type']} {member['name']}" for member in MEMBERS)
    assert f"ChainAccess({listed})" == CHAIN_ACCESS_TYPE


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": bytes(32)},
        {"policy_id": bytes(32)},
        {"epoch": 8},
        {"account": CONSUMER},
        {"consumer": ACCOUNT},
        {"action": bytes(32)},
        {"nonce": bytes(32)},
        {"deadline": 1_800_000_001},
    ],
)
def test_every_field_is_bound(changes: dict[str, Any]) -> None:
    other = replace(ACCESS, **changes)
    digest = chain_access_digest(other, DOMAIN, BUNDLE, 0)
    assert digest != chain_access_digest(ACCESS, DOMAIN, BUNDLE, 0)


@pytest.mark.parametrize("domain", [Domain(1, DOMAIN.contract), Domain(31337, ACCOUNT)])
def test_chain_and_contract_are_bound(domain: Domain) -> None:
    digest = chain_access_digest(ACCESS, domain, BUNDLE, 0)
    assert digest != chain_access_digest(ACCESS, DOMAIN, BUNDLE, 0)


def test_bundle_and_position_are_bound() -> None:
    digests = {
        chain_access_digest(ACCESS, DOMAIN, bundle, index)
        for bundle in (BUNDLE, bundle_hash([]))
        for index in range(256)
    }
    assert len(digests) == 512


@pytest.mark.parametrize("index", [-1, 256])
def test_refuses_impossible_positions(index: int) -> None:
    with pytest.raises(InvalidInput) as error:
        chain_access_digest(ACCESS, DOMAIN, BUNDLE, index)
    assert error.value.code == "invalid_index"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resource", bytes(31)), ("policy_id", b""), ("action", bytes(33)), ("nonce", bytes(16)),
        ("epoch", -1), ("epoch", 2**64), ("epoch", True), ("deadline", 2**64), ("deadline", 1.5),
        ("account", ACCOUNT.lower()), ("consumer", "0x00"),
    ],
)  # fmt: skip
def test_refuses_malformed_statements(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        replace(ACCESS, **{name: value})
    assert (error.value.code, error.value.path) == ("invalid_chain_access", name)


def test_the_account_signs_as_a_whole() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    account = address_of(signer.public_key)
    access = replace(ACCESS, account=account)
    signature = sign_chain_access(signer, access, DOMAIN, BUNDLE)
    whole = chain_access_digest(access, DOMAIN, BUNDLE, 255)
    assert recover_address(whole, signature) == account


def test_another_key_does_not_sign_for_the_account() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    with pytest.raises(InvalidInput) as error:
        sign_chain_access(signer, ACCESS, DOMAIN, BUNDLE)
    assert error.value.code == "wrong_account"
