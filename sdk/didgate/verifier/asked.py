"""What a challenge asks for, held against what a presentation claims to be.

Whoever presents chooses issuer, schema and key of what they present, and all of these are looked
up. So nothing is looked up for a credential that is not even said to be what was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from didgate.credentials import attribute
from didgate.credentials.attribute import Origin
from didgate.credentials.challenge import Challenge
from didgate.credentials.sd_jwt import ReceivedSDJWT
from didgate.credentials.verified import CredentialForm
from didgate.errors import VerificationError
from didgate.policy import AttestationLeaf, MerkleLeaf, decode
from didgate.policy.tree import leaves
from didgate.query import CredentialQuery, parse_query
from didgate.query.dcql import TYPE_MEMBERS

Stated: TypeAlias = Origin | ReceivedSDJWT
"""What a credential says of its origin, **unverified**."""

_CACHED_POLICIES = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One credential that a challenge asks for.

    Args:
        query: what is asked.
        issuers: the DIDs that the policy accepts, or ``None`` where registries say who counts.
    """

    query: CredentialQuery
    issuers: tuple[str, ...] | None

    def read(self, received: Any) -> Stated:
        """Return what a received credential states, if it states what is asked for.

        Raises:
            VerificationError: ``form_mismatch``, ``type_not_asked``, ``issuer_not_accepted``, or
                what is malformed.
        """
        stated: Stated
        match self.query.format, received:
            case CredentialForm.ATTRIBUTE.value, dict():
                stated = attribute.origin(received)
                kind = f"0x{stated.schema_id.hex()}"
            case CredentialForm.SD_JWT.value, str():
                stated = ReceivedSDJWT.parse(received)
                kind = stated.vct
            case _:
                message = "the credential has not the form asked for"
                raise VerificationError("form_mismatch", message)
        if kind not in self.query.meta[TYPE_MEMBERS[self.query.format]]:
            raise VerificationError("type_not_asked", "the credential is of another type")
        if self.issuers is not None and stated.issuer not in self.issuers:
            raise VerificationError("issuer_not_accepted", "the policy does not accept its issuer")
        return stated


@dataclass(frozen=True, slots=True)
class AskedOfAccounts:
    """What a policy asks of accounts that only presenters can supply.

    Args:
        roots: 32-byte roots of the trees that it names.
        attestations: whether it asks for attestations.
    """

    roots: frozenset[bytes] = frozenset()
    attestations: bool = False


def asked_by(challenge: Challenge) -> Mapping[str, Asked]:
    """Return what a challenge asks for, by leaf id.

    Args:
        challenge: from one's own records.

    Raises:
        InvalidInput: its query or its policy is malformed.
    """
    # DCQL has no empty query; a policy of accounts and times alone asks for no credential.
    if not challenge.dcql:
        return {}
    issuers = _read_policy(challenge.policy).issuers
    queries = parse_query(challenge.dcql).credentials
    return {query.id: Asked(query, issuers.get(query.id)) for query in queries}


def asked_of_accounts(challenge: Challenge) -> AskedOfAccounts:
    """Return what a challenge's policy asks of accounts that only presenters can supply.

    Args:
        challenge: from one's own records.

    Raises:
        InvalidInput: its policy is malformed.
    """
    return _read_policy(challenge.policy).accounts


@dataclass(frozen=True, slots=True)
class _PolicyRead:
    issuers: Mapping[str, tuple[str, ...] | None]
    accounts: AskedOfAccounts


@lru_cache(maxsize=_CACHED_POLICIES)  # policy bytes are immutable, and decoding takes a while
def _read_policy(content: bytes) -> _PolicyRead:
    policy = decode(content)
    found = list(leaves(policy.allow))
    return _PolicyRead(
        {name: leaf.issuers for name, leaf in policy.credentials.items()},
        AskedOfAccounts(
            frozenset(leaf.root for leaf in found if isinstance(leaf, MerkleLeaf)),
            attestations=any(isinstance(leaf, AttestationLeaf) for leaf in found),
        ),
    )
