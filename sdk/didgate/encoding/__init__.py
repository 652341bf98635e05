"""How values are written: multibase, multicodec, base64url, JSON, JCS, Keccak, addresses.

Everything here is strict: one value has one encoding, and anything else is refused.
Nothing here knows keys, credentials or the network.
"""

from __future__ import annotations

from didgate.encoding import strict_json
from didgate.encoding.address import checksum_address, is_checksum_address, parse_address
from didgate.encoding.jcs import canonicalize
from didgate.encoding.keccak import keccak256
from didgate.encoding.multibase import (
    b64url_decode,
    b64url_encode,
    base58btc_decode,
    base58btc_encode,
    multibase_decode,
    multicodec_unwrap,
    multicodec_wrap,
)

__all__ = [
    "b64url_decode",
    "b64url_encode",
    "base58btc_decode",
    "base58btc_encode",
    "canonicalize",
    "checksum_address",
    "is_checksum_address",
    "keccak256",
    "multibase_decode",
    "multicodec_unwrap",
    "multicodec_wrap",
    "parse_address",
    "strict_json",
]
