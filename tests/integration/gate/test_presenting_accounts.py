"""Accounts at a gate: contracts with an owner, sign-in texts, members of trees, tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from foreign_contracts import AttestationService, ForeignContract
from gate_actors import Caller
from gate_service import MODEL, served
from gate_world import World

from didgate.chain.artifacts import Entry
from didgate.chain.calls import Receipt, Transaction
from didgate.client import RefusedByGate
from didgate.credentials.account_proofs import ContractProof, MerkleProof
from didgate.credentials.address_tree import AddressTree
from didgate.credentials.presentation import Presentation
from didgate.errors import InvalidInput
from didgate.gate import Decision
from didgate.holder import ContractWallet, HeldAttestation, SignInAccount, Supplies, Wallet
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount, address_of

CHANGE_OWNER = Entry("changeOwner", ("address",), ())
URL = f"{MODEL}/predict"
STRANGERS = tuple(f"0x{digit * 40}" for digit in "123")


def new_key() -> SoftwareSigner:
    return SoftwareSigner.generate(KeyAlgorithm.SECP256K1)


def listed(world: World) -> dict[str, Any]:
    return {"address": {"list": "0x" + world.list_id.hex()}}


def put_on_list(world: World, address: str) -> None:
    world.send(world.owner, world.contracts.address_lists.add(world.list_id, [address]))
    world.settle()


@dataclass(frozen=True)
class Paying:
    """Sends transactions of one account."""

    world: World

    def send(self, transaction: Transaction) -> Receipt:
        return self.world.send(self.world.owner, transaction)


def own_contract(world: World, owner: SoftwareSigner) -> str:
    """Deploy a contract that takes its owner's signature for its own."""
    contract = ForeignContract.deploy(Paying(world), "OwnedWallet", address_of(owner.public_key))
    world.settle()
    return contract.address


def hand_over(world: World, contract: str, owner: SoftwareSigner, to: SoftwareSigner) -> None:
    account = EthereumAccount(owner)
    world.send(world.owner, Transaction(account.address, b"", 10**18))
    data = CHANGE_OWNER.encode(address_of(to.public_key))
    world.send(account, Transaction(contract, data))
    world.settle()


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


# Contracts


def test_a_contract_opens_by_its_owners_key_until_it_has_another(world: World) -> None:
    owner, heir = new_key(), new_key()
    contract = own_contract(world, owner)
    put_on_list(world, contract)
    with served(world, listed(world)) as service:
        wallet = world.wallet(accounts=[ContractWallet.owned_by(contract, owner)])
        assert world.visitor(wallet, service.http).get(URL).status_code == 200

        hand_over(world, contract, owner, heir)
        with pytest.raises(RefusedByGate) as error:
            world.visitor(wallet, service.http).get(URL)
        assert error.value.code == "policy_not_satisfied"
        (reason,) = error.value.problem["reasons"]
        assert reason["code"] == "account_not_controlled"

        inherited = world.wallet(accounts=[ContractWallet.owned_by(contract, heir)])
        assert world.visitor(inherited, service.http).get(URL).status_code == 200


def test_a_contract_that_is_not_listed_opens_nothing(world: World) -> None:
    owner = new_key()
    gate, resource = world.gate(), world.resource(listed(world))
    wallet = world.wallet(accounts=[ContractWallet.owned_by(own_contract(world, owner), owner)])
    assert codes(Caller(world, gate).enter(wallet, resource)) == ["address_not_listed"]


def test_the_owners_place_on_a_list_is_not_the_contracts(world: World) -> None:
    owner = new_key()
    put_on_list(world, address_of(owner.public_key))
    gate, resource = world.gate(), world.resource(listed(world))
    wallet = world.wallet(accounts=[ContractWallet.owned_by(own_contract(world, owner), owner)])
    assert codes(Caller(world, gate).enter(wallet, resource)) == ["address_not_listed"]


def test_a_contracts_signature_is_of_no_use_for_another_challenge(world: World) -> None:
    owner = new_key()
    contract = own_contract(world, owner)
    put_on_list(world, contract)
    gate, resource = world.gate(), world.resource(listed(world))
    wallet = world.wallet(accounts=[ContractWallet.owned_by(contract, owner)])
    caller = Caller(world, gate)
    members = caller.present(wallet, caller.challenge(resource))
    assert codes(caller.submit(caller.challenge(resource), members)) == ["account_not_controlled"]
    assert caller.enter(wallet, resource).allowed


