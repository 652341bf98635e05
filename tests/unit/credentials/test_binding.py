"""What proofs are bound to: each field of a challenge, and everything presented beside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from parties import address_leaf, badge_leaf, challenge_for, clearance_leaf, policy_of

from didgate.credentials.binding import (
    Disclosed,
    address_control_digest,
    bundle_hash,
    gate_access_digest,
)
from didgate.credentials.challenge import Challenge
from didgate.encoding import b64url_decode
from didgate.errors import InvalidInput

CHALLENGE = challenge_for(policy_of({"any": [clearance_leaf(), address_leaf()]}))
ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
BUNDLE = [
    Disclosed("c0", bytes([1] * 32), bytes([2] * 32), (1, 4, 31)),
    Disclosed("c1", bytes([3] * 32), bytes([4] * 32)),
]
DOMAIN = {
    "name": "didgate",
    "version": "1",
    "chainId": CHALLENGE.chain_id,
    "verifyingContract": CHALLENGE.verifier,
}
GATE_ACCESS = [
    {"name": "audience", "type": "string"},
    {"name": "resource", "type": "bytes32"},
    {"name": "policyId", "type": "bytes32"},
    {"name": "epoch", "type": "uint64"},
    {"name": "nonce", "type": "string"},
    {"name": "jkt", "type": "bytes32"},
    {"name": "deadline", "type": "uint64"},
    {"name": "bundle", "type": "bytes32"},
    {"name": "index", "type": "uint8"},
    {"name": "extensions", "type": "bytes32"},
]


def access_message(index: int) -> dict[str, object]:
    return {
        "audience": CHALLENGE.audience,
        "resource": CHALLENGE.resource,
        "policyId": CHALLENGE.policy_id,
        "epoch": CHALLENGE.epoch,
        "nonce": CHALLENGE.nonce,
        "jkt": b64url_decode(CHALLENGE.jkt),
        "deadline": CHALLENGE.deadline,
        "bundle": bundle_hash(BUNDLE),
        "index": index,
        "extensions": bytes(32),
    }


def eth_account_digest(types, message) -> bytes:
    signable = encode_typed_data(DOMAIN, types, message)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def test_gate_access_is_what_eth_account_computes():
    for index in (0, 1, 63):
        expected = eth_account_digest({"GateAccess": GATE_ACCESS}, access_message(index))
        assert gate_access_digest(CHALLENGE, bundle_hash(BUNDLE), index) == expected


def test_address_control_is_what_eth_account_computes():
    types = {
        "AddressControl": [
            {"name": "account", "type": "address"},
            {"name": "access", "type": "GateAccess"},
        ],
        "GateAccess": GATE_ACCESS,
    }
    expected = eth_account_digest(types, {"account": ACCOUNT, "access": access_message(255)})
    assert address_control_digest(CHALLENGE, bundle_hash(BUNDLE), ACCOUNT) == expected


def test_bundle_is_the_eip_712_encoding_of_an_array():
    types = {
        "Bundle": [{"name": "all", "type": "Disclosure[]"}],
        "Disclosure": [
            {"name": "leaf", "type": "string"},
            {"name": "schema", "type": "bytes32"},
            {"name": "issuer", "type": "bytes32"},
            {"name": "disclosed", "type": "uint32"},
        ],
    }
    entries = [
        {
            "leaf": each.leaf,
            "schema": each.type_id,
            "issuer": each.issuer_id,
            "disclosed": sum(1 << slot for slot in each.slots),
        }
        for each in BUNDLE
    ]
    signable = encode_typed_data(DOMAIN, types, {"all": entries})
    type_hash = keccak(
        text="Bundle(Disclosure[] all)"
        "Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)"
    )
    assert signable.body == keccak(type_hash + bundle_hash(BUNDLE))


OTHER = challenge_for(policy_of(badge_leaf()))


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "https://other.example"},
        {"resource": bytes(32)},
        {"policy_id": OTHER.policy_id, "policy": OTHER.policy, "dcql": OTHER.dcql},
        {"epoch": 5},
        {"nonce": "0123456789abcdef0124"},
        {"jkt": "A" * 43},
        {"deadline": CHALLENGE.deadline + 1},
        {"chain_id": 1},
        {"verifier": ACCOUNT},
    ],
)
def test_every_field_of_the_challenge_is_bound(changes):
    other: Challenge = replace(CHALLENGE, **changes)
    bundle = bundle_hash(BUNDLE)
    assert gate_access_digest(other, bundle, 0) != gate_access_digest(CHALLENGE, bundle, 0)
    assert address_control_digest(other, bundle, ACCOUNT) != address_control_digest(
        CHALLENGE, bundle, ACCOUNT
    )


@pytest.mark.parametrize(
    "bundle",
    [
        [],
        BUNDLE[:1],
        BUNDLE[::-1],
        [replace(BUNDLE[0], leaf="c2"), BUNDLE[1]],
        [replace(BUNDLE[0], type_id=bytes(32)), BUNDLE[1]],
        [replace(BUNDLE[0], issuer_id=bytes(32)), BUNDLE[1]],
        [replace(BUNDLE[0], slots=(1, 4)), BUNDLE[1]],
        [replace(BUNDLE[0], slots=(1, 5, 31)), BUNDLE[1]],
    ],
)
def test_everything_presented_beside_is_bound(bundle):
    assert bundle_hash(bundle) != bundle_hash(BUNDLE)


def test_position_is_bound():
    bundle = bundle_hash(BUNDLE)
    assert gate_access_digest(CHALLENGE, bundle, 0) != gate_access_digest(CHALLENGE, bundle, 1)


@pytest.mark.parametrize("index", [-1, 256])
def test_refuses_impossible_positions(index):
    with pytest.raises(InvalidInput) as error:
        gate_access_digest(CHALLENGE, bytes(32), index)
    assert error.value.code == "invalid_index"


def test_an_account_proof_is_no_credential_proof():
    bundle = bundle_hash([])
    digests = {gate_access_digest(CHALLENGE, bundle, index) for index in range(256)}
    assert address_control_digest(CHALLENGE, bundle, ACCOUNT) not in digests
