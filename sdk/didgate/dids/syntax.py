"""DIDs and the DID URLs of verification methods as text (DID Core 3.1, 3.2).

>>> parse_did("did:web:example.com:issuers:1")
('web', 'example.com:issuers:1')
>>> did_of("did:web:example.com#key-1")
'did:web:example.com'
"""

from __future__ import annotations

import re

from didgate.errors import InvalidInput

_MAX_LENGTH = 2048
_ID_CHARACTER = r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
_DID = re.compile(rf"did:([a-z0-9]+):((?:{_ID_CHARACTER}*:)*{_ID_CHARACTER}+)")
# RFC 3986 3.5
_FRAGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+")


def parse_did(text: str) -> tuple[str, str]:
    """Split a DID into its method and the identifier specific to the method.

    Raises:
        InvalidInput: ``invalid_did``; a DID URL with path, query or fragment is no DID.
    """
    match = _DID.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise InvalidInput("invalid_did", "the text is not a DID")
    return match[1], match[2]


def did_of(method_id: str) -> str:
    """Return the DID in whose document a verification method stands.

    Args:
        method_id: absolute DID URL of the method: a DID, ``#`` and a fragment.

    Raises:
        InvalidInput: ``invalid_did_url``.
    """
    did, _, fragment = method_id.partition("#")
    if len(method_id) > _MAX_LENGTH or not _DID.fullmatch(did) or not _FRAGMENT.fullmatch(fragment):
        raise InvalidInput("invalid_did_url", "a verification method is a DID, # and a fragment")
    return did
