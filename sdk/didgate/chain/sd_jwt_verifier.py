"""``SDJWTVerifier``: verifies SD-JWT VCs with key binding on chain, and says what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, same


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as contracts compare it.

    Args:
        name: keccak256 of the name that was asked for.
        type_code: 0 absent, 1 text, 3 integer, 4 boolean (docs/formats.md).
        value: of a text keccak256 of its bytes, of an integer the value + 2^53.
    """

    name: bytes
    type_code: int
    value: int


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """What a contract found a presented credential to say.

    Args:
        leaf: number of the credential leaf that it was shown for.
        form: 2, SD-JWT VC.
        type_id: keccak256 of its ``vct``.
        issuer_id: keccak256 of the issuer's DID.
        key_id: keccak256 of the issuer's key.
        valid_until: end of validity, exclusive, in Unix seconds.
        fresh_since: when it was issued, in Unix seconds.
        status_index: its index in the issuer's status list for the type, if it has a status.
        holder_key: keccak256 of the holder's key.
        claims: one for each name that was asked for, in that order.
    """

    leaf: int
    form: int
    type_id: bytes
    issuer_id: bytes
    key_id: bytes
    valid_until: int
    fresh_since: int
    status_index: int | None
    holder_key: bytes
    claims: tuple[ShownClaim, ...]


def presentation_bytes(presentation: tuple[str, Sequence[str], str]) -> bytes:
    """Return an SD-JWT+KB in its parts as contracts pass it on: the ABI encoding of the struct.

    Args:
        presentation: JWT, disclosures and key binding JWT.
    """
    return encode(["(string,string[],string)"], [presentation])


class SDJWTVerifier(Contract):
    """A deployed ``SDJWTVerifier``; see ISDJWTVerifier for what it checks."""

    NAME = "SDJWTVerifier"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy the contract."""
        return cls._create()

    def verify(
        self,
        leaf: int,
        presentation: tuple[str, Sequence[str], str],
        issuer_key: bytes,
        names: Sequence[str],
        *,
        verifier: str,
        access: bytes,
        nonce: bytes,
    ) -> Call[ShownCredential]:
        """Verify a presentation; where it does not hold, the call reverts with the reason.

        Args:
            leaf: number of the credential leaf that it answers.
            presentation: JWT, disclosures and key binding JWT.
            issuer_key: the issuer's P-256 key, x ‖ y.
            names: the claims asked for, as policies spell them.
            verifier: the contract that it must be made for.
            access: the 32-byte ``ChainAccess`` digest that the holder must have signed.
            nonce: the 32-byte nonce of that access.
        """
        expected = (verifier, access, nonce)
        return self._read("verify", leaf, presentation, issuer_key, names, expected, result=_shown)

    def audience_of(self, verifier: str) -> Call[str]:
        """Ask for the ``aud`` of presentations to a contract on this chain."""
        return self._read("audienceOf", verifier, result=same)


def _shown(answer: tuple[Any, ...]) -> ShownCredential:
    leaf, form, type_id, issuer_id, key_id, valid_until, fresh_since, *rest = answer
    has_status, index, holder_key, claims = rest
    return ShownCredential(
        leaf=leaf,
        form=form,
        type_id=type_id,
        issuer_id=issuer_id,
        key_id=key_id,
        valid_until=valid_until,
        fresh_since=fresh_since,
        status_index=index if has_status else None,
        holder_key=holder_key,
        claims=tuple(ShownClaim(*claim) for claim in claims),
    )
