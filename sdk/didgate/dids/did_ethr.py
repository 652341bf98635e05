"""did:ethr: an Ethereum account, and what it declared in a registry of ERC-1056.

Without any declaration the account (or the public key) of the DID speaks for it. Its owner may put
another in its place, name delegates and keys for a time, and deactivate the DID for good.

>>> create("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", chain_id=1)
'did:ethr:0x1:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'
>>> parse("did:ethr:0x89:0x7E5F4552091A69125D5DFCB7B8C2659029395BDF").chain_id
137
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from didgate.chain.client import ChainClient
from didgate.chain.did_registry import DIDRegistry, IdentityEvent, identity_history
from didgate.chain.facts import Block
from didgate.dids.document import DIDDocument
from didgate.dids.ethr_document import Subject, build_document
from didgate.dids.syntax import parse_did
from didgate.encoding import checksum_address, parse_address
from didgate.errors import ChainError, InvalidInput, ResolutionError
from didgate.keys import KeyAlgorithm, PublicKey
from didgate.keys.ethereum import address_of
from didgate.ports import Clock, SystemClock

_IDENTIFIER = re.compile(
    r"(?:(?P<network>[a-z]+|0x[0-9a-fA-F]{1,16}):)?0x(?P<account>[0-9a-fA-F]{40}|[0-9a-fA-F]{66})"
)
_NAMED_NETWORKS = {None: 1, "mainnet": 1, "sepolia": 11_155_111}


class EthrNetwork(Protocol):
    """Reads the registry of one chain."""

    def head(self) -> Block:
        """Return the block at which to resolve.

        Raises:
            ChainError: the chain cannot be read.
        """
        ...

    def history(self, identity: str, at: Block) -> Sequence[IdentityEvent]:
        """Return all that an identity declared up to a block, oldest first.

        Args:
            identity: EIP-55 address.
            at: the block.

        Raises:
            ChainError: the chain cannot be read.
        """
        ...


class RegistryNetwork:
    """The registry at an address of a chain.

    Args:
        client: reads the chain.
        registry: the registry.
        tag: which block counts: ``"latest"`` or ``"finalized"``.
    """

    def __init__(self, client: ChainClient, registry: DIDRegistry, *, tag: str = "latest") -> None:
        self._client = client
        self._registry = registry
        self._tag = tag

    def head(self) -> Block:
        """Return the block at which to resolve; see :class:`EthrNetwork`."""
        return self._client.header(self._tag).block

    def history(self, identity: str, at: Block) -> Sequence[IdentityEvent]:
        """Return what an identity declared; see :class:`EthrNetwork`."""
        return identity_history(self._client, self._registry, identity, at=at)


class DIDEthr:
    """Resolves did:ethr.

    What is declared for a time counts only while neither the block nor the clock is past it: the
    head of an idle chain may be old, and a clock may be slow.

    Args:
        networks: by chain id.
        clock: tells the time.
    """

    def __init__(self, networks: Mapping[int, EthrNetwork], *, clock: Clock | None = None) -> None:
        self._networks = dict(networks)
        self._clock = clock or SystemClock()

    def resolve(self, did: str) -> DIDDocument:
        """Return the document of a did:ethr.

        Raises:
            InvalidInput: ``invalid_did``, ``invalid_public_key``.
            ResolutionError: ``unknown_network``, ``did_deactivated``, ``history_too_long``, or
                ``chain_unreadable``.
        """
        subject = parse(did)
        if subject.chain_id not in self._networks:
            message = f"there is no registry for chain {subject.chain_id}"
            raise ResolutionError("unknown_network", message)
        network = self._networks[subject.chain_id]
        try:
            block = network.head()
            events = network.history(subject.address, block)
        except ChainError as error:
            message = f"the registry cannot be read: {error.message}"
            raise ResolutionError("chain_unreadable", message) from error
        now = max(block.timestamp, int(self._clock.now().timestamp()))
        return DIDDocument.from_dict(build_document(subject, events, now))


def create(account: str | PublicKey, *, chain_id: int) -> str:
    """Return the DID of an account, in lower case.

    Args:
        account: its address, or its secp256k1 key, which the DID then holds.
        chain_id: the chain whose registry may say more about it.

    Raises:
        InvalidInput: ``invalid_address``, ``unsupported_key_algorithm``, ``invalid_did`` for a
            chain id that is none.
    """
    if isinstance(account, str):
        identifier = parse_address(account)
    else:
        address_of(account)  # refuses other kinds of keys
        identifier = account.raw
    did = f"did:ethr:{chain_id:#x}:0x{identifier.hex()}"
    parse(did)
    return did


def parse(did: str) -> Subject:
    """Read a did:ethr.

    Raises:
        InvalidInput: ``invalid_did``, or ``invalid_public_key``.
        ResolutionError: ``unknown_network`` for a name of a network that is not known.
    """
    method, identifier = parse_did(did)
    match = _IDENTIFIER.fullmatch(identifier)
    if method != "ethr" or match is None:
        raise InvalidInput("invalid_did", "the DID is not a did:ethr")
    chain_id = _chain_id(match["network"])
    account = bytes.fromhex(match["account"])
    if len(account) == 20:
        return Subject(did, chain_id, checksum_address(account), None)
    key = PublicKey(KeyAlgorithm.SECP256K1, account)
    return Subject(did, chain_id, address_of(key), key)


def _chain_id(network: str | None) -> int:
    if network in _NAMED_NETWORKS:
        return _NAMED_NETWORKS[network]
    if network is None or not network.startswith("0x"):
        raise ResolutionError("unknown_network", f"there is no network {network}")
    if (chain_id := int(network, 16)) == 0:
        raise InvalidInput("invalid_did", "no chain has the id 0")
    return chain_id
