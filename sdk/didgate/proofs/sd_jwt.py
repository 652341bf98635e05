"""SD-JWT and its key binding in compact form (RFC 9901 §4, §7); the JSON serialization is not read.

An SD-JWT is an issuer-signed JWT and disclosures. A presentation adds a key binding JWT by which
the holder signs audience, nonce and the selection of disclosures.

>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> from didgate.proofs.concealment import conceal
>>> issuer = SoftwareSigner.generate(KeyAlgorithm.P256)
>>> issued = sign_sd_jwt(issuer, *conceal({"role": "auditor"}, ["/role"]), header={"typ": "x"})
>>> received = SDJWT.parse(issued.serialize())
>>> verify_sd_jwt(received, issuer.public_key, typ="x").claims
{'role': 'auditor'}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey, Signer
from didgate.keys.jws import KeySource, sign_jws, verify_jws
from didgate.proofs.disclosures import DEFAULT_HASH, Disclosure, Revealed, reveal, sd_digest

KEY_BINDING_TYPE = "kb+jwt"
ALGORITHMS = ("ES256", "EdDSA", "Ed25519")
MAX_BYTES = 65536
MAX_KEY_BINDING_AGE = timedelta(minutes=5)
CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SDJWT:
    """An SD-JWT, or with ``key_binding`` an SD-JWT+KB, that **nobody has verified**.

    Args:
        jwt: the issuer-signed JWT.
        disclosures: the disclosures that travel with it.
        key_binding: the key binding JWT, or None.
    """

    jwt: str = field(repr=False)
    disclosures: tuple[Disclosure, ...]
    key_binding: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> SDJWT:
        """Read the compact serialization.

        Raises:
            VerificationError: ``sd_jwt_too_large``, ``sd_jwt_malformed`` or
                ``malformed_disclosure``.
        """
        if len(text) > MAX_BYTES:
            raise VerificationError("sd_jwt_too_large", f"more than {MAX_BYTES} bytes")
        jwt, *disclosures = text.split("~")
        if not jwt or not disclosures:
            raise VerificationError("sd_jwt_malformed", "not an SD-JWT in compact form")
        key_binding = disclosures.pop() or None
        return cls(jwt, tuple(map(Disclosure.parse, disclosures)), key_binding)

    def unbound(self) -> str:
        """Return the part that key binding covers: JWT and disclosures, each with its tilde."""
        return "~".join([self.jwt, *(each.encoded for each in self.disclosures), ""])

    def serialize(self) -> str:
        """Return the compact serialization."""
        return self.unbound() + (self.key_binding or "")

    def select(self, disclosures: Sequence[Disclosure]) -> SDJWT:
        """Return the same SD-JWT with these disclosures only, and no key binding."""
        return SDJWT(self.jwt, tuple(disclosures))


def sign_sd_jwt(
    signer: Signer,
    payload: Mapping[str, Any],
    disclosures: Sequence[Disclosure],
    *,
    header: Mapping[str, Any],
) -> SDJWT:
    """Sign a payload as ``conceal`` returned it, and attach its disclosures.

    Args:
        signer: the issuer's key, Ed25519 or P-256.
        payload: claims and digests.
        disclosures: all disclosures that the digests stand for.
        header: JOSE header members beside ``alg``.
    """
    _require_accepted(signer.public_key)
    return SDJWT(sign_jws(signer, _encode(payload), header), tuple(disclosures))


def verify_sd_jwt(sd_jwt: SDJWT, key: KeySource, *, typ: str | None) -> Revealed:
    """Verify the issuer's signature and process the disclosures (RFC 9901 §7.1, steps 1 to 5).

    Args:
        sd_jwt: as received. Its key binding is not looked at here.
        key: the issuer's key, or a function that picks it by the unverified header.
        typ: the type that the header must name; None where the application gives it no meaning.

    Returns:
        The processed payload. Its validity claims are the caller's to check.

    Raises:
        VerificationError: a code of ``verify_jws`` or of ``reveal``.
    """
    jws = verify_jws(sd_jwt.jwt, key, algorithms=ALGORITHMS, typ=typ)
    return reveal(jws.claims(), sd_jwt.disclosures)


def bind_key(
    sd_jwt: SDJWT,
    holder: Signer,
    *,
    audience: str,
    nonce: str,
    issued_at: datetime,
    claims: Mapping[str, Any] | None = None,
    hash_name: str = DEFAULT_HASH,
) -> SDJWT:
    """Add the holder's key binding JWT (RFC 9901 §4.3).

    Args:
        sd_jwt: with exactly the disclosures to show.
        holder: the key that the issuer confirmed.
        audience: who is to accept it.
        nonce: what that party asked to have signed.
        issued_at: aware UTC time.
        claims: further claims of the key binding JWT.
        hash_name: the hash function of the SD-JWT's digests.
    """
    _require_accepted(holder.public_key)
    payload = {
        **(claims or {}),
        "iat": int(issued_at.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": sd_digest(sd_jwt.unbound(), hash_name),
    }
    token = sign_jws(holder, _encode(payload), {"typ": KEY_BINDING_TYPE})
    return replace(sd_jwt, key_binding=token)


def verify_key_binding(
    sd_jwt: SDJWT,
    holder_key: PublicKey,
    *,
    audience: str,
    nonce: str,
    now: datetime,
    hash_name: str,
) -> dict[str, Any]:
    """Verify the key binding JWT (RFC 9901 §7.3, step 5); nothing about it is optional.

    Args:
        sd_jwt: as received.
        holder_key: the key that the issuer-signed JWT confirms.
        audience: the only ``aud`` accepted.
        nonce: the only ``nonce`` accepted.
        now: aware UTC time.
        hash_name: the hash function of the SD-JWT's digests.

    Returns:
        The claims of the key binding JWT.

    Raises:
        VerificationError: ``key_binding_missing``, ``audience_mismatch``, ``nonce_mismatch``,
            ``sd_hash_mismatch``, ``key_binding_expired``, ``key_binding_from_future``,
            ``invalid_time`` or a code of ``verify_jws``.
    """
    if sd_jwt.key_binding is None:
        raise VerificationError("key_binding_missing", "the SD-JWT is shown without key binding")
    claims = verify_jws(
        sd_jwt.key_binding, holder_key, algorithms=ALGORITHMS, typ=KEY_BINDING_TYPE
    ).claims()
    _check_equal(claims, "aud", audience, "audience_mismatch")
    _check_equal(claims, "nonce", nonce, "nonce_mismatch")
    _check_equal(claims, "sd_hash", sd_digest(sd_jwt.unbound(), hash_name), "sd_hash_mismatch")
    _check_age(claims, now)
    return claims


def numeric_date(claims: Mapping[str, Any], name: str) -> float:
    """Return a claim that is a NumericDate (RFC 7519 §2), in seconds since 1970-01-01 UTC.

    Raises:
        VerificationError: ``invalid_time`` where it is missing, no number or out of range.
    """
    value = claims.get(name)
    # True and False are integers to Python, and not to JSON.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**38:
        raise VerificationError("invalid_time", f"{name} is missing or no NumericDate")
    return float(value)


def _check_equal(claims: Mapping[str, Any], name: str, expected: str, code: str) -> None:
    if claims.get(name) != expected:
        raise VerificationError(code, f"the key binding JWT's {name} is missing or another")


def _check_age(claims: Mapping[str, Any], now: datetime) -> None:
    issued_at, moment = numeric_date(claims, "iat"), now.timestamp()
    if issued_at > moment + CLOCK_SKEW.total_seconds():
        raise VerificationError("key_binding_from_future", "the key binding JWT is not yet issued")
    if issued_at < moment - MAX_KEY_BINDING_AGE.total_seconds():
        raise VerificationError("key_binding_expired", "the key binding JWT is too old")
    if "exp" in claims and numeric_date(claims, "exp") <= moment:
        raise VerificationError("key_binding_expired", "the key binding JWT has expired")
    if "nbf" in claims and numeric_date(claims, "nbf") > moment + CLOCK_SKEW.total_seconds():
        raise VerificationError("key_binding_from_future", "the key binding JWT does not hold yet")


def _require_accepted(key: PublicKey) -> None:
    if key.jose_alg not in ALGORITHMS:
        raise InvalidInput("unsupported_key_algorithm", "SD-JWT takes Ed25519 and P-256 keys")


def _encode(claims: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(
            claims, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("invalid_claims", "the claims are not JSON") from error
