"""The policies in force, as the gate works with them: decoded, composed with restrictions, cached.

Policy bytes are immutable and named by their hash, so what was made of them once stays true. A
policy that this gate cannot carry out exactly is not carried out at all: bytes that do not decode,
restrictions that cannot stand beside it, schemas that the registry does not hold, and registries
other than those the gate reads: it would answer from its own what the policy asks of another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from didgate.chain.deploy import Deployment
from didgate.chain.facts import PolicyState
from didgate.credentials.schema import AttributeSchema
from didgate.encoding import keccak256
from didgate.errors import AccessDenied, ChainError, InvalidInput
from didgate.policy import Policy, RegistryKind, dcql, decode, effective

_CACHED_POLICIES: Final = 16384

SchemaSource = Callable[[bytes], AttributeSchema | None]
"""Returns the schema of a 32-byte id, or None if the registry holds none."""


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The active policy and its restrictions as one.

    Attributes:
        policy: what is evaluated.
        content: its canonical bytes.
        policy_id: their keccak256, 32 bytes.
        query: the DCQL query that asks for what it needs, and for nothing else.
        schemas: the schemas that it names, by 32-byte schema id.
    """

    policy: Policy
    content: bytes
    policy_id: bytes
    query: Mapping[str, Any]
    schemas: Mapping[bytes, AttributeSchema]

    @property
    def types(self) -> dict[bytes, str]:
        """The type URIs of the schemas that it names, by 32-byte schema id."""
        return {schema_id: schema.type for schema_id, schema in self.schemas.items()}


class EffectivePolicies:
    """Makes effective policies of policy states; safe for use by several threads.

    Args:
        schema: where to find the schemas that a policy names.
        deployment: the registries that the gate reads.
    """

    def __init__(self, schema: SchemaSource, deployment: Deployment) -> None:
        self._schema = schema
        pins = deployment.pins()
        self._followed: dict[RegistryKind, str] = {
            kind: pins[kind.json_name]["address"]
            for kind in RegistryKind
            if kind is not RegistryKind.ATTESTATIONS
        }
        self._known: OrderedDict[tuple[bytes | None, ...], EffectivePolicy] = OrderedDict()

    def of(self, state: PolicyState) -> EffectivePolicy:
        """Return what is in force in ``state``.

        Raises:
            AccessDenied: ``no_policy`` before the first policy is active.
            ChainError: ``policy_unusable`` or ``registry_not_followed``; or a schema could not be
                read.
        """
        contents = contents_of(state)
        name = (state.active, *(restriction for restriction, _ in state.restrictions))
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._compose(contents)
            if len(self._known) > _CACHED_POLICIES:
                self._known.popitem(last=False)
        return known

    def _compose(self, contents: list[bytes]) -> EffectivePolicy:
        try:
            policy = compose(contents)
            self._check_registries(policy)
            return with_schemas(policy, self._schema)
        except InvalidInput as error:
            message = f"this gate cannot carry out the policy: {error.message}"
            raise ChainError("policy_unusable", message, path=error.path) from error

    def _check_registries(self, policy: Policy) -> None:
        # The pinned code is compared at each block; here it is about which instance, of what kind.
        for kind, registry in policy.registries.pinned():
            # Attestations are read from the very contract that the policy names.
            if registry.address != self._followed.get(kind, registry.address):
                message = f'the policy relies on another registry "{kind.json_name}"'
                raise ChainError("registry_not_followed", message)


def contents_of(state: PolicyState) -> list[bytes]:
    """Return the bytes of the active policy and of its restrictions.

    Raises:
        AccessDenied: ``no_policy`` before the first policy is active.
    """
    if state.active is None or state.active_bytes is None:
        raise AccessDenied("no_policy", "no policy is active for the resource")
    return [state.active_bytes, *(content for _, content in state.restrictions)]


def compose(contents: Iterable[bytes]) -> Policy:
    """Make one policy of the active one's bytes and its restrictions'.

    Raises:
        InvalidInput: the bytes do not decode, or cannot stand beside each other.
    """
    active, *restrictions = map(decode, contents)
    # By itself it is in force as it stands.
    return effective(active, restrictions) if restrictions else active


def with_schemas(policy: Policy, schema: SchemaSource) -> EffectivePolicy:
    """Return a policy with its schemas, and the query that follows from both.

    Raises:
        InvalidInput: ``unknown_schema``, or the policy does not fit its schemas.
    """
    schemas = _schemas(policy, schema)
    query = dcql(policy, schemas)
    content = policy.to_bytes()
    return EffectivePolicy(policy, content, keccak256(content), query, schemas)


def _schemas(policy: Policy, look_up: SchemaSource) -> dict[bytes, AttributeSchema]:
    found: dict[bytes, AttributeSchema] = {}
    for leaf in policy.credentials.values():
        if leaf.schema_id is not None:
            schema = look_up(leaf.schema_id)
            if schema is None:
                raise InvalidInput("unknown_schema", "the registry lacks one of its schemas")
            found[leaf.schema_id] = schema
    return found
