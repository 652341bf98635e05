"""The same conversation step by step, without a wallet's scruples: for those who cheat.

A wallet answers no challenge that is not for it, and shows nothing that will not do. To see what
the gate makes of such answers they have to be put together by hand; it also shows what goes over
the wire.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from didgate.client import ProofMaker
from didgate.credentials import identifiers
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.demo.model import PREDICT
from didgate.demo.people import http_client
from didgate.holder import Contact
from didgate.policy import decode


@dataclass(slots=True)
class BareClient:
    """A client of the service with a DPoP key of its own.

    Args:
        url: the service's origin.
    """

    url: str
    proofs: ProofMaker = field(default_factory=ProofMaker)
    _http: httpx2.Client = field(default_factory=http_client)
    _nonce: str | None = None

    @property
    def contact(self) -> Contact:
        """What a wallet must know of this client."""
        return Contact(self.url + PREDICT, self.proofs.thumbprint)

    def challenge(self) -> Challenge:
        """Ask for predictions without a grant, and return the challenge that comes back."""
        response = self.post(self.url + PREDICT, {"images": []})
        return Challenge.from_dict(response.json()["challenge"])

    def answer(self, challenge: Challenge, presentation: Presentation) -> httpx2.Response:
        """Answer a challenge; the response holds a grant, or says why not."""
        body = {"nonce": challenge.nonce, **presentation.to_dict()}
        return self.post(challenge.response_uri, body)

    def post(self, url: str, body: Any, *, token: str | None = None) -> httpx2.Response:
        """Send a request with a fresh DPoP proof, and with a token if there is one."""
        headers = {"DPoP": self.proofs.make("POST", url, token=token, nonce=self._nonce)}
        if token is not None:
            headers["Authorization"] = f"DPoP {token}"
        response = self._http.post(url, json=body, headers=headers)
        self._nonce = response.headers.get("DPoP-Nonce", self._nonce)
        return response


def disclose(
    challenge: Challenge, credential: AttributeCredential, names: Collection[str]
) -> Presentation:
    """Return a well-made presentation of attributes, whether it will do or not."""
    schema_id = credential.schema.schema_id
    leaf = next(
        name
        for name, each in decode(challenge.policy).credentials.items()
        if each.schema_id == schema_id
    )
    shown = Disclosed(
        leaf,
        schema_id,
        identifiers.issuer_id(credential.issuer),
        credential.disclosed_slots(names),
    )
    access = gate_access_digest(challenge, bundle_hash([shown]), 0)
    return Presentation({leaf: credential.derive(names, access)})


def tamper(presentation: Presentation, claims: Mapping[str, Any]) -> Presentation:
    """Return a presentation in which claims of its one document read otherwise."""
    ((leaf, document),) = presentation.credentials.items()
    subject = document["credentialSubject"] | claims
    return Presentation({leaf: document | {"credentialSubject": subject}})
