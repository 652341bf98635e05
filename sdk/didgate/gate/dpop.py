"""DPoP proofs of possession (RFC 9449): whoever shows a grant proves to hold its key.

``DPoPVerifier.verify`` makes the checks of RFC 9449 §4.3 in order and raises at the first that
fails. ``use_up`` then sees to it that a proof which comes with a grant passes once (§11.1): its
``jti`` is remembered for as long as it would be accepted. A nonce of the server (§8, §9) ties it to
one replica and one short moment, so that a replay cache in process is enough and a restart forgets
nothing that matters.

Anyone can make a proof without a grant, with keys made up on the spot; the memory for those that
asked for a challenge is therefore another one, in process, and when it is full, further ones pass
unremembered. Seen again such a proof gains nobody entry: it asks for a challenge that its own key
must answer. Remembering it makes each challenge cost a signature. One that brings an answer is not
remembered, because a challenge is answered once.

>>> from datetime import UTC, datetime
>>> nonces = ServerNonces(bytes(32))
>>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
>>> nonces.accepts(nonces.current(noon), noon)
True
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from didgate.encoding import b64url_encode
from didgate.errors import AccessDenied, InvalidInput, VerificationError
from didgate.gate.problems import ALGORITHMS
from didgate.keys import PublicKey
from didgate.keys.jws import verify_jws
from didgate.ports import Clock
from didgate.stores import MemoryReplayCache, ReplayCache

WINDOW_SECONDS: Final = 60
"""How far a proof's ``iat`` may lie from the gate's clock, either way."""

MAX_PROOF_BYTES: Final = 8192
_ASKING_CAPACITY: Final = 20_000  # twice the challenges that wait
_MAX_JTI = 256
_MAX_SECONDS: Final = 2**40
_KEY_CACHE = 4096
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNRESERVED: Final = frozenset(string.ascii_letters + string.digits + "-._~")
_PERCENT_ENCODED: Final = re.compile("%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Proof:
    """A DPoP proof that held: the request comes from whoever holds ``key``.

    Attributes:
        key: the key that signed it.
        thumbprint: RFC 7638 thumbprint of the key.
        token: the access token that the proof was made for, if any.
        jti: its identifier, unique among the proofs of its key.
        issued_at: when it was made by its own account, in Unix seconds.
    """

    key: PublicKey
    thumbprint: str
    token: str | None = field(repr=False)
    jti: str
    issued_at: int


class ServerNonces:
    """Nonces for DPoP proofs, derived from a secret and the time (RFC 9449 §8).

    Args:
        secret: 32 bytes. Made at start by default, so that nonces die with the process; replicas
            that share their replay cache share the secret too.
        window: seconds after which the nonce changes; the one before is accepted as well.
    """

    def __init__(self, secret: bytes | None = None, *, window: int = 60) -> None:
        if secret is not None and len(secret) < 32:
            raise InvalidInput("invalid_secret", "the secret of DPoP nonces needs 32 bytes")
        self._secret = secret or secrets.token_bytes(32)
        self._window = window

    def __repr__(self) -> str:
        return f"ServerNonces(window={self._window})"

    def current(self, now: datetime) -> str:
        """Return the nonce to hand out at ``now``."""
        return self._nonce(self._period(now))

    def accepts(self, nonce: str, now: datetime) -> bool:
        """Tell whether ``nonce`` is the present or the previous one."""
        period, given = self._period(now), nonce.encode("utf-8", "replace")
        present = hmac.compare_digest(given, self._nonce(period).encode())
        previous = hmac.compare_digest(given, self._nonce(period - 1).encode())
        return present or previous

    def _period(self, now: datetime) -> int:
        return int(now.timestamp()) // self._window

    def _nonce(self, period: int) -> str:
        mac = hmac.digest(self._secret, b"didgate-dpop-nonce-v1" + period.to_bytes(8), "sha256")
        return b64url_encode(mac[:18])


def memory_for_asking(clock: Clock | None = None) -> ReplayCache:
    """Return a memory, in process and bounded, for proofs that asked for a challenge."""
    return MemoryReplayCache(_ASKING_CAPACITY, clock=clock)


@dataclass(slots=True)
class DPoPVerifier:
    """Checks proofs for one gate.

    Attributes:
        replay: remembers proofs that were used.
        nonces: gives and checks the server's nonces; None asks for none.
        asked: remembers proofs that asked for a challenge, while it has room.
    """

    replay: ReplayCache
    nonces: ServerNonces | None = None
    asked: ReplayCache = field(default_factory=memory_for_asking)
    _keys: OrderedDict[tuple[tuple[str, str], ...], tuple[PublicKey, str]] = field(
        default_factory=OrderedDict, init=False, repr=False
    )

    def verify(
        self,
        proof: str,
        *,
        method: str,
        url: str,
        now: datetime,
        token: str | None = None,
        nonce_required: bool = True,
    ) -> Proof:
        """Check one proof, without using it up.

        Args:
            proof: value of the request's one ``DPoP`` field.
            method: the request's HTTP method.
            url: the request's absolute URL as the client sees it; query and fragment are ignored.
            now: the gate's clock.
            token: the access token shown beside it; the proof must then name its hash.
            nonce_required: False where a proof without nonce is harmless, as when it only asks
                for a challenge; a nonce that is given must be right all the same.

        Raises:
            VerificationError: ``dpop_…``.
        """
        claims, key, thumbprint = self._open(proof)
        _check_request(claims, method, url)
        issued_at = _check_time(claims, now)
        self._check_nonce(claims.get("nonce"), now, required=nonce_required)
        if token is not None:
            _check_token_hash(claims, token)
        return Proof(key, thumbprint, token, _identifier(claims), issued_at)

    def use_up(self, proof: Proof) -> None:
        """Let a proof pass, this once.

        Raises:
            VerificationError: ``dpop_replayed``.
            AccessDenied: ``store_full``: the replay cache takes no more.
        """
        _remember(self.replay, proof)

    def use_up_to_ask(self, proof: Proof) -> None:
        """Let a proof ask for a challenge, this once as long as there is room to remember it.

        Raises:
            VerificationError: ``dpop_replayed``.
        """
        try:
            _remember(self.asked, proof)
        except AccessDenied as error:
            # Strangers could fill this memory: then they are where they would be without it, and
            # everyone else is no worse off.
            if error.code != "store_full":
                raise

    def _open(self, proof: str) -> tuple[Mapping[str, Any], PublicKey, str]:
        """Return the claims of a well-signed proof, its key and the key's thumbprint."""
        found: list[tuple[PublicKey, str]] = []

        def embedded_key(header: Mapping[str, Any]) -> PublicKey:
            found.append(self._key_of(header.get("jwk")))
            return found[0][0]

        try:
            jws = verify_jws(
                proof,
                embedded_key,
                algorithms=ALGORITHMS,
                typ="dpop+jwt",
                max_bytes=MAX_PROOF_BYTES,
            )
            return jws.claims(), *found[0]
        except VerificationError as error:
            code = "dpop_signature" if error.code == "invalid_signature" else "dpop_invalid"
            raise VerificationError(code, f"the DPoP proof: {error.message}") from error

    def _key_of(self, jwk: object) -> tuple[PublicKey, str]:
        """Return the key and its thumbprint; keys that came before are not decoded again."""
        if not isinstance(jwk, dict) or not all(isinstance(value, str) for value in jwk.values()):
            raise VerificationError("jws_malformed", "the header holds no public key")
        name = tuple(sorted(jwk.items()))
        known = self._keys.get(name)
        if known is None:
            try:
                key = PublicKey.from_jwk(jwk)
            except InvalidInput as error:
                raise VerificationError("jws_malformed", "the header's key is refused") from error
            known = self._keys[name] = (key, key.thumbprint())
            if len(self._keys) > _KEY_CACHE:
                self._keys.popitem(last=False)
        return known

    def _check_nonce(self, nonce: object, now: datetime, *, required: bool) -> None:
        if self.nonces is None or (nonce is None and not required):
            return
        if not isinstance(nonce, str) or not self.nonces.accepts(nonce, now):
            raise VerificationError(
                "dpop_nonce_required", "the DPoP proof needs the nonce of the DPoP-Nonce field"
            )


