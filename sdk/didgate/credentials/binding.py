"""What a presentation is bound to: the EIP-712 digests over a challenge (FORMATS: binding).

A credential's proof is made for one ``GateAccess`` digest, which says audience, resource, policy,
epoch, nonce, key, deadline, and which credentials of which issuers stand beside it showing what.
An account proves control by signing an ``AddressControl`` around the same structure, so that its
owner's wallet can show every field. The domain names the chain and its policy registry.

The type strings are exactly::

    EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)
    Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)
    GateAccess(string audience,bytes32 resource,bytes32 policyId,uint64 epoch,string nonce,
        bytes32 jkt,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)
    AddressControl(address account,GateAccess access)GateAccess(…)

without the line break. ``bundle`` is the EIP-712 encoding of ``Disclosure[]``: the hash of the
concatenated structure hashes, in the order of the leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from didgate.credentials import eip712
from didgate.credentials.challenge import Challenge
from didgate.encoding import b64url_decode, keccak256
from didgate.errors import InvalidInput

WHOLE_PRESENTATION = 255
"""The ``index`` of a proof that speaks for no single credential: control of an account."""

DISCLOSURE_TYPE = "Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)"
GATE_ACCESS_TYPE = (
    "GateAccess(string audience,bytes32 resource,bytes32 policyId,uint64 epoch,string nonce,"
    "bytes32 jkt,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)"
)
ADDRESS_CONTROL_TYPE = "AddressControl(address account,GateAccess access)" + GATE_ACCESS_TYPE

NO_EXTENSIONS = bytes(32)
"""The ``extensions`` of every digest: reserved for predicates and pseudonyms."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One credential of a presentation, as all its neighbours' proofs see it.

    Args:
        leaf: id of the policy's credential leaf that it answers.
        type_id: 32 bytes: the schema id, or keccak256 of the ``vct``.
        issuer_id: 32 bytes, keccak256 of the issuer's DID.
        slots: the disclosed slots of an attribute credential. Empty for an SD-JWT, whose key
            binding signs the disclosures themselves.
    """

    leaf: str
    type_id: bytes
    issuer_id: bytes
    slots: tuple[int, ...] = ()


def bundle_hash(credentials: Sequence[Disclosed]) -> bytes:
    """Return the 32-byte hash over all credentials of a presentation.

    Args:
        credentials: in the order of their leaves.
    """
    return keccak256(b"".join(map(disclosure_hash, credentials)))


def disclosure_hash(credential: Disclosed) -> bytes:
    """Return the 32-byte hash of one credential's part of the bundle."""
    return eip712.hash_struct(
        DISCLOSURE_TYPE,
        eip712.text(credential.leaf),
        credential.type_id,
        credential.issuer_id,
        eip712.integer(sum(1 << slot for slot in credential.slots)),
    )


def gate_access_digest(challenge: Challenge, bundle: bytes, index: int) -> bytes:
    """Return the 32 bytes that the proof of one credential is bound to.

    Args:
        challenge: what is answered.
        bundle: from ``bundle_hash``.
        index: position of the credential among those of the presentation, from 0.

    Raises:
        InvalidInput: ``invalid_index``.
    """
    return eip712.typed_digest(_domain(challenge), _gate_access_hash(challenge, bundle, index))


def address_control_digest(challenge: Challenge, bundle: bytes, account: str) -> bytes:
    """Return the 32 bytes by which an account proves that it takes part in a presentation.

    Args:
        challenge: what is answered.
        bundle: from ``bundle_hash``; of no credentials if there are none.
        account: the account's address.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    access = _gate_access_hash(challenge, bundle, WHOLE_PRESENTATION)
    control = eip712.hash_struct(ADDRESS_CONTROL_TYPE, eip712.address(account), access)
    return eip712.typed_digest(_domain(challenge), control)


def index_word(index: int) -> bytes:
    """Return the word for a credential's position, or for ``WHOLE_PRESENTATION``.

    Raises:
        InvalidInput: ``invalid_index``.
    """
    if not 0 <= index <= WHOLE_PRESENTATION:
        raise InvalidInput("invalid_index", "a presentation holds fewer credentials")
    return eip712.integer(index)


def _domain(challenge: Challenge) -> eip712.Domain:
    return eip712.Domain(challenge.chain_id, challenge.verifier)


def _gate_access_hash(challenge: Challenge, bundle: bytes, index: int) -> bytes:
    return eip712.hash_struct(
        GATE_ACCESS_TYPE,
        eip712.text(challenge.audience),
        challenge.resource,
        challenge.policy_id,
        eip712.integer(challenge.epoch),
        eip712.text(challenge.nonce),
        b64url_decode(challenge.jkt),
        eip712.integer(challenge.deadline),
        bundle,
        index_word(index),
        NO_EXTENSIONS,
    )
