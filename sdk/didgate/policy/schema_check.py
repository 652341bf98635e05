"""Checks a policy against the attribute schemas that it names.

The tree's own rules need no schema; this finds what only a schema can tell: an attribute that does
not exist, or an operand of another type than the attribute.
"""

from __future__ import annotations

from collections.abc import Mapping

from didgate.credentials.schema import AttributeSchema
from didgate.policy.leaf_rules import refuse
from didgate.policy.model import Policy
from didgate.policy.paths import member
from didgate.policy.tree import CredentialLeaf, located_leaves
from didgate.policy.values import type_of


def check(policy: Policy, schemas: Mapping[bytes, AttributeSchema]) -> None:
    """Check every condition on an attribute credential against its schema.

    Args:
        policy: the policy.
        schemas: schemas by schema id, at least those that the policy names.

    Raises:
        InvalidInput: ``unknown_schema``, ``unknown_attribute`` or ``attribute_type``, with the
            path in the policy's canonical order.
    """
    for path, leaf in located_leaves(policy.allow):
        if isinstance(leaf, CredentialLeaf) and leaf.schema_id is not None:
            where = member(path, "credential")
            schema = schemas.get(leaf.schema_id)
            refuse(schema is None, "unknown_schema", "the schema is not known", where + ".schema")
            if schema is not None:
                _check_claims(leaf, schema, member(where, "claims"))


def _check_claims(leaf: CredentialLeaf, schema: AttributeSchema, path: str) -> None:
    types = {attribute.name: attribute.type for attribute in schema.attributes}
    for condition in leaf.claims:
        where = member(path, condition.claim)
        missing = condition.claim not in types
        refuse(missing, "unknown_attribute", "the schema has no such attribute", where)
        differs = type_of(condition.operands[0]) is not types[condition.claim]
        message = f"the attribute is of type {types[condition.claim].name.lower()}"
        refuse(differs, "attribute_type", message, where)
