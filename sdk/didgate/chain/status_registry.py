"""The contract ``StatusRegistry``: which credentials were revoked."""

from __future__ import annotations

from collections.abc import Sequence

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract


class StatusRegistry(Contract):
    """Speaks to a status registry; its issuer registry created it."""

    NAME = "StatusRegistry"

    def is_revoked(self, list_id: bytes, index: int) -> Call[bool]:
        """Whether the credential with that index is revoked."""
        return self._read("isRevoked", list_id, index, result=bool)

    def word(self, list_id: bytes, word_index: int) -> Call[int]:
        """256 bits of a list; bit i of word w is for index 256 w + i."""
        return self._read("word", list_id, word_index, result=int)

    def revoke(self, issuer: bytes, type_id: bytes, index: int) -> Transaction:
        """Revoke a credential, for ever; by the issuer's controller."""
        return self._change("revoke", issuer, type_id, index)

    def revoke_many(self, issuer: bytes, type_id: bytes, indexes: Sequence[int]) -> Transaction:
        """Revoke several credentials, for ever; by the issuer's controller."""
        return self._change("revokeMany", issuer, type_id, list(indexes))
