"""Typed structures, hashed as eth_account hashes them."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from didgate.credentials import eip712
from didgate.credentials.eip712 import Domain
from didgate.errors import InvalidInput

CONTRACT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def eth_account_digest(domain: Domain, name: str, members: dict[str, str], message: Any) -> bytes:
    signable = encode_typed_data(
        {
            "name": "didgate",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        {name: [{"name": each, "type": kind} for each, kind in members.items()]},
        message,
    )
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@pytest.mark.parametrize("domain", [Domain(1, CONTRACT), Domain(2**64, "0x" + "00" * 20)])
def test_every_kind_of_word_is_what_eth_account_computes(domain: Domain) -> None:
    members = {"a": "uint256", "b": "string", "c": "address", "d": "bytes32"}
    signature = "Thing(uint256 a,string b,address c,bytes32 d)"
    structure = eip712.hash_struct(
        signature,
        eip712.integer(2**256 - 1),
        eip712.text("naïve"),
        eip712.address(CONTRACT),
        bytes(range(32)),
    )
    message = {"a": 2**256 - 1, "b": "naïve", "c": CONTRACT, "d": bytes(range(32))}
    expected = eth_account_digest(domain, "Thing", members, message)
    assert eip712.typed_digest(domain, structure) == expected


def test_refuses_a_contract_that_is_no_address() -> None:
    with pytest.raises(InvalidInput) as error:
        eip712.typed_digest(Domain(1, "0x00"), bytes(32))
    assert error.value.code == "invalid_address"
