"""Whether an account that is a contract takes a signature for its own (ERC-1271)."""

from __future__ import annotations

from typing import Final

from didgate.chain.artifacts import Entry
from didgate.chain.calls import Call
from didgate.chain.contained import SIGNATURE_GAS, contained_call

_IS_VALID: Final = Entry("isValidSignature", ("bytes32", "bytes"), ("bytes4",))
_MAGIC: Final = _IS_VALID.selector + bytes(28)


def contract_signature(account: str, digest: bytes, signature: bytes) -> Call[bool]:
    """Ask a contract whether it accepts a signature; whatever else it does, it does not.

    Args:
        account: EIP-55 address of the contract.
        digest: 32 bytes that were signed.
        signature: at most 16 KiB, in whatever form the contract takes.

    Raises:
        InvalidInput: ``invalid_argument``, the signature is too long.
    """
    call = contained_call(account, _IS_VALID.encode(digest, signature), limit=32, gas=SIGNATURE_GAS)
    return Call(call.to, call.data, lambda returned: call.decode(returned).word == _MAGIC)
