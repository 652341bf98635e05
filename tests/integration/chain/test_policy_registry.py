"""The policy registry through its wrapper: what holds, what is to come, and who may change it."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.policy_registry import INDEFINITELY, HistoryEntry
from didgate.chain.resource_registry import resource_id
from didgate.chain.revert import Reverted
from didgate.encoding import keccak256

SOMEONE = "0x" + "11" * 20
DAY = 86_400


@pytest.fixture
def resource(chain: Any, request: pytest.FixtureRequest) -> bytes:
    uri = f"urn:{request.node.name}"
    chain.send(chain.deployment.resources.register(uri, guardian=SOMEONE, delay=DAY))
    return resource_id(chain.account.address, uri)


def test_life_of_a_policy(chain: Any, resource: bytes) -> None:
    policies, read = chain.deployment.policies, chain.client.read
    state = read(policies.state_of(resource))
    assert (state.active, state.pending, state.restrictions) == (None, None, ())
    assert (state.owner, state.guardian) == (chain.account.address, SOMEONE)
    assert (state.delay, state.epoch, state.paused_until) == (DAY, 1, 0)
    first = keccak256(b"first")
    chain.send(policies.publish(resource, b"first", epoch=1))
    state = read(policies.state_of(resource))
    assert (state.active, state.pending) == (None, first)
    assert (state.pending_from, state.pending_until) == (
        chain.time() + DAY,
        chain.time() + 15 * DAY,
    )
    assert read(policies.policy_bytes(first)) == b"first"
    with pytest.raises(Reverted) as error:
        chain.send(policies.activate(resource, first))
    assert error.value.reason == "TooEarly"
    chain.advance(DAY)
    receipt = chain.send(policies.activate(resource, first))
    state = read(policies.state_of(resource))
    assert (state.active, state.pending, state.activated_at) == (first, None, chain.time())
    assert read(policies.history_length(resource)) == 1
    entry = HistoryEntry(first, state.activated_at, receipt.block_number)
    assert read(policies.history_at(resource, 0)) == entry
    chain.send(policies.restrict(resource, b"narrower"))
    narrowed = read(policies.state_of(resource))
    assert narrowed.restrictions == (keccak256(b"narrower"),)
    assert narrowed.epoch > state.epoch


def test_cancelled_policy(chain: Any, resource: bytes) -> None:
    policies = chain.deployment.policies
    chain.send(policies.publish(resource, b"never", epoch=1))
    chain.send(policies.cancel(resource))
    assert chain.client.read(policies.state_of(resource)).pending is None


def test_pause(chain: Any, resource: bytes) -> None:
    policies, read = chain.deployment.policies, chain.client.read
    chain.send(policies.pause(resource))
    assert read(policies.state_of(resource)).paused_until == INDEFINITELY
    chain.send(policies.unpause(resource))
    assert read(policies.state_of(resource)).paused_until == chain.time() + DAY


def test_epoch(chain: Any, resource: bytes) -> None:
    policies, read = chain.deployment.policies, chain.client.read
    before = read(policies.state_of(resource)).epoch
    chain.send(policies.bump_epoch(resource))
    assert read(policies.state_of(resource)).epoch == before + 1


def test_editor(chain: Any, resource: bytes) -> None:
    policies, editor = chain.deployment.policies, chain.new_account()
    chain.send(policies.set_editor(resource, editor.address, allowed=True))
    assert chain.client.read(policies.is_editor(resource, editor.address))
    chain.send(policies.pause(resource), by=editor)
    chain.send(policies.set_editor(resource, editor.address, allowed=False))
    with pytest.raises(Reverted) as error:
        chain.send(policies.unpause(resource), by=editor)
    assert error.value.reason == "NotAuthorized"


def test_delay(chain: Any, resource: bytes) -> None:
    policies, read = chain.deployment.policies, chain.client.read
    chain.send(policies.set_delay(resource, 2 * DAY))
    assert read(policies.state_of(resource)).delay == 2 * DAY
    chain.send(policies.set_delay(resource, DAY))
    chain.send(policies.cancel_delay(resource))
    chain.send(policies.set_delay(resource, DAY))
    chain.advance(2 * DAY)
    chain.send(policies.activate_delay(resource))
    assert read(policies.state_of(resource)).delay == DAY


def test_guardian(chain: Any, resource: bytes) -> None:
    policies, read, guardian = chain.deployment.policies, chain.client.read, chain.new_account()
    chain.send(policies.set_guardian(resource, None))
    chain.send(policies.cancel_guardian(resource))
    chain.send(policies.set_guardian(resource, guardian.address))
    chain.advance(DAY)
    chain.send(policies.activate_guardian(resource))
    assert read(policies.state_of(resource)).guardian == guardian.address
