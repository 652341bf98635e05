"""Control over an account, proved for one presentation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from parties import address_leaf

from didgate.credentials.address import prove_address, verify_address
from didgate.credentials.binding import bundle_hash
from didgate.errors import VerificationError
from didgate.keys.ethereum import address_of

BUNDLE = bundle_hash([])


def code_of(proof, challenge, bundle=BUNDLE) -> str:
    with pytest.raises(VerificationError) as error:
        verify_address(proof, challenge, bundle)
    return error.value.code


def test_returns_the_account(parties):
    challenge = parties.challenge(address_leaf())
    proof = prove_address(parties.account, challenge, BUNDLE)
    assert verify_address(proof, challenge, BUNDLE) == address_of(parties.account.public_key)


def test_refuses_another_account(parties):
    challenge = parties.challenge(address_leaf())
    proof = prove_address(parties.account, challenge, BUNDLE)
    other = replace(proof, address="0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
    assert code_of(other, challenge) == "address_proof_invalid"


def test_refuses_a_proof_of_another_challenge(parties):
    challenge = parties.challenge(address_leaf())
    proof = prove_address(parties.account, challenge, BUNDLE)
    other = replace(challenge, nonce="another-nonce-of-the-gate")
    assert code_of(proof, other) == "address_proof_invalid"


def test_refuses_a_proof_beside_other_credentials(parties):
    challenge = parties.challenge(address_leaf())
    proof = prove_address(parties.account, challenge, BUNDLE)
    assert code_of(proof, challenge, bytes(32)) == "address_proof_invalid"


@pytest.mark.parametrize("signature", [bytes(65), bytes(64) + b"\x1b", b"\xff" * 65])
def test_refuses_what_is_no_signature(parties, signature):
    challenge = parties.challenge(address_leaf())
    proof = replace(prove_address(parties.account, challenge, BUNDLE), signature=signature)
    assert code_of(proof, challenge) == "address_proof_invalid"
