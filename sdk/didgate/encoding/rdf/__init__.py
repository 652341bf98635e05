"""JSON-LD documents as RDF datasets, and these in canonical form.

Contexts are pinned and never fetched; what no context defines is an error; what would take too long
is refused before it is begun.
"""

from __future__ import annotations

from didgate.encoding.rdf.canonical import CanonicalDataset, to_canonical
from didgate.encoding.rdf.contexts import Context, Contexts
from didgate.encoding.rdf.jsonld import compact, expand, to_quads
from didgate.encoding.rdf.labels import canonical_labels

__all__ = [
    "CanonicalDataset",
    "Context",
    "Contexts",
    "canonical_labels",
    "compact",
    "expand",
    "to_canonical",
    "to_quads",
]
