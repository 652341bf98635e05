"""Fetches remote documents within limits of size, time, scheme and address.

Who presents a credential chooses which ``did:web`` document or status list a verifier reads. So a
fetch must not become a way into the verifier's own network, nor a way to keep it busy: HTTPS only,
public addresses only, a byte limit, a total timeout, few redirects.

>>> HTTPFetcher().fetch("http://example.com/", max_bytes=1000, accept="application/json")
Traceback (most recent call last):
didgate.errors.ResolutionError: only https URLs are fetched [url_not_allowed]
"""

from __future__ import annotations

from didgate.fetch.addresses import Lookup, is_public, system_lookup
from didgate.fetch.http import HTTPFetcher

__all__ = ["HTTPFetcher", "Lookup", "is_public", "system_lookup"]
