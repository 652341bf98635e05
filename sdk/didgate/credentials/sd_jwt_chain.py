"""SD-JWT VCs presented to a contract: whom key binding names, and what goes into the call.

The contract is ``SDJWTVerifier``; docs/formats.md says what it accepts. The audience is the CAIP-10
account id of the contract that the presentation is made for, the nonce is that of the
``ChainAccess``, whose digest stands where a gate has its ``GateAccess`` digest.

>>> audience(1, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
'eip155:1:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from didgate.credentials.sd_jwt import SDJWTCredential
from didgate.encoding import parse_address
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, Signer
from didgate.keys.jws import decode_unverified_jws
from didgate.proofs.disclosures import DEFAULT_HASH
from didgate.proofs.sd_jwt import SDJWT

ALGORITHM = "ES256"
"""The one algorithm that a contract verifies."""


@dataclass(frozen=True, slots=True)
class SplitSDJWT:
    """An SD-JWT+KB taken apart at its tildes, as a contract takes it; **nobody has verified it**.

    Args:
        jwt: the issuer-signed JWT.
        disclosures: the disclosures, in the order in which the holder signed them.
        key_binding: the key binding JWT.
    """

    jwt: str = field(repr=False)
    disclosures: tuple[str, ...] = field(repr=False)
    key_binding: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> SplitSDJWT:
        """Take the compact serialization apart.

        Raises:
            VerificationError: ``sd_jwt_too_large``, ``sd_jwt_malformed`` or
                ``malformed_disclosure``.
            InvalidInput: ``no_key_binding``.
        """
        sd_jwt = SDJWT.parse(text)
        if sd_jwt.key_binding is None:
            raise InvalidInput("no_key_binding", "a contract takes no SD-JWT without key binding")
        disclosures = tuple(each.encoded for each in sd_jwt.disclosures)
        return cls(sd_jwt.jwt, disclosures, sd_jwt.key_binding)

    def arguments(self) -> tuple[str, list[str], str]:
        """Return the contract's struct ``Presentation``."""
        return self.jwt, list(self.disclosures), self.key_binding


def audience(chain_id: int, verifier: str) -> str:
    """Return the ``aud`` of a presentation to a contract.

    Args:
        chain_id: the chain that it stands on.
        verifier: its address.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    return f"eip155:{chain_id}:0x{parse_address(verifier).hex()}"


def present_on_chain(
    credential: SDJWTCredential,
    places: Collection[str],
    holder: Signer,
    *,
    chain_id: int,
    verifier: str,
    nonce: bytes,
    access: bytes,
    now: datetime,
) -> SplitSDJWT:
    """Return a presentation to a contract. What it discloses stays public for ever.

    Args:
        credential: what to show a part of.
        places: JSON pointers of the claims to disclose.
        holder: the key that the credential confirms.
        chain_id: the chain of the contract.
        verifier: the contract that the presentation is made for.
        nonce: the 32-byte nonce of the ``ChainAccess``.
        access: its 32-byte digest for this credential.
        now: aware UTC time; the contract accepts the presentation for five minutes.

    Raises:
        InvalidInput: ``not_for_contracts`` if issuer or holder use other algorithms than ES256 and
            SHA-256, ``no_such_claim``, ``wrong_holder_key`` or ``invalid_address``.
    """
    header, _ = decode_unverified_jws(credential.sd_jwt.jwt)
    algorithms = (header.get("alg"), credential.revealed.hash_name)
    holders = credential.claims.holder_key.algorithm
    if algorithms != (ALGORITHM, DEFAULT_HASH) or holders is not KeyAlgorithm.P256:
        raise InvalidInput("not_for_contracts", "contracts verify ES256 and SHA-256 only")
    text = credential.bind(
        places,
        holder,
        audience=audience(chain_id, verifier),
        nonce=nonce.hex(),
        access=access,
        now=now,
    )
    return SplitSDJWT.parse(text)
