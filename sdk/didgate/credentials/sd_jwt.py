"""SD-JWT VC with key binding: issue, present, verify (RFC 9901, draft-ietf-oauth-sd-jwt-vc).

Stricter than the draft where it leaves room: ``iss`` is a DID and ``kid`` names the key, ``iat``,
``exp`` and ``cnf.jwk`` are required, key binding always is, and the only status mechanism is the
on-chain ``StatusRegistry``, ``"status": {"didgate": {"list": "0x…", "idx": 7}}``. Only ``vct``
names the type; ``aka_vcts`` is not followed. The key binding JWT holds the claim ``didgate``, the
``GateAccess`` digest in hexadecimal, which binds resource, policy, epoch and the key that will use
the grant.

>>> from datetime import UTC, datetime, timedelta
>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> issuer, holder = (SoftwareSigner.generate(KeyAlgorithm.P256) for _ in range(2))
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> token = issue(issuer, "did:example:issuer", "https://example.org/Badge", {"role": "auditor"},
...     holder_key=holder.public_key, now=now, valid_until=now + timedelta(days=30),
...     key_id="did:example:issuer#key-1").serialize()
>>> verify_issued(ReceivedSDJWT.parse(token), issuer.public_key).claims.claims
{'role': 'auditor'}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from didgate.credentials.challenge import Challenge
from didgate.credentials.sd_jwt_claims import (
    REGISTERED,
    SDJWTClaims,
    read_claims,
    status_claim,
)
from didgate.credentials.vcdm import is_url
from didgate.encoding import strict_json
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey, Signer
from didgate.keys.jws import decode_unverified_jws
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import Revealed, pointer
from didgate.proofs.sd_jwt import (
    SDJWT,
    bind_key,
    sign_sd_jwt,
    verify_key_binding,
    verify_sd_jwt,
)

MEDIA_TYPE = "dc+sd-jwt"
GATE_CLAIM = "didgate"
"""Claim of the key binding JWT that holds the digest of the access."""


def issue(
    signer: Signer,
    issuer: str,
    vct: str,
    claims: Mapping[str, Any],
    *,
    holder_key: PublicKey,
    now: datetime,
    valid_until: datetime,
    key_id: str,
    concealed: Collection[str] | None = None,
    status_index: int | None = None,
    decoys: int = 0,
) -> SDJWT:
    """Issue an SD-JWT VC.

    Args:
        signer: the issuer's key, Ed25519 or P-256.
        issuer: the issuer's DID.
        vct: the type of the credential, a URL or URN.
        claims: about the subject: JSON values, none of them under a registered name.
        holder_key: the key that will sign presentations.
        now: aware UTC time of issuing.
        valid_until: end of validity, exclusive, aware UTC, in whole seconds.
        key_id: DID URL of the signing key in the issuer's DID document.
        concealed: JSON pointers of what is selectively disclosable; by default each claim whole.
        status_index: its index in the issuer's status list for this type, if it has one.
        decoys: how many decoy digests to add to each object that has digests.

    Raises:
        InvalidInput: ``registered_claim``, ``invalid_vct``, ``validity_out_of_range``,
            ``reserved_claim_name``, ``no_such_claim``, ``status_index_out_of_range`` or
            ``unsupported_key_algorithm``.
    """
    if not REGISTERED.isdisjoint(claims):
        raise InvalidInput("registered_claim", "a claim has a name that says something else")
    if not is_url(vct):
        raise InvalidInput("invalid_vct", "the type is no URL or URN")
    if valid_until <= now:
        raise InvalidInput("validity_out_of_range", "the credential would have expired")
    places = [pointer([name]) for name in claims] if concealed is None else concealed
    payload, disclosures = conceal(claims, places, decoys=decoys)
    payload |= {
        "iss": issuer,
        "vct": vct,
        "iat": int(now.timestamp()),
        "exp": int(valid_until.timestamp()),
        "cnf": {"jwk": holder_key.to_jwk()},
    }
    if status_index is not None:
        payload["status"] = status_claim(issuer, vct, status_index)
    header = {"typ": MEDIA_TYPE, "kid": key_id}
    return sign_sd_jwt(signer, payload, disclosures, header=header)


@dataclass(frozen=True, slots=True)
class ReceivedSDJWT:
    """An SD-JWT VC taken apart, **not yet verified**: says which key to look up.

    Args:
        sd_jwt: what was received.
        issuer: the ``iss`` it states.
        vct: the type it states.
        key_id: DID URL of the issuer's key, from the ``kid`` it states.
    """

    sd_jwt: SDJWT
    issuer: str
    vct: str
    key_id: str

    @classmethod
    def parse(cls, text: str) -> ReceivedSDJWT:
        """Read the compact form.

        Raises:
            VerificationError: ``sd_jwt_malformed``, ``sd_jwt_too_large``,
                ``malformed_disclosure``, ``jws_malformed`` or ``missing_claim``.
        """
        sd_jwt = SDJWT.parse(text)
        header, payload = decode_unverified_jws(sd_jwt.jwt)
        try:
            stated = strict_json.loads(payload)
        except InvalidInput as error:
            raise VerificationError("sd_jwt_malformed", "the payload is not JSON") from error
        match stated, header:
            case {"iss": str(issuer), "vct": str(vct)}, {"kid": str(kid)}:
                key_id = issuer + kid if kid.startswith("#") else kid
                if key_id.startswith(f"{issuer}#"):
                    return cls(sd_jwt, issuer, vct, key_id)
        raise VerificationError("missing_claim", "the SD-JWT lacks iss, vct, or a kid of its iss")


@dataclass(frozen=True, slots=True)
class SDJWTCredential:
    """An SD-JWT VC whose issuer's signature was verified.

    Args:
        sd_jwt: what was received.
        claims: what it says.
        revealed: the processed payload and where its disclosures stand.
        key: the issuer's key that verified it.
    """

    sd_jwt: SDJWT
    claims: SDJWTClaims
    revealed: Revealed = field(repr=False)
    key: PublicKey

    def select(self, places: Collection[str]) -> SDJWT:
        """Return the SD-JWT with the disclosures that show these places, and no others.

        Args:
            places: JSON pointers into the processed payload. A place is shown with everything
                in it; what stands above it only as far as it must.

        Raises:
            InvalidInput: ``no_such_claim``.
        """
        # A concealed iat must be shown, since verifiers require it.
        wanted = [*places, "/iat"]
        for place in wanted:
            _require_place(self.revealed.claims, place)
        return self.sd_jwt.select(
            [
                disclosure
                for position, disclosure in self.revealed.places.items()
                if any(
                    _is_within(position, place) or _is_within(place, position) for place in wanted
                )
            ]
        )

    def present(
        self,
        places: Collection[str],
        holder: Signer,
        challenge: Challenge,
        access: bytes,
        now: datetime,
    ) -> str:
        """Return an SD-JWT+KB that answers a challenge.

        Args:
            places: JSON pointers of the claims to disclose.
            holder: the key that the credential confirms.
            challenge: what is answered.
            access: the ``GateAccess`` digest for this credential.
            now: aware UTC time.

        Raises:
            InvalidInput: ``no_such_claim``, or ``wrong_holder_key``.
        """
        return self.bind(
            places,
            holder,
            audience=challenge.audience,
            nonce=challenge.nonce,
            access=access,
            now=now,
        )

    def bind(
        self,
        places: Collection[str],
        holder: Signer,
        *,
        audience: str,
        nonce: str,
        access: bytes,
        now: datetime,
    ) -> str:
        """Return an SD-JWT+KB for an audience, whether that is a gate or a contract.

        Args:
            places: JSON pointers of the claims to disclose.
            holder: the key that the credential confirms.
            audience: who is to accept it.
            nonce: what that party asked to have signed.
            access: the digest of the access for this credential.
            now: aware UTC time.

        Raises:
            InvalidInput: ``no_such_claim``, or ``wrong_holder_key``.
        """
        if holder.public_key != self.claims.holder_key:
            raise InvalidInput("wrong_holder_key", "the credential confirms another key")
        return bind_key(
            self.select(places),
            holder,
            audience=audience,
            nonce=nonce,
            issued_at=now,
            claims={GATE_CLAIM: "0x" + access.hex()},
            hash_name=self.revealed.hash_name,
        ).serialize()


def verify_issued(received: ReceivedSDJWT, key: PublicKey) -> SDJWTCredential:
    """Verify the issuer's signature and read the claims; validity in time is not looked at.

    Args:
        received: from ``ReceivedSDJWT.parse``.
        key: the key that the issuer's DID document holds under the stated key id.

    Raises:
        VerificationError: why the signature, the disclosures or the claims do not hold.
    """
    revealed = verify_sd_jwt(received.sd_jwt, key, typ=MEDIA_TYPE)
    return SDJWTCredential(received.sd_jwt, read_claims(revealed), revealed, key)


def verify_presented(
    received: ReceivedSDJWT, key: PublicKey, challenge: Challenge, access: bytes, now: datetime
) -> SDJWTClaims:
    """Verify a presentation: issuer, validity, audience, key binding, and this very challenge.

    Args:
        received: from ``ReceivedSDJWT.parse``.
        key: the key that the issuer's DID document holds under the stated key id.
        challenge: what the presentation must answer.
        access: the ``GateAccess`` digest computed for this credential, never received.
        now: aware UTC time.

    Raises:
        VerificationError: why it does not hold; ``gate_binding_missing`` or
            ``gate_binding_mismatch`` if the holder signed nothing, or something else, about
            resource, policy, epoch and key.
    """
    return verify_bound(
        received, key, audience=challenge.audience, nonce=challenge.nonce, access=access, now=now
    )


def verify_bound(
    received: ReceivedSDJWT,
    key: PublicKey,
    *,
    audience: str,
    nonce: str,
    access: bytes,
    now: datetime,
) -> SDJWTClaims:
    """Verify a presentation by what it must be bound to; see ``verify_presented``.

    Args:
        received: from ``ReceivedSDJWT.parse``.
        key: the issuer's key.
        audience: whom it must be made for.
        nonce: what must have been signed.
        access: the digest of the access for this credential.
        now: aware UTC time.

    Raises:
        VerificationError: why it does not hold.
    """
    credential = verify_issued(received, key)
    claims = credential.claims
    claims.check_period(now)
    if claims.audience is not None and audience not in claims.audience:
        raise VerificationError("audience_mismatch", "the credential is meant for others")
    bound = verify_key_binding(
        received.sd_jwt,
        claims.holder_key,
        audience=audience,
        nonce=nonce,
        now=now,
        hash_name=credential.revealed.hash_name,
    )
    if GATE_CLAIM not in bound:
        raise VerificationError("gate_binding_missing", "the holder did not sign resource and key")
    if bound[GATE_CLAIM] != "0x" + access.hex():
        raise VerificationError("gate_binding_mismatch", "the holder signed another access")
    return claims


def _is_within(place: str, outer: str) -> bool:
    return place == outer or place.startswith(outer + "/")


def _require_place(claims: Any, place: str) -> None:
    value = claims
    for step in place.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise InvalidInput("no_such_claim", "the credential has no such claim")
