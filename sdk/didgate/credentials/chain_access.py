"""What a presentation to a contract is bound to: the EIP-712 digest over a ``ChainAccess``.

The domain names the chain and the contract that verifies presentations there. The type string is
exactly::

    ChainAccess(bytes32 resource,bytes32 policyId,uint64 epoch,address account,address consumer,
        bytes32 action,bytes32 nonce,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)

without the line break. ``bundle`` is computed as for a gate (``credentials.binding``). The account
signs the same structure with index 255: no further type is needed around it, since it names the
account itself.

>>> from didgate.credentials.binding import bundle_hash
>>> access = ChainAccess(
...     resource=bytes(32), policy_id=bytes(32), epoch=1,
...     account="0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
...     consumer="0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
...     action=bytes(32), nonce=bytes(32), deadline=1_800_000_000,
... )
>>> domain = Domain(1, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
>>> len(chain_access_digest(access, domain, bundle_hash([]), 0))
32
"""

from __future__ import annotations

from dataclasses import dataclass

from didgate.credentials import eip712
from didgate.credentials.binding import NO_EXTENSIONS, WHOLE_PRESENTATION, index_word
from didgate.credentials.challenge import MAX_UINT64
from didgate.credentials.eip712 import Domain
from didgate.encoding import is_checksum_address
from didgate.errors import InvalidInput
from didgate.keys import DigestSigner
from didgate.keys.ethereum import address_of, sign_digest

CHAIN_ACCESS_TYPE = (
    "ChainAccess(bytes32 resource,bytes32 policyId,uint64 epoch,address account,address consumer,"
    "bytes32 action,bytes32 nonce,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)"
)


@dataclass(frozen=True, slots=True)
class ChainAccess:
    """One statement to a contract: who may do what, once.

    Args:
        resource: 32-byte id of the resource.
        policy_id: 32 bytes, keccak256 of the canonical bytes of the policy in force.
        epoch: the resource's epoch.
        account: EIP-55 address of the account that the effect goes to.
        consumer: EIP-55 address of the contract that may spend the statement.
        action: 32 bytes that the consumer gives a meaning.
        nonce: 32 bytes, never used before by the account.
        deadline: Unix seconds from which on the statement is void.

    Raises:
        InvalidInput: ``invalid_chain_access``, with the member's name as the path.
    """

    resource: bytes
    policy_id: bytes
    epoch: int
    account: str
    consumer: str
    action: bytes
    nonce: bytes
    deadline: int

    def __post_init__(self) -> None:
        for name in ("resource", "policy_id", "action", "nonce"):
            _require(name, holds=len(getattr(self, name)) == 32)
        for name in ("epoch", "deadline"):
            value = getattr(self, name)
            _require(name, holds=type(value) is int and 0 <= value <= MAX_UINT64)
        for name in ("account", "consumer"):
            _require(name, holds=is_checksum_address(getattr(self, name)))


def chain_access_digest(access: ChainAccess, domain: Domain, bundle: bytes, index: int) -> bytes:
    """Return the 32 bytes that the proof of one credential, or of the account, is bound to.

    Args:
        access: the statement.
        domain: the chain, and the contract that verifies presentations there.
        bundle: from ``bundle_hash``; of no credentials if there are none.
        index: position of the credential among those of the presentation, from 0, or
            ``WHOLE_PRESENTATION`` for the signature of the account.

    Raises:
        InvalidInput: ``invalid_index``, or ``invalid_address`` for the domain's contract.
    """
    structure = eip712.hash_struct(
        CHAIN_ACCESS_TYPE,
        access.resource,
        access.policy_id,
        eip712.integer(access.epoch),
        eip712.address(access.account),
        eip712.address(access.consumer),
        access.action,
        access.nonce,
        eip712.integer(access.deadline),
        bundle,
        index_word(index),
        NO_EXTENSIONS,
    )
    return eip712.typed_digest(domain, structure)


def sign_chain_access(
    signer: DigestSigner, access: ChainAccess, domain: Domain, bundle: bytes
) -> bytes:
    """Return the signature ``r ‖ s ‖ v`` by which the account takes part in a presentation.

    Raises:
        InvalidInput: ``wrong_account`` if the key is not that of the account.
    """
    if address_of(signer.public_key) != access.account:
        raise InvalidInput("wrong_account", "the statement is another account's")
    return sign_digest(signer, chain_access_digest(access, domain, bundle, WHOLE_PRESENTATION))


def _require(name: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidInput("invalid_chain_access", "of the wrong form", path=name)
