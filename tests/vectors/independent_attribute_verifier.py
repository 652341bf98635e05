"""A second verifier of attribute credentials, from docs/formats.md alone: no code of didgate."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from Crypto.Hash import keccak as keccak_hash
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
API = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_"
P1 = base64.b64decode("qM4lYQKECCGj6U6pAl5GYrIFdi+XdrOnZshyuUjx/SJefFlphYjnDRFAbRYbTijJ")
TYPES = ["absent", "text", "bytes", "integer", "boolean", "date", "datetime", "address"]
DOMAIN = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DISCLOSURE = b"Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)"
GATE_ACCESS = (
    b"GateAccess(string audience,bytes32 resource,bytes32 policyId,uint64 epoch,string nonce,"
    b"bytes32 jkt,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)"
)


def keccak(data: bytes) -> bytes:
    return keccak_hash.new(digest_bits=256, data=data).digest()


def word(number: int, size: int = 32) -> bytes:
    return number.to_bytes(size, "big")


def expand(data: bytes, dst: bytes) -> bytes:  # expand_message_xmd of RFC 9380 to 48 bytes
    suffix = dst + bytes([len(dst)])
    zeroth = hashlib.sha256(bytes(64) + data + b"\0\x30\0" + suffix).digest()
    first = hashlib.sha256(zeroth + b"\x01" + suffix).digest()
    mixed = bytes(a ^ b for a, b in zip(zeroth, first, strict=True))
    return (first + hashlib.sha256(mixed + b"\x02" + suffix).digest())[:48]


def hash_to_scalar(data: bytes, tag: bytes) -> int:
    return int.from_bytes(expand(data, API + tag), "big") % R


def generators(count: int) -> list[G1Point]:
    seed = expand(API + b"MESSAGE_GENERATOR_SEED", API + b"SIG_GENERATOR_SEED_")
    points = []
    for index in range(1, count + 1):
        seed = expand(seed + word(index, 8), API + b"SIG_GENERATOR_SEED_")
        points.append(G1Point.hash_to_curve(seed, API + b"SIG_GENERATOR_DST_"))
    return points


def message(kind: str, value: Any) -> int:
    tag = b"MAP_TYPED_TO_SCALAR_AS_HASH_"
    if value is None:
        return hash_to_scalar(b"\0", tag)
    if kind in {"text", "bytes"}:
        data = value.encode() if kind == "text" else bytes.fromhex(value[2:])
        return hash_to_scalar(bytes([TYPES.index(kind)]) + data, tag)
    if kind == "address":
        return 2**160 + int(value, 16)
    if kind == "date":
        value = (date.fromisoformat(value) - date(1970, 1, 1)).days
    if kind == "datetime":
        value = datetime.fromisoformat(value).timestamp()
    return 2**53 + int(value)


def schema_bytes(schema: dict[str, Any]) -> bytes:
    url, attributes = schema["type"].encode(), schema["attributes"]
    data = b"didgate-schema-v1\0" + word(len(url), 2) + url
    data += bytes([schema["statusMode"], schema["nymMode"]])
    data += word(schema["granularityDays"], 2) + word(schema["lifetimeDays"], 2)
    data += bytes([len(attributes)])
    for each in attributes:
        data += bytes([TYPES.index(each["type"]), each["optional"], len(each["name"])])
        data += each["name"].encode()
    return data


def access_digest(challenge: dict[str, Any], bundle: bytes, index: int) -> bytes:
    gate = challenge["didgate"]
    place = word(gate["chainId"]) + word(int(gate["policyRegistry"], 16))
    domain = keccak(keccak(DOMAIN) + keccak(b"didgate") + keccak(b"1") + place)
    words = [
        keccak(GATE_ACCESS), keccak(challenge["client_id"].encode()),
        bytes.fromhex(gate["resource"][2:]), bytes.fromhex(gate["policyId"][2:]),
        word(gate["epoch"]), keccak(challenge["nonce"].encode()),
        base64.urlsafe_b64decode(gate["jkt"] + "="), word(gate["deadline"]),
        bundle, word(index), bytes(32),
    ]  # fmt: skip
    return keccak(b"\x19\x01" + domain + keccak(b"".join(words)))


def disclosed(schema: dict[str, Any], document: dict[str, Any]) -> dict[int, int]:
    shown = {1: message("date", document["validUntil"][:10])}
    if schema["statusMode"] == 1:
        shown[2] = message("integer", document["credentialStatus"]["index"])
    subject = document["credentialSubject"]
    slots = [(s, a) for s, a in enumerate(schema["attributes"], 3) if a["name"] in subject]
    return shown | {slot: message(a["type"], subject[a["name"]]) for slot, a in slots}


def verify_proof(key: bytes, header: bytes, purpose: bytes, shown: dict, count: int, proof: bytes):
    q1, *h = generators(count + 1)
    listed = b"".join(bytes(point.to_compressed_bytes()) for point in (q1, *h))
    framed = key + word(count, 8) + listed + API + word(len(header), 8) + header
    domain = hash_to_scalar(framed, b"H2S_")
    points = [G1Point.from_compressed_bytes(proof[i : i + 48]) for i in (0, 48, 96)]
    numbers = [int.from_bytes(proof[i : i + 32], "big") for i in range(144, len(proof), 32)]
    assert G1Point.identity() not in points
    assert all(0 < number < R for number in numbers)
    assert len(proof) == 272 + 32 * (count - len(shown))
    (abar, bbar, d), (e, r1, r3, *hidden, c) = points, map(Scalar.from_be_bytes, map(word, numbers))
    base = G1Point.from_compressed_bytes(P1) + q1 * Scalar.from_be_bytes(word(domain))
    for slot, value in shown.items():
        base = base + h[slot] * Scalar.from_be_bytes(word(value))
    t1, t2 = bbar * c + abar * e + d * r1, base * c + d * r3
    for slot in range(count):
        t2 = t2 if slot in shown else t2 + h[slot] * hidden.pop(0)
    octets = word(len(shown), 8) + b"".join(word(s, 8) + word(m) for s, m in shown.items())
    octets += b"".join(bytes(point.to_compressed_bytes()) for point in (*points, t1, t2))
    octets += word(domain) + word(len(purpose), 8) + purpose
    assert hash_to_scalar(octets, b"H2S_") == numbers[-1]
    assert GT.pairing(abar, G2Point.from_compressed_bytes(key)) == GT.pairing(bbar, G2Point())


def verify(schema: dict[str, Any], key: bytes, challenge: dict[str, Any], document: dict) -> bytes:
    """Return the digest that the presentation is bound to, or raise AssertionError."""
    schema_id, issuer_id = keccak(schema_bytes(schema)), keccak(document["issuer"].encode())
    shown = disclosed(schema, document)
    bitmap = word(sum(1 << slot for slot in shown))
    entry = keccak(keccak(DISCLOSURE) + keccak(b"c0") + schema_id + issuer_id + bitmap)
    purpose = access_digest(challenge, keccak(entry), 0)
    mark, *proof = base64.urlsafe_b64decode(document["proof"]["proofValue"][1:] + "===")
    assert (mark, document["credentialSchema"]["id"][-64:]) == (1, schema_id.hex())
    header, count = b"\x01" + schema_id + issuer_id, 3 + len(schema["attributes"])
    verify_proof(key, header, purpose, shown, count, bytes(proof))
    return purpose


if __name__ == "__main__":
    for case in json.loads(Path(sys.argv[1]).read_text())["vectors"]:
        shown, pk = case["presentation"]["document"], bytes.fromhex(case["issuer"]["publicKey"])
        verify(case["schema"], pk, case["challenge"], shown)
