"""The audit trail: receipts are anchored, and each decision is taken again from its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from didgate.config import Settings
from didgate.demo.people import http_client
from didgate.demo.rows import Step, compared
from didgate.demo.world import World
from didgate.errors import VerificationError
from didgate.gate import PREFIX
from didgate.gate.anchoring import anchor_receipts
from didgate.gate.audit import REPLAYED, AuditedChain, audit
from didgate.gate.bundle import Bundle, make_bundle
from didgate.gate.opening import open_vault
from didgate.keys.ethereum import EthereumAccount
from didgate.stores import SQLReceiptStore, open_engine


def audit_trail(world: World) -> Step:
    """The operator anchors the log; an auditor with the evidence decides everything once more."""
    key_set = http_client().get(f"{world.url}{PREFIX}/jwks.json").json()
    with _receipts(world) as store:
        client, deployment = world.administration.client, world.administration.deployment
        operator = EthereumAccount(world.stage.operator)
        anchored = anchor_receipts(store, client, deployment.anchors, operator)
        bundles = list(_bundles(world, store))
    chain = AuditedChain(client, deployment)
    replayed = sum(_replays(bundle, key_set, chain) for bundle in bundles)
    exchanged = zip(bundles, [*bundles[1:], bundles[0]], strict=True)
    tampered = [replace(one, evidence=other.evidence) for one, other in exchanged]
    tampered += [_moved(bundle) for bundle in bundles]
    believed = sum(_replays(bundle, key_set, chain) for bundle in tampered)
    size = 0 if anchored is None else anchored.size
    return compared(
        "audit trail",
        f"{len(bundles)} anchored; {len(bundles)} come out again, 0 of those tampered with",
        f"{size} anchored; {replayed} come out again, {believed} of those tampered with",
        saw="an auditor: evidence, opened",
        unseen="the chain: anything but a root",
    )


@contextmanager
def _receipts(world: World) -> Iterator[SQLReceiptStore]:
    engine = open_engine(world.stage.home.gate)
    try:
        yield SQLReceiptStore(engine)
    finally:
        engine.dispose()


def _bundles(world: World, store: SQLReceiptStore) -> Iterator[Bundle]:
    stage = world.stage
    vault = open_vault(Settings(home=stage.home), stage.keystore())
    for stored in store.iterate():
        evidence = vault.get(stored.receipt_id)
        yield make_bundle(stored, store, world.administration.client, evidence=evidence)


def _moved(bundle: Bundle) -> Bundle:
    """Return a bundle that says that the receipt stands elsewhere in the log."""
    assert bundle.inclusion is not None, "it was anchored"
    place = replace(bundle.inclusion, index=bundle.inclusion.index ^ 1)
    return replace(bundle, inclusion=place)


def _replays(bundle: Bundle, key_set: Mapping[str, Any], chain: AuditedChain) -> bool:
    try:
        found = audit(bundle, key_set, chain=chain)
    except VerificationError:
        return False
    return found.established == REPLAYED and not found.unchecked
