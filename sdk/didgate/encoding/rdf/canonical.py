r"""RDF datasets in canonical form: RDF Dataset Canonicalization 1.0 (RDFC-1.0), by pyoxigraph.

>>> from didgate.encoding.rdf.jsonld import to_quads
>>> to_canonical(to_quads({"urn:p": [{"@id": "_:x", "urn:q": "y"}]})).lines
('_:c14n0 <urn:q> "y" .\n', '_:c14n1 <urn:p> _:c14n0 .\n')

The algorithm takes exponential time for datasets made for that purpose (RDFC-1.0 §7.1), and nothing
could stop it once it runs. So its work is estimated first, from what makes it costly: blank nodes
that look alike from close by.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Literal

import pyoxigraph as ox

from didgate.errors import InvalidInput

MAX_QUADS = 20_000
"""The most statements of a dataset."""
MAX_STEPS = 10_000_000
"""The most work for blank nodes that look alike, as it is estimated: less than a second."""

HashName = Literal["sha256", "sha384"]
_ALGORITHMS: Mapping[HashName, ox.CanonicalizationAlgorithm] = {
    "sha256": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256,
    "sha384": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}
_MAX_FACTORIAL = 20
# What a blank node sees: where it stands in a statement, and the statement with the names of blank
# nodes left out.
_Sight = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanonicalDataset:
    """A dataset in canonical form.

    Args:
        lines: its statements as canonical N-Quads, each with its line feed, in code point order.
        quads: the same, in the same order.
    """

    lines: tuple[str, ...]
    quads: tuple[ox.Quad, ...]

    @property
    def text(self) -> bytes:
        """The canonical N-Quads document, UTF-8."""
        return "".join(self.lines).encode()


def to_canonical(
    quads: Iterable[ox.Quad], *, hash_name: HashName = "sha256", max_steps: int = MAX_STEPS
) -> CanonicalDataset:
    """Return the canonical form of a dataset.

    Args:
        quads: its statements; blank nodes of any names.
        hash_name: the hash that names blank nodes.
        max_steps: the most work for blank nodes that look alike.

    Raises:
        InvalidInput: ``dataset_too_large``, or ``dataset_too_complex`` for one that would take too
            long.
    """
    dataset = ox.Dataset(quads)
    if len(dataset) > MAX_QUADS:
        raise InvalidInput("dataset_too_large", f"more than {MAX_QUADS} statements")
    if estimated_steps(list(dataset)) > max_steps:
        raise InvalidInput("dataset_too_complex", "too many blank nodes look alike")
    dataset.canonicalize(_ALGORITHMS[hash_name])
    by_line = {f"{quad} .\n": quad for quad in dataset}
    lines = tuple(sorted(by_line))
    return CanonicalDataset(lines, tuple(by_line[line] for line in lines))


def estimated_steps(quads: Sequence[ox.Quad]) -> int:
    """Return an upper bound of what RDFC-1.0 does for blank nodes that look alike at first.

    For each of them it goes through those around it that look alike in all orders, and so on from
    there (RDFC-1.0 §4.8): what hangs together multiplies, and each way is as long as the component.
    A million of these steps take about a twentieth of a second.
    """
    sights = _sights(quads)
    count = Counter(sights.values())
    alike = {node for node, sight in sights.items() if count[sight] > 1}
    if not alike:
        return 0
    neighbours: defaultdict[str, set[tuple[str, _Sight, str]]] = defaultdict(set)
    for quad in quads:
        places = _blank_places(quad)
        for place, node in places:
            for other_place, other in places:
                if other != node and {node, other} <= alike:
                    way = f"{place}{other_place}{quad.predicate.value}"
                    neighbours[node].add((way, sights[other], other))
    return sum(_cost(component, neighbours) for component in _components(alike, neighbours))


def _cost(component: set[str], neighbours: Mapping[str, set[tuple[str, _Sight, str]]]) -> int:
    orders = 1
    for node in component:
        for size in Counter((way, sight) for way, sight, _ in neighbours[node]).values():
            orders *= factorial(min(size, _MAX_FACTORIAL))
        # Far beyond any limit; going on would only make the number long.
        if orders > 1 << 64:
            break
    return len(component) ** 3 * orders


def _components(
    nodes: set[str], neighbours: Mapping[str, set[tuple[str, _Sight, str]]]
) -> Iterable[set[str]]:
    left = set(nodes)
    while left:
        component: set[str] = set()
        edge = {left.pop()}
        while edge:
            component |= edge
            edge = {other for node in edge for _, _, other in neighbours[node]} - component
        left -= component
        yield component


def _sights(quads: Iterable[ox.Quad]) -> dict[str, _Sight]:
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for quad in quads:
        for _, node in set(_blank_places(quad)):
            # As the first-degree hash of RDFC-1.0 §4.6: itself and any other blank node.
            seen[node].append(
                " ".join(
                    ("_:a" if term.value == node else "_:z")
                    if isinstance(term, ox.BlankNode)
                    else str(term)
                    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
                )
            )
    return {node: tuple(sorted(set(lines))) for node, lines in seen.items()}


def _blank_places(quad: ox.Quad) -> list[tuple[str, str]]:
    terms = (("s", quad.subject), ("o", quad.object), ("g", quad.graph_name))
    return [(place, term.value) for place, term in terms if isinstance(term, ox.BlankNode)]
