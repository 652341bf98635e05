"""did:web: the document is served by the domain that the DID names.

The DID is only as good as the domain, its certificate and whoever may write the file; the document
holds no history, so a policy should not rest on a did:web alone where the domain is not trusted.

>>> document_url("did:web:example.com")
'https://example.com/.well-known/did.json'
>>> document_url("did:web:example.com%3A3000:user:alice")
'https://example.com:3000/user/alice/did.json'
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from didgate.dids.document import DIDDocument
from didgate.dids.syntax import parse_did
from didgate.encoding import strict_json
from didgate.errors import InvalidInput, ResolutionError
from didgate.ports import Fetcher

_ACCEPT = "application/did+ld+json, application/did+json, application/json"
# The last label has a letter, so that it is never an IP address, which did:web forbids.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(
    rf"(?=.{{1,253}}(?:%|\Z))(?:{_LABEL}\.)*(?=[0-9-]*[A-Za-z]){_LABEL}(?:%3[Aa]([0-9]{{1,5}}))?"
)


class DIDWeb:
    """Resolves did:web by fetching documents.

    Args:
        fetcher: fetches within limits of address, scheme and time.
        max_bytes: the largest document accepted.
    """

    def __init__(self, fetcher: Fetcher, *, max_bytes: int = 65536) -> None:
        self._fetcher = fetcher
        self._max_bytes = max_bytes

    def resolve(self, did: str) -> DIDDocument:
        """Return the document of a did:web.

        Raises:
            InvalidInput: ``invalid_did``.
            ResolutionError: ``invalid_did_document``, ``did_mismatch`` if it is the document of
                another DID, or what the fetcher raises.
        """
        body = self._fetcher.fetch(document_url(did), max_bytes=self._max_bytes, accept=_ACCEPT)
        try:
            document = DIDDocument.from_dict(strict_json.loads(body, max_bytes=self._max_bytes))
        except InvalidInput as error:
            raise ResolutionError("invalid_did_document", error.message, path=error.path) from error
        # did:web, read, step 7: the document must be of this very DID.
        if document.id != did:
            raise ResolutionError("did_mismatch", "the document found is of another DID")
        return document


def document_url(did: str) -> str:
    """Return the URL at which the document of a did:web is to be found.

    Raises:
        InvalidInput: ``invalid_did``.
    """
    name, identifier = parse_did(did)
    host, *path = identifier.split(":")
    if name != "web" or not _HOST.fullmatch(host):
        raise InvalidInput("invalid_did", "the DID is not a did:web")
    if not all(map(_is_plain_segment, path)):
        raise InvalidInput("invalid_did", "the path of the did:web is not plain")
    domain = re.sub("%3A", ":", host, flags=re.IGNORECASE)
    return f"https://{domain}/{'/'.join(path or ['.well-known'])}/did.json"


def _is_plain_segment(segment: str) -> bool:
    # Whatever a server or a client would read as more than one segment, or as a way up, would let
    # one user of a domain speak for another.
    text = unquote(segment)
    return text not in {"", ".", ".."} and not re.search(r"[/\\%?#\x00-\x20\x7f]", text)
