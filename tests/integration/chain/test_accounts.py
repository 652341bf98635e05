"""Leaves on accounts, judged on real tokens, real attestations and real contract accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from foreign_contracts import AttestationService, ForeignContract

from didgate.chain.address_lists import address_list_id
from didgate.chain.snapshot import SnapshotReader
from didgate.credentials.verified import ContractAccount, unsafe_verified_presentation
from didgate.encoding import checksum_address, keccak256, parse_address
from didgate.keys.ethereum import EthereumAccount
from didgate.policy import Policy, evaluate, facts_needed, lasts_until, pin
from didgate.trust import Verdict

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
DIGEST = keccak256(b"what was signed")


@dataclass
class Court:
    """Judges a policy on the chain as it is now."""

    chain: Any
    reader: SnapshotReader

    def policy(self, allow: Any, **registries: Any) -> Policy:
        document = {"didgate": 1, "allow": allow, "grant": {"lifetime": 300}}
        return pin(document, self.chain.deployment.pins() | registries)

    def judge(self, policy: Policy, *accounts: str, **supplied: Any) -> tuple[Verdict, list[str]]:
        evaluation, _ = self._evaluate(policy, *accounts, **supplied)
        return evaluation.verdict, [leaf.code for leaf in evaluation.leaves]

    def end(self, policy: Policy, *accounts: str, **supplied: Any) -> int | None:
        _, end = self._evaluate(policy, *accounts, **supplied)
        return None if end is None else int(end.timestamp())

    def _evaluate(self, policy: Policy, *accounts: str, **supplied: Any) -> Any:
        verified = unsafe_verified_presentation(
            resource=bytes(32),
            audience="",
            nonce="",
            policy_id=bytes(32),
            epoch=0,
            chain_id=self.chain.client.chain_id,
            deadline=0,
            jkt="",
            credentials=(),
            addresses=accounts,
            **supplied,
        )
        snapshot = self.reader.refresh()
        facts = snapshot.facts(facts_needed(policy, verified), snapshot.latest)
        now = datetime.fromtimestamp(snapshot.latest.timestamp, UTC)
        evaluation = evaluate(policy, verified, facts, now)
        return evaluation, lasts_until(policy, verified, facts, now, evaluation)


@pytest.fixture
def court(chain: Any, reader: SnapshotReader) -> Court:
    return Court(chain, reader)


@pytest.fixture
def alice(chain: Any) -> EthereumAccount:
    return chain.new_account()


@pytest.fixture
def bob(chain: Any) -> EthereumAccount:
    return chain.new_account()


def token(standard: str, contract: ForeignContract, **numbers: Any) -> dict[str, Any]:
    return {"token": {"standard": standard, "contract": contract.address} | numbers}


def test_a_balance_of_erc20_follows_transfers(chain: Any, court: Court, alice: Any, bob: Any):
    coin = ForeignContract.deploy(chain, "TestERC20")
    policy = court.policy(token("ERC-20", coin, atLeast=str(10**18)))
    assert court.judge(policy, alice.address) == (FALSE, ["token_not_held"])
    chain.send(coin.change("mint", alice.address, 10**18))
    assert court.judge(policy, alice.address) == (TRUE, ["holds"])
    assert court.judge(policy, bob.address, alice.address)[0] is TRUE
    chain.send(coin.change("transfer", bob.address, 1), by=alice)
    assert court.judge(policy, alice.address) == (FALSE, ["token_not_held"])


def test_two_balances_do_not_add_up(chain: Any, court: Court, alice: Any, bob: Any):
    coin = ForeignContract.deploy(chain, "TestERC20")
    policy = court.policy(token("ERC-20", coin, atLeast=2))
    for account in (alice, bob):
        chain.send(coin.change("mint", account.address, 1))
    assert court.judge(policy, alice.address, bob.address)[0] is FALSE


def test_a_balance_of_erc721_counts_tokens(chain: Any, court: Court, alice: Any):
    art = ForeignContract.deploy(chain, "TestERC721")
    policy = court.policy(token("ERC-721", art, atLeast=2))
    chain.send(art.change("mint", alice.address, 1))
    assert court.judge(policy, alice.address)[0] is FALSE
    chain.send(art.change("mint", alice.address, 2))
    assert court.judge(policy, alice.address)[0] is TRUE


def test_an_owner_of_erc721_is_who_owns_it_now(chain: Any, court: Court, alice: Any, bob: Any):
    art = ForeignContract.deploy(chain, "TestERC721")
    policy = court.policy(token("ERC-721", art, id=7))
    # Of a token that does not exist, OpenZeppelin's contract says nothing: it reverts.
    assert court.judge(policy, alice.address) == (UNKNOWN, ["token_unread"])
    chain.send(art.change("mint", alice.address, 7))
    assert court.judge(policy, alice.address)[0] is TRUE
    chain.send(art.change("transferFrom", alice.address, bob.address, 7), by=alice)
    assert court.judge(policy, alice.address) == (FALSE, ["token_not_held"])
    assert court.judge(policy, bob.address)[0] is TRUE
    chain.send(art.change("burn", 7))
    assert court.judge(policy, bob.address) == (UNKNOWN, ["token_unread"])


def test_a_balance_of_erc1155_is_of_one_id(chain: Any, court: Court, alice: Any):
    passes = ForeignContract.deploy(chain, "TestERC1155")
    policy = court.policy(token("ERC-1155", passes, id=str(2**256 - 1), atLeast=3))
    chain.send(passes.change("mint", alice.address, 1, 3))
    assert court.judge(policy, alice.address)[0] is FALSE
    chain.send(passes.change("mint", alice.address, 2**256 - 1, 3))
    assert court.judge(policy, alice.address)[0] is TRUE


def test_a_user_of_erc4907_uses_it_until_the_time_is_over(
    chain: Any, court: Court, alice: Any, bob: Any
):
    rental = ForeignContract.deploy(chain, "TestERC4907")
    policy = court.policy(token("ERC-4907", rental, id=1))
    chain.send(rental.change("mint", alice.address, 1))
    assert court.judge(policy, alice.address)[0] is FALSE  # who owns it does not use it
    chain.send(rental.change("setUser", 1, bob.address, chain.time() + 100), by=alice)
    assert court.judge(policy, bob.address)[0] is TRUE
    chain.advance(101)
    assert court.judge(policy, bob.address)[0] is FALSE


def test_a_transfer_of_erc4907_ends_its_use(chain: Any, court: Court, alice: Any, bob: Any):
    rental = ForeignContract.deploy(chain, "TestERC4907")
    policy = court.policy(token("ERC-4907", rental, id=1))
    chain.send(rental.change("mint", alice.address, 1))
    chain.send(rental.change("setUser", 1, bob.address, 2**64 - 1), by=alice)
    assert court.judge(policy, bob.address)[0] is TRUE
    chain.send(rental.change("transferFrom", alice.address, bob.address, 1), by=alice)
    assert court.judge(policy, bob.address)[0] is FALSE


def test_whoever_holds_what_must_not_be_held_is_kept_out(chain: Any, court: Court, alice: Any):
    coin, debt = (ForeignContract.deploy(chain, "TestERC20") for _ in range(2))
    tree = [token("ERC-20", coin, atLeast=1), {"not": token("ERC-20", debt, atLeast=1)}]
    policy = court.policy({"all": tree})
    chain.send(coin.change("mint", alice.address, 1))
    assert court.judge(policy, alice.address)[0] is TRUE
    chain.send(debt.change("mint", alice.address, 1))
    assert court.judge(policy, alice.address)[0] is FALSE


def test_a_negated_token_that_cannot_be_read_keeps_out(chain: Any, court: Court, alice: Any):
    coin = ForeignContract.deploy(chain, "TestERC20")
    broken = ForeignContract.deploy(chain, "HostileContract", 1)
    tree = [token("ERC-20", coin, atLeast=1), {"not": token("ERC-20", broken, atLeast=1)}]
    chain.send(coin.change("mint", alice.address, 1))
    assert court.judge(court.policy({"all": tree}), alice.address)[0] is UNKNOWN


@pytest.fixture(scope="module")
def service(chain: Any) -> AttestationService:
    return AttestationService.deploy(chain)


@pytest.fixture
def schema(chain: Any, service: AttestationService, request: pytest.FixtureRequest) -> bytes:
    return service.register(chain, f"bool {request.node.originalname}")


@pytest.fixture
def attested(chain: Any, court: Court, service: AttestationService, schema: bytes) -> Any:
    """Return a policy on attestations of the chain's own account."""

    def policy(**members: Any) -> Policy:
        named = {"schema": "0x" + schema.hex(), "attesters": [chain.account.address]}
        return court.policy({"attestation": named | members}, attestations=_pin(chain, service))

    return policy


