from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from didgate.encoding import base58btc_encode, multicodec_wrap
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner

SETS = [
    ("ed25519-x25519", KeyAlgorithm.ED25519, "z6Mk"),
    ("secp256k1", KeyAlgorithm.SECP256K1, "zQ3s"),
    ("nist-curves", KeyAlgorithm.P256, "zDna"),
    ("bls12381", KeyAlgorithm.BLS12_381, "zUC7"),
]


def did_keys(vectors: Path, name: str) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads(
        (vectors / "did-key" / f"{name}.json").read_text()
    )
    return {did.removeprefix("did:key:"): case for did, case in content.items()}


@pytest.mark.parametrize(("name", "algorithm", "prefix"), SETS)
def test_multikeys_of_did_key(
    vectors: Path, name: str, algorithm: KeyAlgorithm, prefix: str
) -> None:
    keys = {text: case for text, case in did_keys(vectors, name).items() if text.startswith(prefix)}
    assert len(keys) >= 2
    for text, case in keys.items():
        key = PublicKey.from_multikey(text)
        assert key.algorithm is algorithm
        assert key.to_multikey() == text
        stated = case["didDocument"]["verificationMethod"][0]
        if "publicKeyBase58" in stated:
            assert base58btc_encode(key.raw) == stated["publicKeyBase58"]
        else:
            assert key.to_jwk() == stated["publicKeyJwk"]


def test_multikey_round_trip(signer: SoftwareSigner, bbs_signer: SoftwareBBSSigner) -> None:
    for key in (signer.public_key, bbs_signer.public_key):
        assert PublicKey.from_multikey(key.to_multikey()) == key


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as error:
        PublicKey.from_multikey(text)
    return error.value.code


def test_multikey_of_an_unsupported_curve(vectors: Path) -> None:
    others = [t for t in did_keys(vectors, "nist-curves") if not t.startswith("zDna")]
    others += did_keys(vectors, "rsa")
    assert others
    assert {refusal(text) for text in others} == {"unsupported_key_algorithm"}


def test_multikey_in_another_base(signer: SoftwareSigner) -> None:
    text = signer.public_key.to_multikey()
    for other in ("", text[1:], "u" + text[1:], "Z" + text[1:], f" {text}"):
        assert refusal(other) == "invalid_multikey"


def test_multikey_damaged(signer: SoftwareSigner) -> None:
    text = signer.public_key.to_multikey()
    assert refusal("z") == "invalid_multicodec"
    assert refusal(text + "0") == "invalid_base58"
    assert refusal("z" + base58btc_encode(multicodec_wrap(0xED, b""))) == "invalid_public_key"


def test_multikey_with_another_length(signer: SoftwareSigner) -> None:
    for raw in (signer.public_key.raw[:-1], signer.public_key.raw + b"\0"):
        for code in (0xED, 0x1200, 0xE7, 0xEB):
            text = "z" + base58btc_encode(multicodec_wrap(code, raw))
            # 32 of an elliptic curve's 33 bytes have the length of an Ed25519 key.
            if code == 0xED and len(raw) == 32:
                continue
            assert refusal(text) == "invalid_public_key"
