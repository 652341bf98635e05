"""Which precompiled contracts a chain has, found out by asking it.

A call to a precompiled contract that a chain lacks succeeds and answers nothing, so the answer
itself is checked, never the mere success.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from didgate.chain import node_json
from didgate.chain.rpc import RPC
from didgate.errors import ChainError

_PAIRING: Final = "0x000000000000000000000000000000000000000F"
_P256: Final = "0x0000000000000000000000000000000000000100"
_TRUE: Final = (1).to_bytes(32, "big")

# One pair of points at infinity: their pairing is one.
_PAIRING_QUESTION: Final = "0x" + "00" * 384
# Digest 1, signed by the private key 1 (deterministic, RFC 6979), and that key's public point.
_P256_QUESTION: Final = (
    "0x0000000000000000000000000000000000000000000000000000000000000001"
    "4b5c41b83db4cdef7604f3c9cc213cf2dc614962ece259ae18f20472c7b8b73d"
    "821dfbae0eee5c57777665eca707fc0d3fb95c8b682213037e98474f00694b50"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


@dataclass(frozen=True, slots=True)
class Precompiles:
    """What a chain computes natively.

    Args:
        bls12_381: pairings and the rest of EIP-2537.
        p256: signatures over P-256 (EIP-7951).
    """

    bls12_381: bool
    p256: bool


def probe(rpc: RPC) -> Precompiles:
    """Ask a chain for its precompiled contracts.

    Raises:
        ChainError: ``unreachable``.
    """
    return Precompiles(
        bls12_381=_answers_true(rpc, _PAIRING, _PAIRING_QUESTION),
        p256=_answers_true(rpc, _P256, _P256_QUESTION),
    )


def _answers_true(rpc: RPC, address: str, question: str) -> bool:
    try:
        answer = rpc.request("eth_call", [{"to": address, "data": question}, "latest"])
    except ChainError as error:
        if error.code == "unreachable":
            raise
        return False
    return node_json.data(answer) == _TRUE
