"""A policy: who may have a grant, for how long, how often, and whose registries decide.

A ``Policy`` that exists keeps the rules and stands in canonical order: its constructor refuses
any other tree and sorts this one. So two policies are equal exactly when their bytes are, and the
credential leaves have the same ids ``c0``, ``c1``, … for whoever reads them.

>>> from didgate.policy.registries import Registry
>>> from didgate.policy.tree import AddressLeaf
>>> lists = Registry(address="0x" + "11" * 20, code_hash=bytes([1] * 32))
>>> policy = Policy(
...     allow=AddressLeaf(bytes(32)), grant_lifetime=300,
...     registries=Registries(address_lists=lists),
... )
>>> policy.to_dict()["grant"]
{'lifetime': 300}
>>> policy.to_bytes()[:14].hex()
'01012c0000000000000000000104'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from didgate.encoding import keccak256
from didgate.policy.document import registries_to_json, tree_to_json
from didgate.policy.leaf_rules import MAX_SECONDS, check_number, refuse
from didgate.policy.node_bytes import canonical_order, node_bytes
from didgate.policy.registries import Registries, check_registries
from didgate.policy.rules import check_tree, every_branch_shows_key
from didgate.policy.tree import CredentialLeaf, Node, credential_leaves

VERSION = 1
MAX_GRANT_LIFETIME = 300
MAX_POLICY_BYTES = 16384
NO_PRICE = 0

_NO_REGISTRIES = Registries()


@dataclass(frozen=True, slots=True)
class Quota:
    """How often one holder key may use the resource.

    Args:
        limit: requests per period.
        period: seconds.
    """

    limit: int
    period: int


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """An immutable policy that keeps the rules, in canonical order.

    Args:
        allow: what must hold; kept in canonical order, however it is given.
        grant_lifetime: seconds that a grant lasts, 1 to 300.
        quota: how often a holder may use the resource, if that is limited.
        registries: the registries that the tree needs, and no others.

    Raises:
        InvalidInput: with the code of the rule that is broken and the path of the fault, in the
            order in which ``allow`` was given.
    """

    allow: Node
    grant_lifetime: int
    quota: Quota | None = None
    registries: Registries = _NO_REGISTRIES

    def __post_init__(self) -> None:
        check_tree(self.allow, "allow")
        check_number(self.grant_lifetime, 1, MAX_GRANT_LIFETIME, "grant.lifetime")
        check_registries(self.registries, self.allow, "registries")
        if self.quota is not None:
            check_number(self.quota.limit, 1, MAX_SECONDS, "quota.limit")
            check_number(self.quota.period, 1, MAX_SECONDS, "quota.period")
            message = "a branch shows no holder key to count by (only SD-JWT credentials do)"
            countable = every_branch_shows_key(self.allow)
            refuse(not countable, "quota_without_key", message, "quota")
        object.__setattr__(self, "allow", canonical_order(self.allow))
        too_long = len(self.to_bytes()) > MAX_POLICY_BYTES
        refuse(too_long, "policy_too_long", f"at most {MAX_POLICY_BYTES} bytes", "allow")

    def __eq__(self, other: object) -> bool:
        # By bytes: to Python, True equals 1 and so a policy about either would equal the other.
        return isinstance(other, Policy) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    @property
    def credentials(self) -> dict[str, CredentialLeaf]:
        """The credential leaves by id: ``c0``, ``c1``, … in canonical pre-order."""
        return {f"c{index}": leaf for index, leaf in enumerate(credential_leaves(self.allow))}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, ready for ``json.dumps``."""
        document: dict[str, Any] = {"didgate": VERSION}
        if registries := registries_to_json(self.registries):
            document["registries"] = registries
        document["allow"] = tree_to_json(self.allow)
        document["grant"] = {"lifetime": self.grant_lifetime}
        if self.quota is not None:
            document["quota"] = {"limit": self.quota.limit, "period": self.quota.period}
        return document

    def to_bytes(self) -> bytes:
        """Return the canonical bytes; ``didgate.policy.decode`` reads them back."""
        quota = self.quota or Quota(limit=0, period=0)
        pinned = [
            bytes([kind]) + bytes.fromhex(registry.address[2:]) + registry.code_hash
            for kind, registry in self.registries.pinned()
        ]
        head = (
            bytes([VERSION]),
            self.grant_lifetime.to_bytes(2),
            quota.limit.to_bytes(4),
            quota.period.to_bytes(4),
            bytes([NO_PRICE, len(pinned)]),
        )
        return b"".join((*head, *pinned, node_bytes(self.allow)))

    @property
    def policy_id(self) -> bytes:
        """The 32 bytes by which the chain knows the policy: keccak256 of its canonical bytes."""
        return keccak256(self.to_bytes())
