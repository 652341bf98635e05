"""Attribute credentials verified by a contract: what it takes, and everything that it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from gate_world import ALICE, CLEARANCE, LICENCE, World, of_schema
from on_chain import FIXED, Stage, refused

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import ChainPresentation
from didgate.credentials.identifiers import key_id
from didgate.errors import InvalidInput
from didgate.policy.values import encode_value
from didgate.resources import resource_id

OTHER = bytes([9] * 32)


def test_a_presentation_is_consumed_and_leaves_an_event(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    (log,) = stage.consume(access, presentation).logs
    account = stage.alice.address[2:].lower()
    assert log.topics[1] == resource
    assert [topic[-20:].hex() for topic in log.topics[2:]] == [account, account]
    assert access.policy_id in log.data
    assert access.nonce in log.data
    assert stage.world.client.read(stage.verifier.is_spent(access))


def test_a_pinned_leaf_costs_less_and_means_the_same(stage: Stage, resource: bytes) -> None:
    before = stage.consume(*stage.shown(resource))
    request = stage.request(resource)
    key = stage.present(request).credentials[0].key_id
    attributes = stage.world.contracts.attribute_verifier
    stage.world.send(stage.funded(), attributes.pin(request.policy, 0, key))
    assert stage.world.client.read(attributes.is_pinned(request.access.policy_id, 0, key))
    after = stage.consume(*stage.shown(resource))
    assert after.gas_used < before.gas_used - 40_000
    access, presentation = stage.shown(resource)
    forged = with_values(presentation, presentation.credentials[0].values[:-1] + b"\x05")
    assert refused(lambda: stage.consume(access, forged)) == "ProofInvalid"


def test_the_status_of_an_indexed_credential_counts(stage: Stage) -> None:
    resource = stage.admitted(of_schema(LICENCE))
    stage.consume(*stage.shown(resource))
    stage.world.issuers.of[LICENCE.type].revoke("alice")
    assert refused(lambda: stage.consume(*stage.shown(resource))) == "PolicyNotSatisfied"


def test_a_statement_is_executed_once(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    stage.consume(access, presentation)
    assert refused(lambda: stage.consume(access, presentation)) == "StatementSpent"
    # A proof made anew for the same statement changes nothing: what is spent is the nonce.
    request = replace(stage.request(resource), access=access)
    again = stage.present(request)
    assert again.credentials[0].proof != presentation.credentials[0].proof
    assert refused(lambda: stage.consume(access, again)) == "StatementSpent"


def test_only_the_consumer_has_a_statement_executed(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    thief = stage.funded()
    assert refused(lambda: stage.consume(access, presentation, by=thief)) == "NotConsumer"
    stolen = replace(access, consumer=thief.address)
    assert refused(lambda: stage.consume(stolen, presentation, by=thief)) == "ProofInvalid"


def test_nobody_prevents_a_statement_by_using_up_its_nonce(stage: Stage, resource: bytes) -> None:
    """Whoever sees a statement can make another for the same account, with the same nonce."""
    access, presentation = stage.shown(resource)
    meddler = stage.funded()
    request = stage.request(resource, consumer=meddler.address)
    other = replace(request, access=replace(request.access, nonce=access.nonce))
    stage.consume(other.access, stage.present(other), by=meddler)
    stage.consume(access, presentation)


@pytest.mark.parametrize(
    "member",
    [{"action": OTHER}, {"nonce": OTHER}, {"account": "0x" + "11" * 20}, {"deadline": 2**40}],
    ids=lambda member: next(iter(member)),
)
def test_every_member_of_a_statement_is_bound(
    stage: Stage, resource: bytes, member: dict[str, object]
) -> None:
    access, presentation = stage.shown(resource)
    changed = replace(access, **member)
    assert refused(lambda: stage.consume(changed, presentation)) == "ProofInvalid"


def test_a_presentation_for_one_resource_is_refused_for_another(
    stage: Stage, resource: bytes
) -> None:
    access, presentation = stage.shown(resource)
    other = stage.admitted(FIXED)
    changed = replace(access, resource=other)
    assert refused(lambda: stage.consume(changed, presentation)) == "ProofInvalid"


def test_a_presentation_for_one_verifier_is_refused_by_another(
    stage: Stage, resource: bytes
) -> None:
    access, presentation = stage.shown(resource)
    deployed = {name: each.address for name, each in stage.world.contracts.contracts.items()}
    created = stage.world.send(
        stage.world.owner,
        type(stage.verifier).deployment(
            policies=deployed["PolicyRegistry"],
            checker=deployed["PolicyChecker"],
            attributes=deployed["AttributeVerifier"],
            sd_jwts=deployed["SDJWTVerifier"],
        ),
    ).contract_address
    assert created is not None
    second = type(stage.verifier)(created)
    stage.world.send(stage.world.owner, second.admit(resource))
    consume = second.consume(access, presentation)
    assert refused(lambda: stage.world.send(stage.alice, consume)) == "ProofInvalid"


def test_a_presentation_for_one_chain_is_refused_on_another(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On two chains that differ in nothing else: same keys, addresses, resource and epoch."""
    folder = tmp_path_factory.mktemp("other")
    here, there = stage.world, World.build(folder, keys=stage.world.keys)
    uri = "urn:model:on-two-chains"
    resources = [world.resource(FIXED, uri=uri) for world in (here, there)]
    assert resources[0] == resources[1]
    assert here.contracts.verifier.address == there.contracts.verifier.address
    stage.admit(resources[0])
    there.send(there.owner, there.contracts.verifier.admit(resources[0]))
    there.send(there.owner, Transaction(stage.alice.address, b"", 10**17))
    access, presentation = stage.shown(resources[0])
    consume = stage.verifier.consume(access, presentation)
    assert refused(lambda: there.send(stage.alice, consume)) == "ProofInvalid"
    here.send(stage.alice, consume)
    there.chain.close()


