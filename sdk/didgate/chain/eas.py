"""The contract ``EAS`` of the Ethereum Attestation Service: what was attested about whom.

It is no contract of ours: a policy names the address at which it stands, and pins its code. All its
published deployments answer in the same form.
"""

from __future__ import annotations

from typing import Final

from didgate.chain.artifacts import Entry
from didgate.chain.calls import Call
from didgate.chain.contained import UNREAD, Answer, Unread, contained_call
from didgate.chain.facts import AttestationFact
from didgate.encoding import checksum_address

_GET: Final = Entry("getAttestation", ("bytes32",), ())
_WORDS: Final = 12
"""Offset, ten members of the struct, and the length of the data, which nobody here reads."""
_MAX_TIME: Final = 2**64 - 1


def attestation(registry: str, uid: bytes) -> Call[AttestationFact | Unread | None]:
    """Ask for an attestation by its UID.

    Args:
        registry: EIP-55 address of the contract.
        uid: 32 bytes.

    Returns:
        A call that results in the attestation, None if there is no such UID, or ``UNREAD`` if the
        contract does not answer as EAS does.
    """
    call = contained_call(registry, _GET.encode(uid), limit=32 * _WORDS)
    return Call(call.to, call.data, lambda returned: _decode(call.decode(returned), uid))


def _decode(answer: Answer, uid: bytes) -> AttestationFact | Unread | None:
    words = [answer.beginning[at : at + 32] for at in range(0, 32 * _WORDS, 32)]
    offset, found, schema, time, expiration, revocation, _, recipient, attester = words[:9]
    revocable, content, length = map(int.from_bytes, words[9:])
    made, ends, revoked = map(int.from_bytes, (time, expiration, revocation))
    canonical = (
        int.from_bytes(offset) == 32
        and content == 32 * (_WORDS - 2)
        and answer.size == 32 * (_WORDS + -(-length // 32))
        and max(made, ends, revoked) <= _MAX_TIME
        and not any(recipient[:12] + attester[:12])
        and revocable <= 1
    )
    if not answer.succeeded or not canonical:
        return UNREAD
    if found != uid or not any(uid):
        return None
    return AttestationFact(
        schema=schema,
        time=made,
        expiration=ends,
        revocation=revoked,
        recipient=checksum_address(recipient[12:]),
        attester=checksum_address(attester[12:]),
    )
