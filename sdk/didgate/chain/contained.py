"""Calls of contracts that nobody vouches for, so that whatever they do is an answer.

A policy names the contracts of tokens, a presenter that of an account. Asked directly, such a
contract can fail in ways that nodes report each in its own words, burn all the gas that a node
allows, or answer with megabytes. So a few instructions are run in its place, as creation code that
is never deployed: they call the contract with limited gas, and return whether it succeeded, how
long its answer was, and the beginning of it. A contract that asks another learns the same.

>>> call = contained_call("0x" + "11" * 20, b"", limit=32)
>>> answer = call.decode((1).to_bytes(32) + (32).to_bytes(32) + (7).to_bytes(32))
>>> int.from_bytes(answer.word or b"")
7
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from didgate.chain.calls import Call
from didgate.errors import ChainError, InvalidInput

READ_GAS: Final = 200_000
"""What a balance or an attestation may take: the same as when a contract asks (ChainReads.sol)."""
SIGNATURE_GAS: Final = 2_000_000
"""What the check of a signature may take: some wallets compute curves without a precompile."""
_HEAD: Final = 64  # two words: success and length
_MAX_BYTES: Final = 0x7FFF


class Unread(Enum):
    """What stands for an answer that means nothing."""

    UNREAD = "unread"


UNREAD: Final = Unread.UNREAD


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call.

    Args:
        succeeded: whether the contract returned; otherwise it reverted or failed.
        size: length of what it returned, in bytes.
        beginning: as much of that as was asked for, filled up with zeros.
    """

    succeeded: bool
    size: int
    beginning: bytes

    @property
    def word(self) -> bytes | None:
        """What it returned if that is exactly 32 bytes, else None."""
        return self.beginning[:32] if self.succeeded and self.size == 32 else None


def contained_call(to: str, data: bytes, *, limit: int, gas: int = READ_GAS) -> Call[Answer]:
    """Return the question to a contract that may do whatever it wants.

    Args:
        to: EIP-55 address.
        data: the encoded call.
        limit: how many bytes of the answer are of interest.
        gas: how much the contract may use, less than 2²⁴.

    Raises:
        InvalidInput: ``invalid_argument``, more than 32,767 bytes.
    """
    if max(len(data), limit) > _MAX_BYTES - _HEAD:
        raise InvalidInput("invalid_argument", "a call of this size cannot be contained")

    def decode(returned: bytes) -> Answer:
        if len(returned) != _HEAD + limit:
            raise ChainError("malformed_response", "the node did not run the call as it stands")
        success, size = returned[:32], returned[32:_HEAD]
        return Answer(any(success), int.from_bytes(size), returned[_HEAD:])

    target = bytes.fromhex(to[2:])
    start = len(_instructions(target, len(data), limit, gas, start=0))
    code = _instructions(target, len(data), limit, gas, start=start)
    return Call(None, code + data, decode)


def _instructions(to: bytes, length: int, limit: int, gas: int, *, start: int) -> bytes:
    """Return what calls ``to`` with the ``length`` bytes that stand at ``start`` of the code.

    Memory holds success and length, ``limit`` bytes of the answer, and behind them what is sent.
    """
    size, begin, answer, sent = map(_push2, (length, start, limit, _HEAD + limit))
    parts = (
        # CODECOPY what is sent from behind the code,
        *(size, begin, sent, b"\x39"),
        # STATICCALL the contract with it, the answer to go behind the head,
        *(answer, b"\x60\x40", size, sent, b"\x73", to, b"\x62", gas.to_bytes(3), b"\xfa"),
        # MSTORE success and RETURNDATASIZE as the head,
        b"\x5f\x52\x3d\x60\x20\x52",
        # RETURN head and answer.
        *(sent, b"\x5f\xf3"),
    )
    return b"".join(parts)


def _push2(number: int) -> bytes:
    return b"\x61" + number.to_bytes(2)