def test_a_contracts_signature_is_of_no_use_for_its_owners_other_contract(world: World) -> None:
    owner = new_key()
    one, other = own_contract(world, owner), own_contract(world, owner)
    for contract in (one, other):
        put_on_list(world, contract)
    gate, resource = world.gate(), world.resource(listed(world))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(
        world.wallet(accounts=[ContractWallet.owned_by(one, owner)]), challenge
    )
    members["addressProofs"][0]["address"] = other
    assert codes(caller.submit(challenge, members)) == ["account_not_controlled"]


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(16 * 1024)])
def test_a_contract_judges_what_it_is_given(world: World, signature: bytes) -> None:
    contract = own_contract(world, new_key())
    put_on_list(world, contract)
    gate, resource = world.gate(), world.resource(listed(world))
    caller = Caller(world, gate)
    members = Presentation({}, (ContractProof(contract, signature),)).to_dict()
    decision = caller.submit(caller.challenge(resource), members)
    assert codes(decision) == ["account_not_controlled"]


def test_an_account_without_code_vouches_for_nothing(world: World) -> None:
    victim = new_key()
    put_on_list(world, address_of(victim.public_key))
    gate, resource = world.gate(), world.resource(listed(world))
    caller = Caller(world, gate)
    proof = ContractProof(address_of(victim.public_key), b"anything")
    decision = caller.submit(caller.challenge(resource), Presentation({}, (proof,)).to_dict())
    assert codes(decision) == ["account_not_controlled"]


def test_the_pseudonym_of_a_contract_outlives_its_owner(world: World) -> None:
    owner, heir = new_key(), new_key()
    contract = own_contract(world, owner)
    put_on_list(world, contract)
    gate, resource = world.gate(), world.resource(listed(world))

    def subject(key: SoftwareSigner) -> str:
        wallet = world.wallet(accounts=[ContractWallet.owned_by(contract, key)])
        grant = Caller(world, gate).enter(wallet, resource).grant
        assert grant is not None
        return grant.subject

    before = subject(owner)
    hand_over(world, contract, owner, heir)
    assert subject(heir) == before


# Sign-in


def test_a_sign_in_text_opens(world: World) -> None:
    signer = new_key()
    put_on_list(world, address_of(signer.public_key))
    with served(world, listed(world)) as service:
        wallet = world.wallet(accounts=[SignInAccount.of(signer)])
        assert world.visitor(wallet, service.http).get(URL).status_code == 200


def test_a_sign_in_text_of_a_stranger_opens_nothing(world: World) -> None:
    gate, resource = world.gate(), world.resource(listed(world))
    wallet = world.wallet(accounts=[SignInAccount.of(new_key())])
    assert codes(Caller(world, gate).enter(wallet, resource)) == ["address_not_listed"]


def test_an_account_has_one_pseudonym_however_it_signs(world: World) -> None:
    signer = new_key()
    put_on_list(world, address_of(signer.public_key))
    gate, resource = world.gate(), world.resource(listed(world))
    grants = [
        Caller(world, gate).enter(world.wallet(accounts=[account]), resource).grant
        for account in (signer, SignInAccount.of(signer))
    ]
    assert len({grant.subject for grant in grants if grant is not None}) == 1


# Trees


def member(world: World) -> tuple[Wallet, MerkleProof]:
    wallet = world.wallet()
    address = address_of(wallet.keys.create(KeyAlgorithm.SECP256K1))
    tree = AddressTree([address, *STRANGERS])
    return wallet, MerkleProof(tree.root, address, tree.proof(address))


def in_tree(proof: MerkleProof) -> dict[str, Any]:
    return {"address": {"root": "0x" + proof.root.hex()}}


def test_a_member_of_a_tree_opens(world: World) -> None:
    wallet, proof = member(world)
    with served(world, in_tree(proof)) as service:
        with pytest.raises(InvalidInput) as error:
            world.visitor(wallet, service.http).get(URL)
        assert error.value.code == "cannot_satisfy"
        handed = world.visitor(wallet, service.http, supplies=Supplies((proof,)))
        assert handed.get(URL).status_code == 200
        wallet.supplies.add_membership(proof)
        assert world.visitor(wallet, service.http).get(URL).status_code == 200


