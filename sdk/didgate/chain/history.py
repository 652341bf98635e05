"""What the registries held at a past block: who could act, who was accredited, who was listed.

Names come from events, since a contract cannot list what it maps; what each stood for at the block
is then read from its state there, so an event that was missed hides a name and never adds one. A
node has to have the state of that block: an archive node, or the embedded chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.calls import Log
from didgate.chain.client import ChainClient
from didgate.chain.contract import Contract
from didgate.chain.facts import Block
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.chain.policy_registry import PolicyRegistry
from didgate.encoding import checksum_address
from didgate.errors import ChainError


@dataclass(frozen=True, slots=True)
class Accredited:
    """An issuer that was accredited for a type.

    Args:
        did: its DID.
        since: when it was accredited, in Unix seconds.
        suspended: whether it was suspended at the block.
    """

    did: str
    since: int
    suspended: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An account that stood on a list.

    Args:
        account: its EIP-55 address.
        since: when it was added, in Unix seconds.
    """

    account: str
    since: int


def block_at(client: ChainClient, moment: int) -> Block:
    """Return the last block whose time is not after a moment.

    Args:
        client: the chain.
        moment: Unix seconds.

    Raises:
        ChainError: ``unknown_block``, the moment is before the first block; or a failure to reach
            the chain.
    """
    first, last = client.header(0).block, client.header().block
    if moment < first.timestamp:
        raise ChainError("unknown_block", "the chain begins after that")
    if last.timestamp <= moment:
        return last
    low, high = first.number, last.number  # low is not after the moment, high is
    while high - low > 1:
        middle = (low + high) // 2
        if client.header(middle).block.timestamp <= moment:
            low = middle
        else:
            high = middle
    return client.header(low).block


def editors_at(
    client: ChainClient, registry: PolicyRegistry, resource: bytes, block: Block
) -> list[str]:
    """Return who could publish policies for a resource beside its owner.

    Raises:
        ChainError: the chain cannot be read, at that block or at all.
    """
    named = _topics(client, registry, "EditorSet", [resource], position=2, block=block)
    accounts = sorted({checksum_address(topic[12:]) for topic in named})
    calls = [registry.is_editor(resource, account) for account in accounts]
    allowed = client.read_many(calls, at=block.hash)
    return [account for account, is_editor in zip(accounts, allowed, strict=True) if is_editor]


def accredited_at(
    client: ChainClient, registry: IssuerRegistry, type_id: bytes, block: Block
) -> list[Accredited]:
    """Return the issuers that were accredited for a type, the first accredited first.

    Raises:
        ChainError: as ``editors_at``.
    """
    wanted = [None, type_id]
    named = _topics(client, registry, "IssuerAccredited", wanted, position=1, block=block)
    issuers = sorted(set(named))
    since = client.read_many(
        [registry.accreditation(each, type_id) for each in issuers], at=block.hash
    )
    records = client.read_many([registry.issuer(each) for each in issuers], at=block.hash)
    found = (
        Accredited(record.did, added_at, block.timestamp < record.suspended_until)
        for added_at, record in zip(since, records, strict=True)
        if added_at is not None and record is not None
    )
    return sorted(found, key=lambda each: (each.since, each.did))


def listed_at(
    client: ChainClient, registry: AddressListRegistry, list_id: bytes, block: Block
) -> list[Listed]:
    """Return the accounts that stood on a list, the first added first.

    Raises:
        ChainError: as ``editors_at``.
    """
    named = _topics(client, registry, "AddressAdded", [list_id], position=2, block=block)
    accounts = sorted({checksum_address(topic[12:]) for topic in named})
    since = client.read_many([registry.added_at(list_id, each) for each in accounts], at=block.hash)
    found = (
        Listed(account, added_at)
        for account, added_at in zip(accounts, since, strict=True)
        if added_at is not None
    )
    return sorted(found, key=lambda each: (each.since, each.account))


def _topics(
    client: ChainClient,
    contract: Contract,
    event: str,
    wanted: Sequence[bytes | None],
    *,
    position: int,
    block: Block,
) -> Iterator[bytes]:
    """Yield the topic at a position of each event up to a block."""
    topics = [contract.artifact().events[event].digest, *wanted]
    for log in _logs(client, contract.address, topics, 0, block.number):
        yield log.topics[position]


def _logs(
    client: ChainClient, address: str, topics: Sequence[bytes | None], first: int, last: int
) -> Iterator[Log]:
    """Yield events of a range of blocks, in halves where the node finds it too long."""
    try:
        yield from client.logs(address, topics, first=first, last=last)
    except ChainError as error:
        if error.code != "rpc_error" or first == last:
            raise
        middle = (first + last) // 2
        yield from _logs(client, address, topics, first, middle)
        yield from _logs(client, address, topics, middle + 1, last)
