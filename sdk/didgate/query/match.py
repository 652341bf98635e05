"""Which stored credentials answer a DCQL query, and what each would disclose (OpenID4VP 1.0 §6.4).

A holder should reveal as little as will do. So among several credentials that answer one query the
one that discloses the fewest claims is taken, and among several options of a credential set the
one that adds the fewest claims, then the fewest credentials, to what is disclosed already.

>>> from didgate.query.parse import parse_query
>>> query = parse_query({"credentials": [{"id": "c0", "format": "dc+sd-jwt",
...     "meta": {"vct_values": ["https://id.example/person"]}, "claims": [{"path": ["age"]}]}]})
>>> held = Candidate("passport", "dc+sd-jwt", "https://id.example/person", {"age": 40, "name": "X"})
>>> match(query, [held]).chosen
{'c0': Answer(candidate='passport', disclosed=(('age',),))}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from didgate.errors import InvalidInput
from didgate.query.dcql import TYPE_MEMBERS, ClaimsPath, ClaimsQuery, CredentialQuery, Query


@dataclass(frozen=True, slots=True)
class Candidate:
    """A credential that could be presented.

    Args:
        name: the wallet's own name for it.
        format: credential format identifier.
        type: its ``vct``, or ``0x`` and its schema id in hexadecimal.
        claims: what it can disclose, as JSON values.
    """

    name: str
    format: str
    type: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A credential that answers one credential query.

    Args:
        candidate: the name of the credential.
        disclosed: the paths of the claims that it would disclose.
    """

    candidate: str
    disclosed: tuple[ClaimsPath, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """What a wallet can answer.

    Args:
        possible: for each credential query, every credential that answers it, the least revealing
            one first; empty where none does.
        chosen: what to present, by id; ``None`` if the query cannot be satisfied.
    """

    possible: Mapping[str, tuple[Answer, ...]]
    chosen: Mapping[str, Answer] | None


Acceptance: TypeAlias = Callable[[str, Candidate], bool]


def match(
    query: Query,
    candidates: Iterable[Candidate],
    *,
    accept: Acceptance = lambda _id, _candidate: True,
    with_optional: bool = False,
) -> Matching:
    """Find which credentials answer a query, and choose the least revealing combination.

    Args:
        query: the query.
        candidates: stored credentials; the earlier one is taken where two reveal the same.
        accept: a further demand on (credential query id, credential) that DCQL cannot express,
            such as a bound on a claim.
        with_optional: whether to choose for credential sets that are not required, too.
    """
    held = list(candidates)
    possible = {
        asked.id: _answers(asked, [c for c in held if accept(asked.id, c)])
        for asked in query.credentials
    }
    best = {name: answers[0] for name, answers in possible.items() if answers}
    return Matching(possible, _choose(query, best, with_optional=with_optional))


def _answers(asked: CredentialQuery, candidates: Sequence[Candidate]) -> tuple[Answer, ...]:
    answers = [answer for candidate in candidates if (answer := _answer(asked, candidate))]
    return tuple(sorted(answers, key=lambda answer: len(answer.disclosed)))


def _answer(asked: CredentialQuery, candidate: Candidate) -> Answer | None:
    if candidate.format != asked.format or candidate.type not in _accepted_types(asked):
        return None
    matching = [claim for claim in asked.claims if _matches(claim, candidate.claims)]
    if not asked.claim_sets:
        complete = len(matching) == len(asked.claims)
        return _disclosing(candidate, matching) if complete else None
    by_id = {claim.id: claim for claim in matching}
    # §6.4.1: the verifier lists the set it prefers first
    for ids in asked.claim_sets:
        if all(name in by_id for name in ids):
            return _disclosing(candidate, [by_id[name] for name in ids])
    return None


def _accepted_types(asked: CredentialQuery) -> Sequence[str]:
    types: Sequence[str] = asked.meta.get(TYPE_MEMBERS.get(asked.format, ""), ())
    return types


def _disclosing(candidate: Candidate, claims: Iterable[ClaimsQuery]) -> Answer:
    return Answer(candidate.name, tuple(dict.fromkeys(claim.path for claim in claims)))


def _matches(claim: ClaimsQuery, claims: Mapping[str, Any]) -> bool:
    try:
        selected = select(claims, claim.path)
    except InvalidInput:
        return False
    return not claim.values or any(
        type(value) is type(wanted) and value == wanted
        for value in selected
        for wanted in claim.values
    )


def select(claims: Mapping[str, Any], path: ClaimsPath) -> list[Any]:
    """Return the values that a claims path pointer selects (§7.1.1).

    Raises:
        InvalidInput: ``path_not_found`` where the path does not fit the claims or selects nothing.
    """
    selected: list[Any] = [claims]
    for item in path:
        selected = [found for value in selected for found in _step(value, item)]
    if not selected:
        raise InvalidInput("path_not_found", "the path selects nothing")
    return selected


def _step(value: Any, item: str | int | None) -> list[Any]:
    if isinstance(item, str):
        if not isinstance(value, Mapping):
            raise InvalidInput("path_not_found", "the path names a member of no object")
        return [value[item]] if item in value else []
    if not isinstance(value, list | tuple):
        raise InvalidInput("path_not_found", "the path names an item of no array")
    return list(value) if item is None else list(value[item : item + 1])


def _choose(
    query: Query, best: Mapping[str, Answer], *, with_optional: bool
) -> dict[str, Answer] | None:
    if not query.credential_sets:
        every = [asked.id for asked in query.credentials]
        return {name: best[name] for name in every} if best.keys() >= set(every) else None
    chosen: dict[str, Answer] = {}
    for set_ in query.credential_sets:
        if not (set_.required or with_optional):
            continue
        options = [option for option in set_.options if best.keys() >= set(option)]
        if options:
            option = min(options, key=lambda names: _added(names, best, chosen))
            chosen |= {name: best[name] for name in option}
        elif set_.required:
            return None
    return chosen


def _added(
    names: Iterable[str], best: Mapping[str, Answer], chosen: Mapping[str, Answer]
) -> tuple[int, int]:
    """Return how many claims, then how many credentials, an option adds to what is chosen."""
    new = set(names) - chosen.keys()
    return sum(len(best[name].disclosed) for name in new), len(new)
