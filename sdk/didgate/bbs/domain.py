"""What signer, prover and verifier all derive from public key, header and message count.

``calculate_domain`` of draft-irtf-cfrg-bbs-signatures, and beside it the parts of later sums
that are the same for every signature under one key and header. A bounded number of them is
kept: an issuer's key, header and length hardly ever change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from didgate.bbs.curve import CURVE, G1, G2, SCALAR_ORDER, Scalar
from didgate.bbs.suite import Suite, generator_points, hash_to_scalar
from didgate.errors import InvalidInput

_LONGEST_CACHED_HEADER: Final = 1024


@dataclass(frozen=True, slots=True, repr=False)
class Context:
    """The public part of a statement about a signature.

    Args:
        key: the issuer's public key W.
        domain: the scalar that binds key, generators, interface and header.
        base: P1 + Q_1·domain.
        generators: H_1 … H_L.
    """

    key: G2
    domain: Scalar
    base: G1
    generators: tuple[G1, ...]


def context_of(suite: Suite, public_key: bytes, header: bytes, count: int) -> Context:
    """Return the context of ``count`` messages signed under this key and header.

    Raises:
        InvalidInput: ``invalid_public_key`` or ``invalid_message_count``.
    """
    if len(header) > _LONGEST_CACHED_HEADER:  # a cache bounded in number must hold small things
        return _context(suite, public_key, header, count)
    return _cached_context(suite, public_key, header, count)


def calculate_domain(suite: Suite, public_key: bytes, header: bytes, count: int) -> int:
    """Return the domain (``calculate_domain`` of the draft) as an integer below r.

    Args:
        suite: the suite of the signature.
        public_key: 96 bytes compressed.
        header: what the issuer bound to the signature.
        count: number of signed messages.

    Raises:
        InvalidInput: ``invalid_public_key`` or ``invalid_message_count``.
    """
    domain = context_of(suite, public_key, header, count).domain
    return int.from_bytes(CURVE.encode_scalar(domain), "big")


@lru_cache(maxsize=1024)
def public_key_point(public_key: bytes) -> G2:
    """Decode a public key (``octets_to_pubkey``), or raise InvalidInput ``invalid_public_key``."""
    try:
        return CURVE.decode_g2(public_key)
    except InvalidInput as error:
        raise InvalidInput(
            "invalid_public_key", "a BBS public key is not a valid point of G2"
        ) from error


def message_scalars(values: Sequence[int]) -> list[Scalar]:
    """Turn messages into scalars, or raise InvalidInput ``invalid_scalar``.

    Zero is refused with all that is not below r: no mapping yields it, and it would drop its
    generator from the signed sum.
    """
    if not all(type(value) is int and 0 < value < SCALAR_ORDER for value in values):
        raise InvalidInput("invalid_scalar", "a message is not an integer within [1, r - 1]")
    return [CURVE.scalar(value) for value in values]


def _context(suite: Suite, public_key: bytes, header: bytes, count: int) -> Context:
    key = public_key_point(public_key)
    first, *rest = points = generator_points(suite, count + 1)
    encoded = b"".join(CURVE.encode_g1(point) for point in points)
    octets = count.to_bytes(8, "big") + encoded + suite.api_id
    data = public_key + octets + len(header).to_bytes(8, "big") + header
    domain = CURVE.scalar(hash_to_scalar(suite, data, suite.hash_to_scalar_dst))
    base = CURVE.decode_g1(suite.p1) + CURVE.combine([first], [domain])
    return Context(key, domain, base, tuple(rest))


_cached_context = lru_cache(maxsize=256)(_context)