def _pin(chain: Any, service: AttestationService) -> dict[str, str]:
    (code_hash,) = chain.client.code_hashes([service.address]).values()
    return {"address": service.address, "codeHash": "0x" + code_hash.hex()}


def test_an_attestation_counts_until_it_is_revoked(
    chain: Any, court: Court, service: Any, schema: bytes, attested: Any, alice: Any, bob: Any
):
    policy = attested()
    uid = service.attest(chain, schema, alice.address, data=b"\x01" * 33)
    assert court.judge(policy, alice.address, attestations=(uid,)) == (TRUE, ["holds"])
    assert court.judge(policy, bob.address, attestations=(uid,)) == (
        FALSE,
        ["attestation_recipient"],
    )
    assert court.judge(policy, alice.address) == (FALSE, ["attestation_missing"])
    unknown_uid = keccak256(uid)
    assert court.judge(policy, alice.address, attestations=(unknown_uid,)) == (
        FALSE,
        ["attestation_unknown"],
    )
    assert court.judge(policy, alice.address, attestations=(unknown_uid, uid))[0] is TRUE
    assert court.judge(policy, alice.address, attestations=(bytes(32),))[0] is FALSE
    chain.send(service.revoke(schema, uid))
    assert court.judge(policy, alice.address, attestations=(uid,)) == (
        FALSE,
        ["attestation_revoked"],
    )


