"""The verifier and accounts: what takes part how, and what is left for the chain to say."""

from __future__ import annotations

from typing import Any

import pytest
from parties import NOW, Parties, address_leaf, clearance_leaf
from presenting import code_of, present, verify

from didgate.credentials.account_proofs import AccountProof, ContractProof
from didgate.credentials.address import (
    prove_address,
    prove_by_contract,
    prove_by_sign_in,
    sign_message,
)
from didgate.credentials.binding import address_control_digest, bundle_hash
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import ContractAccount, unsafe_verified_presentation
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of

BUNDLE = bundle_hash([])
CONTRACT = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


@pytest.fixture(scope="module")
def challenge(parties: Parties) -> Challenge:
    return parties.challenge(address_leaf())


def new_account() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.SECP256K1)


def sign_in(signer: SoftwareSigner, challenge: Challenge, bundle: bytes = BUNDLE) -> AccountProof:
    account = address_of(signer.public_key)
    return prove_by_sign_in(
        account, lambda text: sign_message(signer, text), challenge, bundle, NOW
    )


def by_contract(challenge: Challenge, address: str = CONTRACT) -> AccountProof:
    return prove_by_contract(address, lambda digest: b"signed " + digest, challenge, BUNDLE)


def test_step_7_establishes_accounts_of_all_kinds(parties: Parties, challenge: Challenge) -> None:
    typed, texted = new_account(), new_account()
    proofs = (
        sign_in(texted, challenge),
        by_contract(challenge),
        prove_address(typed, challenge, BUNDLE),
    )
    verified = verify(parties, Presentation({}, proofs), challenge)
    assert verified.addresses == (address_of(texted.public_key), address_of(typed.public_key))
    digest = address_control_digest(challenge, BUNDLE, CONTRACT)
    assert verified.contract_accounts == (ContractAccount(CONTRACT, digest, b"signed " + digest),)
    assert (verified.memberships, verified.attestations) == (frozenset(), ())


def test_step_7_asks_a_contract_about_this_presentation_alone(parties: Parties) -> None:
    challenge = parties.challenge({"all": [clearance_leaf(), address_leaf()]})
    shown = present(parties, challenge, attributes=parties.attributes())
    proof = ContractProof(CONTRACT, b"signed for another bundle")
    verified = verify(parties, Presentation(shown.credentials, (proof,)), challenge)
    (account,) = verified.contract_accounts
    assert account.digest != address_control_digest(challenge, BUNDLE, CONTRACT)
    assert account.signature == b"signed for another bundle"


def test_step_7_never_takes_a_contracts_word_for_granted(
    parties: Parties, challenge: Challenge
) -> None:
    proofs = (ContractProof(CONTRACT, b""),)
    verified = verify(parties, Presentation({}, proofs), challenge)
    assert verified.addresses == ()


def test_step_7_refuses_a_sign_in_beside_other_credentials(parties: Parties) -> None:
    challenge = parties.challenge({"any": [clearance_leaf(), address_leaf()]})
    shown = present(parties, challenge, attributes=parties.attributes())
    pooled = Presentation(shown.credentials, (sign_in(new_account(), challenge),))
    assert code_of(parties, pooled, challenge) == "sign_in_mismatch"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_step_7_refuses_an_account_that_takes_part_twice(
    parties: Parties, challenge: Challenge, number: int
) -> None:
    signer = new_account()
    address = address_of(signer.public_key)
    ways = (
        prove_address(signer, challenge, BUNDLE),
        sign_in(signer, challenge),
        by_contract(challenge, address),
    )
    proofs = (ways[number], ways[(number + 1) % 3])
    assert code_of(parties, Presentation({}, proofs), challenge) == "duplicate_address"


def test_what_is_verified_names_each_account_once(challenge: Challenge) -> None:
    members: dict[str, Any] = {
        name: getattr(challenge, name)
        for name in (
            "resource", "audience", "nonce", "policy_id", "epoch", "chain_id", "deadline", "jkt"
        )
    }  # fmt: skip
    contract = ContractAccount(CONTRACT, bytes(32), b"")
    with pytest.raises(InvalidInput) as error:
        unsafe_verified_presentation(
            **members, credentials=(), addresses=(CONTRACT,), contract_accounts=(contract,)
        )
    assert error.value.code == "duplicate_account"
