"""From a DID to its document: dispatch by method, with a bounded cache.

>>> from didgate.dids import did_key
>>> resolver = Resolver({"key": did_key.resolve})
>>> resolver.resolve("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").id
'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from didgate.dids.document import DIDDocument, Purpose
from didgate.dids.syntax import did_of, parse_did
from didgate.errors import ResolutionError
from didgate.keys import PublicKey
from didgate.ports import Clock, SystemClock

DIDMethod = Callable[[str], DIDDocument]
"""Resolves the DIDs of one method; raises ``ResolutionError`` or ``InvalidInput``."""


class Resolver:
    """Resolves DIDs; may be used by several threads.

    Only documents are cached, never failures: what could not be resolved is tried again.

    Args:
        methods: for each method name what resolves its DIDs; others are refused.
        ttl: how long a document may be used before it is resolved anew: also how long a key that
            was taken out of a document is still accepted.
        capacity: the most documents in the cache.
        clock: tells their age.
    """

    def __init__(
        self,
        methods: Mapping[str, DIDMethod],
        *,
        ttl: timedelta = timedelta(minutes=1),
        capacity: int = 1024,
        clock: Clock | None = None,
    ) -> None:
        self._methods = dict(methods)
        self._ttl = ttl
        self._capacity = capacity
        self._clock = clock or SystemClock()
        self._cache: OrderedDict[str, tuple[DIDDocument, datetime]] = OrderedDict()
        self._lock = Lock()

    def resolve(self, did: str) -> DIDDocument:
        """Return the document of a DID.

        Raises:
            InvalidInput: ``invalid_did``, or what is wrong with the DID by the rules of its method.
            ResolutionError: ``unsupported_did_method``, ``did_mismatch``, or why the method failed.
        """
        name, _ = parse_did(did)
        if name not in self._methods:
            raise ResolutionError("unsupported_did_method", f"did:{name} is not supported here")
        if cached := self._cached(did):
            return cached
        # The age counts from before the reading, which may be slow.
        read_at = self._clock.now()
        document = self._methods[name](did)
        if document.id != did:
            raise ResolutionError("did_mismatch", "the document found is of another DID")
        self._remember(document, read_at)
        return document

    def key(self, method_id: str, purpose: Purpose = "assertionMethod") -> PublicKey:
        """Return the public key of a verification method, if it may be used for a purpose.

        Args:
            method_id: absolute DID URL.
            purpose: what the key is to be used for.

        Raises:
            InvalidInput: ``invalid_did_url``, or as :meth:`resolve`.
            ResolutionError: as :meth:`resolve`.
            VerificationError: as :meth:`didgate.dids.DIDDocument.key`.
        """
        return self.resolve(did_of(method_id)).key(method_id, purpose)

    def _cached(self, did: str) -> DIDDocument | None:
        with self._lock:
            document, read_at = self._cache.get(did, (None, None))
            if document is None or read_at is None:
                return None
            age = self._clock.now() - read_at
            # A clock set back must not keep a document for ever.
            if not timedelta(0) <= age < self._ttl:
                del self._cache[did]
                return None
            self._cache.move_to_end(did)
            return document

    def _remember(self, document: DIDDocument, read_at: datetime) -> None:
        with self._lock:
            self._cache[document.id] = (document, read_at)
            self._cache.move_to_end(document.id)
            while len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