def test_a_stranger_to_a_tree_does_not_open(world: World) -> None:
    _, proof = member(world)
    stranger, own = member(world)
    gate, resource = world.gate(), world.resource(in_tree(proof))
    caller = Caller(world, gate)
    assert codes(caller.enter(stranger, resource)) == ["not_a_member"]
    stolen = replace(proof, address=own.address)
    for supplied, code in (
        (stolen, "membership_invalid"),
        (proof, "account_not_proved"),
        (own, "root_not_asked"),
    ):
        challenge = caller.challenge(resource)
        members = caller.present(stranger, challenge) | {"merkleProofs": [supplied.to_dict()]}
        decision = caller.submit(challenge, members)
        assert (decision.allowed, decision.code) == (False, code)


def test_a_contract_is_a_member_of_a_tree(world: World) -> None:
    owner = new_key()
    contract = own_contract(world, owner)
    tree = AddressTree([contract, *STRANGERS])
    proof = MerkleProof(tree.root, contract, tree.proof(contract))
    with served(world, in_tree(proof)) as service:
        for key, code in ((owner, None), (new_key(), "account_not_controlled")):
            wallet = world.wallet(accounts=[ContractWallet.owned_by(contract, key)])
            wallet.supplies.add_membership(proof)
            visitor = world.visitor(wallet, service.http)
            if code is None:
                assert visitor.get(URL).status_code == 200
                continue
            with pytest.raises(RefusedByGate) as error:
                visitor.get(URL)
            assert [each["code"] for each in error.value.problem["reasons"]] == [code]


# Tokens


def test_the_owner_of_a_token_opens_and_a_stranger_does_not(world: World) -> None:
    token = {"standard": "ERC-721", "contract": world.contracts.resources.address, "atLeast": "1"}
    with served(world, {"token": token}) as service:
        owner = world.wallet(accounts=[world.owner._signer])
        assert world.visitor(owner, service.http).get(URL).status_code == 200
        stranger = world.wallet(accounts=[new_key()])
        with pytest.raises(RefusedByGate) as error:
            world.visitor(stranger, service.http).get(URL)
        assert [each["code"] for each in error.value.problem["reasons"]] == ["token_not_held"]


# Attestations


@dataclass(frozen=True)
class Attested:
    """An attestation service, a schema, and a wallet that knows its account's attestation."""

    service: AttestationService
    schema: bytes
    wallet: Wallet
    held: HeldAttestation

    def leaf(self, world: World) -> dict[str, Any]:
        asked_of = {"schema": "0x" + self.schema.hex(), "attesters": [world.owner.address]}
        return {"attestation": asked_of}


@pytest.fixture
def attested(world: World) -> Attested:
    paying = Paying(world)
    service = AttestationService.deploy(paying)
    schema = service.register(paying, "bool cleared")
    (code_hash,) = world.client.code_hashes([service.address]).values()
    pinned = {"address": service.address, "codeHash": "0x" + code_hash.hex()}
    world.foreign_pins["attestations"] = pinned
    wallet = world.wallet()
    account = address_of(wallet.keys.create(KeyAlgorithm.SECP256K1))
    uid = service.attest(paying, schema, account)
    world.settle()
    held = HeldAttestation(uid, schema, world.owner.address, account)
    return Attested(service, schema, wallet, held)


def test_an_attestation_opens_until_it_is_revoked(world: World, attested: Attested) -> None:
    wallet = attested.wallet
    with served(world, attested.leaf(world)) as service:
        with pytest.raises(InvalidInput) as missing:
            world.visitor(wallet, service.http).get(URL)
        assert missing.value.code == "cannot_satisfy"
        wallet.supplies.add_attestation(attested.held)
        assert world.visitor(wallet, service.http).get(URL).status_code == 200

        world.send(world.owner, attested.service.revoke(attested.schema, attested.held.uid))
        world.settle()
        with pytest.raises(RefusedByGate) as error:
            world.visitor(wallet, service.http).get(URL)
        assert error.value.code == "policy_not_satisfied"


def test_an_attestation_about_another_account_opens_nothing(
    world: World, attested: Attested
) -> None:
    gate, resource = world.gate(), world.resource(attested.leaf(world))
    caller, stranger = Caller(world, gate), world.wallet(accounts=[new_key()])
    challenge = caller.challenge(resource)
    named = {"attestations": ["0x" + attested.held.uid.hex()]}
    decision = caller.submit(challenge, caller.present(stranger, challenge) | named)
    assert (decision.allowed, decision.code) == (False, "policy_not_satisfied")
