"""Says in plain words what a policy means, who can change its outcome, and what a wallet is asked.

The text is an indented outline, the same for equal policies.

>>> from didgate.credentials.verified import DateTime
>>> print(explain(Policy(TimeLeaf(end=DateTime.parse("2027-01-01T00:00:00Z")), grant_lifetime=60)))
Access is granted if this holds:
  - until just before 2027-01-01T00:00:00Z, by the chain's time and by the gate's clock
A grant lasts 1 minute.
No wallet query: no credential is asked for.
Judged by the gate beside the query:
  - the time
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from didgate.credentials.schema import AttributeSchema, StatusMode
from didgate.credentials.verified import ClaimValue
from didgate.policy.account_words import (
    AT_ONCE,
    account_lines,
    judged_beside,
    negation_remarks,
)
from didgate.policy.model import Policy
from didgate.policy.registries import RegistryKind
from didgate.policy.to_dcql import query_values
from didgate.policy.tree import (
    AccountLeaf,
    AddressLeaf,
    All,
    AtLeast,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Holder,
    MerkleLeaf,
    Node,
    Not,
    Operator,
    TimeLeaf,
    TokenLeaf,
    children_of,
    credential_leaves,
    leaves,
    walk,
)
from didgate.policy.values import value_to_json
from didgate.policy.wording import duration, listed, plural

Schemas = Mapping[bytes, AttributeSchema]


def explain(policy: Policy, *, schemas: Schemas | None = None, delay: int | None = None) -> str:
    """Return the meaning of a policy in plain words.

    Args:
        policy: the policy.
        schemas: schemas by schema id, to name types and to tell how credentials end.
        delay: seconds that a wider policy waits for this resource, if known.
    """
    names = iter(policy.credentials)
    lines = [
        "Access is granted if this holds:",
        *_bulleted(_Outline(schemas or {}, names).lines(policy.allow)),
        f"A grant lasts {duration(policy.grant_lifetime)}.",
        *_change(delay),
        *_quota(policy),
        *_registries(policy),
        *_query(policy),
        *_beside(policy),
    ]
    return "\n".join(lines)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return ("  " + line for line in lines)


def _bulleted(lines: Iterable[str]) -> Iterator[str]:
    """Put a bullet before the first line and indent the rest below it."""
    for index, line in enumerate(lines):
        yield ("    " if index else "  - ") + line


class _Outline:
    """Writes the tree, naming credential leaves in the order of their ids."""

    def __init__(self, schemas: Schemas, names: Iterator[str]) -> None:
        self._schemas = schemas
        self._names = names

    def lines(self, node: Node) -> Iterator[str]:
        match node:
            case CredentialLeaf():
                yield from self._credential(node)
            case AddressLeaf() | MerkleLeaf() | TokenLeaf() | AttestationLeaf():
                yield from account_lines(node)
            case TimeLeaf():
                yield f"{_window(node)}, by the chain's time and by the gate's clock"
            case _:
                yield _heading(node)
                for child in children_of(node):
                    yield from _bulleted(self.lines(child))
                yield from _indented(_remarks(node))

    def _credential(self, leaf: CredentialLeaf) -> Iterator[str]:
        yield f"a credential ({next(self._names)}) of {self._type(leaf)}"
        yield from _indented(_issuers(leaf))
        yield from _indented(map(condition_text, leaf.claims))
        if leaf.max_age:
            yield f"  issued or refreshed less than {duration(leaf.max_age)} ago"
        yield from _indented(self._ending(leaf))

    def _type(self, leaf: CredentialLeaf) -> str:
        if leaf.schema_id is None:
            return f"type {leaf.vct} (SD-JWT)"
        schema = self._schemas.get(leaf.schema_id)
        named = f"{schema.type}, " if schema else ""
        return f"{named}schema 0x{leaf.schema_id.hex()}"

    def _ending(self, leaf: CredentialLeaf) -> Iterator[str]:
        schema = self._schemas.get(leaf.schema_id or b"")
        if schema is None:
            yield "neither expired nor revoked"
        elif schema.status_mode is StatusMode.INDEX:
            yield "neither expired nor revoked; the status index that it shows makes it linkable"
        else:
            yield "not expired; it ends by not being refreshed, and shows nothing linkable"


def _heading(node: Node) -> str:
    match node:
        case All():
            return "all of these:"
        case AtLeast():
            return f"at least {node.need} of these {len(node.children)}:"
        case Not():
            return "not:"
        case _:
            return "any of these:"


def _remarks(node: Node) -> Iterator[str]:
    holder = node.holder if isinstance(node, All | AtLeast) else None
    if holder is Holder.SAME:
        yield "(the credentials counted here must be bound to one and the same key)"
    elif holder is Holder.ANY:
        yield "(the credentials counted here may be held by different people)"
    if isinstance(node, Not):
        yield from negation_remarks(leaves(node))
    judges_account = any(isinstance(leaf, AccountLeaf) for leaf in leaves(node))
    if isinstance(node, All) and judges_account and credential_leaves(node):
        yield "(a credential and an account together prove cooperation, not one person)"


def _window(leaf: TimeLeaf) -> str:
    sides = [
        f"from {leaf.start}" if leaf.start else "",
        f"until just before {leaf.end}" if leaf.end else "",
    ]
    return " ".join(filter(None, sides))


def _issuers(leaf: CredentialLeaf) -> Iterator[str]:
    if leaf.issuers is None:
        yield "issued by whoever is accredited for it in the issuer registry"
    else:
        yield f"issued by {listed(leaf.issuers, 'or')}"
    # Keys of named SD-JWT issuers come from their DID documents, which no registry's owner writes.
    if leaf.min_age:
        yield f"accreditation and key count after {duration(leaf.min_age)} in the registry"
    elif leaf.asks_accreditation:
        yield AT_ONCE


def condition_text(condition: Condition) -> str:
    """Return a condition in words, e.g. ``"clearance" is at least 3``."""
    values = [_value_text(value) for value in condition.operands]
    words = {
        Operator.EQUALS: "is {0}",
        Operator.IN: "is {0}",
        Operator.AT_LEAST: "is at least {0}",
        Operator.AT_MOST: "is at most {0}",
        Operator.BETWEEN: "is from {0} to {1}, both included",
    }[condition.operator]
    if condition.operator is Operator.IN:
        values = [listed(values, "or")]
    return f"{json.dumps(condition.claim, ensure_ascii=False)} {words.format(*values)}"


def _value_text(value: ClaimValue) -> str:
    document = value_to_json(value)
    plain = next(iter(document.values())) if isinstance(document, dict) else None
    return plain or json.dumps(document, ensure_ascii=False)


def _change(delay: int | None) -> Iterator[str]:
    if delay == 0:
        yield "The owner can let anyone in at once: a wider policy waits for no delay."
    elif delay is not None:
        yield f"A wider policy takes effect {duration(delay)} after it is announced."


def _quota(policy: Policy) -> Iterator[str]:
    if policy.quota is None:
        return
    uses = plural(policy.quota.limit, "use")
    yield f"Quota: {uses} per {duration(policy.quota.period)} for each holder key;"
    yield "  whoever was issued several copies of a credential has as many keys."


def _registries(policy: Policy) -> Iterator[str]:
    for kind, registry in policy.registries.pinned():
        yield f"Registry of {registry_text(kind)}: {registry.address}"
        yield f"  pinned to code 0x{registry.code_hash.hex()}"


def registry_text(kind: RegistryKind) -> str:
    """Return what a registry is a registry of."""
    return _KINDS[kind]


_KINDS = {
    RegistryKind.ISSUERS: "issuers",
    RegistryKind.SCHEMAS: "schemas",
    RegistryKind.STATUS: "revocations",
    RegistryKind.ADDRESS_LISTS: "address lists",
    RegistryKind.ATTESTATIONS: "attestations (EAS)",
}


def _query(policy: Policy) -> Iterator[str]:
    if not policy.credentials:
        yield "No wallet query: no credential is asked for."
        return
    yield "The wallet query (DCQL) asks to disclose:"
    for name, leaf in policy.credentials.items():
        claims = [json.dumps(c.claim, ensure_ascii=False) for c in leaf.claims]
        yield f"  - {name}: {listed(claims, 'and') if claims else 'no claim'}"


def _beside(policy: Policy) -> Iterator[str]:
    """Name what DCQL cannot say and the gate alone judges."""
    items = [*_beside_credentials(policy), *_beside_tree(policy.allow)]
    if items:
        yield "Judged by the gate beside the query:"
        yield from (f"  - {item}" for item in items)


def _beside_credentials(policy: Policy) -> Iterator[str]:
    for name, leaf in policy.credentials.items():
        yield f"{name}: the issuer, its standing and key, validity and status"
        if leaf.max_age:
            yield f"{name}: how fresh the credential is"
        for condition in leaf.claims:
            if not query_values(condition):
                yield f"{name}: {condition_text(condition)}"


def _beside_tree(tree: Node) -> Iterator[str]:
    yield from judged_beside(leaves(tree))
    if any(isinstance(leaf, TimeLeaf) for leaf in leaves(tree)):
        yield "the time"
    nodes = list(walk(tree))
    if any(isinstance(node, Not) for node in nodes):
        yield "what must not hold"
    if any(isinstance(node, All | AtLeast) and node.holder is Holder.SAME for node in nodes):
        yield "that credentials are bound to the same key"
