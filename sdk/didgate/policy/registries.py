"""The registries that a policy relies on, each pinned by its address and the hash of its code.

A policy pins exactly the registries that its tree needs: every credential leaf needs the issuer
registry (accreditation, keys, suspension) and the status registry (revocation is always checked),
an attribute credential needs the schema registry besides, a leaf on an address list the address
lists, an attestation leaf the contract that holds the attestations. The contract of a token is
named by the leaf, and a Merkle root needs none.

>>> [kind.json_name for kind in needed_kinds(AddressLeaf(bytes(32)))]
['addressLists']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from didgate.credentials.verified import CredentialForm
from didgate.policy.leaf_rules import check_address, refuse
from didgate.policy.paths import member
from didgate.policy.tree import AddressLeaf, AttestationLeaf, CredentialLeaf, Leaf, Node, leaves


class RegistryKind(IntEnum):
    """The kinds of registry, as canonical bytes number them."""

    ISSUERS = 1
    SCHEMAS = 2
    STATUS = 3
    ADDRESS_LISTS = 4
    ATTESTATIONS = 5

    @property
    def json_name(self) -> str:
        """The name of its member in the JSON form."""
        return "addressLists" if self is RegistryKind.ADDRESS_LISTS else self.name.lower()


@dataclass(frozen=True, slots=True)
class Registry:
    """A pinned contract.

    Args:
        address: its address, in EIP-55 spelling.
        code_hash: 32 bytes, keccak256 of its code.
    """

    address: str
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Registries:
    """The pinned registries; ``None`` where the policy needs none of that kind."""

    issuers: Registry | None = None
    schemas: Registry | None = None
    status: Registry | None = None
    address_lists: Registry | None = None
    attestations: Registry | None = None

    def get(self, kind: RegistryKind) -> Registry | None:
        """Return the registry of one kind."""
        pinned: Registry | None = getattr(self, kind.name.lower())
        return pinned

    def pinned(self) -> Iterator[tuple[RegistryKind, Registry]]:
        """Yield each kind that is pinned, with its registry, in ascending order of kind."""
        for kind in RegistryKind:
            if (registry := self.get(kind)) is not None:
                yield kind, registry


def needed_by(leaf: Leaf) -> frozenset[RegistryKind]:
    """Return the kinds of registry that judging one leaf relies on."""
    if isinstance(leaf, AddressLeaf):
        return frozenset({RegistryKind.ADDRESS_LISTS})
    if isinstance(leaf, AttestationLeaf):
        return frozenset({RegistryKind.ATTESTATIONS})
    if not isinstance(leaf, CredentialLeaf):
        return frozenset()
    always = {RegistryKind.ISSUERS, RegistryKind.STATUS}
    if leaf.form is CredentialForm.ATTRIBUTE:
        always.add(RegistryKind.SCHEMAS)
    return frozenset(always)


def needed_kinds(tree: Node) -> list[RegistryKind]:
    """Return the kinds of registry that a tree needs, in ascending order."""
    return sorted(set[RegistryKind]().union(*map(needed_by, leaves(tree))))


def check_registries(registries: Registries, tree: Node, path: str) -> None:
    """Check that exactly the needed registries are pinned, each to a contract.

    Raises:
        InvalidInput: ``registry_missing``, ``registry_superfluous``, ``invalid_address`` or
            ``invalid_code_hash``.
    """
    needed = needed_kinds(tree)
    for kind in RegistryKind:
        where, registry = member(path, kind.json_name), registries.get(kind)
        missing = registry is None and kind in needed
        refuse(missing, "registry_missing", "the tree needs this registry", where)
        superfluous = registry is not None and kind not in needed
        refuse(superfluous, "registry_superfluous", "nothing needs this registry", where)
        if registry is not None:
            _check_registry(registry, where)


def _check_registry(registry: Registry, path: str) -> None:
    address, code_hash = member(path, "address"), member(path, "codeHash")
    check_address(registry.address, address)
    whole = isinstance(registry.code_hash, bytes) and len(registry.code_hash) == 32
    unset = not whole or not any(registry.code_hash)
    refuse(unset, "invalid_code_hash", "a code hash is 32 bytes and not zero", code_hash)
