"""The ciphersuites of BBS, and hashing to scalars and generators under them.

Follows draft-irtf-cfrg-bbs-signatures, "Utility Operations" and "Ciphersuites". Two suites are
the draft's; ``DIDGATE`` is the project's own interface over the SHA-256 ciphersuite, with typed
messages (docs/formats.md): another ``api_id``, so other tags, generators and domains, and the
same ``P1``.

>>> DIDGATE.api_id.decode()
'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_'
>>> create_generators(DIDGATE, 1) == create_generators(BLS12_381_SHA256, 1)
False
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from didgate.bbs.curve import CURVE, G1, SCALAR_ORDER
from didgate.bbs.expand import ExpandMessage, expand_message_xmd, expand_message_xof, hash_to_g1
from didgate.errors import InvalidInput

EXPAND_BYTES: Final = 48
"""``expand_len`` of both ciphersuites."""

MAX_MESSAGES: Final = 1023
"""The most messages one signature may cover here; the draft sets no useful limit."""

_CHUNK: Final = 32


@dataclass(frozen=True, slots=True)
class Suite:
    """One BBS interface: a ciphersuite and the identifier that separates its hashing.

    Args:
        ciphersuite_id: name of the ciphersuite, ASCII.
        api_id: name of the interface, ASCII; every tag and generator derives from it.
        expand_message: the expander of the hash-to-curve suite.
        p1: the fixed point P1, 48 bytes compressed.
        typed: True if messages are typed (``didgate.bbs.typed``) instead of octet strings.
    """

    ciphersuite_id: bytes
    api_id: bytes
    expand_message: ExpandMessage
    p1: bytes
    typed: bool = False

    @property
    def hash_to_scalar_dst(self) -> bytes:
        """Tag for the domain, the challenge and the scalar e of a signature."""
        return self.api_id + b"H2S_"

    @property
    def map_dst(self) -> bytes:
        """Tag for mapping messages to scalars."""
        kind = b"TYPED" if self.typed else b"MSG"
        return self.api_id + b"MAP_" + kind + b"_TO_SCALAR_AS_HASH_"


_SHA256_ID: Final = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
_SHA256_P1: Final = bytes.fromhex(
    "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd22"
    "5e7c59698588e70d11406d161b4e28c9"
)
_SHAKE256_ID: Final = b"BBS_BLS12381G1_XOF:SHAKE-256_SSWU_RO_"
_SHAKE256_P1: Final = bytes.fromhex(
    "8929dfbc7e6642c4ed9cba0856e493f8b9d7d5fcb0c31ef8fdcd34d50648a56c"
    "795e106e9eada6e0bda386b414150755"
)

BLS12_381_SHA256: Final = Suite(
    _SHA256_ID, _SHA256_ID + b"H2G_HM2S_", expand_message_xmd, _SHA256_P1
)
BLS12_381_SHAKE256: Final = Suite(
    _SHAKE256_ID, _SHAKE256_ID + b"H2G_HM2S_", expand_message_xof, _SHAKE256_P1
)
DIDGATE: Final = Suite(
    _SHA256_ID, _SHA256_ID + b"H2G_TM2S_DIDGATE1_", expand_message_xmd, _SHA256_P1, typed=True
)


def hash_to_scalar(suite: Suite, data: bytes, dst: bytes) -> int:
    """Hash ``data`` to a scalar (``hash_to_scalar`` of the draft).

    Args:
        suite: the suite whose expander is used.
        data: any bytes.
        dst: domain separation tag, 1 to 255 bytes.

    Returns:
        an integer within [0, r − 1]; 0 with negligible probability.

    Raises:
        InvalidInput: ``invalid_dst``.
    """
    return int.from_bytes(suite.expand_message(data, dst, EXPAND_BYTES), "big") % SCALAR_ORDER


def messages_to_scalars(suite: Suite, messages: Sequence[bytes]) -> list[int]:
    """Map octet messages to scalars (``messages_to_scalars`` of the draft).

    Args:
        suite: one of the draft's suites.
        messages: any bytes each, in order.

    Raises:
        InvalidInput: ``typed_suite`` for a suite whose messages carry a type; those are mapped
            by ``didgate.bbs.typed.encode``, since untyped bytes could pose as any type.
    """
    if suite.typed:
        raise InvalidInput("typed_suite", "this suite signs typed messages, not octet strings")
    return [hash_to_scalar(suite, message, suite.map_dst) for message in messages]


def create_generators(suite: Suite, count: int) -> tuple[bytes, ...]:
    """Return the first ``count`` generators: Q_1, then H_1, H_2, … (``create_generators``).

    Args:
        suite: the suite they derive from.
        count: number of messages plus one, at most ``MAX_MESSAGES`` + 1.

    Returns:
        points of G1, 48 bytes compressed each.

    Raises:
        InvalidInput: ``invalid_message_count``.
    """
    return tuple(CURVE.encode_g1(point) for point in generator_points(suite, count))


def generator_points(suite: Suite, count: int) -> tuple[G1, ...]:
    """Return what ``create_generators`` does, as points; chunks of them are cached."""
    if not 1 <= count <= MAX_MESSAGES + 1:
        raise InvalidInput("invalid_message_count", f"messages number from 0 to {MAX_MESSAGES}")
    chunks = (_chunk(suite, number)[1] for number in range(-(-count // _CHUNK)))
    return tuple(point for chunk in chunks for point in chunk)[:count]


@lru_cache(maxsize=4 * (MAX_MESSAGES + 1) // _CHUNK)
def _chunk(suite: Suite, number: int) -> tuple[bytes, tuple[G1, ...]]:
    """Return the seed after, and the points of, the chunk of generators with this number."""
    seed_dst = suite.api_id + b"SIG_GENERATOR_SEED_"
    generator_dst = suite.api_id + b"SIG_GENERATOR_DST_"
    if number == 0:
        seed = suite.api_id + b"MESSAGE_GENERATOR_SEED"
        seed = suite.expand_message(seed, seed_dst, EXPAND_BYTES)
    else:
        seed = _chunk(suite, number - 1)[0]
    points = []
    for index in range(number * _CHUNK + 1, (number + 1) * _CHUNK + 1):
        seed = suite.expand_message(seed + index.to_bytes(8, "big"), seed_dst, EXPAND_BYTES)
        points.append(hash_to_g1(suite.expand_message, seed, generator_dst))
    return seed, tuple(points)
