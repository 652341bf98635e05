"""JSON-LD 1.1 documents as RDF, by PyLD, with nothing lost on the way.

JSON-LD as it comes drops what it does not understand: a term that no context defines is not signed,
and nobody finds out who changes it. Here each such term, relative reference or undefined type is an
error. RDF terms are built one by one, never by way of text, so that no value can pretend to be
another statement.

>>> to_quads({"@context": {"name": "https://schema.org/name"}, "@id": "urn:a", "name": "Ada"})
[<Quad subject=<NamedNode value=urn:a> predicate=<NamedNode value=https://schema.org/name> \
object=<Literal value=Ada datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>> \
graph_name=<DefaultGraph>>]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, NoReturn

import pyoxigraph as ox
from pyld.jsonld import JsonLdError, JsonLdProcessor

from didgate.encoding.rdf.contexts import Contexts
from didgate.errors import InvalidInput

MAX_DEPTH = 64
"""How deep a document may nest."""
MAX_NODES = 20_000
"""How many objects, arrays and values a document may hold."""

# PyLD keeps caches that are shared, and not made for threads.
_LOCK = Lock()
# What is relative in a document is resolved against this, and so found out.
_BASE = "relative:///"
_RELATIVE = "relative:"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def expand(document: Mapping[str, Any], contexts: Contexts | None = None) -> list[Any]:
    """Return the expanded form of a document (JSON-LD 1.1 API §5.1).

    Args:
        document: parsed JSON; it is not changed.
        contexts: what it may name; without it what is shipped.

    Raises:
        InvalidInput: ``undefined_term``, ``relative_reference``, ``unknown_context``,
            ``document_too_deep``, ``document_too_large`` or ``invalid_json_ld``.
    """
    with _LOCK:
        return list(_run(_Strict().expand, document, contexts))


def compact(document: Any, context: Any, contexts: Contexts | None = None) -> dict[str, Any]:
    """Return a document compacted with a context (JSON-LD 1.1 API §5.2).

    Args:
        document: expanded or compact.
        context: the value of ``@context``.
        contexts: what may be named; without it what is shipped.

    Raises:
        InvalidInput: as :func:`expand`.
    """

    def run(given: Any, options: dict[str, Any]) -> Any:
        return _Strict().compact(given, context, options)

    with _LOCK:
        compacted = _run(run, document, contexts)
    if not isinstance(compacted, dict):
        raise InvalidInput("invalid_json_ld", "the document is not one object")
    return compacted


def to_quads(
    document: Mapping[str, Any] | list[Any], contexts: Contexts | None = None
) -> list[ox.Quad]:
    """Return the RDF dataset of a document (JSON-LD 1.1 API §8.1).

    Args:
        document: parsed JSON, compact; or the list that :func:`expand` returned.
        contexts: what it may name; without it what is shipped.

    Raises:
        InvalidInput: as :func:`expand`, or ``invalid_rdf_term`` for what is no IRI or language tag.
    """
    with _LOCK:
        dataset = _run(_Strict().to_rdf, document, contexts)
    try:
        return [
            ox.Quad(_term(each["subject"]), _term(each["predicate"]), _term(each["object"]), graph)
            for name, triples in dataset.items()
            for graph in [_graph(name)]
            for each in triples
        ]
    except ValueError as error:
        raise InvalidInput("invalid_rdf_term", "a value is no IRI, or no language tag") from error


class _Strict(JsonLdProcessor):  # type: ignore[misc]  # PyLD has no types
    """PyLD, but whatever it would drop is an error; everything it does begins with an expansion."""

    def __init__(self) -> None:
        super().__init__(on_property_dropped=_refuse_undefined)

    def expand(self, input_: Any, options: Any) -> Any:
        expanded = super().expand(input_, options)
        for entry in expanded:
            _check_expanded(entry)
        return expanded


def _run(operation: Any, document: Any, contexts: Contexts | None) -> Any:
    _check_size(document)
    known = contexts or Contexts.shipped()
    options = {"base": _BASE, "documentLoader": known.load, "contextResolver": known.resolver()}
    try:
        return operation(document, options)
    except InvalidInput:
        raise
    except JsonLdError as error:
        _raise_cause(error)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        # PyLD does not look at every type before it uses a value.
        raise InvalidInput("invalid_json_ld", "the document is not valid JSON-LD") from error


def _raise_cause(error: BaseException) -> NoReturn:
    """Raise what our own loader said, below whatever PyLD wrapped around it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InvalidInput):
            raise cause
        cause = cause.__cause__
    raise InvalidInput("invalid_json_ld", "the document is not valid JSON-LD") from error


def _refuse_undefined(name: str | None) -> NoReturn:
    del name
    raise InvalidInput("undefined_term", "no context defines a term of the document")


def _check_size(document: object) -> None:
    """Walk the document without recursion, before a recursive processor does."""
    level: list[Any] = [document]
    nodes = 0
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inner(outer)]
        nodes += len(level)
        if nodes > MAX_NODES:
            raise InvalidInput("document_too_large", "the document holds too many values")
        if not level:
            return
    raise InvalidInput("document_too_deep", f"the document nests deeper than {MAX_DEPTH}")


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _check_expanded(value: Any) -> None:
    """Refuse what the way to RDF would drop: relative names of things, types and properties."""
    if isinstance(value, list):
        for each in value:
            _check_expanded(each)
    elif isinstance(value, dict) and value.get("@type") != "@json":
        names = [*_listed(value.get("@id", [])), *_listed(value.get("@type", []))]
        for name in names:
            _check_name(name)
        for name, inner in value.items():
            if name.startswith("_:"):
                raise InvalidInput("undefined_term", "a property is a blank node")
            if name not in {"@value", "@id", "@type"}:
                _check_expanded(inner)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or name.startswith(_RELATIVE):
        raise InvalidInput("relative_reference", "an identifier or a type is not an absolute IRI")
    try:
        _node(name)
    except ValueError as error:
        raise InvalidInput("invalid_rdf_term", "an identifier or a type is no IRI") from error


def _graph(name: str) -> ox.NamedNode | ox.BlankNode | ox.DefaultGraph:
    return ox.DefaultGraph() if name == "@default" else _node(name)


def _node(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


def _term(term: Mapping[str, Any]) -> Any:
    if term["type"] != "literal":
        return _node(term["value"])
    if term["datatype"] == _LANG_STRING:
        return ox.Literal(term["value"], language=term["language"])
    return ox.Literal(term["value"], datatype=ox.NamedNode(term["datatype"]))
