"""Which accounts a wallet shows for a policy, how, and what it supplies about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from parties import (
    ATTESTED,
    ATTESTER,
    CONTACT,
    NOW,
    Parties,
    address_leaf,
    attestation_leaf,
    clearance_leaf,
    member_leaf,
    token_leaf,
)
from simulator import ManualClock

from didgate.credentials.account_proofs import ContractProof, MerkleProof, SignInProof
from didgate.credentials.address_tree import AddressTree
from didgate.credentials.binding import address_control_digest, bundle_hash
from didgate.credentials.challenge import Challenge
from didgate.credentials.verified import VerifiedPresentation
from didgate.errors import DidgateError, InvalidInput
from didgate.holder import (
    ContractWallet,
    HeldAttestation,
    KeyAccount,
    SignInAccount,
    Supplies,
    Wallet,
)
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of, recover_address
from didgate.stores import open_engine
from didgate.verifier import verify_presentation

STRANGER = "0x000000000000000000000000000000000000dEaD"
CONTRACT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(tmp_path / "wallet.db")
    yield engine
    engine.dispose()


@pytest.fixture
def wallet(engine: sa.Engine, parties: Parties) -> Wallet:
    return Wallet(engine, bytes(32), sources=parties, clock=ManualClock(NOW))


def new_account(wallet: Wallet) -> str:
    return address_of(wallet.keys.create(KeyAlgorithm.SECP256K1))


def code_of(attempt: Callable[[], Any]) -> str:
    with pytest.raises(DidgateError) as error:
        attempt()
    return error.value.code


def answered(
    wallet: Wallet, parties: Parties, challenge: Challenge, **options: Any
) -> VerifiedPresentation:
    """Return what a verifier makes of the wallet's answer."""
    plan = wallet.match(challenge, CONTACT, **options)
    presentation = wallet.present(plan, CONTACT)
    return verify_presentation(presentation, challenge, parties.evidence, NOW)


def attestation(account: str, number: int = 1, **changes: Any) -> HeldAttestation:
    plain = HeldAttestation(bytes([number] * 32), ATTESTED, ATTESTER, account)
    return replace(plain, **changes)


def proof_of(address: str, *others: str) -> MerkleProof:
    tree = AddressTree([address, STRANGER, *others])
    return MerkleProof(tree.root, address, tree.proof(address))


# What each leaf needs


def test_a_token_asks_for_an_account(wallet: Wallet, parties: Parties) -> None:
    challenge = parties.challenge(token_leaf())
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"
    account = new_account(wallet)
    assert answered(wallet, parties, challenge).addresses == (account,)


