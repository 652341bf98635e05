"""The contract ``SchemaRegistry``: immutable attribute schemas, stored under their hash."""

from __future__ import annotations

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, same


class SchemaRegistry(Contract):
    """Speaks to a schema registry."""

    NAME = "SchemaRegistry"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy a registry."""
        return cls._create()

    def exists(self, schema_id: bytes) -> Call[bool]:
        """Whether a schema was registered."""
        return self._read("exists", schema_id, result=bool)

    def schema_bytes(self, schema_id: bytes) -> Call[bytes]:
        """The encoding of a schema; the call reverts if there is none."""
        return self._read("schemaBytes", schema_id, result=same)

    def register(self, encoded: bytes) -> Transaction:
        """Store a schema, whose id is keccak256 of ``encoded``; by anyone."""
        return self._change("register", encoded)