def test_an_attestation_of_another_attester_or_schema_does_not_count(
    chain: Any, court: Court, service: Any, schema: bytes, attested: Any, alice: Any
):
    uid = service.attest(chain, schema, alice.address)
    other = attested(attesters=[alice.address])
    assert court.judge(other, alice.address, attestations=(uid,)) == (
        FALSE,
        ["attester_not_accepted"],
    )
    another = attested(schema="0x" + keccak256(schema).hex())
    assert court.judge(another, alice.address, attestations=(uid,)) == (
        FALSE,
        ["attestation_schema"],
    )


def test_an_attestation_ends_and_what_rests_on_it_with_it(
    chain: Any, court: Court, service: Any, schema: bytes, attested: Any, alice: Any
):
    until = chain.time() + 1000
    uid = service.attest(chain, schema, alice.address, until=until)
    assert court.end(attested(), alice.address, attestations=(uid,)) == until
    chain.advance(1001)
    assert court.judge(attested(), alice.address, attestations=(uid,)) == (
        FALSE,
        ["attestation_expired"],
    )


def test_an_attestation_counts_from_one_age_to_another(
    chain: Any, court: Court, service: Any, schema: bytes, attested: Any, alice: Any
):
    uid = service.attest(chain, schema, alice.address)
    made_at = chain.time()
    policy = attested(minAge=100, maxAge=1000)
    supplied = {"attestations": (uid,)}
    assert court.judge(policy, alice.address, **supplied) == (FALSE, ["attestation_too_young"])
    chain.advance(200)
    assert court.judge(policy, alice.address, **supplied) == (TRUE, ["holds"])
    assert court.end(policy, alice.address, **supplied) == made_at + 1000
    chain.advance(1000)
    assert court.judge(policy, alice.address, **supplied) == (FALSE, ["attestation_stale"])


def test_other_code_than_that_of_the_service_is_not_believed(
    chain: Any, court: Court, service: Any, schema: bytes, alice: Any
):
    uid = service.attest(chain, schema, alice.address)
    leaf = {"schema": "0x" + schema.hex(), "attesters": [chain.account.address]}
    pinned = _pin(chain, service) | {"codeHash": "0x" + "11" * 32}
    policy = court.policy({"attestation": leaf}, attestations=pinned)
    supplied = {"attestations": (uid,)}
    assert court.judge(policy, alice.address, **supplied) == (UNKNOWN, ["registry_unverified"])


def test_a_foreign_registry_pinned_a_second_time_as_the_service_is_not_believed(
    chain: Any, court: Court, service: Any, schema: bytes, alice: Any
):
    """Its code is shown to be the pinned one, but lists are read from the deployment's own."""
    lists = chain.deployment.address_lists
    name = f"second {alice.address}"
    chain.send(lists.create(name))
    list_id = address_list_id(chain.account.address, name)
    chain.send(lists.add(list_id, [alice.address]))
    leaf = {"address": {"list": "0x" + list_id.hex()}}
    assert court.judge(court.policy(leaf), alice.address)[0] is TRUE
    attestation = {"schema": "0x" + schema.hex(), "attesters": [alice.address]}
    foreign = _pin(chain, service)
    twice = court.policy(
        {"any": [leaf, {"attestation": attestation}]}, addressLists=foreign, attestations=foreign
    )
    assert court.judge(twice, alice.address) == (UNKNOWN, ["registry_unverified"] * 2)


def test_a_contract_account_counts_where_its_contract_accepts_the_signature(
    chain: Any, court: Court, alice: Any, bob: Any
):
    contract = ForeignContract.deploy(chain, "TestContractAccount", alice.address)
    coin = ForeignContract.deploy(chain, "TestERC20")
    address = checksum_address(parse_address(contract.address))
    chain.send(coin.change("mint", address, 5))
    policy = court.policy(token("ERC-20", coin, atLeast=5))
    outcomes = {
        alice: (TRUE, ["holds"]),
        bob: (FALSE, ["account_not_controlled"]),
    }
    for signer, outcome in outcomes.items():
        shown = ContractAccount(address, DIGEST, signer.sign_digest(DIGEST))
        assert court.judge(policy, contract_accounts=(shown,)) == outcome
        assert court.judge(policy, signer.address, contract_accounts=(shown,))[0] is outcome[0]


def test_an_account_without_code_is_no_contract_account(
    chain: Any, court: Court, alice: Any, bob: Any
):
    policy = court.policy({"address": {"root": "0x" + "11" * 32}})
    shown = ContractAccount(bob.address, DIGEST, alice.sign_digest(DIGEST))
    supplied = {
        "contract_accounts": (shown,),
        "memberships": frozenset({(b"\x11" * 32, bob.address)}),
    }
    assert court.judge(policy, **supplied) == (FALSE, ["account_not_controlled"])
