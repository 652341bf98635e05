"""Whatever comes in, a reader of keys, tokens and files raises a DidgateError or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didgate.encoding import b64url_encode, base58btc_encode
from didgate.errors import DidgateError, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import recover_address
from didgate.keys.jws import decode_unverified_jws, sign_jws, verify_jws
from didgate.keys.keystore import Argon2Cost, Keystore
from didgate.keys.sealing import unseal

untimed = settings(deadline=None)

ALGORITHMS = [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
SIGNERS = [SoftwareSigner.generate(algorithm) for algorithm in ALGORITHMS]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
B64URL = st.binary(max_size=40).map(b64url_encode)
LENGTHS = st.sampled_from([0, 31, 32, 33, 64, 65, 96])
RAW = LENGTHS.flatmap(lambda n: st.binary(min_size=n, max_size=n))
JWK_VALUES = (
    st.sampled_from(["OKP", "EC", "Ed25519", "P-256", "secp256k1", "sig", "ES256"]) | B64URL | JSON
)
JWKS = st.dictionaries(
    st.sampled_from(["kty", "crv", "x", "y", "d", "use", "alg", "key_ops", "kid"]), JWK_VALUES
)
PARTS = st.one_of(B64URL, st.text(max_size=6), JSON.map(lambda v: b64url_encode(dump(v))))
TOKENS = st.lists(PARTS, max_size=5).map(".".join) | st.text(max_size=30)


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


@untimed
@given(st.sampled_from(KeyAlgorithm), RAW)
def test_raw_public_key(algorithm: KeyAlgorithm, raw: bytes) -> None:
    with suppress(DidgateError):
        assert PublicKey(algorithm, raw).raw == raw


@untimed
@given(st.text(max_size=60) | st.binary(max_size=100).map(lambda b: "z" + base58btc_encode(b)))
def test_multikey(text: str) -> None:
    with suppress(DidgateError):
        assert PublicKey.from_multikey(text).to_multikey() == text


@untimed
@given(st.sampled_from([b"\xed\x01", b"\x80\x24", b"\xe7\x01", b"\xeb\x01"]), RAW)
def test_multikey_of_any_bytes(prefix: bytes, raw: bytes) -> None:
    text = "z" + base58btc_encode(prefix + raw)
    with suppress(DidgateError):
        assert PublicKey.from_multikey(text).to_multikey() == text


@untimed
@given(JWKS)
def test_jwk(members: dict[str, Any]) -> None:
    with suppress(DidgateError):
        assert PublicKey.from_jwk(members).to_jwk().items() <= members.items()


@untimed
@given(st.sampled_from(SIGNERS), st.binary(max_size=32), st.binary(max_size=70))
def test_signature(signer: SoftwareSigner, message: bytes, signature: bytes) -> None:
    with pytest.raises(VerificationError):
        signer.public_key.verify(message, signature)


@untimed
@given(st.sampled_from(SIGNERS), TOKENS)
def test_jws(signer: SoftwareSigner, token: str) -> None:
    with pytest.raises(VerificationError):
        verify_jws(token, signer.public_key, algorithms=["EdDSA", "ES256", "ES256K"], typ="JWT")
    with suppress(VerificationError):
        decode_unverified_jws(token)


@untimed
@given(st.sampled_from(SIGNERS), JSON, st.data())
def test_jws_changed_anywhere(signer: SoftwareSigner, payload: Any, data: st.DataObject) -> None:
    token = sign_jws(signer, dump(payload), {"typ": "JWT"})
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters().filter(lambda c: c != token[position]))
    changed = token[:position] + character + token[position + 1 :]
    with pytest.raises(VerificationError):
        verify_jws(changed, signer.public_key, algorithms=["EdDSA", "ES256", "ES256K"], typ="JWT")


@untimed
@given(RAW, RAW, st.sampled_from([b"\x1b", b"\x1c", b""]))
def test_ethereum_signature(digest: bytes, signature: bytes, v: bytes) -> None:
    with suppress(DidgateError):
        recover_address(digest, signature + v)


@untimed
@given(st.binary(max_size=80))
def test_sealed_secret(sealed: bytes) -> None:
    with pytest.raises(DidgateError) as error:
        unseal(bytes(32), sealed, b"")
    assert error.value.code == "unseal_failed"


CHANGES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda content: content,
    lambda content: content["kdf"],
    lambda content: content["entries"],
    lambda content: content["entries"]["mine"],
]


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("keystore") / "keys.json"
    Keystore.create(path, "passphrase", cost=Argon2Cost(1, 8192)).add("mine", SIGNERS[0])
    return path, json.loads(path.read_text())


@settings(untimed, max_examples=60)
@given(where=st.sampled_from(CHANGES), data=st.data(), value=JSON)
def test_keystore_file(
    keystore: tuple[Path, dict[str, Any]],
    where: Callable[[dict[str, Any]], dict[str, Any]],
    data: st.DataObject,
    value: Any,
) -> None:
    path, original = keystore
    content = json.loads(json.dumps(original))
    target = where(content)
    target[data.draw(st.sampled_from(sorted(target)) | st.text(max_size=3))] = value
    path.write_bytes(dump(content))
    with suppress(DidgateError):
        signer = Keystore.open(path, "passphrase").signer("mine")
        assert signer.public_key == SIGNERS[0].public_key
