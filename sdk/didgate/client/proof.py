"""Makes DPoP proofs (RFC 9449 §4.2): one for each request, by the client's own key.

>>> from didgate.keys.jws import decode_unverified_jws
>>> header, _ = decode_unverified_jws(ProofMaker().make("GET", "https://gate.example/a?b=c"))
>>> header["typ"], header["alg"]
('dpop+jwt', 'ES256')
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from didgate.encoding import b64url_encode
from didgate.keys import KeyAlgorithm, Signer, SoftwareSigner
from didgate.keys.jws import sign_jws
from didgate.ports import Clock, SystemClock


class ProofMaker:
    """Proves possession of one key.

    Args:
        signer: P-256 or Ed25519; by default a fresh P-256 key that lives as long as this object.
        clock: tells when a proof is made.
    """

    def __init__(self, signer: Signer | None = None, *, clock: Clock | None = None) -> None:
        self._signer = signer or SoftwareSigner.generate(KeyAlgorithm.P256)
        self._clock = clock or SystemClock()
        self._header = {"typ": "dpop+jwt", "jwk": self._signer.public_key.to_jwk()}
        self.thumbprint = self._signer.public_key.thumbprint()

    def make(
        self, method: str, url: str, *, token: str | None = None, nonce: str | None = None
    ) -> str:
        """Return a proof for one request.

        Args:
            method: HTTP method.
            url: absolute URL; query and fragment are left out.
            token: the access token sent beside it.
            nonce: the latest ``DPoP-Nonce`` of the server.
        """
        claims: dict[str, Any] = {
            "jti": b64url_encode(secrets.token_bytes(16)),
            "htm": method,
            "htu": urlunsplit(urlsplit(url)._replace(query="", fragment="")),
            "iat": int(self._clock.now().timestamp()),
        }
        if token is not None:
            claims["ath"] = b64url_encode(hashlib.sha256(token.encode()).digest())
        if nonce is not None:
            claims["nonce"] = nonce
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return sign_jws(self._signer, payload, self._header)
