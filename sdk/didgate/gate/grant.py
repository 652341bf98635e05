"""Grants: access tokens of a few minutes (RFC 9068) that only one key can use (RFC 9449 §6).

A grant says which resource it opens, under which policy, epoch and block it was given, and who
uses it by a pairwise pseudonym. Its signature is verified once; afterwards its hash is known, and
a warm request costs the verification of the DPoP proof alone. What may change between two
requests is checked every time, by ``check_grant``.

>>> pairwise_subjects(bytes(32), bytes(32), ["key"])
('EKTCZkACU7MnS0ETmkJgUrDEIzVC6sI8jiyDHp-xI74',)
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from didgate.chain.facts import PolicyState
from didgate.encoding import b64url_encode
from didgate.errors import AccessDenied, VerificationError
from didgate.keys import PublicKey, Signer
from didgate.keys.jws import sign_jws, verify_jws

MEDIA_TYPE: Final = "at+jwt"
MAX_LIFETIME_SECONDS: Final = 300
MAX_TOKEN_BYTES: Final = 8192
_ALGORITHMS: Final = ("ES256", "EdDSA")
_CACHED_GRANTS: Final = 16384


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified access token says.

    Args:
        id: the token's ``jti``.
        subject: pairwise pseudonym of the holder for this resource: of the first key, in the
            policy's canonical order, that was needed.
        counted: pseudonyms of all keys that were needed, ``subject`` among them. Each has a quota
            of its own and every use counts against all, so that a key which is easy to come by
            adds nothing to one that is not. Two credentials that each open the resource alone are
            two holders; who owns them no gate can tell.
        resource: 32-byte resource id.
        policy_id: 32-byte id of the effective policy that allowed.
        epoch: the resource's epoch then.
        block_number: the latest block then.
        block_hash: its 32-byte hash.
        issued_at: aware UTC, whole seconds.
        expires_at: exclusive, aware UTC, whole seconds.
        jkt: RFC 7638 thumbprint of the DPoP key.
    """

    id: str
    subject: str
    counted: tuple[str, ...]
    resource: bytes
    policy_id: bytes
    epoch: int
    block_number: int
    block_hash: bytes
    issued_at: datetime
    expires_at: datetime
    jkt: str


class GrantAuthority:
    """Signs grants with the gate's key, and verifies them.

    Args:
        signer: the gate's key, P-256 or Ed25519.
        audience: the gate's origin; both issuer and audience of its grants.
        previous: public keys that signed before the present one and still verify.
    """

    def __init__(
        self, signer: Signer, audience: str, *, previous: Sequence[PublicKey] = ()
    ) -> None:
        self._signer = signer
        self._audience = audience
        self._keys = {key.thumbprint(): key for key in (signer.public_key, *previous)}
        self._verified: OrderedDict[bytes, Grant] = OrderedDict()
        self.key_id = signer.public_key.thumbprint()

    def __repr__(self) -> str:
        return f"GrantAuthority(audience={self._audience!r}, key_id={self.key_id!r})"

    def jwks(self) -> dict[str, Any]:
        """Return the JWK Set (RFC 7517 §5) that verifies grants and receipts."""
        return {
            "keys": [
                {**key.to_jwk(), "kid": key_id, "alg": key.jose_alg, "use": "sig"}
                for key_id, key in self._keys.items()
            ]
        }

    def issue(self, grant: Grant) -> str:
        """Return the signed token of ``grant``."""
        ours: dict[str, Any] = {
            "resource": f"0x{grant.resource.hex()}",
            "policy": f"0x{grant.policy_id.hex()}",
            "epoch": grant.epoch,
            "block": {"number": grant.block_number, "hash": f"0x{grant.block_hash.hex()}"},
        }
        if grant.counted != (grant.subject,):
            ours["counted"] = list(grant.counted)
        claims = {
            "iss": self._audience,
            "aud": self._audience,
            "sub": grant.subject,
            # RFC 9278 names the client by its key; there is no registration.
            "client_id": f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{grant.jkt}",
            "iat": int(grant.issued_at.timestamp()),
            "exp": int(grant.expires_at.timestamp()),
            "jti": grant.id,
            "cnf": {"jkt": grant.jkt},
            "didgate": ours,
        }
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return sign_jws(self._signer, payload, {"typ": MEDIA_TYPE, "kid": self.key_id})

    def verify(self, token: str) -> Grant:
        """Return what ``token`` says, once its signature, issuer and audience are verified.

        Its time and its standing are not judged here: ``check_grant`` does that each time.

        Raises:
            VerificationError: ``grant_invalid`` or ``grant_audience``.
        """
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        grant = self._verified.get(name)
        if grant is None:
            grant = self._verified[name] = self._verify(token)
            # Grants live for minutes, so the oldest are the ones that have expired.
            if len(self._verified) > _CACHED_GRANTS:
                self._verified.popitem(last=False)
        return grant

    def _verify(self, token: str) -> Grant:
        try:
            jws = verify_jws(
                token,
                self._key_named,
                algorithms=_ALGORITHMS,
                typ=MEDIA_TYPE,
                max_bytes=MAX_TOKEN_BYTES,
            )
            claims = jws.claims()
        except VerificationError as error:
            raise VerificationError("grant_invalid", f"the grant: {error.message}") from error
        if claims.get("iss") != self._audience or claims.get("aud") != self._audience:
            raise VerificationError("grant_audience", "the grant was given for another gate")
        return _grant_of(claims)

    def _key_named(self, header: Mapping[str, Any]) -> PublicKey:
        key_id = header.get("kid")
        key = self._keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise VerificationError("grant_invalid", "it names no key of this gate")
        return key


