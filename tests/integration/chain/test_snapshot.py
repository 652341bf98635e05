"""Snapshots: what the gate decides on, pinned to blocks and never older than allowed."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.address_lists import address_list_id
from didgate.chain.facts import Block, FactQuery, IssuerFact
from didgate.chain.identifiers import issuer_id, status_list_id
from didgate.chain.snapshot import SnapshotReader
from didgate.encoding import keccak256
from didgate.errors import ChainError, InvalidInput

TYPE = keccak256(b"a credential type")
SOMEONE, NOBODY = "0x" + "11" * 20, "0x" + "22" * 20


def test_policy_state_with_its_bytes(chain: Any, reader: SnapshotReader, resource: bytes) -> None:
    snapshot = reader.refresh()
    state = snapshot.policy_state(resource, snapshot.latest)
    assert (state.active, state.active_bytes) == (keccak256(b"active"), b"active")
    assert state.restrictions == ((keccak256(b"narrower"), b"narrower"),)
    assert state.pending is not None
    assert (state.pending.policy_id, state.pending.content) == (keccak256(b"pending"), b"pending")
    assert state.pending.from_ <= chain.time() < state.pending.until
    assert (state.owner, state.guardian) == (chain.account.address, SOMEONE)
    assert state.block == snapshot.latest == chain.client.header().block


def test_unknown_resource(reader: SnapshotReader) -> None:
    snapshot = reader.refresh()
    for _ in range(2):
        with pytest.raises(ChainError) as error:
            snapshot.policy_state(bytes(32), snapshot.latest)
        assert error.value.code == "unknown_resource"


def test_facts(chain: Any, reader: SnapshotReader) -> None:
    did = f"did:web:{chain.client.chain_id}.facts.example"
    issuers, issuer = chain.deployment.issuers, issuer_id(did)
    chain.send(issuers.accredit(did, TYPE, chain.account.address))
    accredited_at = chain.time()
    chain.send(chain.deployment.status.revoke(issuer, TYPE, 3))
    chain.send(chain.deployment.address_lists.create("facts"))
    list_id = address_list_id(chain.account.address, "facts")
    chain.send(chain.deployment.address_lists.add(list_id, [SOMEONE]))
    snapshot = reader.refresh()
    status_list, unknown = status_list_id(issuer, TYPE), issuer_id("did:web:unknown.example")
    registry = chain.deployment.contracts["IssuerRegistry"]
    facts = snapshot.facts(
        FactQuery(
            issuers=frozenset({issuer, unknown}),
            accreditations=frozenset({(issuer, TYPE), (issuer, bytes(32))}),
            keys=frozenset({bytes(32)}),
            revoked=frozenset({(status_list, 3), (status_list, 4)}),
            list_entries=frozenset({(list_id, SOMEONE), (list_id, NOBODY)}),
            code_hashes=frozenset({registry.address}),
        ),
        snapshot.latest,
    )
    assert facts.block == snapshot.latest
    assert facts.issuers == {issuer: IssuerFact(chain.account.address, 0), unknown: None}
    assert facts.accreditations == {(issuer, TYPE): accredited_at, (issuer, bytes(32)): None}
    assert facts.keys == {bytes(32): None}
    assert facts.revoked == {(status_list, 3): True, (status_list, 4): False}
    assert facts.list_entries == {
        (list_id, SOMEONE): snapshot.latest.timestamp,
        (list_id, NOBODY): None,
    }
    assert facts.code_hashes == {registry.address: registry.code_hash}


def test_code_of_a_registry_that_is_not_read_stays_unread(
    chain: Any, reader: SnapshotReader
) -> None:
    other = chain.send(type(chain.deployment.schemas).deployment()).contract_address
    snapshot = reader.refresh()
    facts = snapshot.facts(FactQuery(code_hashes=frozenset({other})), snapshot.latest)
    assert facts.code_hashes == {}


def test_latest_and_finalized_are_read_apart(
    chain: Any, reader: SnapshotReader, resource: bytes
) -> None:
    chain.send(chain.deployment.policies.pause(resource))
    snapshot = reader.refresh()
    latest = snapshot.policy_state(resource, snapshot.latest)
    finalized = snapshot.policy_state(resource, snapshot.finalized)
    assert latest.paused_until > 0
    assert finalized.block == snapshot.finalized
    is_final = snapshot.latest == snapshot.finalized
    assert (finalized.paused_until > 0) == is_final


def test_snapshot_stays_at_its_block(chain: Any, reader: SnapshotReader, resource: bytes) -> None:
    snapshot = reader.refresh()
    chain.send(chain.deployment.policies.pause(resource))
    assert snapshot.policy_state(resource, snapshot.latest).paused_until == 0
    assert reader.current() is snapshot
    renewed = reader.refresh()
    assert renewed.policy_state(resource, renewed.latest).paused_until > 0


def test_block_of_another_snapshot_is_refused(chain: Any, reader: SnapshotReader) -> None:
    snapshot = reader.refresh()
    foreign = Block(snapshot.latest.number, b"\x11" * 32, snapshot.latest.timestamp)
    with pytest.raises(InvalidInput) as error:
        snapshot.policy_state(bytes(32), foreign)
    assert error.value.code == "foreign_block"
    with pytest.raises(InvalidInput) as error:
        snapshot.facts(FactQuery(), foreign)
    assert error.value.code == "foreign_block"


def test_what_was_read_is_not_read_again(
    reader: SnapshotReader, provider: Any, resource: bytes
) -> None:
    snapshot = reader.refresh()
    query = FactQuery(issuers=frozenset({TYPE}), list_entries=frozenset({(TYPE, SOMEONE)}))
    for block in (snapshot.latest, snapshot.finalized):
        snapshot.policy_state(resource, block)
        snapshot.facts(query, block)
    provider.methods.clear()
    for block in (snapshot.latest, snapshot.finalized):
        snapshot.policy_state(resource, block)
        snapshot.facts(query, block)
    assert provider.methods == []
    snapshot.facts(FactQuery(issuers=frozenset({TYPE, bytes(32)})), snapshot.latest)
    assert provider.methods == ["eth_call"]


def test_watched_resource_needs_no_call_at_a_new_block(
    chain: Any, reader: SnapshotReader, provider: Any, resource: bytes
) -> None:
    snapshot = reader.refresh()
    snapshot.policy_state(resource, snapshot.latest)
    chain.advance(1)
    renewed = reader.refresh()
    assert renewed.latest != snapshot.latest
    provider.methods.clear()
    for block in (renewed.latest, renewed.finalized):
        assert renewed.policy_state(resource, block).block == block
    assert provider.methods == []


def test_resources_named_beforehand_are_read_at_every_block(
    chain: Any, reader: SnapshotReader, provider: Any, resource: bytes
) -> None:
    reader.watch([resource, bytes(32)])  # one that is not registered does no harm
    snapshot = reader.refresh()
    provider.methods.clear()
    snapshot.policy_state(resource, snapshot.latest)
    with pytest.raises(ChainError) as error:
        snapshot.policy_state(bytes(32), snapshot.latest)
    assert error.value.code == "unknown_resource"
    assert provider.methods == []


def test_watched_resource_must_be_an_id(reader: SnapshotReader) -> None:
    with pytest.raises(InvalidInput) as error:
        reader.watch([b"short"])
    assert error.value.code == "invalid_resource"


def test_question_for_a_malformed_id_does_no_lasting_harm(reader: SnapshotReader) -> None:
    snapshot = reader.refresh()
    with pytest.raises(InvalidInput) as error:
        snapshot.policy_state(b"short", snapshot.latest)
    assert error.value.code == "invalid_argument"
    reader.refresh()


def test_refresh_of_an_idle_chain_asks_for_the_head_only(
    reader: SnapshotReader, provider: Any, resource: bytes
) -> None:
    snapshot = reader.refresh()
    snapshot.policy_state(resource, snapshot.latest)
    reader.refresh()
    provider.methods.clear()
    reader.refresh()
    assert provider.methods == ["eth_getBlockByNumber", "eth_getBlockByNumber"]