def _remember(cache: ReplayCache, proof: Proof) -> None:
    """Take note of a proof for as long as it would be accepted."""
    expires_at = datetime.fromtimestamp(proof.issued_at + WINDOW_SECONDS + 1, UTC)
    try:
        cache.remember(f"{proof.thumbprint} {proof.jti}", expires_at)
    except AccessDenied as error:
        if error.code != "replayed":
            raise
        raise VerificationError("dpop_replayed", "the DPoP proof was used before") from error


def token_hash(token: str) -> str:
    """Return the ``ath`` claim for an access token (RFC 9449 §4.2)."""
    return b64url_encode(hashlib.sha256(token.encode("ascii", "replace")).digest())


def normal_url(url: str) -> str:
    """Return ``url`` without query and fragment, normalised by RFC 3986 §6.2.2 and §6.2.3.

    >>> normal_url("HTTPS://Gate.Example:443/a/./b/%7euser?q=1#top")
    'https://gate.example/a/b/~user'

    Raises:
        InvalidInput: not an absolute http or https URL, or one with user information.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput("invalid_url", "the URL is malformed") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        raise InvalidInput("invalid_url", "the URL is not an absolute http(s) URL")
    return f"{parts.scheme}://{_authority(parts, port)}{_normal_path(parts.path)}"


def _authority(parts: SplitResult, port: int | None) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{port}"


def _normal_path(path: str) -> str:
    # RFC 3986 6.2.2.2 before 6.2.2.3: an encoded dot is a dot.
    decoded = _PERCENT_ENCODED.sub(_normal_octet, path)
    segments: list[str] = []
    for segment in decoded.split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    if decoded.endswith(("/.", "/..")):
        segments.append("")
    return "/" + "/".join(segments)


def _normal_octet(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _check_request(claims: Mapping[str, Any], method: str, url: str) -> None:
    if claims.get("htm") != method:
        raise VerificationError("dpop_method", "the DPoP proof was made for another method")
    htu = claims.get("htu")
    if htu == url:
        return
    try:
        same = isinstance(htu, str) and normal_url(htu) == normal_url(url)
    except InvalidInput as error:
        raise VerificationError("dpop_url", "the DPoP proof's URL is malformed") from error
    if not same:
        raise VerificationError("dpop_url", "the DPoP proof was made for another URL")


def _check_time(claims: Mapping[str, Any], now: datetime) -> int:
    issued_at = claims.get("iat")
    # JSON has integers of any size; what is compared below must be a number of seconds.
    if type(issued_at) is not int or not 0 <= issued_at <= _MAX_SECONDS:
        raise VerificationError("dpop_invalid", "the DPoP proof does not say when it was made")
    if abs(now.timestamp() - issued_at) > WINDOW_SECONDS:
        raise VerificationError("dpop_time", "the DPoP proof was not made just now")
    return issued_at


def _identifier(claims: Mapping[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI:
        raise VerificationError("dpop_invalid", "the DPoP proof has no usable identifier")
    return jti


def _check_token_hash(claims: Mapping[str, Any], token: str) -> None:
    given = claims.get("ath")
    expected = token_hash(token).encode()
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode("utf-8", "replace"), expected
    ):
        raise VerificationError("dpop_token_hash", "the DPoP proof was made for another token")
