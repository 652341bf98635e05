"""What is read from the chain before a policy is evaluated."""

from __future__ import annotations

from didgate.chain.facts import FactQuery, TokenQuestion
from didgate.credentials.verified import ContractAccount
from didgate.policy import TokenStandard, facts_needed


def test_asks_for_what_the_presentation_makes_relevant(world):
    policy = world.policy({"any": [world.attribute_leaf(), world.address_leaf()]})
    credential = world.attribute()
    verified = world.present(credential, accounts=[world.account])
    entry = (credential.issuer_id, credential.type_id)
    assert facts_needed(policy, verified) == FactQuery(
        issuers=frozenset({credential.issuer_id}),
        accreditations=frozenset({entry}),
        keys=frozenset({credential.key_id}),
        revoked=frozenset({credential.status}),
        list_entries=frozenset({(world.list_id, world.account)}),
        code_hashes=frozenset(registry.address for _, registry in policy.registries.pinned()),
    )


def test_asks_for_no_accreditation_of_named_issuers(world):
    policy = world.policy(world.sd_jwt_leaf(issuers=[world.issuer]))
    query = facts_needed(policy, world.present(world.sd_jwt()))
    assert not query.accreditations
    assert not query.keys
    assert len(query.issuers) == 1


def test_asks_for_nothing_about_credentials_that_answer_no_leaf(world):
    policy = world.policy(world.sd_jwt_leaf())
    query = facts_needed(policy, world.present(world.sd_jwt("c9")))
    assert not query.issuers
    assert query.code_hashes


def test_every_asked_fact_suffices(world):
    policy = world.policy({"all": [world.attribute_leaf(), world.address_leaf()]})
    verified = world.present(world.attribute(), accounts=[world.account])
    assert world.evaluate(policy, verified).verdict.value == "true"


def test_queries_unite():
    a, b = FactQuery(issuers=frozenset({b"a"})), FactQuery(issuers=frozenset({b"b"}))
    assert (a | b).issuers == {b"a", b"b"}


UIDS = (bytes([1] * 32), bytes([2] * 32))


def test_asks_what_leaves_on_accounts_need(world):
    leaves = [world.token_leaf("ERC-721", id=7), world.attestation_leaf(), world.address_leaf()]
    policy = world.policy({"all": leaves})
    contract = ContractAccount(world.other_account, bytes([3] * 32), b"signature")
    query = facts_needed(
        policy,
        world.present(accounts=[world.account], contract_accounts=(contract,), attestations=UIDS),
    )
    question = TokenQuestion(TokenStandard.ERC721_OWNER, world.token, 7)
    both = (world.account, world.other_account)
    eas, lists = policy.registries.attestations.address, policy.registries.address_lists.address
    assert query == FactQuery(
        list_entries=frozenset((world.list_id, account) for account in both),
        tokens=frozenset((question, account) for account in both),
        attestations=frozenset((eas, uid) for uid in UIDS),
        contract_signatures=frozenset({(world.other_account, bytes([3] * 32), b"signature")}),
        code_hashes=frozenset({eas, lists}),
        attestation_registries=frozenset({eas}),
    )


def test_asks_for_no_attestation_or_signature_that_no_leaf_needs(world):
    contract = ContractAccount(world.account, bytes(32), b"signature")
    supplied = {"contract_accounts": (contract,), "attestations": UIDS}
    query = facts_needed(world.policy(world.sd_jwt_leaf()), world.present(**supplied))
    assert (query.attestations, query.contract_signatures) == (frozenset(), frozenset())
    query = facts_needed(world.policy(world.member_leaf()), world.present(**supplied))
    assert query == FactQuery(
        contract_signatures=frozenset({(world.account, bytes(32), b"signature")})
    )


def test_the_code_of_attestations_is_read_whether_any_is_named_or_not(world):
    policy = world.policy(world.attestation_leaf())
    eas = policy.registries.attestations.address
    assert facts_needed(policy, world.present()).attestation_registries == {eas}


def test_code_that_is_pinned_as_two_registries_is_not_read_for_attestations(world):
    tree = {"any": [world.attestation_leaf(), world.address_leaf()]}
    pins = world.document(tree)["registries"]
    twice = dict.fromkeys(pins, pins["attestations"])
    query = facts_needed(world.policy(tree, registries=twice), world.present())
    assert query.attestation_registries == frozenset()
