"""The contract ``AddressListRegistry``: lists of accounts that policies refer to."""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi.abi import encode

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, address_or_none, positive_or_none
from didgate.encoding import keccak256


def address_list_id(creator: str, name: str) -> bytes:
    """Return the 32-byte id of the list that ``creator`` calls ``name``."""
    return keccak256(encode(["address", "string"], [creator, name]))


class AddressListRegistry(Contract):
    """Speaks to a registry of address lists."""

    NAME = "AddressListRegistry"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy a registry."""
        return cls._create()

    def owner_of(self, list_id: bytes) -> Call[str | None]:
        """Who owns a list, if it exists."""
        return self._read("ownerOf", list_id, result=address_or_none)

    def offered_to(self, list_id: bytes) -> Call[str | None]:
        """To whom a list is offered."""
        return self._read("offeredTo", list_id, result=address_or_none)

    def added_at(self, list_id: bytes, account: str) -> Call[int | None]:
        """When an account came onto a list, in Unix seconds, if it is on it."""
        return self._read("addedAt", list_id, account, result=positive_or_none)

    def create(self, name: str) -> Transaction:
        """Create an empty list that belongs to the sender."""
        return self._change("create", name)

    def add(self, list_id: bytes, accounts: Sequence[str]) -> Transaction:
        """Add accounts; by the list's owner."""
        return self._change("add", list_id, list(accounts))

    def remove(self, list_id: bytes, accounts: Sequence[str]) -> Transaction:
        """Remove accounts; by the list's owner."""
        return self._change("remove", list_id, list(accounts))

    def offer(self, list_id: bytes, to: str) -> Transaction:
        """Offer a list to another account; by its owner."""
        return self._change("offerList", list_id, to)

    def accept(self, list_id: bytes) -> Transaction:
        """Take over the list that was offered."""
        return self._change("acceptList", list_id)
