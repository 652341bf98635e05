"""Canonical forms do not depend on names and order; labels lead from one dataset to the other."""

from __future__ import annotations

import random
import time

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didgate.encoding.rdf import canonical_labels, to_canonical
from didgate.encoding.rdf.canonical import MAX_QUADS
from didgate.errors import InvalidInput

PREDICATES = [ox.NamedNode("urn:p"), ox.NamedNode("urn:q")]
EDGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 4)), min_size=1, max_size=10
)


def graph(edges, names=None):
    names = names or {index: f"n{index}" for index in range(5)}
    return [
        ox.Quad(ox.BlankNode(names[a]), PREDICATES[p], ox.BlankNode(names[b])) for a, p, b in edges
    ]


def complete(size):
    return graph(
        [(a, 0, b) for a in range(size) for b in range(size) if a != b],
        {index: f"n{index}" for index in range(size)},
    )


@given(EDGES, st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(edges, generator: random.Random):
    names = [f"m{index}" for index in range(5)]
    generator.shuffle(names)
    shuffled = edges[:]
    generator.shuffle(shuffled)
    first, second = (
        to_canonical(quads, max_steps=10**18)
        for quads in (graph(edges), graph(shuffled, dict(enumerate(names))))
    )
    assert first.lines == second.lines


@given(EDGES)
def test_labels_lead_to_the_canonical_form(edges):
    quads = graph(edges)
    form = to_canonical(quads, max_steps=10**18)
    labels = canonical_labels(quads, form)
    renamed = graph(edges, {index: labels.get(f"n{index}") for index in range(5)})
    assert {str(quad) for quad in renamed} == {str(quad) for quad in form.quads}


def test_labels_of_another_dataset():
    other = to_canonical(graph([(0, 0, 1), (1, 1, 2)]))
    for edges in ([(0, 0, 1), (1, 0, 2)], [(0, 0, 1)]):
        with pytest.raises(InvalidInput) as caught:
            canonical_labels(graph(edges), other)
        assert caught.value.code == "not_canonical_form"


def test_many_things_that_look_alike_are_no_problem():
    star = [
        ox.Quad(ox.NamedNode("urn:a"), PREDICATES[0], ox.BlankNode(f"b{index}"))
        for index in range(500)
    ]
    assert len(to_canonical(star).lines) == 500


def test_a_tangle_is_refused_at_once():
    begun = time.monotonic()
    with pytest.raises(InvalidInput) as caught:
        to_canonical(complete(12))
    assert caught.value.code == "dataset_too_complex"
    assert time.monotonic() - begun < 1


def test_too_many_statements():
    quads = [
        ox.Quad(ox.NamedNode("urn:a"), PREDICATES[0], ox.Literal(str(index)))
        for index in range(MAX_QUADS + 1)
    ]
    with pytest.raises(InvalidInput) as caught:
        to_canonical(quads)
    assert caught.value.code == "dataset_too_large"


def test_lines_and_quads_are_in_the_same_order():
    form = to_canonical(graph([(0, 0, 1), (1, 1, 2), (2, 0, 0)]))
    assert [f"{quad} .\n" for quad in form.quads] == list(form.lines)
    assert form.text == "".join(form.lines).encode()
