"""The contract ``EthereumDIDRegistry`` (ERC-1056): who owns an identity, and what it declared.

What an identity declared stands in events only. Each of them names the block of the one before,
so its history is walked backwards from the block of the latest change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from didgate.chain.calls import Call, Log, Transaction
from didgate.chain.client import ChainClient
from didgate.chain.contract import Contract, address
from didgate.chain.facts import Block
from didgate.errors import ChainError


@dataclass(frozen=True, slots=True)
class OwnerChanged:
    """An identity got another owner.

    Args:
        owner: its EIP-55 address; the zero address deactivates the identity.
        block_number: height at which it happened.
    """

    owner: str
    block_number: int


@dataclass(frozen=True, slots=True)
class DelegateChanged:
    """An identity named or dismissed a delegate.

    Args:
        delegate_type: 32 bytes, a name padded with zeros, e.g. ``veriKey``.
        delegate: EIP-55 address.
        valid_to: Unix seconds; a time that is over dismisses.
        block_number: height at which it happened.
    """

    delegate_type: bytes
    delegate: str
    valid_to: int
    block_number: int


@dataclass(frozen=True, slots=True)
class AttributeChanged:
    """An identity declared or withdrew an attribute.

    Args:
        name: 32 bytes, a name padded with zeros, e.g. ``did/pub/Secp256k1/veriKey/hex``.
        value: its value.
        valid_to: Unix seconds; a time that is over withdraws.
        block_number: height at which it happened.
    """

    name: bytes
    value: bytes
    valid_to: int
    block_number: int


IdentityEvent = OwnerChanged | DelegateChanged | AttributeChanged


class DIDRegistry(Contract):
    """Speaks to a registry of ERC-1056."""

    NAME = "EthereumDIDRegistry"

    @classmethod
    def deployment(cls) -> Transaction:
        """Deploy a registry."""
        return cls._create()

    def owner_of(self, identity: str) -> Call[str]:
        """Who owns an identity: itself, as long as it has named no other."""
        return self._read("identityOwner", identity, result=address)

    def changed(self, identity: str) -> Call[int]:
        """The height of the block of the latest change; 0 if there was none."""
        return self._read("changed", identity, result=int)

    def change_owner(self, identity: str, owner: str) -> Transaction:
        """Give an identity another owner; by its owner."""
        return self._change("changeOwner", identity, owner)

    def add_delegate(
        self, identity: str, delegate_type: bytes, delegate: str, *, validity: int
    ) -> Transaction:
        """Name a delegate for so many seconds; by the owner."""
        kind = delegate_type.ljust(32, b"\0")
        return self._change("addDelegate", identity, kind, delegate, validity)

    def revoke_delegate(self, identity: str, delegate_type: bytes, delegate: str) -> Transaction:
        """Dismiss a delegate; by the owner."""
        kind = delegate_type.ljust(32, b"\0")
        return self._change("revokeDelegate", identity, kind, delegate)

    def set_attribute(
        self, identity: str, name: bytes, value: bytes, *, validity: int
    ) -> Transaction:
        """Declare an attribute for so many seconds; by the owner."""
        return self._change("setAttribute", identity, name.ljust(32, b"\0"), value, validity)

    def revoke_attribute(self, identity: str, name: bytes, value: bytes) -> Transaction:
        """Withdraw an attribute; by the owner."""
        return self._change("revokeAttribute", identity, name.ljust(32, b"\0"), value)


def identity_history(
    client: ChainClient,
    registry: DIDRegistry,
    identity: str,
    *,
    at: Block,
    max_blocks: int = 256,
) -> tuple[IdentityEvent, ...]:
    """Return all that an identity declared up to a block, oldest first.

    Args:
        client: reads the chain.
        registry: the registry to read.
        identity: address of the identity.
        at: the block up to which its declarations count.
        max_blocks: in how many blocks it may have declared something; each takes an exchange.

    Raises:
        ChainError: ``history_too_long``, ``not_canonical``, ``malformed_response`` or a failure
            to reach the chain.
    """
    number = client.read(registry.changed(identity), at=at.hash)
    topic = bytes.fromhex(identity.removeprefix("0x")).rjust(32, b"\0")
    events: list[IdentityEvent] = []
    blocks = 0
    while number:
        blocks += 1
        if blocks > max_blocks:
            message = f"the identity changed in more than {max_blocks} blocks"
            raise ChainError("history_too_long", message)
        logs = client.logs(registry.address, [None, topic], first=number, last=number)
        decoded = [_decode(log) for log in sorted(logs, key=lambda log: log.position)]
        if not decoded:
            raise ChainError("malformed_response", "an event of the identity's history is missing")
        events[:0] = [event for event, _ in decoded]
        # Only the first event of a block can name an earlier one.
        number = _earlier(decoded[0][1], number)
    if not client.is_canonical(at.hash):
        raise ChainError("not_canonical", "the block has been replaced by another")
    return tuple(events)


def _earlier(previous: int, number: int) -> int:
    if previous >= number:
        raise ChainError("malformed_response", "the identity's history does not lead backwards")
    return previous


_Decoder = Callable[..., IdentityEvent]
_DECODERS: Final[Mapping[str, _Decoder]] = {
    "DIDOwnerChanged": lambda block, owner: OwnerChanged(address(owner), block),
    "DIDDelegateChanged": lambda block, kind, delegate, valid_to: DelegateChanged(
        kind, address(delegate), valid_to, block
    ),
    "DIDAttributeChanged": lambda block, name, value, valid_to: AttributeChanged(
        name, value, valid_to, block
    ),
}


def _decode(log: Log) -> tuple[IdentityEvent, int]:
    """Decode an event and the height of the block of the event before it."""
    events = {entry.digest: entry for entry in DIDRegistry.artifact().events.values()}
    entry = events.get(log.topics[0])
    if entry is None:
        raise ChainError("malformed_response", "the registry emitted an unknown event")
    try:
        values: tuple[Any, ...] = decode(entry.inputs[1:], log.data)  # the first is a topic
    except (DecodingError, ValueError, OverflowError) as error:
        message = "an event of the identity's history cannot be decoded"
        raise ChainError("malformed_response", message) from error
    *declared, previous = values
    return _DECODERS[entry.name](log.block_number, *declared), previous
