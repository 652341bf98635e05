"""Presenting to a contract: what a holder signs for one statement, and in which form it is sent.

The holder, not the contract, says what happens: who gets what (``account``), by whom
(``consumer``), what (``action``), once (``nonce``) and until when (``deadline``). Everything that
is shown is bound to it, and to the policy that is in force at the time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from didgate.bbs.eip2537 import proof_to_eip2537
from didgate.chain.client import ChainClient
from didgate.chain.policy_registry import PolicyRegistry
from didgate.chain.presentation_verifier import (
    ChainCredential,
    PresentationVerifier,
)
from didgate.chain.resource_registry import ResourceRegistry
from didgate.chain.sd_jwt_verifier import presentation_bytes
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed, disclosure_hash
from didgate.credentials.chain_access import ChainAccess, chain_access_digest
from didgate.credentials.eip712 import Domain
from didgate.credentials.identifiers import key_id
from didgate.credentials.sd_jwt_chain import present_on_chain
from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.holder.held import Held, places_of
from didgate.holder.plan import Disclosure, DisclosurePlan
from didgate.keys import PublicKey, Signer
from didgate.policy import CredentialLeaf, Operator, decode
from didgate.policy.values import encode_value

VALIDITY: Final = timedelta(minutes=10)
MAX_VALIDITY: Final = timedelta(hours=1)
_NONCE_BYTES: Final = 32
_ABSENT: Final = b"\0"


@dataclass(frozen=True, slots=True)
class ChainRequest:
    """What is to be shown to a contract, for which statement.

    Args:
        access: the statement.
        domain: the chain, and the contract that verifies presentations there.
        policy: canonical bytes of the effective policy; their hash is ``access.policy_id``.
        resource_uri: the resource's URI.

    Raises:
        InvalidInput: ``policy_mismatch``.
    """

    access: ChainAccess
    domain: Domain
    policy: bytes
    resource_uri: str

    def __post_init__(self) -> None:
        if keccak256(self.policy) != self.access.policy_id:
            raise InvalidInput("policy_mismatch", "the statement names another policy")

    def check_open(self, now: datetime) -> None:
        """Raise InvalidInput ``statement_expired`` if the deadline has passed."""
        if now.timestamp() >= self.access.deadline:
            raise InvalidInput("statement_expired", "the statement's deadline has passed")

    @property
    def audience(self) -> str:
        """Who asks, in words."""
        return f"the contract {self.access.consumer} on chain {self.domain.chain_id}"


ChainPlan: TypeAlias = DisclosurePlan[ChainRequest]
"""What would be shown to a contract."""


@dataclass(frozen=True, slots=True)
class Contracts:
    """Where a statement's policy is found, and who verifies what is shown for it.

    Args:
        client: the chain.
        policies: the policy registry.
        resources: its resource registry.
        verifier: the verifier of presentations.
    """

    client: ChainClient
    policies: PolicyRegistry
    resources: ResourceRegistry
    verifier: PresentationVerifier

    def request(
        self,
        resource: bytes,
        *,
        account: str,
        consumer: str,
        action: bytes,
        now: datetime,
        validity: timedelta = VALIDITY,
    ) -> ChainRequest:
        """Make a statement under the policy in force, with a nonce of its own.

        Args:
            resource: 32-byte id of the resource.
            account: EIP-55 address of who gets what the consumer gives.
            consumer: EIP-55 address of who has the statement executed: a contract, or the account.
            action: 32 bytes that the consumer gives a meaning.
            now: aware UTC time.
            validity: how long the statement can be executed.

        Raises:
            InvalidInput: ``policy_not_admitted`` if the verifier has not kept the policy in force
                yet (``PresentationVerifier.admit``), or ``validity_out_of_range``.
            ChainError: the chain cannot be read, or holds no such resource.
        """
        if not timedelta(0) < validity <= MAX_VALIDITY:
            raise InvalidInput("validity_out_of_range", "a statement is valid for up to an hour")
        head = self.client.header().block.hash
        state = self.client.read(self.policies.state_of(resource), at=head)
        policy_id, is_admitted = self.client.read(self.verifier.effective_policy(resource), at=head)
        if not is_admitted:
            message = "the verifier has not kept the policy in force yet: admit it first"
            raise InvalidInput("policy_not_admitted", message)
        access = ChainAccess(
            resource=resource,
            policy_id=policy_id,
            epoch=state.epoch,
            account=account,
            consumer=consumer,
            action=action,
            nonce=secrets.token_bytes(_NONCE_BYTES),
            deadline=int((now + validity).timestamp()),
        )
        return ChainRequest(
            access=access,
            domain=Domain(self.client.chain_id, self.verifier.address),
            policy=self.client.read(self.verifier.policy_bytes(policy_id), at=head),
            resource_uri=self.client.read(self.resources.uri_of(resource), at=head),
        )


def chain_credential(
    request: ChainRequest,
    held: Held,
    disclosure: Disclosure,
    part: Disclosed,
    bundle: bytes,
    index: int,
    signer_of: Callable[[PublicKey], Signer],
    now: datetime,
) -> ChainCredential:
    """Return one credential as a contract takes it.

    Args:
        request: the statement.
        held: the credential.
        disclosure: for which leaf, and what it discloses.
        part: its part of the bundle.
        bundle: from ``bundle_hash``.
        index: its place in the bundle.
        signer_of: finds the signer of the key that an SD-JWT confirms.
        now: aware UTC time.
    """
    digest = chain_access_digest(request.access, request.domain, bundle, index)
    credential = held.credential
    if isinstance(credential, AttributeCredential):
        names = [str(path[0]) for path in disclosure.paths]
        leaf = decode(request.policy).credentials[disclosure.leaf]
        values = _open_values(credential, leaf, part.slots)
        proof = proof_to_eip2537(credential.prove(names, digest))
    else:
        values = b""
        split = present_on_chain(
            credential,
            places_of(disclosure.paths),
            signer_of(credential.claims.holder_key),
            chain_id=request.domain.chain_id,
            verifier=request.domain.contract,
            nonce=request.access.nonce,
            access=digest,
            now=now,
        )
        proof = presentation_bytes(split.arguments())
    return ChainCredential(
        leaf=int(disclosure.leaf[1:]),
        key_id=key_id(credential.key),
        disclosure=disclosure_hash(part),
        values=values,
        proof=proof,
    )


def _open_values(
    credential: AttributeCredential, leaf: CredentialLeaf, slots: Sequence[int]
) -> bytes:
    """Return the disclosed values that the policy does not fix, in the order of the slots."""
    fixed = {
        credential.schema.slot(each.claim)
        for each in leaf.claims
        if each.operator is Operator.EQUALS
    }
    values = (credential.values[slot] for slot in slots if slot not in fixed)
    return b"".join(_ABSENT if value is None else encode_value(value) for value in values)
