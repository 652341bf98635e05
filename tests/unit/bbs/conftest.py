"""A signed statement to work on, and points that no decoder may take."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from py_arkworks_bls12381 import G1Point, G2Point

from didgate import bbs


@dataclass(frozen=True, slots=True)
class Signed:
    """Five messages under one signature, and a proof that discloses those at 1 and 3."""

    suite: bbs.Suite
    secret_key: bytes
    public_key: bytes
    header: bytes
    scalars: tuple[int, ...]
    signature: bytes
    presentation_header: bytes
    disclosed: dict[int, int]
    proof: bytes

    def verify_proof(self, **changes: object) -> None:
        """Verify the proof, with some arguments changed."""
        arguments = {
            "suite": self.suite,
            "public_key": self.public_key,
            "proof": self.proof,
            "header": self.header,
            "presentation_header": self.presentation_header,
            "disclosed": self.disclosed,
            "message_count": len(self.scalars),
        } | changes
        bbs.verify_proof(**arguments)


@pytest.fixture(scope="session", params=["SHA256", "SHAKE256", "DIDGATE"])
def signed(request: pytest.FixtureRequest) -> Signed:
    """Return a signed statement of each suite in turn."""
    names = {"SHA256": bbs.BLS12_381_SHA256, "SHAKE256": bbs.BLS12_381_SHAKE256}
    suite = names.get(request.param, bbs.DIDGATE)
    secret_key = bbs.generate_secret_key()
    public_key = bbs.public_key_of(secret_key)
    scalars = (1, 2**53, bbs.SCALAR_ORDER - 1, 2**160, 12345)
    header, presentation_header = b"header", b"presentation header"
    signature = bbs.sign(suite, secret_key, public_key, header, scalars)
    proof = bbs.create_proof(
        suite, public_key, signature, header, presentation_header, scalars, [1, 3]
    )
    disclosed = {1: scalars[1], 3: scalars[3]}
    return Signed(
        suite,
        secret_key,
        public_key,
        header,
        scalars,
        signature,
        presentation_header,
        disclosed,
        proof,
    )


@pytest.fixture(scope="session")
def off_subgroup_g1() -> bytes:
    """Return a compressed point that is on the curve and outside G1."""
    return _outside(G1Point.from_compressed_bytes_unchecked, 48)


@pytest.fixture(scope="session")
def off_subgroup_g2() -> bytes:
    """Return a compressed point that is on the twist and outside G2."""
    return _outside(G2Point.from_compressed_bytes_unchecked, 96)


def _outside(decoder: type, size: int) -> bytes:
    for x in range(1, 100):
        data = (x | 0x80 << 8 * (size - 1)).to_bytes(size, "big")
        try:
            point = decoder(data)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return data
    raise AssertionError("almost every point is outside the subgroup")
