"""The shell of the verifier: look up what a presentation names, within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from didgate.credentials import attribute
from didgate.credentials.evidence import Evidence, EvidenceSources
from didgate.credentials.presentation import Presentation
from didgate.credentials.sd_jwt import ReceivedSDJWT
from didgate.errors import VerificationError

MAX_ISSUERS = 8
"""How many different DIDs one presentation may make us resolve."""
MAX_ORIGINS = 16
"""How many different schemas and keys one presentation may make us read from the chain."""

Name = TypeVar("Name", bytes, str)
Found = TypeVar("Found")


def gather_evidence(presentation: Presentation, sources: EvidenceSources) -> Evidence:
    """Look up the schemas, keys and DID documents that a presentation names.

    What is not found is left out, and verification will say what is missing. What is malformed is
    left to verification, too.

    Args:
        presentation: as received.
        sources: where to look.

    Returns:
        What was found.

    Raises:
        VerificationError: ``too_many_issuers`` or ``too_many_origins``.
        ChainError: a source could not be asked; nobody can say whether the presentation holds.
    """
    origins = list(_readable(attribute.origin, presentation, dict))
    if len({(origin.schema_id, origin.key_id) for origin in origins}) > MAX_ORIGINS:
        raise VerificationError("too_many_origins", f"of more than {MAX_ORIGINS} schemas and keys")
    issuers = {token.issuer for token in _readable(ReceivedSDJWT.parse, presentation, str)}
    if len(issuers) > MAX_ISSUERS:
        raise VerificationError("too_many_issuers", f"from more than {MAX_ISSUERS} issuers")
    return Evidence(
        schemas=_look_up({origin.schema_id for origin in origins}, sources.schema),
        keys=_look_up({origin.key_id for origin in origins}, sources.issuer_key),
        documents=_look_up(issuers, sources.document),
    )


def _readable(
    read: Callable[[Any], Found], presentation: Presentation, kind: type
) -> Iterable[Found]:
    for credential in presentation.credentials.values():
        if isinstance(credential, kind):
            try:
                yield read(credential)
            except VerificationError:
                continue


def _look_up(names: Iterable[Name], look_up: Callable[[Name], Found | None]) -> dict[Name, Found]:
    found = {name: look_up(name) for name in names}
    return {name: result for name, result in found.items() if result is not None}
