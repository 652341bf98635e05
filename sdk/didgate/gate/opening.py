"""A gate from what ``didgate chain deploy`` left in ``DIDGATE_HOME``: the short way to have one.

Keys come from the keystore (made on first use), the chain from ``DIDGATE_RPC_URL``, from a running
``didgate chain up``, or from the embedded chain's file; challenges, quotas and receipts go to
SQLite. Larger installations build a ``Gate`` from parts of their own.
"""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from typing import Final

from didgate.chain.deploy import Deployment
from didgate.chain.opening import open_chain, open_feeds
from didgate.chain.snapshot import SnapshotReader
from didgate.config import Settings
from didgate.gate.access import Gate
from didgate.gate.commitments import KEY_BYTES, EvidenceFolder
from didgate.gate.dpop import ServerNonces
from didgate.gate.equipment import GateKeys, GateStores
from didgate.gate.receipt import AnchorPlace
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of
from didgate.keys.keystore import Keystore
from didgate.ports import Counters
from didgate.stores import (
    MemoryReplayCache,
    SQLChallengeStore,
    SQLQuotaStore,
    SQLReceiptStore,
    open_engine,
)
from didgate.verifier import RegistrySources

_REMEMBERED_PROOFS: Final = 400_000  # a minute of 6,000 requests a second

SIGNING_KEY: Final = "gate"
"""Name in the keystore of the key that signs grants and receipts."""

PSEUDONYM_SECRET: Final = "gate-pseudonyms"  # noqa: S105  # a name, not a secret
_SECRET_KIND: Final = "pseudonym-secret"  # noqa: S105

EVIDENCE_KEY: Final = "gate-evidence"
"""Name in the keystore of the key that seals evidence."""
_EVIDENCE_KIND: Final = "evidence-key"


def open_gate(audience: str, settings: Settings | None = None) -> Gate:
    """Open the gate that this machine's ``DIDGATE_HOME`` describes.

    Args:
        audience: the origin as clients see it, e.g. ``"https://gate.example"``.
        settings: where things are; by default what the environment says.

    Returns:
        A gate that does not follow the chain yet: the integrations start it, or ``start`` does.

    Raises:
        InvalidInput: a setting, the passphrase, the deployment record or the database is at fault.
        ChainError: the chain is out of reach, or does not bear out the deployment record.
    """
    settings = settings or Settings.from_environment(os.environ)
    settings.home.create()
    with ExitStack() as closing:
        metrics = Counters()
        client = open_chain(
            settings.rpc_urls,
            settings.home.chain,
            closing,
            quorum=settings.rpc_quorum,
            metrics=metrics,
        )
        deployment = Deployment.load(settings.home.deployment, client)
        keystore = Keystore.open_or_create(settings.home.keystore, settings.passphrase.read())
        return Gate(
            audience=audience,
            client=client,
            deployment=deployment,
            snapshots=SnapshotReader(
                client,
                deployment,
                max_staleness=settings.max_staleness,
                finality=settings.finality,
                block_time=settings.block_time,
                feeds=open_feeds(settings.rpc_urls, deployment, metrics),
                metrics=metrics,
            ),
            sources=RegistrySources.of(client, deployment),
            keys=_keys(keystore),
            stores=_stores(settings, closing),
            nonces=ServerNonces(),
            vault=open_vault(settings, keystore) if settings.keep_evidence else None,
            anchor=_anchor(settings, keystore, deployment),
            closing=closing.pop_all(),
        )


def open_vault(settings: Settings, keystore: Keystore) -> EvidenceFolder:
    """Open the sealed evidence of the gate that ``settings`` describe; the key is made if need be.

    Args:
        settings: where things are.
        keystore: holds the key that seals.
    """
    if EVIDENCE_KEY not in keystore.names():
        keystore.seal(EVIDENCE_KEY, secrets.token_bytes(KEY_BYTES), _EVIDENCE_KIND)
    return EvidenceFolder(settings.home.evidence, keystore.unseal(EVIDENCE_KEY, _EVIDENCE_KIND))


def _anchor(settings: Settings, keystore: Keystore, deployment: Deployment) -> AnchorPlace | None:
    if settings.anchor_account is None:
        return None
    account = address_of(keystore.signer(settings.anchor_account).public_key)
    return AnchorPlace(deployment.anchors.address, account)


def _keys(keystore: Keystore) -> GateKeys:
    names = keystore.names()
    if SIGNING_KEY not in names:
        keystore.add(SIGNING_KEY, SoftwareSigner.generate(KeyAlgorithm.P256))
    if PSEUDONYM_SECRET not in names:
        keystore.seal(PSEUDONYM_SECRET, secrets.token_bytes(32), _SECRET_KIND)
    return GateKeys(keystore.signer(SIGNING_KEY), keystore.unseal(PSEUDONYM_SECRET, _SECRET_KIND))


def _stores(settings: Settings, closing: ExitStack) -> GateStores:
    engine = open_engine(settings.home.gate)
    closing.callback(engine.dispose)
    return GateStores(
        challenges=SQLChallengeStore(engine),
        # In process is enough: the nonces in proofs tie each to this process.
        replay=MemoryReplayCache(_REMEMBERED_PROOFS),
        quotas=SQLQuotaStore(engine),
        receipts=SQLReceiptStore(engine),
    )
