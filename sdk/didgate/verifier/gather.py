"""The shell of the verifier: look up what a presentation names, within limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias, TypeVar

from didgate.credentials.attribute import Origin
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence, EvidenceSources
from didgate.credentials.identifiers import issuer_id, vct_type_id
from didgate.credentials.presentation import Presentation
from didgate.credentials.sd_jwt import ReceivedSDJWT
from didgate.errors import VerificationError
from didgate.verifier.asked import Asked, Stated, asked_by

MAX_ISSUERS = 8
"""How many different DIDs one presentation may make us resolve."""
MAX_ORIGINS = 16
"""How many different schemas and keys one presentation may make us read from the chain."""

Accreditation: TypeAlias = tuple[bytes, bytes]
"""An issuer's id and the id of the type that it may issue, 32 bytes each."""

Name = TypeVar("Name", bytes, str)
Found = TypeVar("Found")


def gather_evidence(
    presentation: Presentation,
    challenge: Challenge,
    sources: EvidenceSources,
    accredited: Callable[[frozenset[Accreditation]], Collection[Accreditation]] | None = None,
) -> Evidence:
    """Look up the schemas, keys and DID documents of the credentials that were asked for.

    A credential that answers no query, or states another form, type or issuer than is asked for,
    leads to no look-up: verification refuses it anyway. What is not found is left out, and
    verification will say what is missing; what is malformed is left to it, too.

    Args:
        presentation: as received.
        challenge: what it answers, from one's own records.
        sources: where to look.
        accredited: returns which of these stand in the issuer registry. Where it is given, no DID
            is resolved for an SD-JWT that counts only if its issuer is accredited, and is not:
            else whoever presents could have any DID resolved.

    Returns:
        What was found.

    Raises:
        VerificationError: ``too_many_issuers``, ``too_many_origins`` or ``issuer_not_accredited``.
        InvalidInput: the challenge's own query or policy is malformed.
        ChainError: a source could not be asked; nobody can say whether the presentation holds.
    """
    asked = asked_by(challenge)
    by_leaf = dict(_as_asked(presentation, asked))
    stated = by_leaf.values()
    origins = [each for each in stated if isinstance(each, Origin)]
    if len({(origin.schema_id, origin.key_id) for origin in origins}) > MAX_ORIGINS:
        raise VerificationError("too_many_origins", f"of more than {MAX_ORIGINS} schemas and keys")
    issuers = {each.issuer for each in stated if isinstance(each, ReceivedSDJWT)}
    if len(issuers) > MAX_ISSUERS:
        raise VerificationError("too_many_issuers", f"from more than {MAX_ISSUERS} issuers")
    if accredited is not None:
        _check_accredited(by_leaf, asked, accredited)
    return Evidence(
        schemas=_look_up({origin.schema_id for origin in origins}, sources.schema),
        keys=_look_up({origin.key_id for origin in origins}, sources.issuer_key),
        documents=_look_up(issuers, sources.document),
    )


def _as_asked(
    presentation: Presentation, asked: Mapping[str, Asked]
) -> Iterator[tuple[str, Stated]]:
    for leaf, received in presentation.credentials.items():
        if leaf in asked:
            with suppress(VerificationError):
                yield leaf, asked[leaf].read(received)


def _check_accredited(
    stated: Mapping[str, Stated],
    asked: Mapping[str, Asked],
    accredited: Callable[[frozenset[Accreditation]], Collection[Accreditation]],
) -> None:
    needed = {
        leaf: (issuer_id(each.issuer), vct_type_id(each.vct))
        for leaf, each in stated.items()
        if isinstance(each, ReceivedSDJWT) and asked[leaf].issuers is None
    }
    known = accredited(frozenset(needed.values())) if needed else ()
    for leaf, entry in needed.items():
        if entry not in known:
            message = "the issuer is not accredited for this type"
            raise VerificationError("issuer_not_accredited", message, path=leaf)


def _look_up(names: Iterable[Name], look_up: Callable[[Name], Found | None]) -> dict[Name, Found]:
    found = {name: look_up(name) for name in names}
    return {name: result for name, result in found.items() if result is not None}
