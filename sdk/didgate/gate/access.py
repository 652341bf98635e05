"""The main path: a challenge is answered, a decision taken, a grant given, a receipt kept.

``Gate.access`` goes through numbered steps (DESIGN §3); the first that fails ends it, and nothing
but the last step lets anyone in:

1. The nonce is consumed; the challenge must be this gate's own, and the answer come from the key
   that asked for it.
2. A snapshot of the chain is taken: its latest and its finalized block stay the same to the end.
3. The policy must still be the one that was asked about, and the resource must not be paused.
4. Evidence is gathered: schemas, issuers' keys and DID documents.
5. The presentation is verified (pure).
6. The policy is evaluated at both blocks, each time on facts of that one block (pure).
7. Only if both verdicts are *true*, a grant is made.
8. A receipt is durably stored, and only then the answer is given.

What keeps the gate from deciding (a chain out of reach, a store that fails) is raised, never
swallowed: an exception is not an allowance.

``Gate.authorize`` is for every later request: no call to the chain, no durable write.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import ExitStack, suppress
from typing import Any, Final

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.snapshot import SnapshotReader
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import EvidenceSources
from didgate.credentials.presentation import Presentation
from didgate.encoding import b64url_encode
from didgate.errors import AccessDenied, ChainError, VerificationError
from didgate.gate.challenge import Answer, Challenges, Place, check_origin
from didgate.gate.commitments import EvidenceVault, committed
from didgate.gate.decision import Allowance, Decider, Decision, Hearing, paused
from didgate.gate.dpop import DPoPVerifier, Proof, ServerNonces, memory_for_asking
from didgate.gate.equipment import GateKeys, GateStores
from didgate.gate.grant import (
    Grant,
    GrantAuthority,
    check_grant,
    expiry,
    is_paused,
    pairwise_subjects,
)
from didgate.gate.policies import EffectivePolicies
from didgate.gate.receipt import AnchorPlace, Receipt, sign_receipt
from didgate.policy import Quota
from didgate.ports import Clock, SystemClock

_LOG: Final = logging.getLogger(__name__)
_ID_BYTES: Final = 16


class Gate:
    """Decides who may use the resources of one origin.

    Args:
        audience: the origin as clients see it, e.g. ``"https://gate.example"``; a proof made for
            another is refused.
        client: the chain.
        deployment: the registries that the gate reads.
        snapshots: follows the chain's head.
        sources: where schemas, issuers' keys and DID documents are looked up.
        keys: the gate's secrets.
        stores: what it remembers.
        nonces: asks for the server's nonce in DPoP proofs; None asks for none.
        vault: keeps sealed evidence, if the operator wants any.
        anchor: where the log of receipts is anchored, if it is (``didgate.gate.anchoring``, which
            runs beside the gate); every receipt names it.
        clock: tells the time.
        closing: what ``close`` closes.
    """

    def __init__(
        self,
        *,
        audience: str,
        client: ChainClient,
        deployment: Deployment,
        snapshots: SnapshotReader,
        sources: EvidenceSources,
        keys: GateKeys,
        stores: GateStores,
        nonces: ServerNonces | None,
        vault: EvidenceVault | None = None,
        anchor: AnchorPlace | None = None,
        clock: Clock | None = None,
        closing: ExitStack | None = None,
    ) -> None:
        self.place = Place(check_origin(audience), client.chain_id, deployment.policies.address)
        self._client = client
        self._deployment = deployment
        self._snapshots = snapshots
        self._keys = keys
        self._stores = stores
        self._nonces = nonces
        self._vault = vault
        self._anchor = anchor
        self._clock = clock or SystemClock()
        self._dpop = DPoPVerifier(stores.replay, nonces, memory_for_asking(self._clock))
        self._grants = GrantAuthority(keys.signer, audience, previous=keys.previous)
        self._challenges = Challenges(stores.challenges, self.place)
        self._policies = EffectivePolicies(sources.schema, deployment)
        self._decider = Decider(snapshots, self._policies, sources, self._clock)
        self._watched: dict[bytes, None] = {}
        self._uris: dict[bytes, str] = {}
        self._closing = closing or ExitStack()
        self._running = False

    def start(self) -> None:
        """Begin to follow the chain; read, and make ready, the policies that are watched.

        A gate that has begun goes on; several integrations may share it.

        Raises:
            ChainError: the chain cannot be read, or holds no such resource.
        """
        if self._running:
            return
        self._snapshots.watch(self._watched)
        self._snapshots.start()
        self._running = True
        try:
            snapshot = self._snapshots.current()
            for resource in self._watched:
                state = snapshot.policy_state(resource, snapshot.latest)
                with suppress(AccessDenied, ChainError):  # whoever asks for it is told
                    self._policies.of(state)
        except ChainError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop following the chain; soon afterwards everyone is refused."""
        self._snapshots.stop()
        self._running = False

    def close(self) -> None:
        """Stop, and close what was opened for this gate alone."""
        self.stop()
        self._closing.close()

    def watch(self, resource: bytes) -> None:
        """Say before ``start`` that a resource, named by its 32-byte id, will be asked for."""
        self._watched[resource] = None

    def metrics(self) -> dict[str, dict[str, float]]:
        """Return what was counted about the chain, by name and label, and the snapshot's age."""
        return self._snapshots.measures()

    def jwks(self) -> dict[str, Any]:
        """Return the JWK Set that verifies the gate's grants and receipts."""
        return self._grants.jwks()

    def dpop_nonce(self) -> str | None:
        """Return the nonce that DPoP proofs need at present, if any."""
        return None if self._nonces is None else self._nonces.current(self._clock.now())

    def prove(self, dpop: str, *, method: str, url: str, token: str | None = None) -> Proof:
        """Check a request's DPoP proof; ``check`` uses it up, with the grant it stands beside.

        Args:
            dpop: value of the one ``DPoP`` field.
            method: HTTP method.
            url: absolute URL as the client sees it.
            token: the access token shown beside it. Without one the proof can only ask for a
                challenge bound to its own key, or answer it, so it needs no nonce of the server.

        Raises:
            VerificationError: ``dpop_…``.
        """
        return self._dpop.verify(
            dpop,
            method=method,
            url=url,
            now=self._clock.now(),
            token=token,
            nonce_required=token is not None,
        )

    def challenge(self, resource: bytes, proof: Proof) -> Challenge:
        """Make a challenge from the policy in force at the latest block, one for each proof.

        Args:
            resource: 32-byte resource id.
            proof: the DPoP proof of the request that asks; its key alone may answer.

        Raises:
            VerificationError: ``dpop_replayed`` if the proof asked for a challenge before.
            AccessDenied: ``no_policy``, ``paused`` or ``store_full``.
            ChainError: the chain cannot be relied upon.
        """
        now, snapshot = self._clock.now(), self._snapshots.current()
        state = snapshot.policy_state(resource, snapshot.latest)
        effective = self._policies.of(state)
        if is_paused(state, now):
            raise paused()
        uri = self._uri(resource)
        self._dpop.use_up_to_ask(proof)
        return self._challenges.give(state, effective, uri, proof.thumbprint, now)

    def access(self, answer: Answer, proof: Proof) -> Decision:
        """Decide about the answer to a challenge.

        Args:
            answer: unverified.
            proof: the DPoP proof of the request that brought it.

        Returns:
            The decision; of every decision a receipt has been stored.

        Raises:
            VerificationError: ``nonce_unknown``, ``challenge_elsewhere``, ``challenge_key`` or
                ``presentation_malformed``: nothing was there to decide.
            ChainError: the gate cannot decide now; the nonce is used up all the same.
        """
        challenge = self._challenges.consume(answer.nonce)
        if proof.thumbprint != challenge.jkt:
            raise VerificationError("challenge_key", "the challenge was given to another key")
        # What is no presentation is not decided about: strangers could fill the store of receipts.
        presentation = Presentation.from_dict(answer.members)
        hearing = self._decider.hear(challenge, presentation)
        if hearing.allowance is None:
            return self._deny(hearing)
        grant = self._grant(hearing, hearing.allowance)
        receipt = self._keep_receipt(hearing, allowed=True, code="allowed")
        return Decision(
            allowed=True,
            code="allowed",
            message="the policy allows it",
            reasons=(),
            receipt=receipt,
            token=self._grants.issue(grant),
            grant=grant,
        )

    def _deny(self, hearing: Hearing) -> Decision:
        refusal = hearing.refusal
        assert refusal is not None, "whoever is not allowed is refused"
        receipt = self._keep_receipt(hearing, allowed=False, code=refusal.code)
        resource = hearing.challenge.resource.hex()
        _LOG.info("denied access to resource 0x%s: %s", resource, refusal.code)
        return Decision(
            allowed=False,
            code=refusal.code,
            message=refusal.message,
            reasons=hearing.reasons,
            receipt=receipt,
        )

    def check(self, proof: Proof, resource: bytes) -> tuple[Grant, Quota | None]:
        """Check a request's grant and use its proof up, without any call to the chain.

        Only a proof that comes with a grant of its own key is remembered, so nobody who was not let
        in can fill the memory for proofs.

        Args:
            proof: of the request, made for its access token.
            resource: 32-byte id of the resource that is asked for.

        Returns:
            The grant, and the quota that the use must be counted against (``count``), if any.

        Raises:
            VerificationError: ``grant_…`` or ``dpop_replayed``.
            AccessDenied: ``paused``, ``no_policy`` or ``store_full``.
            ChainError: ``stale_chain``, and whatever else keeps the policy from being known.
        """
        if proof.token is None:
            raise VerificationError("grant_required", "the request shows no grant")
        grant = self._grants.verify(proof.token)
        snapshot = self._snapshots.current()
        state = snapshot.policy_state(resource, snapshot.latest)
        jkt = proof.thumbprint
        check_grant(grant, resource=resource, jkt=jkt, state=state, now=self._clock.now())
        effective = self._policies.of(state)
        # After a reorganisation another policy may stand under the same epoch.
        if grant.policy_id != effective.policy_id:
            raise VerificationError("grant_policy", "the grant was given under another policy")
        self._dpop.use_up(proof)
        return grant, effective.policy.quota

    def count(self, grant: Grant, quota: Quota) -> None:
        """Count one use against the quota of each key that the grant rests on.

        Raises:
            AccessDenied: ``quota_exceeded`` if one of them is used up; the use may have been
                counted against others by then.
        """
        now, resource = self._clock.now(), grant.resource.hex()
        for subject in grant.counted:
            self._stores.quotas.count(f"{resource} {subject}", quota.limit, quota.period, now)

    def authorize(self, token: str, dpop: str, method: str, url: str, resource: bytes) -> Grant:
        """Let a request with a grant pass: no call to the chain, and at most a counter is written.

        Args:
            token: the access token.
            dpop: value of the one ``DPoP`` field.
            method: HTTP method.
            url: absolute URL as the client sees it.
            resource: 32-byte id of the resource that is asked for.

        Raises:
            VerificationError: ``dpop_…`` or ``grant_…``.
            AccessDenied: ``paused``, ``no_policy`` or ``quota_exceeded``.
            ChainError: ``stale_chain``.
        """
        proof = self.prove(dpop, method=method, url=url, token=token)
        grant, quota = self.check(proof, resource)
        if quota is not None:
            self.count(grant, quota)
        return grant

    def _grant(self, hearing: Hearing, allowance: Allowance) -> Grant:
        resource, block = hearing.challenge.resource, hearing.latest.block
        subjects = pairwise_subjects(self._keys.pairwise_secret, resource, allowance.holders)
        return Grant(
            id=_random_id(),
            subject=subjects[0],
            counted=subjects,
            resource=resource,
            policy_id=allowance.policy_id,
            epoch=hearing.latest.epoch,
            block_number=block.number,
            block_hash=block.hash,
            issued_at=hearing.now.replace(microsecond=0),
            expires_at=expiry(hearing.now, allowance.lifetime, allowance.ends),
            jkt=hearing.challenge.jkt,
        )

    def _keep_receipt(self, hearing: Hearing, *, allowed: bool, code: str) -> str:
        """Step 8: when this returns, the receipt is durable."""
        inputs = committed(hearing.inputs.to_dict())
        receipt = Receipt(
            id=_random_id(),
            gate=self.place.audience,
            allowed=allowed,
            code=code,
            resource=hearing.challenge.resource,
            chain_id=self.place.chain_id,
            policy_registry=self.place.policy_registry,
            judgements=tuple(each.record(with_leaves=not allowed) for each in hearing.judgements),
            commitments={each.name: each.commitment for each in inputs},
            decided_at=hearing.now.replace(microsecond=0),
            anchor=self._anchor,
        )
        jws = sign_receipt(receipt, self._keys.signer)
        self._stores.receipts.append(receipt.id, jws, receipt.decided_at)
        if self._vault is not None:
            self._vault.put(receipt.id, inputs)
        return jws

    def _uri(self, resource: bytes) -> str:
        uri = self._uris.get(resource)
        if uri is None:
            uri = self._client.read(self._deployment.resources.uri_of(resource))
            self._uris[resource] = uri
        return uri


def _random_id() -> str:
    # A command line would take a name that begins with a hyphen for an option.
    while (name := b64url_encode(secrets.token_bytes(_ID_BYTES))).startswith("-"):
        pass
    return name
