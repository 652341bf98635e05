"""SD-JWTs verified by a contract, by the same policy and beside attribute credentials."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from gate_world import ALICE, BADGE, badge
from on_chain import FIXED, Stage, refused

from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm


@pytest.fixture
def holder(stage: Stage) -> Stage:
    """Return the stage on which Alice has a badge, too."""
    key = stage.wallet.keys.create(KeyAlgorithm.P256)
    stage.wallet.add(stage.world.issuers.badges.issue("alice", ALICE, key))
    return stage


@pytest.fixture
def resource(holder: Stage) -> bytes:
    return holder.admitted(badge())


def test_a_badge_is_consumed(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    holder.consume(access, presentation)
    assert refused(lambda: holder.consume(access, presentation)) == "StatementSpent"


def test_a_badge_beside_an_attribute_credential(holder: Stage) -> None:
    both = {"all": [FIXED, badge()], "holder": "any"}
    resource = holder.admitted(both)
    access, presentation = holder.shown(resource)
    assert len(presentation.credentials) == 2
    holder.consume(access, presentation)


def test_every_member_of_a_statement_is_bound(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    later = replace(access, deadline=access.deadline + 1)
    assert refused(lambda: holder.consume(later, presentation)) == "AccessMismatch"
    other = replace(access, nonce=bytes([3] * 32))
    assert refused(lambda: holder.consume(other, presentation)) == "AccessMismatch"
    thief = holder.funded()
    stolen = replace(access, account=thief.address, consumer=thief.address)
    assert refused(lambda: holder.consume(stolen, presentation, by=thief)) == "AccessMismatch"


def test_a_revoked_badge_counts_no_more(holder: Stage, resource: bytes) -> None:
    holder.world.issuers.badges.revoke("alice")
    assert refused(lambda: holder.consume(*holder.shown(resource))) == "PolicyNotSatisfied"


def test_a_suspended_issuer_counts_no_more(holder: Stage, resource: bytes) -> None:
    holder.world.issuers.suspend()
    assert refused(lambda: holder.consume(*holder.shown(resource))) == "PolicyNotSatisfied"


def test_an_old_key_binding_is_refused(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    holder.world.clock.advance(timedelta(minutes=5, seconds=1))
    assert refused(lambda: holder.consume(access, presentation)) == "KeyBindingExpired"


def test_values_beside_an_sd_jwt_are_refused(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    (credential,) = presentation.credentials
    changed = replace(presentation, credentials=(replace(credential, values=b"\x00"),))
    assert refused(lambda: holder.consume(access, changed)) == "InvalidValues"


def test_the_disclosure_is_confirmed(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    (credential,) = presentation.credentials
    changed = replace(credential, disclosure=bytes([1] * 32))
    forged = replace(presentation, credentials=(changed,))
    assert refused(lambda: holder.consume(access, forged)) == "AccessMismatch"


def test_an_unregistered_key_is_refused(holder: Stage, resource: bytes) -> None:
    access, presentation = holder.shown(resource)
    (credential,) = presentation.credentials
    changed = replace(credential, key_id=bytes([1] * 32))
    forged = replace(presentation, credentials=(changed,))
    # The registry knows no such key, so no issuer either: nothing is there to verify with.
    assert refused(lambda: holder.consume(access, forged)) == "InvalidIssuerKeyLength"


def test_a_holders_key_of_another_algorithm_is_not_for_contracts(stage: Stage) -> None:
    key = stage.wallet.keys.create(KeyAlgorithm.ED25519)
    stage.wallet.add(stage.world.issuers.badges.issue("alice", ALICE, key))
    resource = stage.admitted(badge())
    with pytest.raises(InvalidInput) as error:
        stage.shown(resource)
    assert error.value.code == "not_for_contracts"
    assert BADGE in str(stage.wallet.list()[0].type)