def test_a_tree_asks_for_a_proof_that_the_wallet_keeps(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    proof = proof_of(account)
    challenge = parties.challenge(member_leaf(proof.root))
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"
    wallet.supplies.add_membership(proof)
    verified = answered(wallet, parties, challenge)
    assert verified.memberships == frozenset({(proof.root, account)})


def test_a_tree_asks_for_a_proof_of_that_tree(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    wallet.supplies.add_membership(proof_of(account))
    challenge = parties.challenge(member_leaf(proof_of(account, CONTRACT).root))
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"


def test_an_attestation_is_named_that_the_wallet_keeps(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    challenge = parties.challenge(attestation_leaf())
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"
    wallet.supplies.add_attestation(attestation(account))
    verified = answered(wallet, parties, challenge)
    assert verified.attestations == (bytes([1] * 32),)
    assert verified.addresses == (account,)


@pytest.mark.parametrize(
    "changes", [{"schema": bytes(32)}, {"attester": STRANGER}, {"recipient": STRANGER}]
)
def test_no_attestation_is_named_that_would_not_do(
    wallet: Wallet, parties: Parties, changes: dict[str, Any]
) -> None:
    wallet.supplies.add_attestation(attestation(new_account(wallet), **changes))
    challenge = parties.challenge(attestation_leaf())
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"


def test_several_attestations_are_named_since_one_may_be_revoked(
    wallet: Wallet, parties: Parties
) -> None:
    account = new_account(wallet)
    for number in range(1, 7):
        wallet.supplies.add_attestation(attestation(account, number))
    plan = wallet.match(parties.challenge(attestation_leaf()), CONTACT)
    assert len(plan.attestations) == 4


def test_what_is_handed_over_at_the_call_counts_too(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    proof = proof_of(account)
    allow = {"all": [member_leaf(proof.root), attestation_leaf()]}
    supplies = Supplies((proof,), (attestation(account),))
    verified = answered(wallet, parties, parties.challenge(allow), supplies=supplies)
    assert verified.memberships == frozenset({(proof.root, account)})
    assert len(verified.attestations) == 1
    assert wallet.supplies.all() == Supplies()


def test_more_than_a_presentation_holds_is_no_answer(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    schemas = [bytes([number] * 32) for number in range(17)]
    for number, schema in enumerate(schemas):
        wallet.supplies.add_attestation(attestation(account, number, schema=schema))
    allow = {"all": [attestation_leaf(schema) for schema in schemas]}
    challenge = parties.challenge(allow)
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"
    fewer = parties.challenge({"all": allow["all"][1:]})
    assert len(wallet.match(fewer, CONTACT).attestations) == 16


# Which account


def test_the_account_is_taken_that_can_do_it(wallet: Wallet, parties: Parties) -> None:
    first, second = sorted([new_account(wallet), new_account(wallet)])
    proof = proof_of(second)
    wallet.supplies.add_membership(proof)
    allow = {"all": [member_leaf(proof.root), address_leaf()]}
    challenge = parties.challenge(allow)
    assert answered(wallet, parties, challenge).addresses == (second,)
    chosen = lambda: wallet.match(challenge, CONTACT, account=first)  # noqa: E731
    assert code_of(chosen) == "cannot_satisfy"


def test_all_leaves_judge_the_same_account(wallet: Wallet, parties: Parties) -> None:
    proof = proof_of(new_account(wallet))
    wallet.supplies.add_membership(proof)
    wallet.supplies.add_attestation(attestation(new_account(wallet)))
    challenge = parties.challenge({"all": [member_leaf(proof.root), attestation_leaf()]})
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"


def test_a_list_is_less_revealing_than_an_attestation(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    wallet.supplies.add_attestation(attestation(account))
    challenge = parties.challenge({"any": [attestation_leaf(), address_leaf()]})
    assert answered(wallet, parties, challenge).attestations == ()


def test_nothing_about_accounts_is_supplied_where_a_credential_will_do(
    wallet: Wallet, parties: Parties
) -> None:
    account = new_account(wallet)
    proof = proof_of(account)
    wallet.supplies.add_membership(proof)
    wallet.supplies.add_attestation(attestation(account))
    wallet.add(parties.attributes().to_document())
    allow = {"any": [clearance_leaf(), member_leaf(proof.root), attestation_leaf(), token_leaf()]}
    verified = answered(wallet, parties, parties.challenge(allow))
    assert (verified.addresses, verified.memberships, verified.attestations) == (
        (), frozenset(), ()
    )  # fmt: skip


# How an account takes part


def test_an_account_signs_in_by_text(engine: sa.Engine, parties: Parties) -> None:
    account = SignInAccount.of(parties.account)
    wallet = Wallet(engine, bytes(32), sources=parties, accounts=[account], clock=ManualClock(NOW))
    challenge = parties.challenge(address_leaf())
    presentation = wallet.present(wallet.match(challenge, CONTACT), CONTACT)
    (proof,) = presentation.address_proofs
    assert isinstance(proof, SignInProof)
    verified = verify_presentation(presentation, challenge, parties.evidence, NOW)
    assert verified.addresses == (account.address,)


def test_a_contract_takes_part_by_its_owners_key(engine: sa.Engine, parties: Parties) -> None:
    contract = ContractWallet.owned_by(CONTRACT, parties.account)
    wallet = Wallet(engine, bytes(32), sources=parties, accounts=[contract], clock=ManualClock(NOW))
    challenge = parties.challenge(address_leaf())
    presentation = wallet.present(wallet.match(challenge, CONTACT), CONTACT)
    (proof,) = presentation.address_proofs
    assert isinstance(proof, ContractProof)
    digest = address_control_digest(challenge, bundle_hash([]), CONTRACT)
    owner = address_of(parties.account.public_key)
    assert recover_address(digest, proof.signature) == owner
    verified = verify_presentation(presentation, challenge, parties.evidence, NOW)
    assert [each.address for each in verified.contract_accounts] == [CONTRACT]
    assert verified.addresses == ()


def test_a_contract_is_a_member_of_a_tree(engine: sa.Engine, parties: Parties) -> None:
    contract = ContractWallet(CONTRACT, lambda _: b"")
    wallet = Wallet(engine, bytes(32), sources=parties, accounts=[contract], clock=ManualClock(NOW))
    proof = proof_of(CONTRACT)
    wallet.supplies.add_membership(proof)
    verified = answered(wallet, parties, parties.challenge(member_leaf(proof.root)))
    assert verified.memberships == frozenset({(proof.root, CONTRACT)})


def test_a_key_alone_is_an_account_that_signs_typed_data(
    engine: sa.Engine, parties: Parties
) -> None:
    wallet = Wallet(engine, bytes(32), sources=parties, accounts=[parties.account])
    address = address_of(parties.account.public_key)
    assert wallet.keys.account(address) == KeyAccount(parties.account)


@pytest.mark.parametrize("address", [CONTRACT.lower(), "0x00", ""])
def test_accounts_are_named_in_one_spelling(address: str) -> None:
    for make in (SignInAccount, ContractWallet):
        with pytest.raises(InvalidInput) as error:
            make(address, lambda _: b"")
        assert error.value.code == "invalid_address"


def test_accounts_show_no_secret() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    for account in (KeyAccount(signer), SignInAccount.of(signer)):
        assert "signer" not in repr(account)
        assert "sign_message" not in repr(account)


# What the wallet keeps


def test_what_is_kept_survives_closing(engine: sa.Engine, parties: Parties) -> None:
    wallet = Wallet(engine, bytes(32), sources=parties)
    account = new_account(wallet)
    proof, held = proof_of(account), attestation(account)
    names = wallet.supplies.add_membership(proof), wallet.supplies.add_attestation(held)
    again = Wallet(engine, bytes(32), sources=parties).supplies
    assert again.memberships() == {names[0]: proof}
    assert again.attestations() == {names[1]: held}


def test_what_is_kept_can_be_forgotten(wallet: Wallet) -> None:
    account = new_account(wallet)
    names = (
        wallet.supplies.add_membership(proof_of(account)),
        wallet.supplies.add_attestation(attestation(account)),
    )
    for name in names:
        wallet.supplies.remove(name)
        assert code_of(lambda name=name: wallet.supplies.remove(name)) == "unknown_proof"
    assert wallet.supplies.all() == Supplies()


def test_a_new_proof_replaces_the_old_one(wallet: Wallet) -> None:
    proof = proof_of(new_account(wallet))
    assert wallet.supplies.add_membership(proof) == wallet.supplies.add_membership(proof)
    assert len(wallet.supplies.memberships()) == 1


def test_a_proof_that_leads_elsewhere_is_not_kept(wallet: Wallet) -> None:
    proof = replace(proof_of(new_account(wallet)), root=bytes(32))
    assert code_of(lambda: wallet.supplies.add_membership(proof)) == "membership_invalid"


def test_names_of_entries_do_not_show_what_is_kept(engine: sa.Engine, wallet: Wallet) -> None:
    account = new_account(wallet)
    wallet.supplies.add_membership(proof_of(account))
    wallet.supplies.add_attestation(attestation(account))
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select kind, name, sealed from wallet_entries")).all()
    stored = [(row.name, bytes(row.sealed)) for row in rows if row.kind != "key"]
    assert len(stored) == 3
    for name, sealed in stored:
        assert account[2:12].lower() not in name.lower()
        assert account[2:].encode() not in sealed


@pytest.mark.parametrize(
    "changes",
    [{"uid": bytes(31)}, {"schema": b""}, {"attester": STRANGER.lower()}, {"recipient": "0x"}],
)
def test_an_attestation_is_named_in_full(changes: dict[str, Any]) -> None:
    assert code_of(lambda: attestation(CONTRACT, **changes)) == "invalid_attestation"


def test_says_in_words_what_would_be_supplied(wallet: Wallet, parties: Parties) -> None:
    account = new_account(wallet)
    proof = proof_of(account)
    supplies = Supplies((proof,), (attestation(account),))
    allow = {"all": [member_leaf(proof.root), attestation_leaf()]}
    plan = wallet.match(parties.challenge(allow), CONTACT, supplies=supplies)
    words = plan.in_words()
    assert f"that you control the account {account}" in words
    assert f"that {account} is in the tree with the root 0x{proof.root.hex()}" in words
    assert f"0x{'01' * 32}" in words
    assert any("public" in warning for warning in plan.warnings())
