"""A grant outlives nothing that it rests on, and no challenge or proof counts elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from gate_actors import Caller
from gate_service import code, served
from gate_world import ORIGIN, World, badge

from didgate.client import ProofMaker
from didgate.credentials import identifiers
from didgate.errors import DidgateError, VerificationError
from didgate.gate import PREFIX, Answer
from didgate.stores import MemoryReplayCache

LIFETIME = timedelta(seconds=120)


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def lifetime(world: World, allow: Any) -> timedelta:
    gate, resource = world.gate(), world.resource(allow)
    decision = Caller(world, gate).enter(world.badge_holder(), resource)
    assert decision.grant is not None
    return decision.grant.expires_at - world.clock.now()


def test_a_grant_does_not_outlive_a_time_window(world: World) -> None:
    # Publishing takes a minute.
    end = world.clock.now().replace(microsecond=0) + timedelta(seconds=100)
    window = {"time": {"until": text(end)}}
    assert lifetime(world, {"all": [badge(), window]}) <= timedelta(seconds=40)


def test_a_window_that_nobody_needs_shortens_nothing(world: World) -> None:
    end = world.clock.now().replace(microsecond=0) + timedelta(seconds=100)
    unneeded = {"all": [{"time": {"until": text(end)}}, badge(minAge=2**31)]}
    seconds = lifetime(world, {"any": [badge(), unneeded]}).total_seconds()
    assert seconds == pytest.approx(LIFETIME.total_seconds(), abs=1)


def test_a_grant_does_not_outlive_the_freshness_of_its_credential(world: World) -> None:
    assert lifetime(world, badge(maxAge=30)) <= timedelta(seconds=30)


def test_a_grant_does_not_outlive_a_retired_key(world: World) -> None:
    gate, resource, wallet = world.gate(), world.resource(badge()), world.badge_holder()
    key_id = identifiers.key_id(world.keys.p256.public_key)
    until = int(world.clock.now().timestamp()) + 50
    retire = world.contracts.issuers.retire_key(key_id, until)
    world.send(world.keys.controller, retire)
    world.refresh()
    decision = Caller(world, gate).enter(wallet, resource)
    assert decision.grant is not None
    assert int(decision.grant.expires_at.timestamp()) == until


def test_a_challenge_of_a_gate_elsewhere_that_shares_the_store_is_refused(world: World) -> None:
    stores, resource = world.stores(), world.resource(badge())
    here = world.gate(stores=stores)
    there = world.gate(audience="https://other.example", stores=stores)
    caller = Caller(world, here)
    challenge = caller.challenge(resource)
    members = caller.present(world.badge_holder(), challenge)
    url = f"https://other.example{PREFIX}/access"
    proof = there.prove(caller.proofs.make("POST", url), method="POST", url=url)
    with pytest.raises(VerificationError) as error:
        there.access(Answer(challenge.nonce, members), proof)
    assert error.value.code == "challenge_elsewhere"


@pytest.mark.parametrize("nonce", ["", "n" * 42, "n" * 44, "\0" * 43, "é" * 43, "n" * 42 + "\n"])
def test_a_nonce_that_no_gate_gives_out_is_not_looked_up(world: World, nonce: str) -> None:
    gate = world.gate()
    with pytest.raises(VerificationError) as error:
        gate.access(Answer(nonce, {}), Caller(world, gate).prove())
    assert error.value.code == "nonce_unknown"


def crowded(world: World) -> Any:
    """Return a gate whose memory for proofs holds a single one."""
    usual = world.stores()
    replay = MemoryReplayCache(capacity=1, clock=world.clock)
    return world.gate(stores=type(usual)(usual.challenges, replay, usual.quotas, usual.receipts))


def test_strangers_do_not_fill_the_memory_for_proofs(world: World) -> None:
    gate, resource = crowded(world), world.resource(badge())
    world.refresh()
    url, caller = f"{ORIGIN}/model", Caller(world, gate)
    token = caller.enter(world.badge_holder(), resource).token or ""
    for _ in range(3):
        stranger = ProofMaker(clock=world.clock)
        gate.prove(stranger.make("GET", url), method="GET", url=url)
        # With a token made up, with a stolen one, and with a grant for something else
        for shown, fault in (("made.up.token", "grant_invalid"), (token, "grant_key")):
            nonce = gate.dpop_nonce()
            dpop = stranger.make("GET", url, token=shown, nonce=nonce)
            with pytest.raises(DidgateError) as error:
                gate.authorize(shown, dpop, "GET", url, resource)
            assert error.value.code == fault
    assert caller.use(token, resource)


def test_a_proof_asks_for_one_challenge(world: World) -> None:
    with served(world) as service:
        url = "/model/predict"
        dpop = {"DPoP": ProofMaker(clock=world.clock).make("GET", ORIGIN + url)}
        assert "challenge" in service.http.get(url, headers=dpop).json()
        again = service.http.get(url, headers=dpop)
        assert code(again, 401) == "dpop_replayed"
        assert "challenge" not in again.json()
        assert service.visitor().get(ORIGIN + url).status_code == 200


def test_a_proof_beside_a_grant_passes_once(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    world.refresh()
    caller, url = Caller(world, gate), f"{ORIGIN}/model"
    token = caller.enter(world.badge_holder(), resource).token or ""
    dpop = caller.proofs.make("GET", url, token=token, nonce=gate.dpop_nonce())
    assert gate.authorize(token, dpop, "GET", url, resource)
    with pytest.raises(VerificationError) as error:
        gate.authorize(token, dpop, "GET", url, resource)
    assert error.value.code == "dpop_replayed"


def test_a_proof_that_was_refused_beside_a_grant_is_not_used_up(world: World) -> None:
    gate, resource, other = world.gate(), world.resource(badge()), world.resource(badge())
    world.refresh()
    caller, url = Caller(world, gate), f"{ORIGIN}/model"
    token = caller.enter(world.badge_holder(), resource).token or ""
    dpop = caller.proofs.make("GET", url, token=token, nonce=gate.dpop_nonce())
    with pytest.raises(VerificationError) as error:
        gate.authorize(token, dpop, "GET", url, other)
    assert error.value.code == "grant_resource"
    assert gate.authorize(token, dpop, "GET", url, resource)


def test_a_proof_without_a_token_opens_nothing(world: World) -> None:
    gate, resource = world.gate(), world.resource(badge())
    proof = Caller(world, gate).prove()
    with pytest.raises(VerificationError) as error:
        gate.check(proof, resource)
    assert error.value.code == "grant_required"


def test_a_grant_under_another_policy_of_the_same_epoch_is_refused(world: World) -> None:
    """As after a reorganisation that brought another policy into force in its place."""
    gate, resource = world.gate(), world.resource(badge())
    caller = Caller(world, gate)
    grant = caller.enter(world.badge_holder(), resource).grant
    assert grant is not None
    other = gate._grants.issue(replace(grant, policy_id=bytes(32)))
    with pytest.raises(VerificationError) as error:
        caller.use(other, resource)
    assert error.value.code == "grant_policy"
