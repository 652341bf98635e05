"""Decisions: who is let in, who is not and why, on a real chain with real credentials."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import ALICE, CLEARANCE, LICENCE, ORIGIN, World, badge, of_schema

from didgate.credentials.schema import AttributeSchema
from didgate.errors import (
    AccessDenied,
    ChainError,
    DidgateError,
    InvalidInput,
    VerificationError,
)
from didgate.gate import Decision, GateKeys, verify_receipt
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.resources import resource_id

OUTSIDER = ALICE | {"clearance": 2}


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_an_attribute_credential_opens(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    decision = caller.enter(world.holder(), resource)
    assert decision.allowed
    assert decision.token is not None
    grant = caller.use(decision.token, resource)
    assert grant == decision.grant
    assert grant.expires_at - grant.issued_at == timedelta(seconds=120)


def test_an_sd_jwt_opens(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    assert Caller(world, gate).enter(world.badge_holder(), resource).allowed


def test_an_account_on_the_list_opens(world: World) -> None:
    gate = world.gate()
    resource = world.resource({"address": {"list": "0x" + world.list_id.hex()}})
    member = world.member()
    assert Caller(world, gate).enter(member, resource).allowed


def test_too_low_a_clearance_is_denied_with_the_reason(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    decision = Caller(world, gate).enter(world.holder(OUTSIDER), resource)
    assert (decision.allowed, decision.code) == (False, "policy_not_satisfied")
    assert decision.token is None
    [reason] = decision.reasons
    assert '"clearance" is at least 3' in reason.needed
    assert CLEARANCE.type in reason.needed


def test_nothing_presented_is_denied(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    decision = Caller(world, gate).enter(world.wallet(), resource)
    assert codes(decision) == ["credential_missing"]


def test_an_account_off_the_list_is_denied(world: World) -> None:
    gate = world.gate()
    resource = world.resource({"address": {"list": "0x" + world.list_id.hex()}})
    world.refresh()
    stranger = world.wallet(accounts=[SoftwareSigner.generate(KeyAlgorithm.SECP256K1)])
    assert codes(Caller(world, gate).enter(stranger, resource)) == ["address_not_listed"]


def test_a_suspended_issuer_is_denied(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    holder = world.holder()
    world.issuers.suspend()
    assert codes(Caller(world, gate).enter(holder, resource)) == ["issuer_suspended"]


def test_a_revoked_credential_is_denied(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(LICENCE))
    wallet, issuer = world.wallet(), world.issuers.of[LICENCE.type]
    wallet.add(issuer.issue("alice", ALICE).to_document())
    caller = Caller(world, gate)
    world.refresh()
    assert caller.enter(wallet, resource).allowed
    issuer.revoke("alice")
    world.refresh()
    assert codes(caller.enter(wallet, resource)) == ["credential_revoked"]


def test_a_revoked_badge_is_denied(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    wallet = world.badge_holder(subject="alice")
    world.issuers.badges.revoke("alice")
    world.refresh()
    assert codes(Caller(world, gate).enter(wallet, resource)) == ["credential_revoked"]


def test_an_expired_credential_is_refused(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    holder = world.holder()
    world.settle(30 * 86400)
    decision = Caller(world, gate).enter(holder, resource)
    assert decision.code == "credential_expired"
    assert not decision.allowed


def test_a_tampered_claim_is_refused(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.holder(OUTSIDER), challenge)
    members["vp_token"]["c0"][0]["credentialSubject"]["clearance"] = 5
    decision = caller.submit(challenge, members)
    assert decision.code == "proof_invalid"
    assert not decision.allowed


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "https://other.example"},
        {"resource": bytes(32)},
        {"epoch": 99},
        {"nonce": "n" * 43},
        {"jkt": "A" * 43},
        {"chain_id": 1},
        {"deadline": 2**35},
    ],
)
@pytest.mark.parametrize("form", ["attribute", "badge", "account"])
def test_a_proof_made_for_anything_else_is_refused(
    world: World, form: str, change: dict[str, Any]
) -> None:
    allow, wallet = {
        "attribute": lambda: (of_schema(CLEARANCE), world.holder()),
        "badge": lambda: (badge(), world.badge_holder()),
        "account": lambda: ({"address": {"list": "0x" + world.list_id.hex()}}, world.member()),
    }[form]()
    gate, resource = world.gate(), world.resource(allow)
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    decision = caller.submit(challenge, caller.present(wallet, replace(challenge, **change)))
    assert not decision.allowed
    assert decision.code != "allowed"


def test_a_nonce_counts_once(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.holder(), challenge)
    assert caller.submit(challenge, members).allowed
    with pytest.raises(VerificationError) as error:
        caller.submit(challenge, members)
    assert error.value.code == "nonce_unknown"


def test_a_nonce_is_used_up_by_a_bad_answer_too(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    with pytest.raises(VerificationError) as error:
        caller.submit(challenge, {"vp_token": []})
    assert error.value.code == "presentation_malformed"
    with pytest.raises(VerificationError) as error:
        caller.submit(challenge, caller.present(world.holder(), challenge))
    assert error.value.code == "nonce_unknown"


def test_a_challenge_is_answered_by_the_key_that_asked(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller, thief = Caller(world, gate), Caller(world, gate)
    challenge = caller.challenge(resource)
    with pytest.raises(VerificationError) as error:
        thief.submit(challenge, caller.present(world.holder(), challenge))
    assert error.value.code == "challenge_key"


def test_a_challenge_expires(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.holder(), challenge)
    world.settle(300)
    with pytest.raises(VerificationError) as error:
        caller.submit(challenge, members)
    assert error.value.code == "nonce_unknown"


def test_a_policy_that_changed_meanwhile_is_not_answered(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.holder(), challenge)
    world.restrict(resource, badge())
    assert caller.submit(challenge, members).code == "policy_changed"


def test_a_pause_meanwhile_lets_nobody_in(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    challenge = caller.challenge(resource)
    members = caller.present(world.holder(), challenge)
    world.pause(resource)
    assert caller.submit(challenge, members).code == "paused"


def test_while_paused_nobody_is_asked(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    world.pause(resource)
    with pytest.raises(AccessDenied) as error:
        Caller(world, gate).challenge(resource)
    assert error.value.code == "paused"


def test_without_a_policy_nobody_is_asked(world: World) -> None:
    gate = world.gate()
    world.send(world.owner, world.contracts.resources.register("urn:model:bare", delay=0))
    world.settle()
    with pytest.raises(AccessDenied) as error:
        Caller(world, gate).challenge(resource_id(world.owner.address, "urn:model:bare"))
    assert error.value.code == "no_policy"


def test_an_unknown_resource_is_not_offered(world: World) -> None:
    with pytest.raises(ChainError) as error:
        Caller(world, world.gate()).challenge(bytes(32))
    assert error.value.code == "unknown_resource"


def test_a_restriction_counts_at_once(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    world.restrict(resource, badge())
    decision = Caller(world, gate).enter(world.holder(), resource)
    assert codes(decision) == ["credential_missing"]


def test_restriction_and_policy_together_open(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    world.restrict(resource, badge())
    wallet = world.holder()
    key = wallet.keys.create(KeyAlgorithm.P256)
    wallet.add(world.issuers.badges.issue("alice", ALICE, key))
    decision = Caller(world, gate).enter(wallet, resource)
    assert decision.allowed
    receipt = verify_receipt(decision.receipt, gate.jwks())
    assert len(receipt.judgements[0].restrictions) == 1


@pytest.mark.parametrize("code", ["stale_chain"])
def test_a_chain_read_too_long_ago_decides_nothing(world: World, code: str) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    holder = world.holder()
    decision = caller.enter(holder, resource)
    challenge = caller.challenge(resource)
    members = caller.present(holder, challenge)
    world.clock.advance(timedelta(seconds=31))
    attempts = (
        lambda: caller.challenge(resource),
        lambda: caller.submit(challenge, members),
        lambda: caller.use(decision.token or "", resource),
    )
    for attempt in attempts:
        with pytest.raises(ChainError) as error:
            attempt()
        assert error.value.code == code


def test_a_grant_ends_with_its_credential(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    wallet = world.badge_holder()
    [stored] = wallet.list()
    world.settle(int((stored.valid_until - world.clock.now()).total_seconds()) - 45)
    decision = Caller(world, gate).enter(wallet, resource)
    assert decision.grant is not None
    assert decision.grant.expires_at <= stored.valid_until


def test_the_pseudonym_is_pairwise(world: World) -> None:
    gate = world.gate()
    resources = [world.resource(badge()) for _ in range(2)]
    alice, bob = world.badge_holder(), world.badge_holder()
    subjects = {}
    for name, wallet in (("alice", alice), ("bob", bob)):
        for resource in resources:
            twice = {Caller(world, gate).enter(wallet, resource).grant for _ in range(2)}
            found = {grant.subject for grant in twice if grant is not None}
            assert len(found) == 1
            subjects[name, resource] = found.pop()
    assert len(set(subjects.values())) == 4


def test_the_pseudonym_is_random_without_a_holder_key(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    holder = world.holder()
    grants = [Caller(world, gate).enter(holder, resource).grant for _ in range(2)]
    assert len({grant.subject for grant in grants if grant is not None}) == 2


def test_the_pseudonym_does_not_change_with_what_is_shown_besides(world: World) -> None:
    gate = world.gate()
    resource = world.resource({"any": [badge(), {"address": {"list": "0x" + world.list_id.hex()}}]})
    world.refresh()
    wallet = world.badge_holder()
    first = Caller(world, gate).enter(wallet, resource).grant
    wallet.keys.add(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    second = Caller(world, gate).enter(wallet, resource).grant
    assert first is not None
    assert second is not None
    assert first.subject == second.subject


def test_a_stolen_grant_is_refused(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    decision = Caller(world, gate).enter(world.holder(), resource)
    with pytest.raises(VerificationError) as error:
        Caller(world, gate).use(decision.token or "", resource)
    assert error.value.code == "grant_key"


def test_a_quota_is_counted_by_pseudonym(world: World) -> None:
    gate = world.gate()
    resource = world.resource(badge(), quota={"limit": 2, "period": 3600})
    world.refresh()
    wallet = world.badge_holder()
    for _ in range(2):
        caller = Caller(world, gate)
        caller.use(caller.enter(wallet, resource).token or "", resource)
    caller = Caller(world, gate)
    token = caller.enter(wallet, resource).token or ""
    with pytest.raises(AccessDenied) as error:
        caller.use(token, resource)
    assert error.value.code == "quota_exceeded"
    other = Caller(world, gate)
    assert other.use(other.enter(world.badge_holder(), resource).token or "", resource)


def test_a_gate_with_another_origin_refuses_the_grant(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    other = world.gate(audience="https://other.example")
    decision = Caller(world, gate).enter(world.holder(), resource)
    caller = Caller(world, other)
    with pytest.raises(DidgateError) as error:
        caller.use(decision.token or "", resource)
    assert error.value.code in {"grant_invalid", "dpop_url"}
    assert other.place.audience != ORIGIN


def test_a_new_policy_voids_grants(world: World) -> None:
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    token = caller.enter(world.holder(), resource).token or ""
    world.publish(resource, world.policy(badge()))
    with pytest.raises(VerificationError) as error:
        caller.use(token, resource)
    assert error.value.code == "grant_epoch"


def test_a_policy_on_an_unknown_schema_is_not_carried_out(world: World) -> None:
    gate = world.gate()
    unknown = AttributeSchema(type=CLEARANCE.type, attributes=CLEARANCE.attributes, lifetime_days=7)
    resource = world.resource({"any": [badge(), of_schema(unknown)]})
    with pytest.raises(ChainError) as error:
        Caller(world, gate).challenge(resource)
    assert error.value.code == "policy_unusable"


def test_a_short_secret_for_pseudonyms_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        GateKeys(SoftwareSigner.generate(KeyAlgorithm.P256), b"short")
    assert error.value.code == "invalid_secret"
