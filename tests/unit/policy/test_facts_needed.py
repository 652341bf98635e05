"""What is read from the chain before a policy is evaluated."""

from __future__ import annotations

from didgate.chain.facts import FactQuery
from didgate.policy import facts_needed


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
