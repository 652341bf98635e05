"""Wycheproof: adversarial signatures for every algorithm that a PublicKey verifies.

The sets with DER signatures serve the other way round: didgate reads ``r ‖ s`` only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from didgate.errors import DidgateError, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey
from didgate.keys.jws import verify_jws

P1363 = [("secp256r1", KeyAlgorithm.P256), ("secp256k1", KeyAlgorithm.SECP256K1)]


def groups(vectors: Path, name: str) -> list[dict[str, Any]]:
    content = json.loads((vectors / "wycheproof" / f"{name}.json").read_text())
    found: list[dict[str, Any]] = content["testGroups"]
    return found


def cases(group: dict[str, Any]) -> Iterator[tuple[bytes, bytes, bool, int]]:
    for case in group["tests"]:
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        yield message, signature, case["result"] == "valid", case["tcId"]


def ec_key(algorithm: KeyAlgorithm, group: dict[str, Any]) -> PublicKey:
    point = bytes.fromhex(group["publicKey"]["uncompressed"])
    return PublicKey.from_coordinates(algorithm, point[1:33], point[33:])


def holds(key: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except VerificationError as error:
        if error.code != "invalid_signature":
            raise
        return False
    return True


def test_ed25519(vectors: Path) -> None:
    seen = Counter()
    for group in groups(vectors, "ed25519_test"):
        key = PublicKey(KeyAlgorithm.ED25519, bytes.fromhex(group["publicKey"]["pk"]))
        assert PublicKey.from_jwk(group["publicKeyJwk"]) == key
        for message, signature, valid, number in cases(group):
            assert holds(key, message, signature) is valid, number
            seen[valid] += 1
    assert seen == {True: 88, False: 63}


@pytest.mark.parametrize(("curve", "algorithm"), P1363)
def test_ecdsa_in_the_form_r_and_s(vectors: Path, curve: str, algorithm: KeyAlgorithm) -> None:
    seen = Counter()
    for group in groups(vectors, f"ecdsa_{curve}_sha256_p1363_test"):
        key = ec_key(algorithm, group)
        if "publicKeyJwk" in group:
            assert PublicKey.from_jwk(group["publicKeyJwk"]) == key
        for message, signature, valid, number in cases(group):
            assert holds(key, message, signature) is valid, number
            seen[valid] += 1
    assert min(seen[True], seen[False]) > 70


@pytest.mark.parametrize(("curve", "algorithm"), P1363)
def test_ecdsa_in_der_is_refused(vectors: Path, curve: str, algorithm: KeyAlgorithm) -> None:
    for group in groups(vectors, f"ecdsa_{curve}_sha256_test"):
        key = ec_key(algorithm, group)
        for message, signature, _, number in cases(group):
            assert not holds(key, message, signature), number


def jws_holds(jwk: dict[str, Any], token: str) -> bool:
    try:
        verify_jws(token, PublicKey.from_jwk(jwk), algorithms=["ES256"], typ=None)
    except DidgateError:
        return False
    return True


def test_jws_with_p256_keys(vectors: Path) -> None:
    seen = Counter()
    for group in groups(vectors, "json_web_signature_test"):
        if group.get("public", {}).get("crv") != "P-256":
            continue
        for case in group["tests"]:
            valid = case["result"] == "valid"
            assert jws_holds(group["public"], case["jws"]) is valid, case["tcId"]
            seen[valid] += 1
    assert seen == {True: 2, False: 39}


def test_jws_with_rsa_symmetric_and_other_keys_is_refused(vectors: Path) -> None:
    for group in groups(vectors, "json_web_signature_test"):
        jwk = group.get("public", group["private"])
        if jwk.get("crv") != "P-256":
            assert not any(jws_holds(jwk, case["jws"]) for case in group["tests"])


def test_jws_under_foreign_keys_is_refused_for_every_token(vectors: Path) -> None:
    # Key confusion: tokens of all algorithms, "none" and JSON serialization among them.
    all_groups = groups(vectors, "json_web_signature_test")
    foreign = next(g["public"] for g in all_groups if g["comment"] == "ec_key_for_encryption")
    key = {name: foreign[name] for name in ("kty", "crv", "x", "y")}
    own = {id(g) for g in all_groups if g.get("public", {}).get("x") == key["x"]}
    for group in all_groups:
        if id(group) not in own:
            assert not any(jws_holds(key, case["jws"]) for case in group["tests"])
