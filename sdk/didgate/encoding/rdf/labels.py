"""Which blank node of a dataset became which in its canonical form.

Selective disclosure needs to know (VC DI ECDSA 1.0 §3.4.1, "canonical id map"), and pyoxigraph does
not tell. So the two are laid over each other: blank nodes are told apart by what is around them,
and where two cannot be told apart, either way of pairing them is tried. Where several maps exist,
the dataset looks the same through each of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import count

import pyoxigraph as ox

from didgate.encoding.rdf.canonical import CanonicalDataset
from didgate.errors import InvalidInput

# A colour says what a blank node looks like; the same colour in both datasets, the same looks.
_Colours = dict[str, int]
_Pair = tuple[_Colours, _Colours]


def canonical_labels(quads: Iterable[ox.Quad], canonical: CanonicalDataset) -> dict[str, str]:
    """Return for the name of each blank node its name in the canonical form.

    Args:
        quads: the dataset.
        canonical: what ``to_canonical`` made of it.

    Returns:
        Names without ``_:``.

    Raises:
        InvalidInput: ``not_canonical_form`` if the second is not the canonical form of the first.
    """
    given, target = _Dataset(quads), _Dataset(canonical.quads)
    start = (dict.fromkeys(given.around, 0), dict.fromkeys(target.around, 0))
    found = _match(given, target, start)
    if found is None:
        raise InvalidInput("not_canonical_form", "the datasets do not say the same")
    return found


class _Dataset:
    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.terms = [
            (quad.subject, quad.predicate, quad.object, quad.graph_name)
            for quad in dict.fromkeys(quads)
        ]
        self.around: defaultdict[str, list[int]] = defaultdict(list)
        for index, terms in enumerate(self.terms):
            for name in {term.value for term in terms if isinstance(term, ox.BlankNode)}:
                self.around[name].append(index)

    def sight(self, name: str, colours: Mapping[str, int]) -> tuple[object, ...]:
        """Return what a blank node sees: its own colour, and its statements in colours."""
        seen = Counter(
            tuple(
                (term.value == name, colours[term.value])
                if isinstance(term, ox.BlankNode)
                else str(term)
                for term in self.terms[index]
            )
            for index in self.around[name]
        )
        return colours[name], frozenset(seen.items())

    def renamed(self, names: Mapping[str, str]) -> set[tuple[str, ...]]:
        """Return the statements with their blank nodes renamed."""
        return {
            tuple(
                f"_:{names[term.value]}" if isinstance(term, ox.BlankNode) else str(term)
                for term in terms
            )
            for terms in self.terms
        }


def _match(given: _Dataset, target: _Dataset, colours: _Pair) -> dict[str, str] | None:
    refined = _refine(given, target, colours)
    classes = tuple(map(_classes, refined))
    if {c: len(names) for c, names in classes[0].items()} != {
        c: len(names) for c, names in classes[1].items()
    }:
        return None
    open_classes = [colour for colour, names in classes[0].items() if len(names) > 1]
    if not open_classes:
        names = {names[0]: classes[1][colour][0] for colour, names in classes[0].items()}
        same = given.renamed(names) == target.renamed({name: name for name in target.around})
        return names if same else None
    colour = min(open_classes, key=lambda each: len(classes[0][each]))
    fresh = max(refined[0].values()) + 1
    first = refined[0] | {classes[0][colour][0]: fresh}
    for name in classes[1][colour]:
        if (found := _match(given, target, (first, refined[1] | {name: fresh}))) is not None:
            return found
    return None


def _refine(given: _Dataset, target: _Dataset, colours: _Pair) -> _Pair:
    """Tell blank nodes apart by what is around them, until that makes no more difference."""
    while True:
        numbers: defaultdict[object, int] = defaultdict(count().__next__)
        first = {name: numbers[given.sight(name, colours[0])] for name in colours[0]}
        second = {name: numbers[target.sight(name, colours[1])] for name in colours[1]}
        if len(set(first.values())) == len(set(colours[0].values())):
            return first, second
        colours = first, second


def _classes(colours: Mapping[str, int]) -> dict[int, list[str]]:
    classes: defaultdict[int, list[str]] = defaultdict(list)
    for name, colour in colours.items():
        classes[colour].append(name)
    return dict(classes)