def check_grant(
    grant: Grant, *, resource: bytes, jkt: str, state: PolicyState, now: datetime
) -> None:
    """Check what may have changed since the grant was given, at every request.

    Args:
        grant: verified.
        resource: 32-byte id of the resource that is asked for.
        jkt: thumbprint of the key of the request's DPoP proof.
        state: the resource's policy state at the latest block of a snapshot that is fresh.
        now: the gate's clock.

    Raises:
        VerificationError: ``grant_key``, ``grant_resource``, ``grant_expired`` or ``grant_epoch``.
        AccessDenied: ``paused``.
    """
    if grant.jkt != jkt:
        raise VerificationError("grant_key", "the grant belongs to another key")
    if grant.resource != resource:
        raise VerificationError("grant_resource", "the grant opens another resource")
    if now >= grant.expires_at:
        raise VerificationError("grant_expired", "the grant has expired")
    if is_paused(state, now):
        raise AccessDenied("paused", "the resource is paused by its administrators")
    if grant.epoch != state.epoch:
        raise VerificationError("grant_epoch", "the policy has changed since the grant was given")


def expiry(now: datetime, lifetime: int, ends: Iterable[datetime]) -> datetime:
    """Return when a grant given at ``now`` expires, in whole seconds.

    Args:
        now: the gate's clock.
        lifetime: the most seconds that the policy allows.
        ends: when what it rests on may end; a grant outlives none of it.
    """
    seconds = min(lifetime, MAX_LIFETIME_SECONDS)
    return min([now + timedelta(seconds=seconds), *ends]).replace(microsecond=0)


def is_paused(state: PolicyState, now: datetime) -> bool:
    """Tell whether the resource is paused, by the block's time or by the gate's clock."""
    return min(state.block.timestamp, now.timestamp()) < state.paused_until


def pairwise_subjects(secret: bytes, resource: bytes, holders: Sequence[str]) -> tuple[str, ...]:
    """Return the pseudonyms of a holder for one resource, at least one.

    Args:
        secret: the gate's 32-byte key for pseudonyms; whoever has it can link them.
        resource: 32-byte resource id.
        holders: what names the holder's keys; empty where the holder's form has none: then the
            pseudonym is random and serves for this grant alone.

    Returns:
        Of each, 32 bytes in base64url: HMAC-SHA-256 over (resource, holder), never over the DPoP
        key.
    """
    if not holders:
        return (b64url_encode(secrets.token_bytes(32)),)
    prefix = b"didgate-subject-v1" + resource
    macs = (hmac.digest(secret, prefix + holder.encode(), "sha256") for holder in holders)
    return tuple(map(b64url_encode, macs))


def _grant_of(claims: Mapping[str, Any]) -> Grant:
    """Read the claims of a token that this gate signed, so that their form is known."""
    try:
        ours = claims["didgate"]
        return Grant(
            id=claims["jti"],
            subject=claims["sub"],
            counted=tuple(ours.get("counted", [claims["sub"]])),
            resource=_bytes32(ours["resource"]),
            policy_id=_bytes32(ours["policy"]),
            epoch=ours["epoch"],
            block_number=ours["block"]["number"],
            block_hash=_bytes32(ours["block"]["hash"]),
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            jkt=claims["cnf"]["jkt"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VerificationError("grant_invalid", "the grant lacks what this gate writes") from error


def _bytes32(text: str) -> bytes:
    value = bytes.fromhex(text.removeprefix("0x"))
    if len(value) != 32:
        raise ValueError(len(value))
    return value
