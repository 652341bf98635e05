"""EIP-712 by hand: the hashing of typed structures under a domain.

Every structure here has members of one word each: what has another length goes in as its hash.
The project has one name and one version for its domains; chain and contract tell them apart.

>>> domain = Domain(1, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
>>> typed_digest(domain, hash_struct("Answer(uint8 value)", integer(42))).hex()[:16]
'e1f4cfbee02eab34'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from didgate.encoding import keccak256, parse_address

DOMAIN_NAME = "didgate"
DOMAIN_VERSION = "1"
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"

_CACHED_DOMAINS = 64


@dataclass(frozen=True, slots=True)
class Domain:
    """Which contract of which chain a signature is for.

    Args:
        chain_id: EIP-155 id of the chain.
        contract: address of the contract there.
    """

    chain_id: int
    contract: str


def typed_digest(domain: Domain, structure: bytes) -> bytes:
    """Return keccak256(1901 ‖ domain separator ‖ hash of the structure), which is signed.

    Raises:
        InvalidInput: ``invalid_address`` for the domain's contract.
    """
    return keccak256(b"\x19\x01" + _separator(domain) + structure)


def hash_struct(signature: str, *words: bytes) -> bytes:
    """Return the hash of a structure.

    Args:
        signature: its type as EIP-712 encodes it, with the types that it refers to.
        words: its members, 32 bytes each.
    """
    return keccak256(_type_hash(signature) + b"".join(words))


def text(value: str) -> bytes:
    """Return the word for a ``string``: its hash."""
    return keccak256(value.encode("utf-8"))


def integer(value: int) -> bytes:
    """Return the word for an unsigned integer."""
    return value.to_bytes(32)


def address(value: str) -> bytes:
    """Return the word for an ``address``.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    return parse_address(value).rjust(32, b"\0")


@lru_cache(maxsize=_CACHED_DOMAINS)
def _separator(domain: Domain) -> bytes:
    return hash_struct(
        DOMAIN_TYPE,
        text(DOMAIN_NAME),
        text(DOMAIN_VERSION),
        integer(domain.chain_id),
        address(domain.contract),
    )


@cache
def _type_hash(signature: str) -> bytes:
    return keccak256(signature.encode("ascii"))
