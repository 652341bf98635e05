"""Writes ``contracts/test/vectors/bbs_proofs.json``: BBS proofs for the tests of the contracts.

Run it from the root of the repository after a change of the format:

    python tests/vectors/generate_bbs_proofs.py

Everything is fixed, the randomness of the proofs too, so the same file comes out each time. The
numbers of slots and of shown ones are those that the gas goals name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from didgate import bbs
from didgate.bbs.curve import CURVE, Scalar
from didgate.bbs.eip2537 import g1_to_eip2537, g2_to_eip2537, proof_to_eip2537
from didgate.bbs.proof import _prove

OUTPUT = Path(__file__).parents[2] / "contracts" / "test" / "vectors" / "bbs_proofs.json"
SUITE = bbs.DIDGATE
SECRET_KEY = bytes.fromhex("2b" * 31 + "02")
PUBLIC_KEY = bbs.public_key_of(SECRET_KEY)
HEADER = b"\x01" + bytes(range(64))
PRESENTATION_HEADER = bytes(range(32, 64))
GENERATORS = 33
# name: slots, shown, and those of them that are pinned
CASES = {
    "small": (5, (1, 3), ()),
    "smallPinned": (5, (1, 3), (3,)),
    "nothingShown": (3, (), ()),
    "everythingShown": (3, (0, 1, 2), ()),
    "ten": (10, (1, 3, 5, 7, 9), ()),
    "thirteen": (13, (1, 3, 5, 7, 9, 11), ()),
    "thirteenPinned": (13, (1, 3, 5, 7, 9, 11), (3, 5, 7, 9, 11)),
    "twentyThree": (23, tuple(range(1, 23, 2)), ()),
    "identityCommitment": (5, (1, 3), ()),
    "thirtyTwo": (32, tuple(range(1, 32)), ()),
}


def main() -> None:
    """Write the file."""
    points = bbs.create_generators(SUITE, GENERATORS)
    document = {
        "comment": "Written by tests/vectors/generate_bbs_proofs.py",
        "apiId": hexadecimal(SUITE.api_id),
        "points": hexadecimal(b"".join(map(g1_to_eip2537, points))),
        "compressed": hexadecimal(b"".join(points)),
        "publicKey": hexadecimal(g2_to_eip2537(PUBLIC_KEY)),
        "compressedKey": hexadecimal(PUBLIC_KEY),
        "header": hexadecimal(HEADER),
        "presentationHeader": hexadecimal(PRESENTATION_HEADER),
        "cases": {name: case(name, *layout) for name, layout in CASES.items()},
    }
    OUTPUT.write_text(json.dumps(document, indent=1) + "\n")


def case(name: str, count: int, shown: Sequence[int], pinned: Sequence[int]) -> dict[str, Any]:
    """Return a proof and what it is verified for."""
    scalars = [bbs.hash_to_scalar(SUITE, bytes([slot]), b"a message") for slot in range(count)]
    headers = (HEADER, PRESENTATION_HEADER)
    signature = bbs.sign(SUITE, SECRET_KEY, PUBLIC_KEY, HEADER, scalars)
    randomness = [random_scalar(name, number) for number in range(5 + count - len(shown))]
    if name == "identityCommitment":
        # e~ and r1~ of zero: T1 is the identity, which hashes like any other point
        randomness[2:4] = [CURVE.scalar(0), CURVE.scalar(0)]
    proof = _prove(SUITE, PUBLIC_KEY, signature, *headers, scalars, shown, randomness)
    disclosed = {slot: scalars[slot] for slot in shown}
    bbs.verify_proof(SUITE, PUBLIC_KEY, proof, *headers, disclosed, message_count=count)
    unpinned = [slot for slot in shown if slot not in pinned]
    return {
        "count": count,
        "domain": f"0x{bbs.calculate_domain(SUITE, PUBLIC_KEY, HEADER, count):064x}",
        "shownSlots": bitmap(unpinned),
        "shownMessages": [f"0x{scalars[slot]:064x}" for slot in unpinned],
        "pinnedSlots": bitmap(pinned),
        "pinnedMessages": [f"0x{scalars[slot]:064x}" for slot in pinned],
        "proof": hexadecimal(proof_to_eip2537(proof)),
    }


def random_scalar(name: str, number: int) -> Scalar:
    """Return what looks random and is the same each time: for tests only."""
    seed = f"{name} {number}".encode()
    return CURVE.scalar(bbs.hash_to_scalar(SUITE, seed, b"no randomness at all"))


def bitmap(slots: Sequence[int]) -> str:
    """Return a bitmap of slots."""
    return hex(sum(1 << slot for slot in slots))


def hexadecimal(data: bytes) -> str:
    """Write bytes as Solidity's tools read them."""
    return "0x" + data.hex()


if __name__ == "__main__":
    main()
