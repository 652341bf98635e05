"""What the processed payload of an SD-JWT VC says (draft-ietf-oauth-sd-jwt-vc §2.2.2).

The registered claims are read into fields of their own, everything else is about the subject.
Holder and verifier read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from didgate.credentials import identifiers
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import PublicKey
from didgate.proofs.disclosures import Revealed
from didgate.proofs.sd_jwt import CLOCK_SKEW, numeric_date

NOT_CONCEALABLE = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}
)
"""Claims that the draft forbids to disclose selectively, their parts included."""

REGISTERED = NOT_CONCEALABLE | {"iat", "sub", "aud", "jti"}
"""Claims that say something about the credential, and never reach a policy."""

_LIST_ID = re.compile(r"0x[0-9a-f]{64}")
_MAX_STATUS_INDEX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SDJWTClaims:
    """An SD-JWT VC's processed payload, read.

    Args:
        issuer: the issuer's DID.
        vct: the type.
        issued_at: aware UTC.
        not_before: aware UTC, if it says.
        valid_until: end of validity, exclusive, aware UTC.
        audience: whom it is meant for, if it says.
        holder_key: the key that must sign presentations.
        status: (list id, index) in the issuer's list for this type, if it has a status.
        claims: the disclosed claims about the subject.
    """

    issuer: str
    vct: str
    issued_at: datetime
    not_before: datetime | None
    valid_until: datetime
    audience: tuple[str, ...] | None
    holder_key: PublicKey
    status: tuple[bytes, int] | None
    claims: Mapping[str, Any] = field(repr=False)

    def check_period(self, now: datetime) -> None:
        """Check that the credential holds now.

        Raises:
            VerificationError: ``credential_expired``, ``credential_not_yet_valid`` or
                ``credential_from_future``.
        """
        if now >= self.valid_until:
            raise VerificationError("credential_expired", "the credential has expired")
        if self.not_before is not None and now + CLOCK_SKEW < self.not_before:
            raise VerificationError("credential_not_yet_valid", "the credential does not hold yet")
        if now + CLOCK_SKEW < self.issued_at:
            raise VerificationError("credential_from_future", "the credential is not yet issued")


def read_claims(revealed: Revealed) -> SDJWTClaims:
    """Read a processed payload.

    Raises:
        VerificationError: ``registered_claim_concealed``, ``missing_claim``, ``invalid_time``,
            ``holder_key_malformed``, ``unsupported_status`` or ``status_list_mismatch``.
    """
    payload = revealed.claims
    if any(place.split("/")[1] in NOT_CONCEALABLE for place in revealed.places):
        raise VerificationError("registered_claim_concealed", "a registered claim was concealed")
    issuer, vct = _text(payload, "iss"), _text(payload, "vct")
    return SDJWTClaims(
        issuer=issuer,
        vct=vct,
        issued_at=_time(payload, "iat"),
        not_before=_time(payload, "nbf") if "nbf" in payload else None,
        valid_until=_time(payload, "exp"),
        audience=_audience(payload),
        holder_key=_holder_key(payload),
        status=_status(payload, issuer, vct),
        claims={name: value for name, value in payload.items() if name not in REGISTERED},
    )


def status_claim(issuer: str, vct: str, index: int) -> dict[str, Any]:
    """Return the ``status`` claim for an index in the issuer's own list for a type.

    Raises:
        InvalidInput: ``status_index_out_of_range``.
    """
    if not 0 <= index <= _MAX_STATUS_INDEX:
        raise InvalidInput("status_index_out_of_range", "a status index is below 2^32")
    return {"didgate": {"list": "0x" + _list_id(issuer, vct).hex(), "idx": index}}


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise VerificationError("missing_claim", f"{name} is missing or no text")
    return value


def _time(payload: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.fromtimestamp(numeric_date(payload, name), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise VerificationError("invalid_time", f"{name} is out of range") from error


def _audience(payload: Mapping[str, Any]) -> tuple[str, ...] | None:
    match payload.get("aud"):
        case None if "aud" not in payload:
            return None
        case str(single):
            return (single,)
        case [*several] if all(isinstance(each, str) for each in several):
            return tuple(several)
        case _:
            raise VerificationError("missing_claim", "aud is neither text nor an array of texts")


def _holder_key(payload: Mapping[str, Any]) -> PublicKey:
    match payload.get("cnf"):
        case {"jwk": dict(jwk)}:
            try:
                return PublicKey.from_jwk(jwk)
            except InvalidInput as error:
                raise VerificationError(
                    "holder_key_malformed", "cnf holds no key that we accept"
                ) from error
        case _:
            raise VerificationError("missing_claim", "cnf confirms no key by value")


def _status(payload: Mapping[str, Any], issuer: str, vct: str) -> tuple[bytes, int] | None:
    if "status" not in payload:
        return None
    match payload["status"]:
        # An unknown mechanism beside ours could say "revoked" where ours does not.
        case {"didgate": {"list": str(list_id), "idx": int(index), **more}, **others} if (
            not more and not others and _is_index(index) and _LIST_ID.fullmatch(list_id)
        ):
            # The registry lets only its issuer set bits of a list; another's says nothing.
            if bytes.fromhex(list_id[2:]) != _list_id(issuer, vct):
                raise VerificationError("status_list_mismatch", "the status list is another's")
            return _list_id(issuer, vct), index
        case _:
            raise VerificationError("unsupported_status", "the status cannot be checked")


def _is_index(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MAX_STATUS_INDEX


def _list_id(issuer: str, vct: str) -> bytes:
    return identifiers.status_list_id(identifiers.issuer_id(issuer), identifiers.vct_type_id(vct))
