"""What runs: the chain, served from its file, and the service, in a process of its own.

Both can be stopped, and started again on the same ports with nothing but their files.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx2

from didgate.chain.embedded import ChainServer, EmbeddedChain
from didgate.config import Home
from didgate.demo.people import http_client
from didgate.errors import DidgateError
from didgate.gate import PREFIX
from didgate.keys import SoftwareSigner
from didgate.keys.keystore import Keystore

BLOCK_TIME = timedelta(seconds=3)
OPERATOR = "operator"
"""Name in the service's keystore of the account that anchors its receipts."""
_PATIENCE = 15
_LAST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class ServedChain:
    """An embedded chain and the server by which several processes share it."""

    chain: EmbeddedChain
    server: ChainServer

    @classmethod
    def begin(cls, path: Path, funded: Iterable[str]) -> Self:
        """Begin a chain in a new file, with accounts that can pay for transactions."""
        return cls._serve(EmbeddedChain.create(path, funded=funded), 0)

    @classmethod
    def go_on(cls, path: Path, port: int) -> Self:
        """Go on with the chain in a file."""
        return cls._serve(EmbeddedChain.open(path), port)

    @classmethod
    def _serve(cls, chain: EmbeddedChain, port: int) -> Self:
        return cls(chain, ChainServer(chain, port=port, block_time=BLOCK_TIME).start())

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.server.url

    def stop(self) -> None:
        """Stop serving and close the file."""
        self.server.stop()
        self.chain.close()


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """The gated service (``didgate.demo.service``), running."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(
        cls, home: Home, chain_url: str, passphrase: str, resource: bytes, port: int = 0
    ) -> Self:
        """Start it, and return as soon as it answers.

        Args:
            home: where model, keys and receipts are.
            chain_url: where the chain is served.
            passphrase: of its keystore.
            resource: what it gates.
            port: where it is to listen; 0 takes a free port.

        Raises:
            DidgateError: ``service_failed``, with what it said last.
        """
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DIDGATE_")
        }
        environment |= {
            "DIDGATE_HOME": str(home.root),
            "DIDGATE_RPC_URL": chain_url,
            "DIDGATE_PASSPHRASE": passphrase,
            "DIDGATE_ANCHOR_ACCOUNT": OPERATOR,
            "DIDGATE_EVIDENCE": "keep",
        }
        with _log(home).open("a") as log:
            process = subprocess.Popen(  # noqa: S603  # our own module, by our own interpreter
                [sys.executable, "-m", "didgate.demo.service", resource.hex(), str(port)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout is not None, "asked for above"
        service = cls(process, process.stdout.readline().strip())
        try:
            # It listens before it says where: a request that comes too early waits.
            http_client().get(f"{service.url}{PREFIX}/jwks.json").raise_for_status()
        except httpx2.HTTPError as error:
            service.stop()
            last_words = _log(home).read_text()[-_LAST_WORDS:]
            raise DidgateError("service_failed", last_words) from error
        return service

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass(slots=True)
class Stage:
    """Chain and service of one ``DIDGATE_HOME``.

    Args:
        home: where everything is kept.
        chain: the chain, served.
        operator: the account of whoever runs the service.
        resource: what the service gates.
        service: the service, as soon as it runs.
    """

    home: Home
    chain: ServedChain
    operator: SoftwareSigner
    resource: bytes = b""
    service: ServiceProcess | None = None
    is_running: bool = True
    _passphrase: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def url(self) -> str:
        """Where the service listens."""
        assert self.service is not None, "start_service comes first"
        return self.service.url

    def start_service(self, resource: bytes) -> None:
        """Start the service that gates a resource."""
        self.resource = resource
        self.keystore().add(OPERATOR, self.operator)
        self._start_service(0)

    def keystore(self) -> Keystore:
        """Return the service's keystore."""
        return Keystore.open_or_create(self.home.keystore, self._passphrase)

    def stop(self) -> None:
        """Stop the service and close the chain's file; a second time nothing happens."""
        if not self.is_running:
            return
        self.is_running = False
        if self.service is not None:
            self.service.stop()
        self.chain.stop()

    def start_again(self) -> None:
        """Start from their files what ``stop`` has stopped, on the same ports."""
        self.chain = ServedChain.go_on(self.home.chain, _port(self.chain.url))
        self.is_running = True
        self._start_service(_port(self.url))

    def _start_service(self, port: int) -> None:
        self.service = ServiceProcess.start(
            self.home, self.chain.url, self._passphrase, self.resource, port
        )


def _log(home: Home) -> Path:
    return home.root / "service.log"


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, "both servers say where they listen"
    return port
