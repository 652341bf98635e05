"""The contract ``ResourceRegistry``: what is protected, and who administers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import encode

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, address, same
from didgate.encoding import keccak256

_NO_ACCOUNT = "0x0000000000000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a protected artifact.

    Args:
        digest: 32-byte digest of its manifest.
        added_at: Unix seconds.
        manifest_uri: where the manifest can be fetched; empty if it is not published.
    """

    digest: bytes
    added_at: int
    manifest_uri: str


def resource_id(minter: str, uri: str) -> bytes:
    """Return the 32-byte id of the resource that ``minter`` registered under ``uri``."""
    return keccak256(encode(["address", "string"], [minter, uri]))


class ResourceRegistry(Contract):
    """Speaks to a resource registry; a policy registry deploys its own."""

    NAME = "ResourceRegistry"

    def exists(self, resource: bytes) -> Call[bool]:
        """Whether a resource was registered."""
        return self._read("exists", resource, result=bool)

    def owner_of(self, resource: bytes) -> Call[str]:
        """Who administers the resource's policy; the call reverts if there is no such resource."""
        return self._read("ownerOf", int.from_bytes(resource, "big"), result=address)

    def uri_of(self, resource: bytes) -> Call[str]:
        """The URI a resource was registered with."""
        return self._read("uriOf", resource, result=same)

    def version_count(self, resource: bytes) -> Call[int]:
        """The number of a resource's versions."""
        return self._read("versionCount", resource, result=int)

    def version_at(self, resource: bytes, version: int) -> Call[Version]:
        """A version by its number, counted from 0."""
        return self._read("versionAt", resource, version, result=lambda entry: Version(*entry))

    def parents_of(self, resource: bytes) -> Call[tuple[bytes, ...]]:
        """The resources this one was declared to be derived from."""
        return self._read("parentsOf", resource, result=tuple)

    def register(
        self,
        uri: str,
        *,
        manifest_digest: bytes = bytes(32),
        manifest_uri: str = "",
        guardian: str | None = None,
        delay: int,
        parents: Sequence[bytes] = (),
    ) -> Transaction:
        """Register a resource that belongs to the sender.

        Args:
            uri: its name, unique for the sender.
            manifest_digest: 32-byte digest of the artifact's manifest; zeros if it is no artifact.
            manifest_uri: where the manifest can be fetched.
            guardian: who may narrow access at once and never widen it.
            delay: seconds that a change which could let more people in has to wait.
            parents: ids of the resources it was derived from.
        """
        return self._change(
            "register",
            uri,
            manifest_digest,
            manifest_uri,
            guardian or _NO_ACCOUNT,
            delay,
            sorted(parents),
        )

    def add_version(self, resource: bytes, digest: bytes, manifest_uri: str = "") -> Transaction:
        """Add a version, which becomes the current one; by the owner."""
        return self._change("addVersion", resource, digest, manifest_uri)

    def transfer(self, resource: bytes, *, owner: str, to: str) -> Transaction:
        """Hand a resource over, and with it the right to administer its policy; by the owner.

        A contract has to say that it takes tokens (ERC-721's receiver), or nothing happens.
        """
        token = int.from_bytes(resource, "big")
        return self._change("safeTransferFrom(address,address,uint256)", owner, to, token)
