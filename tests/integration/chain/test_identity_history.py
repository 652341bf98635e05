"""Histories of did:ethr identities, walked backwards through the registry's events."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.calls import Log
from didgate.chain.client import ChainClient
from didgate.chain.did_registry import (
    AttributeChanged,
    DelegateChanged,
    DIDRegistry,
    OwnerChanged,
    identity_history,
)
from didgate.errors import ChainError

SOMEONE = "0x" + "11" * 20


def padded(name: bytes) -> bytes:
    return name.ljust(32, b"\0")


def test_identity_that_declared_nothing(chain: Any) -> None:
    registry, head = chain.deployment.dids, chain.client.header().block
    assert identity_history(chain.client, registry, SOMEONE, at=head) == ()
    assert chain.client.read(registry.owner_of(SOMEONE)) == SOMEONE
    assert chain.client.read(registry.changed(SOMEONE)) == 0


def test_history_is_told_oldest_first(chain: Any) -> None:
    registry, account = chain.deployment.dids, chain.new_account()
    identity = account.address
    sent = [
        registry.add_delegate(identity, b"veriKey", SOMEONE, validity=100),
        registry.set_attribute(identity, b"did/svc/Hub", b"https://hub.example", validity=50),
        registry.revoke_attribute(identity, b"did/svc/Hub", b"https://hub.example"),
        registry.revoke_delegate(identity, b"veriKey", SOMEONE),
        registry.change_owner(identity, SOMEONE),
    ]
    blocks, times = [], []
    for transaction in sent:
        blocks.append(chain.send(transaction, by=account).block_number)
        times.append(chain.time())
        chain.advance(1)
    head = chain.client.header().block
    hub, url, key = padded(b"did/svc/Hub"), b"https://hub.example", padded(b"veriKey")
    history = identity_history(chain.client, registry, identity, at=head)
    # Revoking an attribute sets its end to 0, revoking a delegate to the present.
    assert history == (
        DelegateChanged(key, SOMEONE, times[0] + 100, blocks[0]),
        AttributeChanged(hub, url, times[1] + 50, blocks[1]),
        AttributeChanged(hub, url, 0, blocks[2]),
        DelegateChanged(key, SOMEONE, times[3], blocks[3]),
        OwnerChanged(SOMEONE, blocks[4]),
    )
    assert chain.client.read(registry.owner_of(identity)) == SOMEONE
    then = chain.client.header(blocks[1]).block
    assert identity_history(chain.client, registry, identity, at=then) == history[:2]


def test_block_that_was_replaced_is_refused(chain: Any) -> None:
    head = chain.client.header().block
    gone = type(head)(head.number, b"\x11" * 32, head.timestamp)
    with pytest.raises(ChainError) as error:
        identity_history(chain.client, chain.deployment.dids, SOMEONE, at=gone)
    assert error.value.code == "not_canonical"


def test_endless_history_is_refused(embedded_chain: Any) -> None:
    world, registry = embedded_chain, embedded_chain.deployment.dids
    identity = world.account.address
    for _ in range(4):
        world.send(registry.revoke_attribute(identity, b"x", b""))
    head = world.client.header().block
    assert len(identity_history(world.client, registry, identity, at=head, max_blocks=4)) == 4
    with pytest.raises(ChainError) as error:
        identity_history(world.client, registry, identity, at=head, max_blocks=3)
    assert error.value.code == "history_too_long"


class ForgetfulClient(ChainClient):
    """A client of a node that gives other events than there are."""

    logs_given: tuple[Log, ...] = ()

    def logs(self, *_: Any, **__: Any) -> tuple[Log, ...]:
        return self.logs_given


def forgetful(world: Any, *logs: Log) -> ForgetfulClient:
    client = ForgetfulClient(world.client._rpc, world.client.chain_id, world.client.precompiles)
    client.logs_given = logs
    return client


def test_missing_event_is_refused(embedded_chain: Any) -> None:
    world, registry = embedded_chain, embedded_chain.deployment.dids
    identity = world.account.address
    world.send(registry.revoke_attribute(identity, b"x", b""))
    head = world.client.header().block
    with pytest.raises(ChainError) as error:
        identity_history(forgetful(world), registry, identity, at=head)
    assert error.value.code == "malformed_response"


@pytest.mark.parametrize("fault", ["unknown_event", "cut_off", "forward"])
def test_false_event_is_refused(embedded_chain: Any, fault: str) -> None:
    world, registry = embedded_chain, embedded_chain.deployment.dids
    identity = world.account.address
    (log,) = world.send(registry.change_owner(identity, identity)).logs
    later = log.data[:-32] + (log.block_number).to_bytes(32, "big")
    topics, data = {
        "unknown_event": ((bytes(32), log.topics[1]), log.data),
        "cut_off": (log.topics, log.data[:-1]),
        "forward": (log.topics, later),
    }[fault]
    false = Log(
        log.address, topics, data, log.block_number, log.block_hash, log.transaction_hash, 0
    )
    with pytest.raises(ChainError) as error:
        identity_history(
            forgetful(world, false), registry, identity, at=world.client.header().block
        )
    assert error.value.code == "malformed_response"


def test_registry_is_deployed_alone(embedded_chain: Any) -> None:
    receipt = embedded_chain.send(DIDRegistry.deployment())
    assert embedded_chain.client.read(DIDRegistry(receipt.contract_address).changed(SOMEONE)) == 0