def test_statement_expired(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource, validity=timedelta(minutes=2))
    stage.world.clock.advance(timedelta(minutes=2))
    assert refused(lambda: stage.consume(access, presentation)) == "StatementExpired"


def test_the_policy_changed_since(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    stage.world.restrict(resource, of_schema(LICENCE))
    assert refused(lambda: stage.consume(access, presentation)) == "EpochChanged"


def test_restrictions_count_once_they_are_admitted(stage: Stage, resource: bytes) -> None:
    stage.world.restrict(resource, of_schema(LICENCE))
    with pytest.raises(InvalidInput) as error:
        stage.request(resource)
    assert error.value.code == "policy_not_admitted"
    stage.admit(resource)
    access, presentation = stage.shown(resource)
    assert len(presentation.credentials) == 2
    stage.consume(access, presentation)
    access, presentation = stage.shown(resource)
    one = replace(presentation, credentials=presentation.credentials[:1])
    assert refused(lambda: stage.consume(access, one)) == "ProofInvalid"


def test_policy_not_admitted(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    other = stage.world.resource(of_schema(LICENCE))
    changed = replace(access, resource=other)
    assert refused(lambda: stage.consume(changed, presentation)) == "PolicyNotAdmitted"


def test_no_policy(stage: Stage) -> None:
    contracts = stage.world.contracts
    uri = "urn:model:without-policy"
    stage.world.send(stage.world.owner, contracts.resources.register(uri, delay=0))
    resource = resource_id(stage.world.owner.address, uri)
    assert refused(lambda: stage.admit(resource)) == "NoPolicy"


def test_a_pause_holds_at_once(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    stage.world.pause(resource)
    assert refused(lambda: stage.consume(access, presentation)) == "ResourcePaused"


def test_an_issuer_is_judged_now(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    stage.world.issuers.suspend()
    assert refused(lambda: stage.consume(access, presentation)) == "PolicyNotSatisfied"


def test_a_compromised_key_counts_no_more(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    registry, keys = stage.world.contracts.issuers, stage.world.keys
    compromised = registry.report_compromised(key_id(keys.bbs.public_key))
    stage.world.send(keys.controller, compromised)
    assert refused(lambda: stage.consume(access, presentation)) == "PolicyNotSatisfied"


def test_an_expired_credential_counts_no_more(stage: Stage, resource: bytes) -> None:
    held = next(each for each in stage.wallet.list() if each.type == CLEARANCE.type)
    stage.world.clock.moment = held.valid_until - timedelta(minutes=1)
    access, presentation = stage.shown(resource)
    stage.world.clock.advance(timedelta(minutes=1))
    assert refused(lambda: stage.consume(access, presentation)) == "PolicyNotSatisfied"


def with_values(presentation: ChainPresentation, values: bytes) -> ChainPresentation:
    (credential,) = presentation.credentials
    return replace(presentation, credentials=(replace(credential, values=values),))


def test_a_forged_value_fails(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    values = presentation.credentials[0].values
    assert values.endswith(encode_value(ALICE["clearance"]))
    higher = values[: -len(encode_value(4))] + encode_value(5)
    assert refused(lambda: stage.consume(access, with_values(presentation, higher))) == (
        "ProofInvalid"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda values: values[:-1], "Truncated"),
        (lambda values: values + b"\x00", "InvalidValues"),
        (lambda values: values[:9] + b"\x01" + values[10:], "InvalidValues"),
        (lambda values: values[:9] + b"\x00", "ProofInvalid"),
        (lambda values: b"\x00" + values[9:], "InvalidValues"),
    ],
    ids=["cut", "one too many", "of another type", "said to be absent", "without an end"],
)
def test_malformed_values(stage: Stage, resource: bytes, change: object, reason: str) -> None:
    access, presentation = stage.shown(resource)
    values = change(presentation.credentials[0].values)  # type: ignore[operator]
    assert refused(lambda: stage.consume(access, with_values(presentation, values))) == reason


def test_a_credential_that_does_not_satisfy_the_policy_is_refused(
    stage: Stage, resource: bytes
) -> None:
    """The proof holds; it is the policy that says no."""
    stage.wallet.remove(next(e.id for e in stage.wallet.list() if e.type == CLEARANCE.type))
    low = stage.world.issuers.of[CLEARANCE.type].issue("low", ALICE | {"clearance": 2})
    stage.wallet.add(low.to_document())
    lower = of_schema(
        CLEARANCE, claims={"role": {"equals": "researcher"}, "clearance": {"atLeast": 2}}
    )
    second = stage.admitted(lower)
    access, _ = stage.shown(second)
    with pytest.raises(InvalidInput):
        stage.shown(resource)
    # Made for the easy policy, with the names of the hard one.
    request = stage.request(resource)
    plan = stage.wallet.match_statement(stage.request(second))
    forced = stage.wallet.present_statement(replace(plan, challenge=request))
    assert access.policy_id != request.access.policy_id
    assert refused(lambda: stage.consume(request.access, forced)) == "PolicyNotSatisfied"


def test_leaves_ascend(stage: Stage) -> None:
    both = {"all": [FIXED, of_schema(LICENCE)], "holder": "any"}
    resource = stage.admitted(both)
    access, presentation = stage.shown(resource)
    turned = replace(presentation, credentials=presentation.credentials[::-1])
    assert refused(lambda: stage.consume(access, turned)) == "LeavesNotAscending"
    twice = replace(presentation, credentials=presentation.credentials[:1] * 2)
    assert refused(lambda: stage.consume(access, twice)) == "LeavesNotAscending"


def test_a_leaf_that_there_is_not(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    elsewhere = replace(presentation.credentials[0], leaf=1)
    changed = replace(presentation, credentials=(elsewhere,))
    assert refused(lambda: stage.consume(access, changed)) == "InvalidLeaf"


def test_the_disclosure_is_confirmed(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    other = replace(presentation.credentials[0], disclosure=OTHER)
    changed = replace(presentation, credentials=(other,))
    assert refused(lambda: stage.consume(access, changed)) == "ProofInvalid"


def test_nothing_shown_satisfies_nothing(stage: Stage, resource: bytes) -> None:
    access, _ = stage.shown(resource)
    nothing = ChainPresentation(())
    assert refused(lambda: stage.consume(access, nothing)) == "PolicyNotSatisfied"


def test_an_unknown_key(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    unknown = replace(presentation.credentials[0], key_id=OTHER)
    changed = replace(presentation, credentials=(unknown,))
    assert refused(lambda: stage.consume(access, changed)) == "UnknownContent"


def test_verifying_changes_nothing(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource)
    # Asked by nobody in particular, the contract says that this is not the consumer.
    call = stage.verifier.verify(access, presentation)
    assert refused(lambda: stage.world.client.read(call)) == "NotConsumer"
    assert not stage.world.client.read(stage.verifier.is_spent(access))


def test_pins_serve_the_policy_that_they_were_made_from(stage: Stage, resource: bytes) -> None:
    request = stage.request(resource)
    key = stage.present(request).credentials[0].key_id
    attributes = stage.world.contracts.attribute_verifier
    pin = attributes.pin(request.policy, 0, key)
    # Someone pins the same leaf of a policy that fixes another role: it serves that one alone.
    other = request.policy.replace(b"researcher", b"astronomer")
    stage.world.send(stage.alice, attributes.pin(other, 0, key))
    assert not stage.world.client.read(attributes.is_pinned(request.access.policy_id, 0, key))
    stage.consume(*stage.shown(resource))
    stage.world.send(stage.alice, pin)
    assert refused(lambda: stage.world.send(stage.alice, pin)) == "AlreadyPinned"
    unknown = attributes.pin(request.policy, 1, key)
    assert refused(lambda: stage.world.send(stage.alice, unknown)) == "InvalidLeaf"
