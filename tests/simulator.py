"""The world outside, simulated: implements the ports with what a test prescribes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from didgate.chain.did_registry import IdentityEvent
from didgate.chain.facts import Block
from didgate.errors import ChainError, ResolutionError


class ManualClock:
    """A clock that stands still until it is moved; implements ``didgate.ports.Clock``."""

    def __init__(self, moment: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, duration: timedelta) -> None:
        self.moment += duration


class ScriptedFetcher:
    """Serves prescribed documents; implements ``didgate.ports.Fetcher``.

    A document is what is served at a URL, or the error that fetching it raises. Whatever is not
    prescribed is not found. ``requests`` lists the URLs and media types asked for, in order.
    """

    def __init__(self, documents: Mapping[str, bytes | ResolutionError] | None = None) -> None:
        self.documents = dict(documents or {})
        self.requests: list[tuple[str, str]] = []

    def fetch(self, url: str, *, max_bytes: int, accept: str) -> bytes:
        self.requests.append((url, accept))
        document = self.documents.get(url)
        if document is None:
            raise ResolutionError("not_found", "there is no such document")
        if isinstance(document, ResolutionError):
            raise document
        if len(document) > max_bytes:
            raise ResolutionError("document_too_large", f"the document exceeds {max_bytes} bytes")
        return document


class ScriptedEthrNetwork:
    """A registry of did:ethr with a prescribed history; implements ``EthrNetwork``.

    ``events`` holds what each identity declared, by EIP-55 address; ``failure`` is raised in its
    place if it is set.
    """

    def __init__(self, timestamp: int = 0) -> None:
        self.block = Block(number=1000, hash=bytes(32), timestamp=timestamp)
        self.events: dict[str, list[IdentityEvent]] = {}
        self.failure: ChainError | None = None

    def head(self) -> Block:
        return self.block

    def history(self, identity: str, at: Block) -> list[IdentityEvent]:
        assert at == self.block
        if self.failure:
            raise self.failure
        return self.events.get(identity, [])
