"""Keys survive every form they are written in, and signatures hold for one message only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from didgate.errors import VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import address_of, recover_address, sign_digest
from didgate.keys.jws import sign_jws, verify_jws
from didgate.keys.sealing import seal, unseal

untimed = settings(deadline=None)

ALGORITHMS = [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.SECP256K1]
# Below the order of every curve, and not 0.
SECRETS = st.integers(1, 2**255).map(lambda number: number.to_bytes(32))
SIGNERS = st.builds(SoftwareSigner.from_private_bytes, st.sampled_from(ALGORITHMS), SECRETS)
ETHEREUM_SIGNERS = SECRETS.map(
    lambda secret: SoftwareSigner.from_private_bytes(KeyAlgorithm.SECP256K1, secret)
)
HEADER_VALUES = st.text(max_size=8) | st.integers() | st.booleans() | st.lists(st.text(max_size=3))
HEADERS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name not in {"alg", "crit", "b64"}),
    HEADER_VALUES,
    max_size=4,
)


@untimed
@given(SIGNERS)
def test_public_key_in_every_form(signer: SoftwareSigner) -> None:
    key = signer.public_key
    assert PublicKey.from_multikey(key.to_multikey()) == key
    assert PublicKey.from_jwk(key.to_jwk()) == key
    assert PublicKey(key.algorithm, key.raw) == key


@untimed
@given(SIGNERS, st.binary(max_size=64), st.binary(max_size=64))
def test_signature_holds_for_one_message(signer: SoftwareSigner, one: bytes, two: bytes) -> None:
    assume(one != two)
    signature = signer.sign(one)
    signer.public_key.verify(one, signature)
    with pytest.raises(VerificationError):
        signer.public_key.verify(two, signature)


@untimed
@given(SIGNERS, st.binary(max_size=64), HEADERS)
def test_jws(signer: SoftwareSigner, payload: bytes, header: dict[str, Any]) -> None:
    key = signer.public_key
    token = sign_jws(signer, payload, header)
    jws = verify_jws(token, key, algorithms=[key.jose_alg], typ=None)
    assert jws.payload == payload
    assert jws.header == {"alg": key.jose_alg, **header}


@untimed
@given(ETHEREUM_SIGNERS, st.binary(min_size=32, max_size=32))
def test_ethereum_signature(signer: SoftwareSigner, digest: bytes) -> None:
    assert recover_address(digest, sign_digest(signer, digest)) == address_of(signer.public_key)


@untimed
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.binary(max_size=40))
def test_sealed_secret(key: bytes, secret: bytes, label: bytes) -> None:
    assert unseal(key, seal(key, secret, label), label) == secret
