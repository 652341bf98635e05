"""JSON-LD contexts: shipped here or given by the caller, pinned by their hash, never fetched.

What a context says decides what a signature means, so a context that can change, or that somebody
else serves, has no place in verification. Vocabularies of one's own are handed over with the
SHA-256 of their bytes, as documents name them (VC Data Integrity 1.0 §2.4.1).

>>> "https://www.w3.org/ns/credentials/v2" in Contexts.shipped()
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Self

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver

from didgate.encoding import strict_json
from didgate.errors import InvalidInput

# Documents bring contexts of their own; what they were resolved to is kept for so many.
_CACHED_CONTEXTS = 256
_MAX_BYTES = 1 << 20

_SHIPPED = {
    "https://www.w3.org/2018/credentials/v1": (
        "credentials-v1",
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    ),
    "https://www.w3.org/ns/credentials/v2": (
        "credentials-v2",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    "https://www.w3.org/ns/credentials/examples/v2": (
        "credentials-examples-v2",
        "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
    ),
    "https://www.w3.org/ns/credentials/undefined-terms/v2": (
        "credentials-undefined-terms-v2",
        "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581",
    ),
    "https://w3id.org/security/data-integrity/v1": (
        "data-integrity-v1",
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "data-integrity-v2",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    "https://w3id.org/security/suites/ed25519-2020/v1": (
        "ed25519-signature-2020-v1",
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
    "https://w3id.org/security/multikey/v1": (
        "multikey-v1",
        "c5f3806f8286920573221938917988a18a4cc5a09e968d29649613c7a1c2b1f6",
    ),
    "https://www.w3.org/ns/did/v1": (
        "did-v1",
        "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
    ),
}


@dataclass(frozen=True, slots=True)
class Context:
    """A context document.

    Args:
        url: by which documents name it.
        document: its bytes, UTF-8 JSON.
        sha256: lower-case hexadecimal SHA-256 of these bytes.

    Raises:
        InvalidInput: ``context_hash_mismatch``, ``invalid_context``, or a fault of the JSON.
    """

    url: str
    document: bytes
    sha256: str

    def __post_init__(self) -> None:
        if hashlib.sha256(self.document).hexdigest() != self.sha256:
            raise InvalidInput("context_hash_mismatch", "these are not the bytes that were pinned")
        self.parsed()

    def parsed(self) -> dict[str, Any]:
        """Return the document, parsed anew: JSON-LD processors write into what they are given."""
        parsed = strict_json.loads(self.document, max_bytes=_MAX_BYTES)
        if not isinstance(parsed, dict) or "@context" not in parsed:
            raise InvalidInput("invalid_context", "the document holds no @context")
        return parsed


class Contexts:
    """The contexts that documents may name, and no others.

    Args:
        contexts: each URL at most once.

    Raises:
        InvalidInput: ``duplicate_context``.
    """

    def __init__(self, contexts: Iterable[Context]) -> None:
        listed = tuple(contexts)
        self._by_url = {context.url: context for context in listed}
        self._resolved: LRUCache[str, Any] = LRUCache(maxsize=_CACHED_CONTEXTS)
        if len(self._by_url) < len(listed):
            raise InvalidInput("duplicate_context", "two contexts have the same URL")

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """Return the contexts that come with didgate."""
        folder = resources.files(__package__) / "contexts"
        return cls(
            Context(url, (folder / f"{name}.jsonld").read_bytes(), digest)
            for url, (name, digest) in _SHIPPED.items()
        )

    def with_more(self, contexts: Iterable[Context]) -> Contexts:
        """Return these contexts and others; ``duplicate_context`` where a URL is taken."""
        return Contexts([*self._by_url.values(), *contexts])

    def __contains__(self, url: object) -> bool:
        return url in self._by_url

    def load(self, url: str, options: object = None) -> dict[str, Any]:
        """Return a context as PyLD's document loaders do.

        Raises:
            InvalidInput: ``unknown_context``.
        """
        del options
        if url not in self._by_url:
            raise InvalidInput("unknown_context", "the document names a context that is not known")
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": self._by_url[url].parsed(),
            # It never changes: PyLD may keep what it made of it.
            "tag": "static",
        }

    def resolver(self) -> ContextResolver:
        """Return what PyLD needs for one operation; what was resolved is shared between them."""
        return ContextResolver(self._resolved, self.load)
