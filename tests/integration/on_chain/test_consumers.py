"""Contracts that rely on a verifier: passes that are minted, sessions that open tools."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from gate_world import LICENCE, badge, of_schema
from on_chain import Stage, refused

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import SESSION, SessionPredicate, UsePass


def created(stage: Stage, transaction: Transaction) -> str:
    address = stage.world.send(stage.world.owner, transaction).contract_address
    assert address is not None
    return address


@pytest.fixture
def passes(stage: Stage, resource: bytes) -> UsePass:
    verifier = stage.verifier.address
    return UsePass(created(stage, UsePass.deployment(verifier=verifier, resource=resource)))


def test_a_presentation_mints_a_pass(stage: Stage, resource: bytes, passes: UsePass) -> None:
    access, presentation = stage.shown(resource, consumer=passes.address, action=UsePass.MINT)
    relay = stage.funded()
    stage.world.send(relay, passes.mint(access, presentation))
    assert stage.world.client.read(passes.owner_of(1)) == stage.alice.address
    again = passes.mint(access, presentation)
    assert refused(lambda: stage.world.send(relay, again)) == "StatementSpent"
    assert stage.world.client.read(passes.balance_of(stage.alice.address)) == 1


def test_a_statement_for_one_consumer_is_of_no_use_to_another(
    stage: Stage, resource: bytes, passes: UsePass
) -> None:
    verifier = stage.verifier.address
    twin = UsePass(created(stage, UsePass.deployment(verifier=verifier, resource=resource)))
    access, presentation = stage.shown(resource, consumer=passes.address, action=UsePass.MINT)
    mint = twin.mint(access, presentation)
    assert refused(lambda: stage.world.send(stage.alice, mint)) == "NotConsumer"


def test_a_statement_for_another_action_or_resource(
    stage: Stage, resource: bytes, passes: UsePass
) -> None:
    access, presentation = stage.shown(resource, consumer=passes.address)
    mint = passes.mint(access, presentation)
    assert refused(lambda: stage.world.send(stage.alice, mint)) == "WrongAction"
    other = stage.admitted(of_schema(LICENCE))
    access, presentation = stage.shown(other, consumer=passes.address, action=UsePass.MINT)
    mint = passes.mint(access, presentation)
    assert refused(lambda: stage.world.send(stage.alice, mint)) == "WrongResource"


@pytest.fixture
def predicate(stage: Stage, resource: bytes) -> SessionPredicate:
    deployment = SessionPredicate.deployment(verifier=stage.verifier.address, resource=resource)
    return SessionPredicate(created(stage, deployment))


def opened(stage: Stage, predicate: SessionPredicate) -> bool:
    return stage.world.client.read(predicate.has_access(1, stage.alice.address))


def test_a_session_opens_a_tool_until_it_ends(
    stage: Stage, resource: bytes, predicate: SessionPredicate
) -> None:
    assert not opened(stage, predicate)
    stage.consume(*stage.shown(resource, action=SESSION))
    assert opened(stage, predicate)
    assert not stage.world.client.read(predicate.has_access(1, stage.world.owner.address))
    stage.world.clock.advance(timedelta(seconds=119))
    stage.world.chain.mine()
    assert opened(stage, predicate)
    stage.world.clock.advance(timedelta(seconds=1))
    stage.world.chain.mine()
    assert not opened(stage, predicate)


def test_any_other_action_opens_no_session(
    stage: Stage, resource: bytes, predicate: SessionPredicate
) -> None:
    stage.consume(*stage.shown(resource))
    assert not opened(stage, predicate)


def test_a_pause_ends_sessions(stage: Stage, resource: bytes, predicate: SessionPredicate) -> None:
    stage.consume(*stage.shown(resource, action=SESSION))
    stage.world.pause(resource)
    assert not opened(stage, predicate)


def test_every_change_ends_sessions(
    stage: Stage, resource: bytes, predicate: SessionPredicate
) -> None:
    stage.consume(*stage.shown(resource, action=SESSION))
    bump = stage.world.contracts.policies.bump_epoch(resource)
    stage.world.send(stage.world.owner, bump)
    assert not opened(stage, predicate)


def test_a_session_costs_a_registry_less_than_it_may_spend(
    stage: Stage, resource: bytes, predicate: SessionPredicate
) -> None:
    """ERC-8257 gives a predicate 200,000 gas."""
    stage.consume(*stage.shown(resource, action=SESSION))
    call = predicate.has_access(1, stage.alice.address)
    request = {"to": call.to, "data": "0x" + call.data.hex(), "gas": hex(60_000)}
    answer = stage.world.chain.make_request("eth_call", [request, "latest"])
    assert int(answer["result"], 16) == 1


def test_a_session_is_opened_by_its_account_alone(
    stage: Stage, resource: bytes, predicate: SessionPredicate
) -> None:
    """Credentials alone would let anybody open sessions for any account."""
    relay = stage.funded()
    access, presentation = stage.shown(resource, action=SESSION, consumer=relay.address)
    unsigned = replace(presentation, account_signature=b"")
    assert refused(lambda: stage.consume(access, unsigned, by=relay)) == "AccountNotProved"
    stage.consume(access, presentation, by=relay)
    assert opened(stage, predicate)


def test_nothing_is_done_for_the_zero_account(stage: Stage, resource: bytes) -> None:
    access, presentation = stage.shown(resource, account="0x" + "00" * 20)
    assert refused(lambda: stage.consume(access, presentation)) == "AccountNotProved"


def test_a_consumer_is_not_the_account(stage: Stage, resource: bytes, passes: UsePass) -> None:
    """It calls the verifier, and would count as an account that takes part."""
    access, presentation = stage.shown(
        resource, account=passes.address, consumer=passes.address, action=UsePass.MINT
    )
    mint = passes.mint(access, presentation)
    assert refused(lambda: stage.world.send(stage.alice, mint)) == "AccountIsConsumer"


def test_a_policy_with_a_quota_is_not_admitted(stage: Stage) -> None:
    resource = stage.world.resource(badge(), quota={"limit": 1, "period": 86400})
    assert refused(lambda: stage.admit(resource)) == "QuotaNotCounted"
