"""A presentation on the wire: the ``vp_token`` of OpenID4VP, and what is supplied for accounts.

``vp_token`` maps the id of each answered credential query to an array with one presentation: a
document of an attribute credential, or the text of an SD-JWT+KB (OpenID4VP 1.0 §8.1). Beside it
stand members of our own: ``addressProofs``, ``merkleProofs`` and ``attestations``
(``didgate.credentials.account_proofs``).

>>> presentation = Presentation({"c0": "…"}, ())
>>> Presentation.from_dict(presentation.to_dict()) == presentation
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from didgate.credentials.account_proofs import (
    AccountProof,
    MerkleProof,
    malformed,
    read_account_proofs,
    read_attestations,
    read_merkle_proofs,
)
from didgate.errors import InvalidInput, VerificationError

MAX_CREDENTIALS = 64

_LEAF = re.compile(r"c(0|[1-9][0-9]?)")
_FOR_ACCOUNTS = frozenset({"addressProofs", "merkleProofs", "attestations"})


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a holder sends for one challenge, **unverified**.

    Args:
        credentials: leaf id (``c0`` to ``c63``) to the presented credential: an object, or text.
        address_proofs: at most one for each account.
        merkle_proofs: at most one for each account and tree.
        attestations: UIDs of attestations about the accounts, 32 bytes each.

    Raises:
        InvalidInput: ``invalid_leaf_id``.
    """

    credentials: Mapping[str, Any] = field(repr=False)
    address_proofs: tuple[AccountProof, ...] = ()
    merkle_proofs: tuple[MerkleProof, ...] = ()
    attestations: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not all(map(is_leaf_id, self.credentials)):
            raise InvalidInput("invalid_leaf_id", "credentials answer leaves c0 to c63")

    def in_order(self) -> list[tuple[str, Any]]:
        """Return leaf id and credential in the order of the leaves, which ``bundle`` is over."""
        return sorted(self.credentials.items(), key=lambda item: int(item[0][1:]))

    def to_dict(self) -> dict[str, Any]:
        """Return the presentation as JSON."""
        members: dict[str, Any] = {
            "vp_token": {leaf: [credential] for leaf, credential in self.in_order()}
        }
        if self.address_proofs:
            members["addressProofs"] = [proof.to_dict() for proof in self.address_proofs]
        if self.merkle_proofs:
            members["merkleProofs"] = [proof.to_dict() for proof in self.merkle_proofs]
        if self.attestations:
            members["attestations"] = ["0x" + uid.hex() for uid in self.attestations]
        return members

    @classmethod
    def from_dict(cls, members: Any) -> Presentation:
        """Read a presentation as received.

        Args:
            members: parsed JSON, read strictly and within a byte limit.

        Raises:
            VerificationError: ``presentation_malformed``, ``too_many_credentials``,
                ``duplicate_presentation`` (more than one for a leaf), ``duplicate_address``,
                ``duplicate_membership`` or ``duplicate_attestation``.
        """
        match members:
            case {"vp_token": dict(token), **rest} if rest.keys() <= _FOR_ACCOUNTS:
                return cls(
                    _credentials(token),
                    read_account_proofs(rest.get("addressProofs", [])),
                    read_merkle_proofs(rest.get("merkleProofs", [])),
                    read_attestations(rest.get("attestations", [])),
                )
        raise malformed("not an object with a vp_token")


def is_leaf_id(value: Any) -> bool:
    """Tell whether ``value`` is the id of a policy's credential leaf, ``c0`` to ``c63``."""
    return (
        isinstance(value, str)
        and _LEAF.fullmatch(value) is not None
        and int(value[1:]) < MAX_CREDENTIALS
    )


def _credentials(token: dict[str, Any]) -> dict[str, Any]:
    if len(token) > MAX_CREDENTIALS:
        raise VerificationError("too_many_credentials", f"more than {MAX_CREDENTIALS} credentials")
    return {leaf: _single(leaf, entries) for leaf, entries in token.items()}


def _single(leaf: str, entries: Any) -> Any:
    if not is_leaf_id(leaf) or not isinstance(entries, list) or not entries:
        raise malformed("vp_token does not map leaf ids to arrays")
    if len(entries) > 1:
        # Two credentials for one leaf would let one answer hide behind the other.
        raise VerificationError("duplicate_presentation", "two credentials answer the same leaf")
    if not isinstance(entries[0], str | dict):
        raise malformed("a presented credential is an object or text")
    return entries[0]
