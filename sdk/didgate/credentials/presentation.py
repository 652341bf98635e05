"""A presentation on the wire: the ``vp_token`` of OpenID4VP, and proofs of control over accounts.

``vp_token`` maps the id of each answered credential query to an array with one presentation: a
document of an attribute credential, or the text of an SD-JWT+KB (OpenID4VP 1.0 §8.1). Beside it
stand ``addressProofs``, a member of our own.

>>> presentation = Presentation({"c0": "…"}, ())
>>> Presentation.from_dict(presentation.to_dict()) == presentation
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from didgate.encoding import checksum_address, parse_address
from didgate.errors import InvalidInput, VerificationError

MAX_CREDENTIALS = 64
MAX_ADDRESSES = 16

_LEAF = re.compile(r"c(0|[1-9][0-9]?)")
_SIGNATURE = re.compile(r"0x[0-9a-f]{130}")


@dataclass(frozen=True, slots=True)
class AddressProof:
    """A signature by which an account takes part.

    Args:
        address: the account's EIP-55 address.
        signature: 65 bytes, r ‖ s ‖ v.
    """

    address: str
    signature: bytes = field(repr=False)

    def to_dict(self) -> dict[str, str]:
        """Return the proof as JSON."""
        return {"address": self.address, "signature": "0x" + self.signature.hex()}

    @classmethod
    def from_dict(cls, members: Any) -> AddressProof:
        """Read a proof as received.

        Raises:
            VerificationError: ``presentation_malformed``.
        """
        match members:
            case {"address": str(address), "signature": str(signature)} if len(members) == 2:
                if _is_checksummed(address) and _SIGNATURE.fullmatch(signature):
                    return cls(address, bytes.fromhex(signature[2:]))
        raise _malformed("an address proof has an EIP-55 address and a signature")


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a holder sends for one challenge, **unverified**.

    Args:
        credentials: leaf id (``c0`` to ``c63``) to the presented credential: an object, or text.
        address_proofs: at most one for each account.

    Raises:
        InvalidInput: ``invalid_leaf_id``.
    """

    credentials: Mapping[str, Any] = field(repr=False)
    address_proofs: tuple[AddressProof, ...] = ()

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
        return members

    @classmethod
    def from_dict(cls, members: Any) -> Presentation:
        """Read a presentation as received.

        Args:
            members: parsed JSON, read strictly and within a byte limit.

        Raises:
            VerificationError: ``presentation_malformed``, ``too_many_credentials``,
                ``duplicate_presentation`` (more than one for a leaf) or ``duplicate_address``.
        """
        match members:
            case {"vp_token": dict(token), **rest} if rest.keys() <= {"addressProofs"}:
                proofs = _address_proofs(rest.get("addressProofs", []))
                return cls(_credentials(token), proofs)
        raise _malformed("not an object with a vp_token")


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
        raise _malformed("vp_token does not map leaf ids to arrays")
    if len(entries) > 1:
        # Two credentials for one leaf would let one answer hide behind the other.
        raise VerificationError("duplicate_presentation", "two credentials answer the same leaf")
    if not isinstance(entries[0], str | dict):
        raise _malformed("a presented credential is an object or text")
    return entries[0]


def _address_proofs(entries: Any) -> tuple[AddressProof, ...]:
    if not isinstance(entries, list) or len(entries) > MAX_ADDRESSES:
        raise _malformed(f"not an array of at most {MAX_ADDRESSES} address proofs")
    proofs = tuple(map(AddressProof.from_dict, entries))
    if len({proof.address for proof in proofs}) != len(proofs):
        raise VerificationError("duplicate_address", "an account's control is proved twice")
    return proofs


def _is_checksummed(address: str) -> bool:
    try:
        return checksum_address(parse_address(address)) == address
    except InvalidInput:
        return False


def _malformed(message: str) -> VerificationError:
    return VerificationError("presentation_malformed", message)
