"""Holders: a wallet, an HTTP client and a key of their own each.

``Holder.predict`` is what using a gated service looks like from the client's side: a request that
is answered. What it took to be let in is in ``last_plan``, and in the receipt.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx2

from didgate.client import GateClient, GrantHeld
from didgate.credentials.evidence import EvidenceSources
from didgate.demo.model import PREDICT, Image
from didgate.holder import Plan, Wallet
from didgate.stores import open_engine

_TIMEOUT = 30.0


def open_wallet(folder: Path, name: str, sources: EvidenceSources) -> Wallet:
    """Return a new wallet, sealed in a file under a fresh key.

    Args:
        folder: where the file goes.
        name: whose it is.
        sources: the registries and DIDs that its holder relies on.
    """
    engine = open_engine(folder / f"wallet-{name}.sqlite")
    return Wallet(engine, secrets.token_bytes(32), sources=sources)


def http_client() -> httpx2.Client:
    """Return a client that goes straight to the loopback interface."""
    return httpx2.Client(timeout=_TIMEOUT, trust_env=False, verify=_tls_context())


@cache
def _tls_context() -> ssl.SSLContext:
    """Return what all clients share: reading the root certificates takes long."""
    return ssl.create_default_context()


@dataclass(slots=True)
class Holder:
    """Someone who wants to use the model.

    Args:
        wallet: what they can prove.
        last_plan: what they disclosed last.
    """

    wallet: Wallet
    last_plan: Plan | None = None
    _clients: dict[str, GateClient] = field(default_factory=dict, init=False, repr=False)

    def start_afresh(self) -> None:
        """Take another client: no grant, no cookie, another DPoP key, only the wallet stays."""
        self._clients.clear()

    def client(self, url: str) -> GateClient:
        """Return the client that answers the challenges of one service, and of no other."""
        if url not in self._clients:
            self._clients[url] = GateClient(
                self.wallet, http_client(), origins=[url], approve=self._consent
            )
        return self._clients[url]

    def predict(self, url: str, images: Sequence[Image]) -> list[int]:
        """Have the service read images.

        Args:
            url: the service's origin.
            images: what to read.

        Raises:
            RefusedByGate: the gate refused.
            InvalidInput: ``cannot_satisfy``, the wallet has nothing that would do.
        """
        pixels = [image.pixels for image in images]
        response = self.client(url).post(url + PREDICT, json={"images": pixels})
        digits: list[int] = response.raise_for_status().json()["digits"]
        return digits

    def grant(self, url: str) -> GrantHeld | None:
        """Return the grant that the next prediction would be asked for with, if there is one."""
        return self.client(url).grant_for(url + PREDICT)

    def _consent(self, plan: Plan) -> bool:
        """Take note of what would be disclosed; a program for people would ask here."""
        self.last_plan = plan
        return True
