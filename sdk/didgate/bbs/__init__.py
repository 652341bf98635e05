"""The IETF BBS signature scheme (draft-irtf-cfrg-bbs-signatures) over BLS12-381.

An issuer signs a list of messages once; a holder then proves knowledge of that signature as
often as needed, disclosing any subset of the messages, and no two proofs can be linked. The core
works on messages that are scalars: ``messages_to_scalars`` maps octet strings to them as the
draft says, ``didgate.bbs.typed`` maps typed values as the project's own suite says.

>>> secret_key = generate_secret_key()
>>> public_key = public_key_of(secret_key)
>>> messages = messages_to_scalars(BLS12_381_SHA256, [b"Alice", b"1990", b"NL"])
>>> signature = sign(BLS12_381_SHA256, secret_key, public_key, b"card", messages)
>>> proof = create_proof(
...     BLS12_381_SHA256, public_key, signature, b"card", b"nonce", messages, [2])
>>> verify_proof(
...     BLS12_381_SHA256, public_key, proof, b"card", b"nonce", {2: messages[2]}, message_count=3)
"""

from didgate.bbs import eip2537, possession, typed
from didgate.bbs.curve import SCALAR_ORDER
from didgate.bbs.domain import calculate_domain
from didgate.bbs.keys import (
    check_public_key,
    derive_secret_key,
    generate_secret_key,
    public_key_of,
)
from didgate.bbs.proof import create_proof, proof_length, verify_proof
from didgate.bbs.signature import sign, verify
from didgate.bbs.suite import (
    BLS12_381_SHA256,
    BLS12_381_SHAKE256,
    DIDGATE,
    MAX_MESSAGES,
    Suite,
    create_generators,
    hash_to_scalar,
    messages_to_scalars,
)

__all__ = [
    "BLS12_381_SHA256",
    "BLS12_381_SHAKE256",
    "DIDGATE",
    "MAX_MESSAGES",
    "SCALAR_ORDER",
    "Suite",
    "calculate_domain",
    "check_public_key",
    "create_generators",
    "create_proof",
    "derive_secret_key",
    "eip2537",
    "generate_secret_key",
    "hash_to_scalar",
    "messages_to_scalars",
    "possession",
    "proof_length",
    "public_key_of",
    "sign",
    "typed",
    "verify",
    "verify_proof",
]
