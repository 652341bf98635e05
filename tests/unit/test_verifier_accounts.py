"""The verifier and accounts: what takes part how, and what is left for the chain to say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from parties import (
    NOW,
    Parties,
    address_leaf,
    attestation_leaf,
    clearance_leaf,
    member_leaf,
)
from presenting import code_of, present, verify

from didgate.credentials.account_proofs import AccountProof, ContractProof, MerkleProof
from didgate.credentials.address import (
    prove_address,
    prove_by_contract,
    prove_by_sign_in,
    sign_message,
)
from didgate.credentials.address_tree import AddressTree
from didgate.credentials.binding import address_control_digest, bundle_hash
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import ContractAccount
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


# Steps 8 and 9: what is supplied about accounts


def member(signer: SoftwareSigner, *others: str) -> tuple[AddressTree, MerkleProof]:
    address = address_of(signer.public_key)
    tree = AddressTree([address, *others, CONTRACT])
    return tree, MerkleProof(tree.root, address, tree.proof(address))


def test_step_8_establishes_memberships(parties: Parties) -> None:
    signer = new_account()
    tree, proof = member(signer)
    of_contract = MerkleProof(tree.root, CONTRACT, tree.proof(CONTRACT))
    challenge = parties.challenge(member_leaf(tree.root))
    controls = (prove_address(signer, challenge, BUNDLE), by_contract(challenge))
    verified = verify(parties, Presentation({}, controls, (proof, of_contract)), challenge)
    members = {(tree.root, proof.address), (tree.root, CONTRACT)}
    assert verified.memberships == frozenset(members)


def test_step_8_refuses_a_member_whose_control_is_not_proved(parties: Parties) -> None:
    tree, proof = member(new_account())
    challenge = parties.challenge(member_leaf(tree.root))
    controls = (prove_address(new_account(), challenge, BUNDLE),)
    shown = Presentation({}, controls, (proof,))
    assert code_of(parties, shown, challenge) == "account_not_proved"


def test_step_8_refuses_a_root_that_the_policy_does_not_name(parties: Parties) -> None:
    signer = new_account()
    tree, _ = member(signer)
    _, elsewhere = member(signer, "0x" + "11" * 20)
    for allow in (member_leaf(tree.root), address_leaf()):
        challenge = parties.challenge(allow)
        controls = (prove_address(signer, challenge, BUNDLE),)
        shown = Presentation({}, controls, (elsewhere,))
        assert code_of(parties, shown, challenge) == "root_not_asked"


@pytest.mark.parametrize("siblings", [(), (bytes(32),), (bytes(32),) * 64])
def test_step_8_refuses_a_proof_that_leads_elsewhere(
    parties: Parties, siblings: tuple[bytes, ...]
) -> None:
    signer = new_account()
    tree, proof = member(signer)
    challenge = parties.challenge(member_leaf(tree.root))
    controls = (prove_address(signer, challenge, BUNDLE),)
    shown = Presentation({}, controls, (replace(proof, proof=siblings),))
    assert code_of(parties, shown, challenge) == "membership_invalid"


def test_step_8_refuses_another_members_proof(parties: Parties) -> None:
    signer = new_account()
    tree, proof = member(signer)
    challenge = parties.challenge(member_leaf(tree.root))
    thief = new_account()
    stolen = replace(proof, address=address_of(thief.public_key))
    shown = Presentation({}, (prove_address(thief, challenge, BUNDLE),), (stolen,))
    assert code_of(parties, shown, challenge) == "membership_invalid"


def test_step_9_passes_on_the_attestations_that_are_named(parties: Parties) -> None:
    challenge = parties.challenge({"any": [attestation_leaf(), clearance_leaf()]})
    uids = (bytes([2] * 32), bytes([1] * 32))
    shown = Presentation({}, (prove_address(new_account(), challenge, BUNDLE),), (), uids)
    assert verify(parties, shown, challenge).attestations == uids


def test_step_9_refuses_attestations_that_were_not_asked_for(
    parties: Parties, challenge: Challenge
) -> None:
    shown = Presentation({}, (), (), (bytes(32),))
    assert code_of(parties, shown, challenge) == "attestation_not_asked"
